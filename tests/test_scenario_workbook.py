"""The workbook to fill in: everything in it, read as people type, every fault with its place."""

import re
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

import effeval as ee
from effeval.labels import phrase
from effeval.reading.files import write
from effeval.scenarios.files import read_scenario
from effeval.scenarios.template import definition, height, parameters, write_template
from effeval.typed import parse_settings, written

LAW = ee.Methodology.load("order-35")
SHEETS = ("scenario", "parameters", "questions")
KEYS = {"scenario": "field", "parameters": "path", "questions": "sets"}
INPUTS = {"scenario": "value", "parameters": "new", "questions": "tick"}


@pytest.fixture(scope="module")
def blank(tmp_path_factory) -> Path:
    return write_template(tmp_path_factory.mktemp("template") / "blank.xlsx", LAW, lang="ru")


def rows(path: Path, name: str, lang: str = "ru") -> list[list]:
    sheet = phrase(f"template.sheet.{name}", lang=lang)
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def place(path: Path, name: str, key: str, lang: str = "ru", column: str | None = None) -> str:
    """Address of the cell to fill in (or of another column) in the row of a field, path or reading."""
    table = rows(path, name, lang)
    head = {text: at for at, text in enumerate(table[0])}
    key = phrase(f"template.field.{key}", lang=lang) if name == "scenario" else key
    at = head[phrase(f"template.head.{KEYS[name]}", lang=lang)]
    row = next(number for number, cells in enumerate(table, start=1) if cells[at] == key)
    letter = chr(ord("A") + head[phrase(f"template.head.{column or INPUTS[name]}", lang=lang)])
    return f"{letter}{row}"


def fill(blank: Path, cells: dict[tuple[str, str], object], *, lang: str = "ru", title: str = "Т") -> Path:
    """A copy with cells typed in: by (sheet, address or key); text, numbers, dates, errors."""
    filled = blank.with_name("filled.xlsx")
    cells = {("scenario", "title"): title} | cells
    typed = {
        (name, key if re.fullmatch("[A-Z][0-9]+", key) else place(blank, name, key, lang)): value
        for (name, key), value in cells.items()
    }
    with ZipFile(blank) as old, ZipFile(filled, "w") as new:
        for item in old.namelist():
            text = old.read(item)
            number = re.fullmatch(r"xl/worksheets/sheet(\d)\.xml", item)
            for (name, address), value in typed.items():
                if number and int(number[1]) == SHEETS.index(name) + 1:
                    text = _typed(text.decode(), address, value).encode()
            new.writestr(item, text)
    return filled


def _typed(xml: str, address: str, value: object) -> str:
    if isinstance(value, str) and value.startswith("#"):
        cell = f't="e"><v>{value}</v></c>'
    elif isinstance(value, str):
        cell = f't="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
    else:
        cell = f"><v>{value}</v></c>"
    done, count = re.subn(
        rf'<c r="{address}"( s="\d+")?[^>]*?(/>|>.*?</c>)', rf'<c r="{address}"\1 {cell}', xml
    )
    assert count == 1, address
    return done


def test_the_template_holds_every_parameter_and_every_reading(blank) -> None:
    table = rows(blank, "parameters")
    head = table[0].index(phrase("template.head.path", lang="ru"))
    assert [row[head] for row in table[1:]] == list(LAW.settings)
    value = table[0].index(phrase("template.head.in_force", lang="ru"))
    assert [row[value] for row in table[1:]] == list(LAW.settings.values())
    clause = {row[head]: row[table[0].index("Норма")] for row in table[1:]}
    assert clause["13.1.at_least"] == LAW.criterion("13.1").citation.ru and clause["scale"] == ""
    readings = [row[2] for row in rows(blank, "questions")[1:]]
    expected = [text.ru for q in LAW.questions for text in (q.default, *(a.reading for a in q.alternatives))]
    assert readings == expected


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_template_is_complete_in_each_language_and_reads_back(tmp_path, lang) -> None:
    path = write_template(tmp_path / "t.xlsx", LAW, lang=lang)
    again = write_template(tmp_path / "u.xlsx", LAW, lang=lang)
    assert path.read_bytes() == again.read_bytes()
    every = {"1.2.after": 3, "13.1.at_least": 0.08, "6.1.judge": "best", "missing": "not_fulfilled"}
    cells = {("parameters", key): str(value) for key, value in every.items()}
    found = read_scenario(fill(path, cells, lang=lang, title="Қ"))
    assert (found.title, found.baseline, dict(found.settings)) == ("Қ", "order-35", every)


AS_TYPED = {
    "0,08": 0.08, "0.08": 0.08, "8 %": 0.08, "8%": 0.08, "8,3 %": 0.083, " 8\u00a0% ": 0.08, "-5 %": -0.05, "0": 0,
    "\u22125%": -0.05, "100 %": 1, "150 %": 1.5, "29 %": 0.29, ".5": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("typed, value", [*AS_TYPED.items(), (0.08, 0.08), (0.0, 0)])
def test_a_share_is_read_as_people_type_it(blank, typed, value) -> None:
    found = read_scenario(fill(blank, {("parameters", "13.1.at_least"): typed})).settings
    assert found == (("13.1.at_least", value),)


@pytest.mark.parametrize("typed, value", [("2,5", 2.5), ("1 000", 1000), (3.0, 3), ("150 %", 1.5), ("0", 0)])
def test_a_multiple_is_read_as_people_type_it(blank, typed, value) -> None:
    assert read_scenario(fill(blank, {("parameters", "6.1.multiple"): typed})).settings == (
        ("6.1.multiple", value),
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(-999, 999_999).map(lambda n: n / 10_000))
def test_a_share_comes_back_whether_typed_as_percent_or_as_fraction(tmp_path_factory, value) -> None:
    blank = write_template(tmp_path_factory.mktemp("share") / "blank.xlsx", LAW, lang="en")
    percent = f"{value * 100:.2f} %".replace(".", ",")
    found = read_scenario(fill(blank, {("parameters", "13.1.at_least"): percent}, lang="en"))
    assert dict(found.settings)["13.1.at_least"] == value


REFUSED = {
    "0,0x": ("is not a number", "8 %"),
    "8": ("could be 8 % or 800 %", "with the sign"),
    8.0: ("could be 8 % or 800 %", "with the sign"),
    "1,125": ("could be a fraction or thousands", "without a comma"),
    "#DIV/0!": ("is an error of Excel", "mend the formula"),
    "2000000 %": ("13.1.at_least: ", "greater than the maximum of 100"),
    "1,5 %x": ("is not a number", "8 %"),
    "=1+1": ("is not a number", "8 %"),
}


@pytest.mark.parametrize("typed, said", REFUSED.items(), ids=map(str, REFUSED))
def test_what_is_wrong_or_could_mean_two_things_is_refused_with_its_place(blank, typed, said) -> None:
    filled = fill(blank, {("parameters", "13.1.at_least"): typed})
    row = place(blank, "parameters", "13.1.at_least")[1:]
    with pytest.raises(ee.MethodologyError) as raised:
        read_scenario(filled)
    message = str(raised.value)
    shown = str(typed).removesuffix(".0")
    assert f"filled.xlsx, sheet Параметры, row {row}, Новое значение = '{shown}'" in message
    assert all(words in message for words in said) and "1 fault:" in message


def test_all_faults_of_all_sheets_are_told_at_once(blank) -> None:
    filled = fill(
        blank,
        {
            ("scenario", "title"): " ",
            ("scenario", "date"): "весна",
            ("parameters", "6.1.judge"): "worst",
            ("parameters", "1.1.after"): "1,5",
            ("parameters", "13.1.at_least"): "много",
            ("questions", "scale = proportional"): "нет",
        },
    )
    with pytest.raises(ee.MethodologyError) as raised:
        read_scenario(filled)
    message = str(raised.value)
    told = ["sheet Сценарий, row 2, Значение = ' ': title is missing", "date = 'весна' is no date", "'worst' is not one of",
            "1.5 is not of type 'integer'", "'много': is not a number", "'нет': is no tick"]  # fmt: skip
    assert [words for words in told if words not in message] == []
    assert "has 6 faults" in message


@pytest.mark.parametrize("tick", ["✓", "x", "Х", "да", "Иә", 1, "+"])
def test_a_ticked_reading_sets_its_parameters(blank, tick) -> None:
    best = "6.1.judge = best\n7.1.judge = best\n10.1.judge = best\n13.1.judge = best\n13.3.judge = best"
    found = read_scenario(fill(blank, {("questions", best): tick}))
    alternative = next(a for q in LAW.questions for a in q.alternatives if a.id == "best_year")
    assert found.settings == alternative.settings
    assert found.apply(LAW).criterion("13.3").parameters["judge"] == "best"


def test_a_reading_without_parameters_cannot_be_ticked(blank) -> None:
    with pytest.raises(ee.MethodologyError, match="sets no parameter"):
        read_scenario(fill(blank, {("questions", phrase("template.no_parameter", lang="ru")): "✓"}))


def test_a_reading_and_a_value_that_contradict_are_refused_and_agreement_is_not(blank) -> None:
    ticked = {("questions", "scale = proportional"): "✓"}
    with pytest.raises(
        ee.MethodologyError, match="scale is binary here and proportional in .*Открытые вопросы"
    ):
        read_scenario(fill(blank, ticked | {("parameters", "scale"): "binary"}))
    same = read_scenario(fill(blank, ticked | {("parameters", "scale"): "proportional"}))
    assert same.settings == (("scale", "proportional"),)


def test_two_readings_of_one_question_go_together_unless_they_set_the_same(blank) -> None:
    sets = {
        a.id: "\n".join(f"{path} = {value}" for path, value in a.settings)
        for q in LAW.questions
        for a in q.alternatives
    }
    ticked = fill(blank, {("questions", sets[id]): "✓" for id in ("base_year_before", "best_year")})
    assert read_scenario(ticked).apply(LAW).criterion("13.3").parameters["judge"] == "best"
    assert read_scenario(ticked).apply(LAW).criterion("13.3").parameters["base_shift"] == -1
    with pytest.raises(ee.MethodologyError, match="6.1.measure_as is level here and cumulative in"):
        read_scenario(
            fill(blank, {("questions", sets[id]): "✓" for id in ("sum_of_growth", "income_itself")})
        )


@given(st.floats(-1, 100, allow_nan=False))
def test_a_growth_is_read_as_it_is_written(value: float) -> None:
    read = parse_settings([f"13.1.at_least={written('13.1.at_least', value)}"])["13.1.at_least"]
    assert read == pytest.approx(value, rel=1e-12, abs=1e-12)


def test_a_value_in_force_that_was_written_over_is_a_fault(blank) -> None:
    over = place(blank, "parameters", "13.1.at_least", column="in_force")
    with pytest.raises(
        ee.MethodologyError, match=r"in force of 13.1.at_least is 0.1, not 0.08.*\n.*its own column"
    ):
        read_scenario(fill(blank, {("parameters", over): 0.08}))


def test_who_when_and_why_are_read(blank) -> None:
    texts = {"author": "Үміт", "date": "31.01.2026", "reference": "=№ 35", "description": "&lt;b&gt;"}
    cells = {("scenario", key): text for key, text in texts.items()} | {
        ("parameters", "missing"): "not_fulfilled"
    }
    found = read_scenario(fill(blank, cells))
    assert (found.author, found.date, found.reference) == ("Үміт", "2026-01-31", "=№ 35")
    assert found.description == "<b>" and found.settings == (("missing", "not_fulfilled"),)


def test_a_workbook_that_sets_nothing_is_refused(blank) -> None:
    with pytest.raises(ee.MethodologyError, match="no value is set and no reading is ticked(.|\n)*not read"):
        read_scenario(fill(blank, {}))


def test_an_edition_misspelt_is_named_with_the_near_one(blank) -> None:
    cells = {("scenario", "baseline"): "order35", ("parameters", "missing"): "not_fulfilled"}
    with pytest.raises(
        ee.MethodologyError, match="changes order35, not order-35. There is no edition 'order35'. Near"
    ):
        read_scenario(fill(blank, cells)).apply(LAW)


def test_a_workbook_of_ones_own_with_the_needed_columns_and_a_date_cell_is_read(tmp_path) -> None:
    path = tmp_path / "own.xlsx"
    with Workbook(path, {"default_date_format": "dd.mm.yyyy"}) as book:
        who, values = book.add_worksheet("Scenario"), book.add_worksheet("Parameters")
        for row, cells in enumerate([("Field", "Value"), ("Title", 7), ("Baseline", "order-35")]):
            who.write_row(row, 0, cells)
        who.write_row(3, 0, ("Date", datetime(2026, 1, 31)))
        values.write_row(0, 0, ("Parameter", "New value"))
        values.write_row(1, 0, ("growth.at_least", 0.2))
    found = read_scenario(path)
    assert (found.title, found.date, found.settings) == ("7", "2026-01-31", (("growth.at_least", 0.2),))


def test_a_value_beside_no_parameter_or_an_unknown_one_is_a_fault(tmp_path) -> None:
    path = tmp_path / "own.xlsx"
    with Workbook(path) as book:
        who, values = book.add_worksheet("Сценарий"), book.add_worksheet("Parameters")
        for row, cells in enumerate(
            [("Поле", "Значение"), ("Название", "Т"), ("Исходный вариант", "order-35")]
        ):
            who.write_row(row, 0, cells)
        who.write_row(3, 0, ("Мотив", "любой"))
        for row, cells in enumerate(
            [("Parameter", "New value"), ("", 3), ("13.1.at_last", "5 %"), ("6.1.judge", True)]
        ):
            values.write_row(row, 0, cells)
    with pytest.raises(ee.MethodologyError) as raised:
        read_scenario(path)
    told = ["row 4, Значение = 'любой': there is no field 'Мотив'", "row 2, New value = '3': stands beside no",
            "row 3, New value = '5 %': There is no setting '13.1.at_last'. Near: 13.1.at_least",
            "row 4, New value = 'TRUE': 6.1.judge: 'TRUE' is not one of"]  # fmt: skip
    assert [words for words in told if words not in str(raised.value)] == []


def test_a_scenario_file_can_be_the_baseline(blank) -> None:
    ee.write_scenario(
        blank.with_name("base.yaml"), ee.Scenario("B", baseline="order-35", settings=(("6.1.multiple", 3),))
    )
    cells = {("scenario", "baseline"): "base.yaml", ("parameters", "13.1.at_least"): "8 %"}
    found = read_scenario(fill(blank, cells))
    assert found.apply(LAW).changes() == {"6.1.multiple": 3, "13.1.at_least": 0.08}


def test_other_files_are_refused_with_what_would_be_right(tmp_path, blank) -> None:
    (tmp_path / "text.xlsx").write_text("no workbook", encoding="utf-8")
    write(ee.regions(), tmp_path / "other.xlsx")
    for name, said in {
        "none": "no scenario file",
        "text": "cannot be read",
        "other": "no sheet Сценарий",
    }.items():
        with pytest.raises(ee.MethodologyError, match=said):
            read_scenario(tmp_path / f"{name}.xlsx")
    with pytest.raises(ee.MethodologyError, match="no column New value"):
        read_scenario(fill(blank, {("parameters", place(blank, "parameters", "Параметр")): "моё"}))


@pytest.mark.parametrize("name, lang", [("t.xls", "ru"), ("none/t.xlsx", "ru"), ("t.xlsx", "kz")])
def test_a_template_that_cannot_be_written_is_refused(tmp_path, name, lang) -> None:
    with pytest.raises(ee.ParameterError, match="To fix"):
        write_template(tmp_path / name, LAW, lang=lang)
    assert list(tmp_path.iterdir()) == []


def test_what_the_template_allows_is_what_the_methodology_allows() -> None:
    """Every choice is accepted and a word that is none is not; numbers at the edges, and just beyond."""
    criteria = {c.id: c for c in LAW.criteria}
    for row in parameters(LAW, lang="en"):
        owner, _, name = row.path.rpartition(".")
        rule = definition(name, criteria.get(owner))
        good = rule.get("enum") or [rule["minimum"], rule["maximum"]]
        bad = ["nothing"] if "enum" in rule else [rule["minimum"] - 1, rule["maximum"] + 1]
        assert len(row.choices) == len(rule.get("enum", ()))
        for value in good:
            LAW.replace({row.path: value})
        for value in bad:
            with pytest.raises(ee.MethodologyError):
                LAW.replace({row.path: value})


def test_nothing_in_the_template_is_a_formula_and_input_cells_are_open_text(blank) -> None:
    with ZipFile(blank) as book:
        sheets = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2, 3)]
        styles = book.read("xl/styles.xml").decode()
    assert all("<f>" not in sheet and "<sheetProtection" in sheet and "<pane" in sheet for sheet in sheets)
    assert all('orientation="landscape"' in sheet and 'fitToHeight="0"' in sheet for sheet in sheets)
    assert '<protection locked="0"/>' in styles and 'numFmtId="49"' in styles
    lists = re.findall(r'<dataValidation type="list".*?sqref="(\w+)"><formula1>"(.*?)"', sheets[1])
    assert dict(lists)[place(blank, "parameters", "6.1.measure_as")] == "difference,cumulative,level"


def test_rows_are_high_enough_for_their_text() -> None:
    # 36 characters of digits' width hold 41 letters: 7 words of 5 letters, so 40 words take 6 lines of 13 points
    assert height({"meaning": "слово " * 40, "unit": "лет"}, "parameters") == 6 * 13 + 3
    assert height({"allowed": "0\n-1"}, "parameters") == 2 * 13 + 3 and height({}, "parameters") == 16
