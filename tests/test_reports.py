"""The report notebook with many parameters, and the pages made of it."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

import effeval as ee
from effeval import reports, scope

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def text_of(page: Path) -> str:
    class Words(HTMLParser):
        def handle_data(self, data):
            self.words.append(data)

    reader = Words()
    reader.words = []
    reader.feed(page.read_text(encoding="utf-8"))
    return " ".join(" ".join(reader.words).replace("\xa0", " ").split())


@pytest.fixture(scope="module")
def run(sample_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")

    def one(lang: str = "en", data: Path | None = None, **parameters) -> Path:
        known = {"data_dir": str(data or sample_dir), "lang": lang} | parameters
        output = folder / f"{len(list(folder.iterdir()))}.html"
        notebook = reports.notebook_path("regional_report")
        return reports.run(notebook, parameters=known, output=output, title="Title", lang=lang)

    return one


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_national_page_has_the_numbers_of_the_library(run, sample_dir, lang) -> None:
    page = run(lang=lang, year=2024)
    words = text_of(page)
    assessed = ee.assess(ee.load(sample_dir), ee.Methodology.load())
    total = ee.fulfilment(assessed[assessed["year"] == 2024], "measure").set_index("measure")
    for measure in (1, 4, 13):
        parts = ee.labels.parts(total.loc[measure, "fulfilled"], total.loc[measure, "assessed"], lang=lang)
        assert parts.replace("\xa0", " ") in words
    assert ee.labels.phrase("synthetic", lang=lang) in words
    assert "order-35, 2024-01-26" in words


def test_a_page_opens_offline_and_shows_no_code(run) -> None:
    source = run(year=2024, region="63").read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)=["']?(?!data:|#)[a-z]+:""", source) == []
    assert "<script" not in source
    assert "import effeval" not in source
    assert '<html lang="en">' in source
    assert source.count("<img") == 3


def test_a_region_keeps_to_its_own_projects(run, sample_dir) -> None:
    words = text_of(run(year=2025, region="63"))
    data = ee.load(sample_dir)
    home = data.projects.set_index("project_id")["kato"].str[:2]
    shown = set(re.findall(r"SYN-\d+", words))
    assert shown and set(home[sorted(shown)]) == {"63"}


def test_a_region_without_projects_says_so(run, sample_dir, tmp_path) -> None:
    for name in ("observations", "reference"):
        shutil.copy(sample_dir / f"{name}.csv", tmp_path)
    data = ee.load(sample_dir)
    kept = data.projects[data.projects["kato"].str[:2] != "33"]
    kept.to_csv(tmp_path / "projects.csv", index=False)
    observed = data.observations[data.observations["project_id"].isin(kept["project_id"])]
    observed.to_csv(tmp_path / "observations.csv", index=False)
    words = text_of(run(data=tmp_path, year=2025, region="33"))
    assert "There are no projects in this selection: 33 Jetisu Region" in words


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


def test_a_wrong_value_stops_the_notebook_in_its_first_cell_and_no_page_appears(
    run, sample_dir, tmp_path
) -> None:
    page = tmp_path / "page.html"
    with pytest.raises(ee.ReportError, match=r"(?s)cell 3.*ParameterError.*63 \(East Kazakhstan Region\)"):
        reports.run(
            reports.notebook_path("regional_report"),
            parameters={"data_dir": str(sample_dir), "region": "99"},
            output=page,
            title="Title",
        )
    assert not page.exists()


def test_a_misspelt_parameter_is_refused(sample_dir, tmp_path) -> None:
    with pytest.raises(ee.ReportError, match="no parameter regoin"):
        reports.run(
            reports.notebook_path("regional_report"),
            parameters={"regoin": "63"},
            output=tmp_path / "page.html",
            title="Title",
        )


def test_the_command_makes_the_national_and_the_regional_page(effeval, sample_dir, tmp_path) -> None:
    status, _, _ = effeval(
        "report", sample_dir, "--year", 2025, "--region", 63, "--lang", "en", "-o", tmp_path
    )
    assert status == 0
    pages = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    assert pages == ["2025/en/00-kazakhstan.html", "2025/en/63-east-kazakhstan-region.html"]
    assert "63 East Kazakhstan Region" in text_of(tmp_path / pages[1])


def test_one_failed_report_does_not_stop_the_others(effeval, sample_dir, tmp_path, monkeypatch) -> None:
    good = reports.run

    def run(notebook, *, parameters, output, title, lang):
        if parameters["region"] == "":
            raise ee.ReportError("regional_report.ipynb, cell 5: ZeroDivisionError")
        return good(notebook, parameters=parameters, output=output, title=title, lang=lang)

    monkeypatch.setattr(reports, "run", run)
    status, _, err = effeval("report", sample_dir, "--year", 2025, "--region", 63, "-o", tmp_path)
    assert status == 1
    assert "1 of 2 reports failed" in err and "cell 5: ZeroDivisionError" in err
    assert [path.name for path in tmp_path.rglob("*.html")] == ["63-east-kazakhstan-region.html"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_stored_notebooks_were_run_and_are_thin(path) -> None:
    """nbval compares nothing in a cell that was never run, so execution counts are demanded here."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    lines = [line for cell in code for line in cell.source.splitlines() if line.strip()]
    assert len(lines) <= 60
    assert not any(re.match(r"\s*(def|class) ", line) for line in lines)
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in code) == 1
