"""The form of Annex 1, cell by cell, and recalculated by LibreOffice."""

import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from build import dataset
from python_calamine import CalamineWorkbook

import effeval as ee
from effeval.annex1 import write
from effeval.annex1.layout import Layout, sheet_name
from effeval.columns import LANGUAGES
from effeval.reading.files import digest

YEAR = 2025
NAMESPACE = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
SOFFICE = shutil.which("soffice")
NAMES = ["=1+1", "@SUM(A1:A9)", "+7 701 000 00 00", "http://example.org", "-1", "{=2}", "'quoted", "00012"]
NAMES += ["<r>& <b/></r>", " «Қ» \t_x0041_ ", "1 234,5"]
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>"""


@pytest.fixture(scope="module")
def law() -> ee.Methodology:
    return ee.Methodology.load("order-35")


@pytest.fixture(scope="module")
def sample(sample_dir) -> ee.Dataset:
    return ee.load(sample_dir)


@pytest.fixture(scope="module")
def edges() -> ee.Dataset:
    """Figures on which a formula could part from ``assess``, under names that a program could take for formulas."""
    ids = [f"E{number:02}" for number in range(18)]
    measures = [13, 13, 13, 6, 6, 7, 8, 8, 8, 12, 12, 12, 12, 1, 1, 1, 9, 11]
    projects = [
        {
            "project_id": id,
            "measure": measure,
            "support_year": YEAR - 2,
            "status": "implementing",
            "applicant": NAMES[at % len(NAMES)],
            "term_end_year": YEAR if measure == 11 else None,
        }
        for at, (id, measure) in enumerate(zip(ids, measures, strict=True))
    ]
    base, before = YEAR - 2, YEAR - 1
    rows = {
        "E00": {
            base: {"output_volume": 0, "export_volume": 0},
            YEAR: {"output_volume": 5, "export_volume": 0},
        },
        "E01": {
            base: {"output_volume": 200, "export_volume": 7},
            YEAR: {"output_volume": 220, "export_volume": 7.7},
        },
        "E02": {base: {"output_volume": 200}, YEAR: {"output_volume": 219.999999, "export_volume": 7}},
        # 150 of 200, reached only by the rounding that the largest figure allows
        "E03": {base: {"support_paid": 100, "revenue": 1e15}, YEAR: {"revenue": 1e15 + 150}},
        "E04": {base: {"support_paid": 100, "revenue": 1e9}, YEAR: {"revenue": 1e9 + 150}},
        "E05": {
            base: {"support_paid": 33.3, "revenue": 10},
            before: {"support_paid": 0.1},
            YEAR: {"revenue": 76.8},
        },
        "E06": {base: {"support_paid": 100}, before: {"export_value": 130}, YEAR: {}},  # gaps, but reached
        "E07": {base: {"support_paid": 100}, before: {"export_value": 30}, YEAR: {}},  # gaps, not known
        "E08": {base: {}, YEAR: {"export_value": 30}},  # no support at all
        "E09": {YEAR: {"sales_volume": 0, "sales_volume_plan": 0}},
        "E10": {YEAR: {"sales_volume": 100 - 5e-11, "sales_volume_plan": 100}},
        "E11": {YEAR: {"sales_volume": 100 - 1e-7, "sales_volume_plan": 100}},
        "E12": {YEAR: {"sales_volume_plan": 100}},
        "E13": {before: {"wage": 200000}, YEAR: {"wage": 230000, "sales_volume": 5, "sales_volume_plan": 0}},
        "E14": {
            before: {"wage": 0},
            YEAR: {"wage": 1, "sales_volume": 1234567.875, "sales_volume_plan": 2e6},
        },
        "E15": {before: {"wage": 100}, YEAR: {"wage": 50}},
        "E16": {
            base: {"support_paid": 1e9, "export_value": 1e9 / 3},
            before: {"export_value": 1e9 / 3},
            YEAR: {},
        },
        "E17": {base: {"labour_productivity": 100}, YEAR: {"labour_productivity": 102, "export_value": 3}},
    }
    return dataset(projects, rows, reference={YEAR: 0.15})


class Book:
    """An xlsx file by its XML: what a reader of values does not tell."""

    def __init__(self, path: Path):
        with zipfile.ZipFile(path) as parts:
            self.parts = {name: parts.read(name) for name in parts.namelist()}
        book = ElementTree.fromstring(self.parts["xl/workbook.xml"])
        self.sheets = [sheet.get("name") for sheet in book.iterfind("x:sheets/x:sheet", NAMESPACE)]
        self.defined = {
            (item.get("name"), int(item.get("localSheetId"))): item.text
            for item in book.iterfind("x:definedNames/x:definedName", NAMESPACE)
        }
        self.values = CalamineWorkbook.from_path(path)
        styles = ElementTree.fromstring(self.parts["xl/styles.xml"])
        patterns = {
            f.get("numFmtId"): f.get("formatCode") for f in styles.iterfind("x:numFmts/x:numFmt", NAMESPACE)
        }
        self.patterns = [
            patterns.get(xf.get("numFmtId")) for xf in styles.iterfind("x:cellXfs/x:xf", NAMESPACE)
        ]

    def xml(self, sheet: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.parts[f"xl/worksheets/sheet{self.sheets.index(sheet) + 1}.xml"])

    def formulas(self, sheet: str) -> dict[str, str]:
        cells = self.xml(sheet).iterfind(".//x:c", NAMESPACE)
        found = ((cell.get("r"), cell.find("x:f", NAMESPACE)) for cell in cells)
        return {place: formula.text for place, formula in found if formula is not None}

    def pattern(self, sheet: str, place: str) -> str | None:
        cell = self.xml(sheet).find(f".//x:c[@r='{place}']", NAMESPACE)
        return self.patterns[int(cell.get("s"))]

    def merged(self, sheet: str) -> set[str]:
        return {cell.get("ref") for cell in self.xml(sheet).iterfind("x:mergeCells/x:mergeCell", NAMESPACE)}

    def grid(self, sheet: str) -> list[list]:
        rows = self.values.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        return [[None if cell == "" else cell for cell in row] for row in rows]

    def cell(self, sheet: str, place: str):
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", place).groups()
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        return self.grid(sheet)[int(row) - 1][column - 1]


def written(folder: Path, data: ee.Dataset, law: ee.Methodology, **options) -> tuple[Path, pd.DataFrame]:
    assessed = ee.assess(data, law)
    path = write(assessed, data, folder / "form.xlsx", year=YEAR, methodology=law, **options)
    return path, assessed


def same(cell, value: float) -> bool:
    """A cell of the form against a figure: empty is empty, infinity is a sign, numbers agree to the last digits."""
    if value is None or np.isnan(value):
        return cell is None
    if np.isinf(value):
        return cell == "∞"
    return isinstance(cell, float) and cell == pytest.approx(value, rel=1e-13, abs=1e-13)


def differences(path: Path, assessed: pd.DataFrame, law: ee.Methodology, *, lang: str) -> tuple[int, list]:
    """How many figures were compared, and those of the form that are not what ``assess`` gave."""
    book, judged, compared, wrong = Book(path), assessed[assessed["year"] == YEAR], 0, []

    def check(measure: int, name: str, cell, value: float) -> None:
        nonlocal compared
        compared += 1
        if not same(cell, value):
            wrong.append((measure, name, cell, value))

    for measure in law.measures:
        rows = judged[judged["measure"] == measure.id]
        if rows.empty:
            continue
        grid, layout = book.grid(sheet_name(measure, lang=lang)), Layout(len(measure.criteria))
        scores, support = (
            rows.groupby("project_id")["score"],
            rows.groupby("project_id")["support_paid"].first(),
        )
        sums, by_id = scores.sum(min_count=1), {row[layout.column("project_id")]: row for row in grid}
        for id in sums.index:
            check(measure.id, f"{id} sum", by_id[id][layout.column("score_sum")], sums[id])
            check(measure.id, f"{id} support", by_id[id][layout.column("support_paid")], support[id])
        totals = grid[-1]
        check(measure.id, "total support", totals[layout.column("support_paid")], support.sum())
        check(measure.id, "total sum", totals[layout.column("score_sum")], rows["score"].sum(min_count=1))
        for position, criterion in enumerate(measure.criteria):
            own = rows[rows["criterion"] == criterion.id]
            column = layout.column("score", criterion=position)
            check(measure.id, f"total {criterion.id}", totals[column], own["score"].sum(min_count=1))
            for row in own.itertuples():
                for name in ("plan", "actual", "score"):
                    cell = by_id[row.project_id][layout.column(name, criterion=position)]
                    check(measure.id, f"{row.project_id} {criterion.id} {name}", cell, getattr(row, name))
    return compared, wrong


def spoilt(path: Path, target: Path, *, values: dict[str, float] | None = None) -> Path:
    """A copy whose formulas carry a wrong value, and some of whose parameters an inspector has changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        names = Book(path).sheets
        for name in old.namelist():
            content = old.read(name).decode("utf-8")
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(r"(</f>)<v>[^<]*</v>", r"\g<1><v>777</v>", content)
            if values and name == f"xl/worksheets/sheet{len(names) - 1}.xml":
                for place, value in values.items():
                    pattern = rf'(<c r="{place}"[^>]*>)<v>[^<]*</v>'
                    content, count = re.subn(pattern, rf"\g<1><v>{value}</v>", content)
                    assert count == 1, place
            new.writestr(name, content)
    return target


def parameter_place(path: Path, setting: str) -> str:
    book = Book(path)
    rows = [row[0] for row in book.grid(book.sheets[-2])]
    return f"B{rows.index(setting) + 1}"


CHANGED = {"13.1.at_least": 0.2, "6.1.multiple": 0.5, "8.1.multiple": 3}


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory, law, sample, edges) -> dict[str, tuple]:
    """Forms whose cached values were spoilt, opened and recalculated by LibreOffice: one call, for it is slow."""
    if SOFFICE is None and "CI" not in os.environ:
        pytest.skip("LibreOffice (soffice) is not installed")
    folder = tmp_path_factory.mktemp("forms")
    other = law.replace({"scale": "proportional", "missing": "not_fulfilled"})
    readings = {"8.1.period": "year", "6.1.judge": "best", "7.1.measure_as": "level", "13.1.at_least": 0}
    read_otherwise = law.replace(readings | {"13.3.base_shift": -1})
    cases = {f"sample-{lang}": (sample, law, lang) for lang in LANGUAGES}
    cases |= {f"edges-{lang}": (edges, law, lang) for lang in LANGUAGES}
    cases |= {"sample-proportional": (sample, other, "kk"), "edges-proportional": (edges, other, "ru")}
    cases |= {"edges-missing": (edges, law.replace({"missing": "not_fulfilled"}), "en")}
    cases |= {"sample-readings": (sample, read_otherwise, "en")}
    cases |= {"sample-shares": (sample, law.replace({"scale": "proportional"}), "kk")}
    made = {}
    for name, (data, methodology, lang) in cases.items():
        (folder / name).mkdir()
        path, assessed = written(folder / name, data, methodology, lang=lang)
        spoilt(path, folder / f"{name}.xlsx")
        made[name] = (assessed, methodology, lang)
    for name in ("sample-kk", "sample-shares"):
        before, methodology, lang = made[name]
        inspected = folder / name / "form.xlsx"
        values = {parameter_place(inspected, setting): value for setting, value in CHANGED.items()}
        spoilt(inspected, folder / f"{name}-inspected.xlsx", values=values)
        changed = methodology.replace(CHANGED)
        # a sum with gaps that no longer reaches the plan stays in its cell, with no score
        after = ee.assess(sample, changed).assign(actual=before["actual"])
        made[f"{name}-inspected"] = (after, changed, lang)
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(RECALCULATE, encoding="utf-8")
    command = [SOFFICE or "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    files = [str(folder / f"{name}.xlsx") for name in made]
    out = folder / "out"
    subprocess.run(
        [*command, "--convert-to", "xlsx", "--outdir", str(out), *files], check=True, capture_output=True
    )
    return {name: (out / f"{name}.xlsx", *rest) for name, rest in made.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_cached_values_are_what_assess_gave(tmp_path, sample, law, lang) -> None:
    path, assessed = written(tmp_path, sample, law, lang=lang)
    compared, wrong = differences(path, assessed, law, lang=lang)
    assert wrong == []
    assert compared > 3 * len(assessed[assessed["year"] == YEAR])
    assert len(Book(path).sheets) == 13 + 2


RECALCULATED = ["sample-kk", "sample-ru", "sample-en", "edges-kk", "edges-ru", "edges-en"]
RECALCULATED += [
    "sample-proportional",
    "edges-proportional",
    "edges-missing",
    "sample-readings",
    "sample-shares",
]
RECALCULATED += ["sample-kk-inspected", "sample-shares-inspected"]


@pytest.mark.parametrize("name", RECALCULATED)
def test_recalculated_form_agrees_with_assess_to_the_last_cell(recalculated, name) -> None:
    path, assessed, methodology, lang = recalculated[name]
    compared, wrong = differences(path, assessed, methodology, lang=lang)
    assert wrong == []
    assert compared > 3 * len(assessed[assessed["year"] == YEAR])


def test_the_edges_are_what_they_are_meant_to_be(edges, law) -> None:
    judged = ee.assess(edges, law).query("year == @YEAR").set_index(["project_id", "criterion"])
    states = {("E03", "6.1"): "fulfilled", ("E04", "6.1"): "not_fulfilled", ("E06", "8.1"): "fulfilled"}
    states |= {("E07", "8.1"): "no_data", ("E08", "8.1"): "no_data", ("E10", "12.1"): "fulfilled"}
    states |= {("E11", "12.1"): "not_fulfilled", ("E13", "1.1"): "fulfilled", ("E16", "9.1"): "no_data"}
    assert {key: judged.loc[key, "state"] for key in states} == states
    assert np.isinf(judged.loc[("E00", "13.1"), "actual"])


def test_formulas_say_the_rule(tmp_path, edges, law) -> None:
    path, _ = written(tmp_path, edges, law, lang="en")
    book = Book(path)
    grants, domestic, exports = (sheet_name(law.measures[id - 1], lang="en") for id in (13, 6, 8))
    settings = "rounding", "13.1.at_least", "wage_growth_forecast.2025", "6.1.multiple", "8.1.multiple"
    places = {setting: parameter_place(path, setting) for setting in settings}
    cell = {name: f"'parameters'!${place[0]}${place[1:]}" for name, place in places.items()}
    found = book.formulas(grants)
    assert found["H8"] == cell["13.1.at_least"]
    assert found["K8"] == cell["wage_growth_forecast.2025"]
    assert found["J8"] == (
        'IF(COUNT(H8)=0,"",IF(I8="∞",1,IF(COUNT(I8)=0,"",'
        f"IF(I8-H8>=-{cell['rounding']}*MAX(1,ABS(H8)),1,0))))"
    )
    assert found["Q8"] == 'IF(COUNT(J8,M8,P8)=0,"",SUM(J8,M8,P8))'
    assert found["J11"] == 'IF(COUNT(J8:J10)=0,"",SUM(J8:J10))'
    assert found["G11"] == 'IF(COUNT(G8:G10)=0,"",SUM(G8:G10))'
    assert found["Q11"] == 'IF(COUNT(Q8:Q10)=0,"",SUM(Q8:Q10))'
    assert book.formulas(domestic)["H8"] == f"{cell['6.1.multiple']}*100"
    assert "H10" not in book.formulas(exports)  # no support: nothing to reach
    assert book.cell(grants, "I8") == "∞"
    # what the largest figure allows stands in the one formula that needs it
    assert ">=-5.05E+01,1,0)" in book.formulas(domestic)["J8"]
    assert cell["rounding"] in book.formulas(domestic)["J9"]


def test_a_criterion_that_is_not_due_has_no_formula(tmp_path, sample, law) -> None:
    path, assessed = written(tmp_path, sample, law, lang="kk")
    book, judged = Book(path), assessed[assessed["year"] == YEAR]
    for measure in law.measures:
        layout = Layout(len(measure.criteria))
        sheet = sheet_name(measure, lang="kk")
        letters = [chr(65 + layout.column("score", criterion=at)) for at in range(layout.criteria)]
        places = set(book.formulas(sheet))
        rows = judged[judged["measure"] == measure.id]
        last = max(int(place[1:]) for place in places)
        for criterion, letter in zip(measure.criteria, letters, strict=True):
            due = rows[(rows["criterion"] == criterion.id) & (rows["state"] != "not_due")]
            assert sum(place[0] == letter and int(place[1:]) < last for place in places) == len(due)


SUBMITTED = "Қазақстан Республикасы Өнеркәсіп және құрылыс министрлігіне ұсынылады"
TITLE = "Өнеркәсіпті мемлекеттік ынталандыру шараларын іске асыру тиімділігін бағалау нәтижелері туралы мәліметтер"
BEFORE = {
    "A": "р/с №",
    "B": "Ынталандыру шарасын алған өтініш берушінің атауы",
    "C": "Аймақ (облыс, қала) Әкімшілік-аумақтық объектілердің ведомстволық сыныптауышы (ӘАОС)",
    "D": "Сала",
    "E": "Сыртқы экономикалық қызметтің тауарлық номенклатурасы",
    "F": "Субъектінің санаты",
    "G": "Нақты бөлінген бюджет қаражатының сомасы, мың теңге",
}
SUM, STATUS = "∑ Өлшемшарттар бойынша балдар", "Жоба мәртебесі"
TWO = {
    "H6:M6": "Әсерлер",
    "H7:I7": "1-өлшемшарт",
    "H8": "Жоспар",
    "I8": "Нақты",
    "J7:J8": "Балл",
    "K7:L7": "2-өлшемшарт",
    "K8": "Жоспар",
    "L8": "Нақты",
    "M7:M8": "Балл",
    "N6:N8": SUM,
    "O6:O8": STATUS,
    "P6:P8": "project_id",
}
THREE = {key: text for key, text in TWO.items() if key[0] in "HIJKLM" and key != "H6:M6"} | {
    "H6:P6": "Әсерлер",
    "N7:O7": "3-өлшемшарт",
    "N8": "Жоспар",
    "O8": "Нақты",
    "P7:P8": "Балл",
    "Q6:Q8": SUM,
    "R6:R8": STATUS,
    "S6:S8": "project_id",
}


@pytest.mark.parametrize(
    ("measure", "effects", "last"),
    [(6, TWO, "O"), (1, TWO, "O"), (13, THREE, "R")],
    ids=["one", "two", "three"],
)
def test_layout_is_that_of_the_order(tmp_path, sample, law, measure, effects, last) -> None:
    path, _ = written(tmp_path, sample, law)
    book = Book(path)
    sheet = next(name for name in book.sheets if name.split()[0] == str(measure))
    headings = {f"{letter}6:{letter}8": text for letter, text in BEFORE.items()} | effects
    titles = {f"A{row}:{last}{row}" for row in range(1, 6)}
    total = len(book.grid(sheet))
    assert book.merged(sheet) == {place for place in headings if ":" in place} | titles | {
        f"A{total}:F{total}"
    }
    assert {place: book.cell(sheet, place.split(":")[0]) for place in headings} == headings
    name = law.measures[measure - 1].name.kk
    expected = [SUBMITTED, TITLE, f"{measure}-шара: {name}", f"{YEAR} жыл"]
    assert [book.cell(sheet, f"A{row}") for row in range(1, 5)] == expected
    assert book.cell(sheet, "A5").startswith("СИНТЕТИКАЛЫҚ ДЕРЕКТЕР")
    assert book.cell(sheet, f"A{total}") == "Барлығы:"
    numbers = [row[0] for row in book.grid(sheet)[8:-1]]
    assert numbers == list(range(1, total - 8))
    if measure == 6:  # the second group is printed, and empty
        assert {cell for row in book.grid(sheet)[8:] for cell in row[10:13]} == {None}


def test_cells_of_a_project(tmp_path, sample, law) -> None:
    path, assessed = written(tmp_path, sample, law)
    book = Book(path)
    sheet = book.sheets[12]
    grid = book.grid(sheet)[8:-1]
    projects = sample.projects.set_index("project_id")
    ids = [row[18] for row in grid]
    assert ids == sorted(set(assessed.query("year == @YEAR and measure == 13")["project_id"]))
    regions, sectors = (ee.names(column, lang="kk") for column in ("region", "sector"))
    words = {"small": "шағын", "medium": "орта", "large": "ірі"}
    for id, row in zip(ids, grid, strict=True):
        project = projects.loc[id]
        assert row[1] == project["applicant"]
        assert row[2] == f"{project['kato']} {regions[project['kato'][:2]]}"
        assert row[3] == f"{project['oked'][:2]} {sectors[project['oked'][:2]]}"
        assert row[4] == (None if pd.isna(project["tnved"]) else project["tnved"])
        assert row[5] == words[project["category"]]
    assert "аяқталды" in [row[17] for row in grid]


def test_the_page_can_be_printed(tmp_path, sample, law) -> None:
    path, _ = written(tmp_path, sample, law)
    book = Book(path)
    sheet = book.sheets[12]
    xml = book.xml(sheet)
    page = xml.find("x:pageSetup", NAMESPACE)
    assert (page.get("paperSize"), page.get("orientation"), page.get("fitToHeight")) == (
        "9",
        "landscape",
        "0",
    )
    assert page.get("fitToWidth") in (None, "1")
    assert xml.find("x:sheetPr/x:pageSetUpPr", NAMESPACE).get("fitToPage") == "1"
    assert book.defined["_xlnm.Print_Titles", 12] == f"'{sheet}'!$6:$8"
    assert book.defined["_xlnm.Print_Area", 12] == f"'{sheet}'!$A$1:$R${len(book.grid(sheet))}"
    assert "&P / &N" in xml.find("x:headerFooter/x:oddFooter", NAMESPACE).text
    pane = xml.find("x:sheetViews/x:sheetView/x:pane", NAMESPACE)
    assert (pane.get("topLeftCell"), pane.get("state")) == ("C9", "frozen")
    hidden = [column for column in xml.iterfind("x:cols/x:col", NAMESPACE) if column.get("hidden") == "1"]
    assert [column.get("min") for column in hidden] == ["19"]


@pytest.mark.parametrize(("lang", "locale"), [("kk", "[$-43F]"), ("ru", "[$-419]"), ("en", "[$-409]")])
def test_number_formats_are_those_of_the_language(tmp_path, sample, law, lang, locale) -> None:
    path, assessed = written(tmp_path, sample, law, lang=lang)
    book = Book(path)
    assert book.pattern(book.sheets[12], "K9") == f'{locale}0.0"\u00a0"%'
    assert book.pattern(book.sheets[12], "G9") == f"{locale}#,##0.0"
    sales = next(
        r for r, row in enumerate(book.grid(book.sheets[11]), start=1) if r > 8 and row[7] is not None
    )
    assert book.pattern(book.sheets[11], f"H{sales}") == f"{locale}#,##0"
    assert book.pattern(book.sheets[12], "J9") == f"{locale}0"


def test_text_of_the_data_stays_text(tmp_path, edges, law) -> None:
    path, _ = written(tmp_path, edges, law)
    book, shown = Book(path), set()
    for sheet in book.sheets[:-2]:
        assert not [place for place in book.formulas(sheet) if place[0] in "ABCDEF"]
        assert book.xml(sheet).find("x:hyperlinks", NAMESPACE) is None
        shown |= {row[1] for row in book.grid(sheet)[7:-1]}
    assert shown == set(NAMES)


def test_figures_keep_every_digit(tmp_path, sample, law) -> None:
    path, assessed = written(tmp_path, sample, law)
    rows = assessed[(assessed["year"] == YEAR) & (assessed["criterion"] == "13.2")].dropna(subset="actual")
    cells = {row[18]: row[11] for row in Book(path).grid("13 өнеркәсіптік гранттар")[8:-1]}
    assert [cells[id] for id in rows["project_id"]] == list(rows["actual"])
    assert any(float(f"{value:.16G}") != value for value in rows["actual"])


def test_text_that_no_cell_holds_is_refused(tmp_path, edges, law) -> None:
    long = replace(edges, projects=edges.projects.assign(applicant="x" * 32768))
    with pytest.raises(ee.ParameterError, match="32,768 characters"):
        written(tmp_path, long, law)
    assert list(tmp_path.iterdir()) == []


def test_parameters_have_clause_and_source(tmp_path, sample, law) -> None:
    changed = law.replace({"13.1.at_least": 0.08, "8.1.period": "year"})
    path, _ = written(tmp_path, sample, changed, lang="ru")
    book = Book(path)
    rows = {row[0]: row[1:] for row in book.grid("параметры")}
    assert rows["13.1.at_least"][:3] == [0.08, "доля", law.criterion("13.1").citation.ru]
    assert "значение редакции изменено" in rows["13.1.at_least"][3]
    question = next(question for question in law.questions if "8.1.period" in question.parameters)
    assert rows["8.1.period"][0] == "year"
    assert rows["8.1.period"][3].startswith(f"{question.question.ru} {question.alternatives[0].reading.ru}")
    assert rows["9.1.period"][3] == f"{question.question.ru} {question.default.ru}"
    reference = sample.reference.set_index("year").loc[YEAR]
    assert rows["wage_growth_forecast.2025"][0] == reference["wage_growth_forecast"]
    assert rows["wage_growth_forecast.2025"][3] == reference["source"]
    assert set(changed.settings) <= set(rows)


def test_about_names_edition_readings_and_files(tmp_path, sample, law) -> None:
    path, assessed = written(tmp_path, sample, law.replace({"13.1.at_least": 0.08}), lang="en")
    said = {value for _, value in Book(path).grid("about")[1:]}
    assert {f"{source.name}, SHA-256 {digest(source)}" for source in sample.sources} <= said
    assert {f"{law.id}, {law.edition}", law.title.en, "13.1.at_least = 0.08", str(YEAR)} <= said
    assert f"effeval {ee.__version__}" in said
    assert str(assessed.query("year == @YEAR")["project_id"].nunique()) in said


def test_same_inputs_give_the_same_bytes(tmp_path, sample, law, monkeypatch) -> None:
    first, _ = written(tmp_path, sample, law)
    before = first.read_bytes()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    second, _ = written(tmp_path, sample, law)
    assert second.read_bytes() == before
    assert f"{law.edition}T00:00:00Z".encode() in Book(second).parts["docProps/core.xml"]


def test_only_measures_with_rows_get_a_sheet(tmp_path, sample, law) -> None:
    assessed = ee.assess(sample, law).query("region == '63' and measure in [1, 13]")
    path = write(assessed, sample, tmp_path / "part.xlsx", year=YEAR, methodology=law, lang="en")
    book = Book(path)
    assert [name.split()[0] for name in book.sheets] == ["1", "13", "parameters", "about"]
    assert all(row[2].startswith("63") for name in book.sheets[:2] for row in book.grid(name)[8:-1])
    assert not any(str(row[0]).startswith("6.1.") for row in book.grid("parameters"))


def test_a_form_names_applicants_that_received_the_measure(tmp_path, law) -> None:
    """Of the years before the support year only those with something judged or paid."""
    own = {"measure": 8, "status": "implementing", "support_year": 2024}
    projects = [
        own | {"project_id": "received", "support_year": 2022},
        own | {"project_id": "later"},
        own | {"project_id": "paid early"},
        own | {"project_id": "commissioned early", "measure": 2, "commissioning_year": 2020},
    ]
    rows = {
        project["project_id"]: {2022: {"export_value": 1}, 2024: {"support_paid": 1}} for project in projects
    }
    rows["paid early"][2022] |= {"support_paid": 10}
    rows["commissioned early"][2022] |= {"output_volume": 5, "output_volume_plan": 4}
    data = dataset(projects, rows, reference={2022: 0.1, 2024: 0.1})
    assessed = ee.assess(data, law)
    listed = {}
    for year in (2022, 2024):
        book = Book(write(assessed, data, tmp_path / f"{year}.xlsx", year=year, methodology=law, lang="en"))
        printed = [row for name in book.sheets[:-2] for row in book.grid(name)]
        listed[year] = {row[-1]: row[0] for row in printed if row[-1] in rows}
        assert dict(row[:2] for row in book.grid("about"))["Projects in the forms"] == str(len(listed[year]))
    assert listed[2022] == {"commissioned early": 1, "paid early": 1, "received": 2}
    assert set(listed[2024]) == {project["project_id"] for project in projects}
    with pytest.raises(ee.ParameterError, match="in 2023.*\n.*: 2024"):
        kept = assessed[assessed["project_id"] == "later"]
        write(kept, data, tmp_path / "none.xlsx", year=2023, methodology=law)


def test_what_cannot_be_written_is_refused(tmp_path, sample, law) -> None:
    assessed = ee.assess(sample, law)
    target = tmp_path / "form.xlsx"
    with pytest.raises(
        ee.ParameterError, match="No project that received a measure was judged in 2031.*\n.*2018, 2019"
    ):
        write(assessed, sample, target, year=2031, methodology=law)
    with pytest.raises(ee.ParameterError, match="language 'kz'"):
        write(assessed, sample, target, year=YEAR, methodology=law, lang="kz")
    with pytest.raises(ee.ParameterError, match="xlsx"):
        write(assessed, sample, tmp_path / "form.csv", year=YEAR, methodology=law)
    with pytest.raises(ee.ParameterError, match=r"13.1.at_least is 0.08, but 13.1 was judged by 0.1"):
        write(assessed, sample, target, year=YEAR, methodology=law.replace({"13.1.at_least": 0.08}))
    with pytest.raises(ee.ParameterError, match="have no project SYN-"):
        part = sample.subset(sample.projects["project_id"].iloc[:1])
        write(assessed, part, target, year=YEAR, methodology=law)
    assert list(tmp_path.iterdir()) == []


def test_names_of_sheets_fit_and_differ(law) -> None:
    for lang in LANGUAGES:
        names = [sheet_name(measure, lang=lang) for measure in law.measures]
        assert max(map(len, names)) <= 31
        assert len({name.lower() for name in names}) == 13
        assert all(len(name.split()) > 1 for name in names)
