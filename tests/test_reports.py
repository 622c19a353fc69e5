"""The report notebook with many parameters, the pages and the PDF made of it, and what makes it no report."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nights import one_crew, picture, small_data

import effeval as ee
from effeval import charts, reports, scope
from effeval.reports import How, Report, checks, pages

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
LAW = ee.Methodology.load("order-35")
EAST = "63-east-kazakhstan-region"
A4 = (595, 842)  # points
MARGIN = 34  # of the page at its sides, in points


def text_of(page: Path) -> str:
    class Words(HTMLParser):
        def handle_data(self, data):
            self.words.append(data)

    reader = Words()
    reader.words = []
    reader.feed(page.read_text(encoding="utf-8"))
    return " ".join(" ".join(reader.words).replace("\xa0", " ").split())


@pytest.fixture(scope="module")
def crew_at_work():
    with one_crew():
        yield


@pytest.fixture(scope="module")
def data(sample_dir, tmp_path_factory) -> Path:
    return small_data(tmp_path_factory.mktemp("data") / "small", sample_dir)


@pytest.fixture(scope="module")
def shown(crew_at_work, data, tmp_path_factory) -> Path:
    """The folder of a run: all projects and one region in two languages, with PDF."""
    folder, how = tmp_path_factory.mktemp("reports"), How(jobs=2, pdf=True)
    run = reports.run(data, year=2025, regions=["63"], langs=["kk", "ru"], folder=folder, how=how)
    assert run.failed == ()
    return run.folder


@pytest.mark.parametrize("lang", ["kk", "ru"])
def test_the_national_page_has_the_numbers_of_the_library(shown, data, lang) -> None:
    words = text_of(shown / lang / "00-kazakhstan.html")
    assessed = ee.assess(ee.load(data), LAW)
    total = ee.fulfilment(assessed[assessed["year"] == 2025], "measure").set_index("measure")
    for measure in (1, 4, 13):
        parts = ee.labels.parts(total.loc[measure, "fulfilled"], total.loc[measure, "assessed"], lang=lang)
        assert parts.replace("\xa0", " ") in words
    assert ee.labels.phrase("synthetic", lang=lang) in words
    assert "order-35, 2024-01-26" in words


def test_a_page_opens_offline_and_shows_no_code(shown) -> None:
    source = (shown / "ru" / f"{EAST}.html").read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)=["']?(?!data:|#)[a-z]+:""", source) == []
    assert "<script" not in source
    assert "import effeval" not in source and "data_dir" not in source and "support_paid" not in source
    assert '<html lang="ru">' in source
    assert "<title>Восточно-Казахстанская область: " in source
    assert source.count("<img") == 3
    assert re.findall(r'alt="([^"]*)"', source) == ["По мерам", "По отраслям", "По годам"]


def test_a_region_keeps_to_its_own_projects(shown, data) -> None:
    words = text_of(shown / "ru" / f"{EAST}.html")
    home = ee.load(data).projects.set_index("project_id")["kato"].str[:2]
    named = set(re.findall(r"SYN-\d+", words))
    assert named and set(home[sorted(named)]) == {"63"}


def test_a_region_without_projects_says_so_and_has_no_form(crew_at_work, data, tmp_path) -> None:
    run = reports.run(data, year=2025, regions=["33"], langs=["en"], folder=tmp_path, how=How(jobs=2))
    assert [record["status"] for record in run.records] == ["done", "done"]
    empty = run.records[1]
    assert empty["facts"]["projects"] == [] and empty["facts"]["due"] == 0
    assert sorted(Path(name).suffix for name in empty["files"]) == [".html", ".ipynb"]
    page = text_of(run.folder / "en" / "33-jetisu-region.html")
    assert "There are no projects in this selection: 33 Jetisu Region" in page
    assert "33 Jetisu Region" in text_of(run.folder / "en" / "index.html")


@pytest.mark.parametrize(
    ("wrong", "allowed"),
    [
        ({"region": "99"}, "63 (East Kazakhstan Region)"),
        ({"region": "Abay"}, "10 (Abay Region)"),
        ({"sector": "09"}, "24 (Manufacture of basic metals)"),
        ({"measure": 14}, "13 (industrial grants)"),
        ({"year": 2031}, "a year from 2018 to 2025"),
        ({"year": "last"}, "a year from 2018 to 2025"),
        ({"lang": "kz"}, "one of kk, ru, en"),
        ({"data_dir": "nowhere"}, "a folder or workbook"),
    ],
)
def test_wrong_values_are_told_with_what_is_allowed(sample_dir, wrong, allowed) -> None:
    values = {"data_dir": sample_dir} | wrong
    with pytest.raises(ee.ParameterError, match=re.escape(allowed)):
        scope.choose(values.pop("data_dir"), **values)


def test_all_wrong_values_are_told_at_once(sample_dir) -> None:
    with pytest.raises(ee.ParameterError) as caught:
        scope.choose(sample_dir, region="99", measure=99, year=1999)
    assert [
        str(caught.value).count(name) > 0 for name in ("region = '99'", "measure = 99", "year = 1999")
    ] == [True] * 3


@pytest.mark.parametrize("region", ["63", 63, " 63 "])
def test_papermill_may_turn_a_code_into_a_number(sample_dir, region) -> None:
    assert set(scope.choose(sample_dir, region=region).assessed["region"]) == {"63"}


def test_a_wrong_value_stops_the_notebook_in_its_first_cell(sample_dir, tmp_path) -> None:
    source = reports.notebook_path("regional_report").read_text(encoding="utf-8")
    values = {"data_dir": str(sample_dir), "region": "99"}
    with pytest.raises(ee.ReportError, match=r"(?s)^cell 3: ParameterError\n.*63 \(East Kazakhstan Region\)"):
        reports.execute(source, values, output=tmp_path / "executed.ipynb")
    executed = nbformat.read(tmp_path / "executed.ipynb", as_version=4)
    assert [output.output_type for cell in executed.cells for output in cell.get("outputs", [])] == ["error"]


def test_a_misspelt_parameter_is_refused(tmp_path) -> None:
    source = reports.notebook_path("regional_report").read_text(encoding="utf-8")
    with pytest.raises(ee.ReportError, match="no parameter regoin; it has data_dir, year, region"):
        reports.execute(source, {"regoin": "63"}, output=tmp_path / "executed.ipynb")
    assert list(tmp_path.iterdir()) == []


def shows(*outputs: dict) -> nbformat.NotebookNode:
    """An executed notebook with one output a cell."""
    made = nbformat.v4.new_notebook()
    for data in outputs:
        cell = nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", data)])
        made.cells.append(cell)
    return made


FACTS = {"projects": ["A"], "due": 1, "assessed": 1, "fulfilled": 1, "no_data": 0, "support_paid": 5.0}
ASKED = Report("63", 2025, "ru", "Title", EAST)
TOLD = FACTS | {"region": "63", "year": 2025, "lang": "ru"}
FIGURE, TABLE = {"image/png": picture()}, {"text/html": "<table><tbody>\n<tr><td>1</td></tr></tbody></table>"}
BARE = {"text/html": "<table><thead><tr><th>a</th></tr></thead><tbody>\n</tbody></table>"}


@pytest.mark.parametrize(
    ("told", "outputs", "why"),
    [
        (TOLD, [FIGURE, TABLE], []),
        ({}, [FIGURE], ["no facts"]),
        (TOLD | {"region": "71"}, [FIGURE], ["'region': '71'"]),
        (TOLD | {"year": 2024}, [FIGURE], ["'year': 2024"]),
        (TOLD | {"lang": "kk"}, [FIGURE], ["'lang': 'kk'"]),
        (TOLD, [FIGURE, BARE], ["cell 1: a table has no rows, though there are 1 projects"]),
        (TOLD, [{"image/png": picture(blank=True)}, FIGURE], ["cell 0: a figure is blank"]),
        (TOLD, [{"image/png": "bm9uZQ=="}], ["cell 0: a figure is blank"]),
        (TOLD, [TABLE], ["no figure"]),
        (TOLD | {"projects": []}, [BARE], []),
        (TOLD | {"projects": [], "region": "71"}, [], ["'region': '71'"]),
    ],
)
def test_what_makes_a_notebook_no_report(told, outputs, why) -> None:
    notebook = shows(*outputs, *([{scope.FACTS: told}] if told else []))
    assert checks.facts_of(notebook) == told
    found = checks.faults(notebook, told, ASKED)
    assert len(found) == len(why)
    assert all(part in line for part, line in zip(why, found, strict=True))


def words_on(pdf: Path) -> list[tuple[float, str]]:
    """Right edge and text of each word, in points."""
    asked = ["pdftotext", "-bbox", str(pdf), "-"]
    boxes = subprocess.run(asked, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    return [(float(edge), text) for edge, text in re.findall(r'xMax="([\d.]+)"[^>]*>([^<]*)</word>', boxes)]


@pytest.mark.parametrize("lang", ["kk", "ru"])
@pytest.mark.parametrize("stem", ["00-kazakhstan", EAST])
def test_a_pdf_is_a4_with_its_fonts_and_nothing_beyond_the_margin(shown, lang, stem) -> None:
    path = shown / lang / f"{stem}.pdf"
    content = path.read_bytes()
    assert content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext (poppler-utils)")
    info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    size = re.search(r"Page size: +([\d.]+) x ([\d.]+)", info)
    assert [round(float(side)) for side in size.groups()] == [*A4]
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
    embedded = [line.split()[-5] for line in fonts.splitlines()[2:]]
    assert embedded and set(embedded) == {"yes"}
    words = words_on(path)
    assert max(edge for edge, _ in words) <= A4[0] - MARGIN + 1
    read = " ".join(text for _, text in words)
    last = ee.labels.heading("assessed", "attainment", lang=lang).split()[0]  # of the widest table
    assert last in read.split()
    assert ee.labels.phrase("report.title", lang=lang) in read
    if lang == "kk" and stem == EAST:
        assert "Шығыс Қазақстан облысы" in read and "Өнеркәсіпті" in read


def test_a_figure_as_high_as_a_page_stays_with_its_heading(tmp_path) -> None:
    if shutil.which("pdfimages") is None:
        pytest.skip("no pdfimages (poppler-utils)")
    notebook = shows(
        {"text/markdown": "Above"}, {"text/markdown": "## Heading"}, {"image/png": picture(high=4000)}
    )
    page = pages.to_html(notebook, title="Title", lang="en")
    path = tmp_path / "page.pdf"
    path.write_bytes(pages.to_pdf(page))
    listed = subprocess.run(["pdfimages", "-list", path], capture_output=True, text=True, check=True).stdout
    (number,) = {line.split()[0] for line in listed.splitlines()[2:]}
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "Heading" in text.split("\f")[int(number) - 1]


def test_a_pdf_fetches_nothing(tmp_path) -> None:
    outside = tmp_path / "style.css"
    outside.write_text("body { color: red }")
    for address in (outside.as_uri(), "http://127.0.0.1:9/a.png"):
        with pytest.raises(ee.ReportError, match=re.escape(address)):
            pages.to_pdf(f'<img src="{address}">')


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_no_words_of_a_figure_are_cut_at_its_edge(sample_dir, lang) -> None:
    """Figures of reports are shown as they are laid out, without a second drawing to find their margins."""
    report = scope.choose(sample_dir, year=2025, region="63", lang=lang)
    for by in ("measure", "sector"):
        table = ee.fulfilment(report.this_year, by)
        ax = charts.plot_fulfilment(table, by, names=report.names(by), lang=lang)
        assert_inside(charts.add_footer(ax, report.footer))
    assert_inside(charts.plot_trend(ee.fulfilment(report.assessed, "year"), lang=lang))


def assert_inside(ax) -> None:
    import matplotlib.pyplot as plt

    ax.figure.draw_without_rendering()
    frame = ax.figure.bbox
    shown = [
        ax.xaxis.label,
        ax.yaxis.label,
        ax.title,
        *ax.texts,
        *ax.get_xticklabels(),
        *ax.get_yticklabels(),
    ]
    boxes = [text.get_window_extent() for text in shown if text.get_text()]
    plt.close(ax.figure)
    assert min(box.x0 for box in boxes) >= frame.x0 and max(box.x1 for box in boxes) <= frame.x1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_stored_notebooks_were_run_and_are_thin(path) -> None:
    """nbval compares nothing in a cell that was never run, so execution counts are demanded here."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    lines = [line for cell in code for line in cell.source.splitlines() if line.strip()]
    assert len(lines) <= 60
    assert not any(re.match(r"\s*(def|class) ", line) for line in lines)
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in code) == 1
