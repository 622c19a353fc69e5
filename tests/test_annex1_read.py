"""Forms as they come back: read right, or refused with the cells named."""

import dataclasses
import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from babel.numbers import format_decimal, format_percent
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter.utility import xl_rowcol_to_cell

import effeval as ee
from effeval import DataError, Methodology
from effeval.annex1 import values, write
from effeval.annex1.headings import find
from effeval.annex1.raw import NO_VALUE, address, letters, sheets, unfit
from effeval.annex1.read import FIGURES, ROWS, TOTALS, Forms, read
from effeval.columns import columns

FOLDER = Path(__file__).parent / "forms"
EXPECTED = yaml.safe_load((FOLDER / "expected.yaml").read_text(encoding="utf-8"))["files"]
READ = {name: wanted["forms"] for name, wanted in EXPECTED.items() if "forms" in wanted}
REFUSED = {name: wanted for name, wanted in EXPECTED.items() if "refused" in wanted}
PROJECT = ["applicant", "kato", "sector", "tnved", "category", "support_paid", "status", "score_sum"]
PROJECT += ["plan", "actual", "score"]
METHODOLOGY = Methodology.load("order-35")
ASSESSED = [*columns("assessed")]


def load_maker():
    spec = importlib.util.spec_from_file_location("forms_make", FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["forms_make"] = module
    spec.loader.exec_module(module)
    return module


MAKE = load_maker()


def same(found, wanted) -> bool:
    if wanted is None:
        return pd.isna(found)
    return found == wanted if isinstance(wanted, str) else float(found) == float(wanted)


def part(forms: Forms, table: str, sheet: str) -> pd.DataFrame:
    frame = getattr(forms, table)
    return frame[frame["sheet"] == sheet]


# ---------------------------------------------------------------- the corpus


def test_every_file_of_the_corpus_is_expected_and_there_are_enough():
    assert {path.name for path in FOLDER.glob("*.xlsx")} == set(EXPECTED) == set(MAKE.corpus())
    assert len(EXPECTED) >= 25


def test_the_corpus_is_what_its_script_makes(tmp_path):
    for name, book in MAKE.corpus().items():
        MAKE.save(tmp_path / name, book)
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


@pytest.mark.parametrize("name", READ)
def test_disorder_is_read_right(name):
    forms = read(FOLDER / name, methodology=METHODOLOGY)
    assert [*forms.rows], [*forms.figures] == (ROWS, FIGURES)
    assert set(forms.rows["sheet"]) == {form["sheet"] for form in READ[name]}
    assert set(forms.rows["file"]) == {name}
    for form in READ[name]:
        check_form(forms, form)


def check_form(forms: Forms, form: dict) -> None:
    rows, figures = part(forms, "rows", form["sheet"]), part(forms, "figures", form["sheet"])
    assert set(rows["measure"]) == {form["measure"]} and set(rows["year"]) == {form["year"]}
    for field in ("kato", "category", "status", "sector"):
        if field in form:
            assert [None if pd.isna(v) else v for v in rows[field]] == form[field]
    if "project_id" in form:
        assert rows["project_id"].tolist() == form["project_id"]
    assert rows["project_id"].is_unique
    if "rows" not in form:
        return
    assert rows["row"].tolist() == form["rows"]
    changed = {(row, name, position): value for row, name, position, value in form.get("changed", [])}
    for (_, row), wanted in zip(rows.iterrows(), form["projects"], strict=True):
        check_project(
            row, figures[figures["row"] == row["row"]], dict(zip(PROJECT, wanted, strict=True)), form, changed
        )
    check_total(part(forms, "totals", form["sheet"]), form)


def check_project(row: pd.Series, figures: pd.DataFrame, wanted: dict, form: dict, changed: dict) -> None:
    columns, absent = form["columns"], form.get("without", [])
    for name in PROJECT[:8]:
        value = changed.get((row["row"], name, None), None if name in absent else wanted[name])
        if name not in form:
            assert same(row[name], value), (row["row"], name, row[name], value)
        if name != "tnved":
            assert same(row[f"{name}_cell"], f"{columns[name]}{row['row']}" if name in columns else None)
    assert figures["criterion"].tolist() == [
        f"{form['measure']}.{n}" for n, _ in enumerate(wanted["plan"], start=1)
    ]
    for position, (_, figure) in enumerate(figures.iterrows()):
        for leaf in ("plan", "actual", "score"):
            value = changed.get(
                (row["row"], leaf, position), None if leaf in absent else wanted[leaf][position]
            )
            assert same(figure[leaf], value), (row["row"], leaf, position, figure[leaf], value)
            place = f"{columns[leaf][position]}{row['row']}" if leaf in columns else None
            assert same(figure[f"{leaf}_cell"], place)


def check_total(totals: pd.DataFrame, form: dict) -> None:
    assert [*totals] == TOTALS
    if form["total"] is None:
        assert totals.empty
        return
    assert set(totals["row"]) == {form["total"]["row"], *form.get("subtotals", [])}
    totals = totals[totals["row"] == form["total"]["row"]]
    assert dict(zip(totals["name"], totals["value"], strict=True)) == form["total"]["values"]
    columns = {"support_paid": form["columns"]["support_paid"], "score_sum": form["columns"]["score_sum"]}
    columns |= {
        f"{form['measure']}.{n}": column for n, column in enumerate(form["columns"]["score"], start=1)
    }
    cells = {name: f"{columns[name]}{form['total']['row']}" for name in form["total"]["values"]}
    assert dict(zip(totals["name"], totals["cell"], strict=True)) == cells


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_names_its_cells(name):
    wanted = REFUSED[name]
    with pytest.raises(DataError) as caught:
        read(FOLDER / name, methodology=METHODOLOGY)
    faults = caught.value.faults
    cells = [place for place in wanted["refused"] if place not in ("sheet", "file")]
    assert sorted(fault.column for fault in faults if fault.column) == sorted(cells)
    for fault in faults:
        place = fault.column or ("sheet" if "sheet" in wanted["refused"] else "file")
        assert any(words in fault.message for words in [wanted["refused"][place], *wanted.get("more", [])]), (
            fault
        )
        assert fault.table == "form" and fault.fix
        sheet = f", sheet {wanted.get('sheet', '13')}" if place != "file" else ""
        assert fault.file == f"{name}{sheet}"
        assert fault.row is None if fault.column is None else fault.column.endswith(str(fault.row))
    assert len(faults) == len(wanted["refused"]) + len(wanted.get("more", []))


# ---------------------------------------------------------------- files, years, the whole


def saved(tmp_path, sheets, name="form.xlsx"):
    MAKE.save(tmp_path / name, sheets)
    return tmp_path / name


def refused(path, **options) -> list:
    with pytest.raises(DataError) as caught:
        read(path, methodology=METHODOLOGY, **options)
    return [(fault.file, fault.column, fault.message) for fault in caught.value.faults]


def test_a_folder_and_several_files_are_read_together(tmp_path):
    saved(tmp_path, {"13": MAKE.form()}, "a.xlsx")
    saved(tmp_path, {"6": MAKE.form(6)}, "b.xlsx")
    whole = read(tmp_path, methodology=METHODOLOGY)
    assert whole.rows["file"].tolist() == ["a.xlsx"] * 3 + ["b.xlsx"] * 2
    alone = read([tmp_path / "b.xlsx"], methodology=METHODOLOGY)
    expected = whole.figures[whole.figures["file"] == "b.xlsx"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.figures, expected)


def test_faults_of_all_files_come_together(tmp_path):
    bad = saved(tmp_path, {"13": MAKE.at(MAKE.form(), H8=10)}, "bad.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    found = refused([bad, tmp_path / "broken.xlsx", tmp_path / "absent.xlsx", bad])
    said = " ".join(message for *_, message in found)
    for words in ("could be per cent", "cannot be read as a workbook", "does not exist", "is given twice"):
        assert words in said


def test_files_of_one_name_are_told_apart(tmp_path):
    for folder in ("east", "west"):
        (tmp_path / folder).mkdir()
        saved(tmp_path / folder, {"6": MAKE.form(6)})
    forms = read([tmp_path / "east/form.xlsx", tmp_path / "west/form.xlsx"], methodology=METHODOLOGY)
    assert forms.rows["file"].nunique() == 2


def test_nothing_given_and_empty_folder_are_faults(tmp_path):
    assert refused([]) == [("", None, "no form was given")]
    assert refused(tmp_path)[0][2] == "holds no workbook"


@pytest.mark.parametrize(
    ("line", "year"),
    [
        ("2024 жыл", 2024),
        ("за 2024 год", 2024),
        ("01.01.2025 ж. жағдай бойынша, 2024 жыл", 2024),
        ("15 февраля 2025 г., за 2024 год", 2024),
        ("2025 жылғы 15 ақпан", None),
        ("2022 жылғы 27 мамырдағы № 297 бұйрық", None),
        ("к приказу от 26 января 2024 года № 35", None),
        ("№ 297 бұйрыққа (2022 ж.) 1-қосымша", None),
        (2024, 2024),
        (None, None),
    ],
)
def test_the_year_comes_from_the_titles(tmp_path, line, year):
    path = saved(tmp_path, {"13-шара": MAKE.at(MAKE.form(year=None), A4=line)})
    found = read(path, methodology=METHODOLOGY).rows["year"]
    assert found.dtype == "Int64"
    assert found.isna().all() if year is None else (found == year).all()
    assert (read(path, methodology=METHODOLOGY, year=2024).rows["year"] == 2024).all()


def test_a_form_for_another_year_than_asked_for_is_a_fault():
    assert "is for 2024, not for 2023" in refused(FOLDER / "clean-kk.xlsx", year=2023)[0][2]


@pytest.mark.parametrize(
    ("title", "sheet", "measure"),
    [
        ("13-шара: өнеркәсіптік гранттар беру", "Лист1", 13),
        ("Мера № 13", "Sheet1", 13),
        ("по мере 13", "2024", 13),
        ("Measure no. 13", "Sheet2", 13),
        ("11-тармақтың 13) тармақшасы", "Парақ1", 13),
        ("подпункт 13) пункта 11", "Лист1", 13),
        ("ПРЕДОСТАВЛЕНИЕ  ПРОМЫШЛЕННЫХ ГРАНТОВ", "Лист3", 13),
        (None, "13", 13),
        (None, "13 гранттар", 13),
        (None, "Мера 13", 13),
        (None, "промышленные гр", 13),
        (None, "Лист13", None),
        (None, "1 квартал", None),
        (None, "лизинг", 2),
        ("13-шара", "5", 13),
    ],
)
def test_the_measure_is_told_from_titles_or_sheet(tmp_path, title, sheet, measure):
    path = saved(tmp_path, {sheet: MAKE.at(MAKE.form(), A3=title)})
    table, faults = find(sheets(path, file="form.xlsx")[0], methodology=METHODOLOGY, year=None)
    if measure is None:
        assert [fault.message for fault in faults] == ["does not say which measure it is about"]
    else:
        assert table.measure.id == measure


def test_titles_and_sheet_that_contradict_are_a_fault(tmp_path):
    path = saved(tmp_path, {"Мера 5": MAKE.form()})
    assert "names more than one measure: 5, 13" in refused(path)[0][2]


def test_measure_from_the_name_of_the_file(tmp_path):
    path = saved(tmp_path, {"Лист1": MAKE.at(MAKE.form(), A3=None)}, "мера_13_за_2023.xlsx")
    assert set(read(path, methodology=METHODOLOGY).rows["measure"]) == {13}


def test_an_empty_form_has_no_rows(tmp_path):
    form = MAKE.form(total=False)
    del form.rows[7:]
    forms = read(saved(tmp_path, {"13": form}), methodology=METHODOLOGY)
    assert forms.rows.empty and forms.figures.empty and forms.totals.empty
    assert (
        [*forms.rows] == ROWS
        and forms.rows["row"].dtype == "int64"
        and forms.figures["plan"].dtype == "float64"
    )


def test_nothing_is_dropped_silently_from_a_form():
    """Each numbered row with a figure is a row read; each filled figure is a figure read."""
    forms = read(FOLDER / "clean-kk.xlsx", methodology=METHODOLOGY)
    given = sum(cell is not None for row in MAKE.ROWS[13] for cell in row[7:16])
    assert int(forms.figures[["plan", "actual", "score"]].notna().sum().sum()) == given


def test_inputs_stay_as_they_are():
    before = (FOLDER / "numbers-as-text.xlsx").read_bytes()
    read(FOLDER / "numbers-as-text.xlsx", methodology=METHODOLOGY)
    assert (FOLDER / "numbers-as-text.xlsx").read_bytes() == before


# ---------------------------------------------------------------- figures in the manner of a language


def figures(cells: list, *, rate: bool = False, limit: float = np.inf, comma: bool = True) -> values.Figures:
    count = len(cells)
    cleaned = [values.clean(cell) for cell in cells]
    return values.figures(
        cleaned,
        rate=np.full(count, rate),
        infinite=np.full(count, rate),
        limit=np.full(count, limit),
        comma=comma,
    )


@settings(max_examples=150, deadline=None)
@given(
    numbers=st.lists(st.decimals(min_value=-(10**9), max_value=10**12, places=3), min_size=1, max_size=6),
    lang=st.sampled_from(["ru", "kk"]),
    digits=st.integers(0, 3),
)
def test_figures_in_the_manner_of_kazakh_and_russian_are_read_back(numbers, lang, digits):
    rounded = [round(float(number), digits) for number in numbers]
    texts = [format_decimal(number, format="#,##0." + "#" * digits, locale=lang) for number in rounded]
    found = figures(texts)
    assert not found.refused
    assert found.values.tolist() == rounded


@settings(max_examples=100, deadline=None)
@given(
    percents=st.lists(st.decimals(min_value=-100, max_value=1000, places=2), min_size=1, max_size=6),
    lang=st.sampled_from(["ru", "kk"]),
)
def test_percents_are_read_back_as_fractions_to_the_last_bit(percents, lang):
    texts = [format_percent(number / 100, format="#,##0.##\u00a0%", locale=lang) for number in percents]
    found = figures(texts, rate=True, limit=5.0)
    assert not found.refused
    assert found.values.tolist() == [float(number / 100) for number in percents]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), max_size=8))
def test_plain_numbers_stay_as_they_are(cells):
    found = figures(["" if cell is None else cell for cell in cells])
    assert not found.refused
    np.testing.assert_array_equal(found.values, [np.nan if cell is None else cell for cell in cells])


@pytest.mark.parametrize(("limit", "value"), [(values.HIGHEST_PLAN, 1.0), (values.HIGHEST_ACTUAL, 5.0)])
def test_the_limit_of_a_bare_rate_belongs_to_it(limit, value):
    above = float(np.nextafter(value, 9))
    assert figures([value, -value], rate=True, limit=limit).bare == []
    assert figures([above, -above], rate=True, limit=limit).bare == [0, 1]
    assert [refusal.at for refusal in figures([repr(above), "-6"], rate=True, limit=limit).refused] == [0, 1]


@pytest.mark.parametrize(
    "mark",
    ["-", "–", "—", "--", "x", "х", "X", "н/д", "Н/Д", "жоқ", "Жоқ", " \u00a0", "\u200b", "нет данных"],
)
def test_marks_for_empty_are_empty(mark):
    assert values.clean(mark) == ""


@pytest.mark.parametrize("cell", ["0", "0,0", 0.0])
def test_zero_is_not_empty(cell):
    assert figures([cell]).values.tolist() == [0.0]


@pytest.mark.parametrize("name", [f"name_{lang}" for lang in ("kk", "ru", "en")])
def test_every_region_is_known_by_its_name(name):
    from effeval import regions

    table = regions()
    assert values.coded(table[name].tolist(), kind="kato") == (table["kato"].tolist(), [])


@pytest.mark.parametrize("name", [f"name_{lang}" for lang in ("kk", "ru", "en")])
def test_every_sector_is_known_by_its_name_and_code(name):
    from effeval import sectors

    table = sectors()
    cells = table[name].tolist() + (table["sector"] + " " + table[name]).tolist()
    assert values.coded(cells, kind="oked") == (table["sector"].tolist() * 2, [])


# ---------------------------------------------------------------- places


@settings(deadline=None)
@given(row=st.integers(0, 1_048_575), column=st.integers(0, 16_383))
def test_addresses_are_those_of_excel(row, column):
    assert address(row, column) == xl_rowcol_to_cell(row, column)
    assert address(row, column) == f"{letters(column)}{row + 1}"


# ---------------------------------------------------------------- written by effeval, read back


@pytest.fixture(scope="module")
def judged(sample_dir):
    data = ee.load(sample_dir)
    return data, ee.assess(data, METHODOLOGY)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_what_is_written_is_read_back(judged, tmp_path, lang):
    data, assessed = judged
    measures = set()
    for year in (2023, 2025):
        path = write(assessed, data, tmp_path / f"{year}.xlsx", year=year, methodology=METHODOLOGY, lang=lang)
        forms = read(path, methodology=METHODOLOGY)
        check_read_back(forms, in_form(assessed, data, year), data, year)
        measures |= set(forms.rows["measure"])
    assert measures == set(range(1, 14))


def in_form(assessed: pd.DataFrame, data, year: int) -> pd.DataFrame:
    """Rows of the year but of projects supported only later of which nothing is due; none of these was paid."""
    rows = assessed[assessed["year"] == year]
    later = set(data.projects.loc[data.projects["support_year"] > year, "project_id"])
    early = rows[rows["project_id"].isin(later)]
    assert not early["support_paid"].any()
    return rows[~rows["project_id"].isin(later - set(early.loc[early["state"] != "not_due", "project_id"]))]


def check_read_back(forms: Forms, wanted: pd.DataFrame, data, year: int) -> None:
    assert (forms.rows["year"] == year).all()
    key = ["file", "sheet", "row"]
    whole = forms.figures.merge(forms.rows[[*key, "project_id", "measure"]], on=key, validate="m:1")
    whole = whole.sort_values(["project_id", "criterion"], ignore_index=True)
    wanted = wanted.sort_values(["project_id", "criterion"], ignore_index=True)
    names = ["project_id", "measure", "criterion", "plan", "actual", "score"]
    pd.testing.assert_frame_equal(whole[names], wanted[names], check_dtype=False, check_exact=True)
    projects = data.projects.set_index("project_id").loc[forms.rows["project_id"]].reset_index()
    names = ["applicant", "kato", "tnved", "category", "status", "measure"]
    pd.testing.assert_frame_equal(forms.rows[names], projects[names], check_dtype=False)
    assert (forms.rows["sector"] == projects["oked"].str[:2]).all()
    support = wanted.drop_duplicates("project_id").set_index("project_id")["support_paid"]
    assert forms.rows["support_paid"].tolist() == support[forms.rows["project_id"]].tolist()
    assert forms.rows["score_sum"].fillna(0).tolist() == [
        group.sum()
        for group in (wanted.loc[wanted["project_id"] == id, "score"] for id in forms.rows["project_id"])
    ]
    given = forms.totals[forms.totals["name"] == "support_paid"].set_index("sheet")["value"].to_dict()
    assert given == forms.rows.groupby("sheet")["support_paid"].sum().to_dict()


def test_written_read_and_written_again_the_figures_are_the_same(judged, tmp_path):
    data, assessed = judged
    first = write(assessed, data, tmp_path / "first.xlsx", year=2025, methodology=METHODOLOGY)
    forms = read(first, methodology=METHODOLOGY)
    again, figures = from_forms(forms, data)
    second = write(figures, again, tmp_path / "second.xlsx", year=2025, methodology=METHODOLOGY, lang="ru")
    back = read(second, methodology=METHODOLOGY)
    own = ["file", "sheet"]
    for table in ("rows", "figures", "totals"):
        before, after = (getattr(each, table).drop(columns=own) for each in (forms, back))
        pd.testing.assert_frame_equal(before, after, check_exact=True)


def from_forms(forms: Forms, data: ee.Dataset) -> tuple[ee.Dataset, pd.DataFrame]:
    """A data set and judged rows whose words and figures are those of forms."""
    rows = forms.rows.drop(columns="file")
    said = rows.set_index("project_id").rename(columns={"sector": "oked"})
    projects = data.projects[data.projects["project_id"].isin(rows["project_id"])].set_index("project_id")
    for name in ("applicant", "kato", "oked", "tnved", "category", "status"):
        projects[name] = said[name]
    figures = forms.figures.merge(rows, on=["sheet", "row"], suffixes=("", "_row"))
    empty = figures["plan"].isna() & figures["actual"].isna()
    states = np.where(empty, "not_due", np.where(figures["score"] == 1, "fulfilled", "not_fulfilled"))
    figures["state"] = np.where(figures["score"].isna() & ~empty, "no_data", states)
    figures["attainment"] = figures["actual"] / figures["plan"].where(figures["plan"] > 0)
    figures["region"], figures["district"] = figures["kato"].str[:2], figures["kato"].str[:4]
    figures["year"] = figures["year"].astype("int64")
    return dataclasses.replace(data, projects=projects.reset_index()), figures[ASSESSED]


# ---------------------------------------------------------------- what calamine does not tell


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c r="B7"><f>1+1</f></c>', NO_VALUE),
        ('<c r="B7" s="3"><f>1+1</f><v></v></c>', NO_VALUE),
        ('<c r="B7"><f>1+1</f><v/></c>', NO_VALUE),
        ('<c r="B7"><f t="shared" si="0"/></c>', NO_VALUE),
        ('<c r="B7">\n <f>1+1</f>\n</c>', NO_VALUE),
        ('<c r="B7" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ("<c r='B7' t='e'><v>#N/A</v></c>", "#N/A"),
        ('<c r="B7" t="str"><f>""</f><v></v></c>', None),
        ('<c r="B7"><f>1+1</f><v>2</v></c>', None),
        ('<c r="B7"><f t="shared" si="0"/><v>2</v></c>', None),
        ('<c r="B7"><v>2</v></c>', None),
        ('<c r="B7" s="1"/>', None),
    ],
)
def test_errors_and_formulas_without_a_value_are_found(prefix, cell, said):
    around = '<worksheet><row r="7"><c r="A7" s="1"/>{}<c r="C7"><f>A7</f><v>1</v></c></row></worksheet>'
    xml = re.sub(r"<(/?)(?=[a-z])", rf"<\1{prefix}", around.format(cell))
    assert unfit(xml.encode()) == ({} if said is None else {(6, 1): said})


def test_an_empty_score_is_no_fault_where_there_is_nothing_to_score(tmp_path):
    """xlsxwriter stores the empty text of a formula as if it had not been computed."""
    form = MAKE.at(MAKE.form(), P9=MAKE.Formula('IF(O9="","",1)'), M10=MAKE.Formula('IF(L10="","",1)'))
    forms = read(saved(tmp_path, {"13": form}), methodology=METHODOLOGY)
    whole = read(FOLDER / "clean-kk.xlsx", methodology=METHODOLOGY)
    pd.testing.assert_frame_equal(forms.figures.drop(columns="file"), whole.figures.drop(columns="file"))


def test_a_formula_without_a_value_is_a_fault_where_there_is_something_to_compute(tmp_path):
    form = MAKE.at(
        MAKE.form(), P9=MAKE.Formula("1"), P8=MAKE.Formula("1"), O9=MAKE.Formula("1"), Q10=MAKE.Formula("1")
    )
    found = refused(saved(tmp_path, {"13": form}))
    assert sorted(column for _, column, _ in found) == ["O9", "P8", "P9", "Q10"]
