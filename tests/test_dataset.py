"""A data set is checked as a whole: every fault and warning, and the same data from every kind of file."""

import pickle
import warnings
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

import effeval as ee
from effeval.columns import columns
from effeval.dataset import Dataset, DataWarning, load, require_columns, validate
from effeval.errors import DataError, ParameterError
from effeval.methodology import Methodology
from effeval.reading.schema import schema

# Two projects: measure 13 (output, wage, export volume) and measure 4 (output, wage, jobs); BINs are made up.
PROJECTS = [
    ["project_id", "applicant", "bin", "measure", "kato", "oked", "tnved", "category", "unit", "support_year"]
    + ["commissioning_year", "term_end_year", "status", "own_note"],
    [
        "P1",
        "Alpha, Ltd",
        "050440001239",
        "13",
        "631010000",
        "24",
        "7208",
        "small",
        "t",
        "2021",
        "",
        "",
        "completed",
        "a",
    ],
    ["P2", "Beta", "", "4", "71", "10511", "", "large", "pcs", "2022", "2023", "2024", "implementing", ""],
]
OBSERVATIONS = [
    ["project_id", "year", "support_paid", "wage", "output_volume", "output_volume_plan", "jobs", "jobs_plan"]
    + ["export_volume"],
    ["P1", "2021", "1500.25", "250000", "100", "", "", "", "10.5"],
    ["P1", "2023", "", "310000.5", "112", "", "", "", "12"],
    ["P2", "2023", "2000", "280000", "0", "50", "12", "10", ""],
]
REFERENCE = [
    ["year", "wage_growth_forecast", "source"],
    ["2022", "0.123", "forecast"],
    ["2023", "", "forecast"],
]


@pytest.fixture
def tables():
    """The good data set as rows of text, to be spoilt."""
    return {
        name: [list(row) for row in rows]
        for name, rows in (("projects", PROJECTS), ("observations", OBSERVATIONS), ("reference", REFERENCE))
    }


def as_csv(folder, tables, *, delimiter=",", bom=""):
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows]
        (folder / f"{name}.csv").write_text(bom + "\n".join(lines) + "\n", encoding="utf-8", newline="")
    return folder


def as_workbook(path, tables):
    """As typed into Excel: every cell that looks like a number is one, codes too."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for position, cell in enumerate(row):
                    if cell:
                        sheet.write(number, position, float(cell) if cell[0].isdigit() else cell)
    return path


def spoil(tables, table, row, column, value):
    """Set the cell in a row of the file (the heading is row 1)."""
    rows = tables[table]
    rows[row - 1][rows[0].index(column)] = value


def drop(tables, table, *names):
    kept = [position for position, name in enumerate(tables[table][0]) if name not in names]
    tables[table] = [[row[position] for position in kept] for row in tables[table]]


def add(tables, table, name, values):
    for row, cell in zip(tables[table], [name, *values], strict=True):
        row.append(cell)


def faults(tmp_path, tables):
    with pytest.raises(DataError) as caught:
        load(as_csv(tmp_path / "data", tables))
    return caught.value.faults


def fault(tmp_path, tables):
    (found,) = faults(tmp_path, tables)
    return found


def place(found):
    return found.file, found.row, found.column, found.value


def told(caught):
    """The warnings of data; others, such as Python's of an event loop it finds unclosed, may come at any moment."""
    return [w for w in caught if w.category is DataWarning]


def doubt(tmp_path, tables):
    """The one warning of data that is otherwise good."""
    with pytest.warns(DataWarning) as caught:
        data = load(as_csv(tmp_path / "data", tables))
    (warning,) = told(caught)
    (found,) = data.warnings
    assert found.message in str(warning.message)
    assert f"To fix: {found.fix}" in str(warning.message)
    assert warning.filename == __file__
    return found


# The same data from every kind of file


@pytest.fixture
def data(tmp_path, tables):
    return load(as_csv(tmp_path / "good", tables))


def test_types_and_order_of_columns(tmp_path, tables):
    for name in tables:
        tables[name] = [row[::-1] for row in tables[name]]
    data = load(as_csv(tmp_path, tables))
    assert list(data.projects) == PROJECTS[0]
    assert list(data.observations) == OBSERVATIONS[0]
    assert list(data.reference) == REFERENCE[0]
    types = data.projects.dtypes.astype(str).to_dict()
    assert types.pop("measure") == types.pop("support_year") == "int64"
    assert types.pop("commissioning_year") == types.pop("term_end_year") == "Int64"
    assert set(types.values()) == {"str"}
    types = data.observations.dtypes.astype(str).to_dict()
    assert (types.pop("project_id"), types.pop("year")) == ("str", "int64")
    assert set(types.values()) == {"float64"}
    assert data.reference.dtypes.astype(str).to_list() == ["int64", "float64", "str"]


def test_values(data, tmp_path):
    assert data.projects["kato"].tolist() == ["631010000", "710000000"]
    assert data.projects["oked"].tolist() == ["24", "10511"]
    assert data.projects["applicant"].tolist() == ["Alpha, Ltd", "Beta"]
    assert data.projects["bin"].isna().tolist() == [False, True]
    assert data.projects["commissioning_year"].tolist() == [pd.NA, 2023]
    assert data.observations["support_paid"].isna().tolist() == [False, True, False]
    assert data.observations["output_volume"].tolist() == [100, 112, 0]
    assert data.last_year == 2023
    assert data.warnings == ()
    assert data.sources == tuple(
        tmp_path / "good" / f"{n}.csv" for n in ("projects", "observations", "reference")
    )


def equal(one, other):
    for name in ("projects", "observations", "reference"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.last_year == other.last_year


def test_semicolons_decimal_commas_and_byte_order_mark(tmp_path, tables, data):
    for name in ("observations", "reference"):
        tables[name] = [[cell.replace(".", ",") for cell in row] for row in tables[name]]
    with pytest.warns(DataWarning, match="decimal comma"):
        other = load(as_csv(tmp_path / "ru", tables, delimiter=";", bom="\ufeff"))
    equal(other, data)
    assert sorted((w.file, w.column) for w in other.warnings) == [
        ("observations.csv", "export_volume"),
        ("observations.csv", "support_paid"),
        ("observations.csv", "wage"),
        ("reference.csv", "wage_growth_forecast"),
    ]


def test_comma_in_a_file_of_semicolons_is_a_decimal_comma(tmp_path, tables):
    spoil(tables, "observations", 2, "output_volume", "1,234")
    for name in ("observations", "reference"):
        tables[name] = [[cell.replace(".", ",") for cell in row] for row in tables[name]]
    with pytest.warns(DataWarning):
        data = load(as_csv(tmp_path, tables, delimiter=";"))
    assert data.observations["output_volume"][0] == 1.234


def test_workbook(tmp_path, tables, data):
    with pytest.warns(DataWarning) as caught:
        other = load(as_workbook(tmp_path / "data.xlsx", tables))
    equal(other, data)
    assert len(told(caught)) == 1
    (found,) = other.warnings
    assert place(found) == ("data.xlsx, sheet projects", 2, "bin", "50440001239")
    assert other.sources == (tmp_path / "data.xlsx",)


def test_parquet_written_from_the_frames(tmp_path, data):
    for name in ("projects", "observations", "reference"):
        getattr(data, name).to_parquet(tmp_path / f"{name}.parquet")
    equal(load(tmp_path), data)


def test_frames(data):
    frames = {name: getattr(data, name) for name in ("projects", "observations", "reference")}
    before = {name: frame.copy() for name, frame in frames.items()}
    other = load(frames)
    equal(other, data)
    assert other.sources == ()
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_frames_of_numbers(tables, data):
    """Codes that pandas read as numbers are codes again."""
    frames = {name: pd.DataFrame(rows[1:], columns=rows[0]) for name, rows in tables.items()}
    for frame in frames.values():
        for name in frame.columns:
            if frame[name].str.fullmatch(r"[0-9.]*").all():
                frame[name] = pd.to_numeric(frame[name].replace("", None))
    frames["projects"]["own_note"] = frames["projects"]["own_note"].replace("", None)
    assert frames["projects"]["bin"].dtype == "float64"
    with pytest.warns(DataWarning, match="leading zeros"):
        equal(load(frames), data)


def test_identifiers_of_excel(tmp_path, tables):
    for table, row, value in (("projects", 2, "17"), ("observations", 2, "17"), ("observations", 3, "17")):
        spoil(tables, table, row, "project_id", value)
    with pytest.warns(DataWarning):
        data = load(as_workbook(tmp_path / "data.xlsx", tables))
    assert data.projects["project_id"].tolist() == ["17", "P2"]


def test_absent_columns_that_may_be_absent(tmp_path, tables):
    drop(tables, "projects", "bin", "tnved", "unit", "own_note")
    drop(tables, "observations", "support_paid")
    data = load(as_csv(tmp_path, tables))
    assert not {"bin", "tnved", "unit"} & set(data.projects)
    assert "support_paid" not in data.observations


def test_reference_without_rows(tmp_path, tables):
    del tables["reference"][1:]
    with pytest.warns(DataWarning, match="no plan for 4.2, 13.2"):
        data = load(as_csv(tmp_path, tables))
    assert len(data.reference) == 0
    assert data.reference.dtypes.astype(str).to_list() == ["int64", "float64", "str"]


def test_extra_columns_stay_as_they_came(tmp_path, tables, data):
    add(tables, "observations", "own_code", ["007", " x", ""])
    other = load(as_csv(tmp_path, tables))
    assert list(other.observations)[-1] == "own_code"
    assert other.observations["own_code"].tolist()[:2] == ["007", " x"]
    frame = data.projects.assign(own_date=pd.Timestamp("2024-05-01"))
    frames = {"projects": frame, "observations": data.observations, "reference": data.reference}
    assert load(frames).projects["own_date"].tolist() == [pd.Timestamp("2024-05-01")] * 2


def test_white_space_around_identifiers_does_not_matter(tmp_path, tables):
    spoil(tables, "observations", 2, "project_id", " P1\u00a0")
    assert load(as_csv(tmp_path, tables)).observations["project_id"].tolist() == ["P1", "P1", "P2"]


# Faults of single cells

CELL_FAULTS = [
    ("projects", 2, "applicant", "", "is empty"),
    ("projects", 2, "measure", "", "is empty"),
    ("projects", 2, "measure", "14", "is not in 1…13"),
    ("projects", 2, "measure", "0", "is not in 1…13"),
    ("projects", 2, "measure", "13.1", "is not a number of a measure"),
    ("projects", 2, "kato", "991010000", "does not begin with a region of KATO"),
    ("projects", 2, "kato", "51", "is in South Kazakhstan, which ended on 19 June 2018"),
    ("projects", 2, "kato", "511010000", "is in South Kazakhstan, which ended on 19 June 2018"),
    ("projects", 2, "kato", "", "is empty"),
    ("projects", 2, "kato", "63x", "is not a code of 9 digits, or 2 (region) or 4 (district)"),
    ("projects", 2, "oked", "24.10", "has dots in the code"),
    ("projects", 2, "bin", "5.04E+10", "is in scientific notation, so digits are lost"),
    ("projects", 2, "tnved", "72", "is not a code of 4 to 10 digits"),
    ("projects", 2, "category", "Small", "is none of small, medium, large"),
    ("projects", 2, "status", "done", "is none of implementing, completed, suspended, terminated"),
    ("projects", 2, "support_year", "", "is empty"),
    ("projects", 2, "support_year", "1949", "is not in 1950…2100"),
    ("projects", 2, "support_year", "2101", "is not in 1950…2100"),
    ("projects", 2, "support_year", "01.01.2021", "is a date of 2021, not a year"),
    ("projects", 2, "commissioning_year", "44197", "is a serial number of Excel: the date 2021-01-01"),
    ("projects", 2, "term_end_year", "20", "is not in 1950…2100"),
    ("observations", 3, "year", "", "is empty"),
    ("observations", 3, "year", "23", "is not in 1950…2100"),
    ("observations", 3, "wage", "-1", "is below 0"),
    ("observations", 3, "wage", "n/a", "is not a number"),
    ("observations", 3, "wage", "1,234", "could be a fraction or thousands (1.234 or 1234)"),
    ("observations", 3, "jobs", "#DIV/0!", "is an error of Excel, not a number"),
    ("observations", 3, "project_id", "", "is empty"),
    ("observations", 3, "project_id", "P9", "is not in projects.csv"),
    ("reference", 2, "year", "1900", "is not in 1950…2100"),
    ("reference", 2, "wage_growth_forecast", "-2", "is below -1"),
    ("reference", 2, "wage_growth_forecast", "12 %", "is a percentage, not a number"),
    ("reference", 2, "source", "#REF!", "is an error of Excel, not text"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "message"), CELL_FAULTS)
def test_fault_of_a_cell(tmp_path, tables, table, row, column, value, message):
    """One fault, at the place, with the value as typed: a refused cell is not reported again as empty."""
    spoil(tables, table, row, column, value)
    found = fault(tmp_path, tables)
    assert place(found) == (f"{table}.csv", row, column, value or None)
    assert found.table == table
    assert found.message == message
    assert found.fix


def test_negative_figures_of_every_column(tmp_path, tables):
    figures = [name for name, column in columns("observations").items() if column.kind == "number"]
    for name in set(figures) - set(tables["observations"][0]):
        add(tables, "observations", name, ["", "", ""])
    for name in figures:
        spoil(tables, "observations", 4, name, "-0.5")
    assert sorted(found.column for found in faults(tmp_path, tables)) == sorted(figures)


def test_region_51_names_what_became_of_it(tmp_path, tables):
    spoil(tables, "projects", 2, "kato", "51")
    fix = fault(tmp_path, tables).fix
    assert "61" in fix
    assert "79" in fix


def test_percentage_in_the_reference_names_the_fraction(tmp_path, tables):
    spoil(tables, "reference", 2, "wage_growth_forecast", "12 %")
    assert fault(tmp_path, tables).fix == "write a fraction: 0.10 for 10 %"


def test_rows_are_counted_as_in_the_file(tmp_path, tables):
    tables["projects"].insert(1, [""] * 14)
    tables["projects"][2][1] = "two\nlines, here"
    tables["projects"].insert(3, [])
    spoil(tables, "projects", 5, "category", "tiny")
    found = fault(tmp_path, tables)
    assert place(found) == ("projects.csv", 5, "category", "tiny")


# Faults of columns, keys and tables


def test_required_columns(tmp_path, tables):
    drop(tables, "projects", "oked", "status")
    drop(tables, "observations", "year")
    drop(tables, "reference", "source")
    found = faults(tmp_path, tables)
    assert [(f.table, f.column, f.message) for f in found] == [
        ("projects", "oked", "the column is missing"),
        ("projects", "status", "the column is missing"),
        ("observations", "year", "the column is missing"),
        ("reference", "source", "the column is missing"),
    ]
    assert found[0].fix.startswith("add it: Economic activity")


@pytest.mark.parametrize(
    "heading", ["Kato", "KATO ", "kat\u043e", "\u041a\u043e\u0434 \u041a\u0410\u0422\u041e", "KATO code"]
)
def test_heading_that_is_meant_for_a_required_column(tmp_path, tables, heading):
    """Another case, a Cyrillic letter, or the label of the column in one of the languages."""
    spoil(tables, "projects", 1, "kato", heading)
    found = fault(tmp_path, tables)
    assert (found.column, found.message) == ("kato", "the column is missing")
    if heading != "kat\u043e":  # four letters are too few to guess
        assert found.fix == f"rename {heading.strip()!r} to kato, if it is meant"


def test_near_heading_of_a_longer_name(tmp_path, tables):
    spoil(tables, "projects", 1, "support_year", "suport_year")
    assert fault(tmp_path, tables).fix == "rename 'suport_year' to support_year, if it is meant"


@pytest.mark.parametrize(
    ("table", "copied", "column", "value"),
    [
        ("projects", 2, "project_id", "P1"),
        ("observations", 3, "project_id, year", "P1, 2023"),
        ("reference", 3, "year", "2023"),
    ],
)
def test_duplicates(tmp_path, tables, table, copied, column, value):
    """All rows that share a key are named, the first one too."""
    tables[table].append(list(tables[table][copied - 1]))
    found = faults(tmp_path, tables)
    assert [place(f) for f in found] == [
        (f"{table}.csv", row, column, value) for row in (copied, len(tables[table]))
    ]
    assert {f.message for f in found} == {"is there more than once"}


def test_keys_that_could_not_be_read_are_no_duplicates(tmp_path, tables):
    for row in (2, 3):
        spoil(tables, "observations", row, "year", "soon")
    assert [f.message for f in faults(tmp_path, tables)] == ["is not a year"] * 2


@pytest.mark.parametrize("table", ["projects", "observations"])
def test_table_without_rows(tmp_path, tables, table):
    del tables[table][1:]
    found = [f for f in faults(tmp_path, tables) if f.table == table]
    assert [(f.row, f.column, f.message) for f in found] == [(None, None, "has no rows")]


def test_column_that_a_criterion_needs(tmp_path, tables):
    drop(tables, "observations", "output_volume", "jobs_plan")
    output, jobs = faults(tmp_path, tables)
    assert (output.file, output.column) == ("observations.csv", "output_volume")
    assert output.message == (
        "the column is missing, but measure 4 needs it (criterion 4.1); measure 13 needs it (criterion 13.1)"
    )
    assert jobs.message == "the column is missing, but measure 4 needs it (criterion 4.3)"


def test_columns_of_measures_that_are_not_there_may_be_absent(tmp_path, tables):
    drop(tables, "observations", "jobs_plan")
    spoil(tables, "projects", 3, "measure", "13")
    assert len(load(as_csv(tmp_path, tables)).projects) == 2


def test_column_of_the_reference_that_a_criterion_needs(tmp_path, tables):
    criterion = SimpleNamespace(id="13.9", figures=("wage",), project_years=(), reference="real_growth")
    measure = SimpleNamespace(id=13, criteria=(criterion,))
    methodology = replace(Methodology.load("order-35"), measures=(measure,))
    with pytest.raises(DataError) as caught:
        load(as_csv(tmp_path, tables), methodology=methodology)
    (found,) = caught.value.faults
    assert (found.file, found.column) == ("reference.csv", "real_growth")
    assert "criterion 13.9" in found.message


def test_required_column_that_a_criterion_needs_is_one_fault(tmp_path, tables):
    drop(tables, "reference", "wage_growth_forecast")
    assert fault(tmp_path, tables).message == "the column is missing"


def test_other_methodology_other_columns(tmp_path, tables):
    """A reading that judges exports of measure 11 in physical terms needs another column."""
    spoil(tables, "projects", 3, "measure", "11")
    spoil(tables, "projects", 2, "measure", "11")
    add(tables, "observations", "labour_productivity", ["1", "2", "3"])
    folder = as_csv(tmp_path, tables)
    in_tons = Methodology.load("order-35").replace({"11.2.indicator": "export_volume"})
    assert len(load(folder, methodology=in_tons).projects) == 2
    with pytest.raises(DataError, match="export_value: the column is missing, but measure 11 needs it"):
        load(folder)


def test_required_columns_of_a_loaded_data_set(data):
    methodology = Methodology.load("order-35")
    require_columns(data, methodology)
    with pytest.raises(DataError, match=r"wage: the column is missing, but measure 4 .*4\.2.*13\.2"):
        require_columns(
            Dataset(data.projects, data.observations.drop(columns="wage"), data.reference, 2023), methodology
        )


def test_missing_table_does_not_hide_other_faults(tmp_path, tables):
    del tables["observations"]
    spoil(tables, "projects", 2, "category", "tiny")
    assert [(f.table, f.row) for f in faults(tmp_path, tables)] == [("projects", 2), ("observations", None)]


def test_broken_row_is_one_fault(tmp_path, tables):
    """The shifted cells of a row with a delimiter too many are not reported one by one."""
    tables["projects"][1].insert(3, "surplus")
    found = fault(tmp_path, tables)
    assert place(found) == ("projects.csv", 2, None, None)
    assert found.message == "has 15 cells where the heading has 14"


def test_no_data_set_at_all(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        load(tmp_path / "nowhere")
    assert validate(tmp_path / "nowhere")["severity"].tolist() == ["error"]


# Twenty faults at once


def test_all_faults_of_all_tables_at_once(tmp_path, tables):
    methodology = Methodology.load("order-35")
    wanted = set()
    for copy in range(12):
        tables["projects"].append([f"Q{copy}", *tables["projects"][1][1:]])

    def wrong(table, row, column, value):
        spoil(tables, table, row, column, value)
        wanted.add((f"{table}.csv", row, column, value or None))

    for row, (column, value) in enumerate(
        [
            ("applicant", " "),
            ("measure", "14"),
            ("measure", "two"),
            ("kato", "99"),
            ("kato", "51"),
            ("oked", "10.51"),
            ("bin", "1.23E+11"),
            ("tnved", "1"),
            ("category", "tiny"),
            ("support_year", "01.01.2021"),
            ("commissioning_year", "1800"),
            ("status", ""),
        ],
        start=4,
    ):
        wrong("projects", row, column, value)
    tables["projects"].append(list(tables["projects"][2]))
    wanted |= {("projects.csv", row, "project_id", "P2") for row in (3, 16)}
    wrong("observations", 2, "wage", "-5")
    wrong("observations", 2, "jobs", "1,234")
    wrong("observations", 3, "support_paid", "#N/A")
    wrong("observations", 3, "year", "43101")
    wrong("observations", 4, "export_volume", "-")
    tables["observations"].append(["P7", *tables["observations"][3][1:]])
    wanted.add(("observations.csv", 5, "project_id", "P7"))
    tables["observations"][4][-1] = ""
    drop(tables, "observations", "output_volume_plan")
    wanted.add(("observations.csv", None, "output_volume_plan", None))
    wrong("reference", 2, "wage_growth_forecast", "10 %")
    tables["reference"].append(["2023", "0.1"])
    wanted.add(("reference.csv", 4, None, None))
    drop(tables, "projects", "unit")
    folder = as_csv(tmp_path / "data", tables)

    with pytest.raises(DataError) as caught:
        load(folder, methodology=methodology)
    found = [place(f) for f in caught.value.faults]
    assert len(wanted) >= 20
    assert set(found) == wanted
    assert len(found) == len(set(found))
    text = str(caught.value)
    assert f"{len(wanted)} faults in the data" in text
    for f in caught.value.faults:
        assert str(f) in text
        assert f"To fix: {f.fix}" in text
    assert sorted(entry.name for entry in folder.iterdir()) == [
        "observations.csv",
        "projects.csv",
        "reference.csv",
    ]
    assert [entry.name for entry in tmp_path.iterdir()] == ["data"]
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


# Warnings

DOUBTS = [
    ("projects", 2, "bin", "50440001239", "has lost its leading zeros; read with them"),
    ("projects", 2, "bin", "050440001234", "has a wrong check digit"),
    ("projects", 2, "tnved", "7208 51", "has spaces; read without"),
    ("projects", 2, "oked", "0111", "is not in manufacturing (OKED 10 to 33), so its sector has no name"),
    ("projects", 3, "oked", "62", "is not in manufacturing (OKED 10 to 33), so its sector has no name"),
    (
        "projects",
        3,
        "term_end_year",
        "2021",
        "the term ends before the support year, so no year is judged but those with figures",
    ),
    ("observations", 2, "wage", "250 000", "is text with spaces or a decimal comma; read as a number"),
    ("reference", 2, "wage_growth_forecast", "12.3", "is an unusual growth of wages: 1 is 100 %"),
    ("reference", 2, "wage_growth_forecast", "-0.6", "is an unusual growth of wages: 1 is 100 %"),
    ("reference", 2, "source", "", "has no source"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "message"), DOUBTS)
def test_warning_about_a_cell(tmp_path, tables, table, row, column, value, message):
    spoil(tables, table, row, column, value)
    found = doubt(tmp_path, tables)
    assert place(found) == (f"{table}.csv", row, column, value or None)
    assert found.message == message


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("projects", 2, "oked", "10"),
        ("projects", 2, "oked", "33"),
        ("projects", 3, "term_end_year", "2022"),
        ("projects", 2, "kato", "191010000"[:2] + "2000000"),
        ("reference", 2, "wage_growth_forecast", "1"),
        ("reference", 2, "wage_growth_forecast", "-0.5"),
    ],
)
def test_no_warning_at_the_limit(tmp_path, tables, table, row, column, value):
    spoil(tables, table, row, column, value)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataWarning)
        assert load(as_csv(tmp_path, tables)).warnings == ()


def test_many_cells_are_one_warning_that_counts_them(tmp_path, tables):
    for row in (2, 3, 4):
        spoil(tables, "observations", row, "wage", "250 000,5")
    add(tables, "observations", "revenue", ["1 000,5", "", "2 000"])
    with pytest.warns(DataWarning, match="2 things in the data") as caught:
        data = load(as_csv(tmp_path, tables))
    assert len(told(caught)) == 1
    assert [place(w) for w in data.warnings] == [
        ("observations.csv", None, "wage", None),
        ("observations.csv", None, "revenue", None),
    ]
    assert data.warnings[0].message.startswith("in 3 rows, first in row 2 ('250 000,5'): is text with spaces")
    assert data.warnings[1].message.startswith("in 2 rows, first in row 2 ('1 000,5'): is text")


@pytest.mark.parametrize(
    ("kato", "old", "new"),
    [
        ("632800000", "632800000", "101000000"),
        ("632845100", "632800000", "101000000"),
        ("3518", "351800000", "621000000"),
    ],
)
def test_district_that_moved_to_another_region(tmp_path, tables, kato, old, new):
    name = ee.kato_changes().set_index("old_kato").loc[old, "old_name"]
    spoil(tables, "projects", 2, "kato", kato)
    found = doubt(tmp_path, tables)
    assert place(found) == ("projects.csv", 2, "kato", kato)
    assert found.message == f"was {name} until 2022-06-08, which is {new} since"
    assert new in found.fix


def test_a_last_year_far_from_the_others(tmp_path, tables):
    spoil(tables, "observations", 4, "year", "2025")
    spoil(tables, "reference", 3, "year", "2026")
    assert load(as_csv(tmp_path / "near", tables)).warnings == ()
    spoil(tables, "observations", 4, "year", "2026")
    found = doubt(tmp_path, tables)
    assert place(found) == ("observations.csv", 4, "year", "2026")
    assert found.message == "is 3 years after all others; what is implemented is judged up to it"


@pytest.mark.parametrize(
    ("years", "words"), [(["2021", "2022"], "ends with 2022, but"), (["2020", "2018"], "ends with 2020, but")]
)
def test_data_that_go_on_after_the_reference(tmp_path, tables, years, words):
    for row, year in enumerate(years, start=2):
        spoil(tables, "reference", row, "year", year)
    found = doubt(tmp_path, tables)
    assert place(found) == ("reference.csv", None, "year", None)
    assert words in found.message and "go on to 2023" in found.message
    assert found.message.endswith("a year that is not there has no plan for 4.2, 13.2")


def test_an_empty_reference_is_worth_knowing_only_where_it_is_compared_with(tmp_path, tables):
    tables["reference"] = tables["reference"][:1]
    assert "has none; a year that is not there" in doubt(tmp_path, tables).message
    for row in (2, 3):
        spoil(tables, "projects", row, "measure", "8")
    add(tables, "observations", "export_value", ["1", "2", "3"])
    assert load(as_csv(tmp_path / "exports", tables)).warnings == ()


def test_code_that_was_given_to_another_town(tmp_path, tables):
    spoil(tables, "projects", 2, "kato", "191000000")
    found = doubt(tmp_path, tables)
    assert "331000000" in found.message
    assert found.message.endswith("it is the code of Konaev now")


def test_years_of_projects_that_criteria_need(tmp_path, tables):
    drop(tables, "projects", "commissioning_year", "term_end_year")
    with pytest.warns(DataWarning):
        data = load(as_csv(tmp_path, tables))
    assert [(w.file, w.column) for w in data.warnings] == [
        ("projects.csv", "commissioning_year"),
        ("projects.csv", "term_end_year"),
    ]
    assert "measure 4 needs it (criterion 4.1, 4.3)" in data.warnings[0].message
    for name in ("commissioning_year", "term_end_year"):
        assert data.projects[name].dtype == "Int64"
        assert data.projects[name].isna().all()
    assert list(data.projects) == PROJECTS[0]


def test_support_year_is_required_and_needs_no_warning(tmp_path, tables):
    drop(tables, "projects", "support_year")
    found = validate(as_csv(tmp_path, tables))
    assert found[["severity", "column", "message"]].to_numpy().tolist() == [
        ["error", "support_year", "the column is missing"]
    ]


def test_years_of_projects_that_no_criterion_needs(tmp_path, tables):
    drop(tables, "projects", "commissioning_year", "term_end_year")
    spoil(tables, "projects", 3, "measure", "13")
    assert load(as_csv(tmp_path, tables)).warnings == ()


def test_own_columns_with_names_of_results(tmp_path, tables):
    results = {*columns("assessed"), *columns("fulfilment"), *columns("verdicts")}
    taken = sorted(results - set(columns("projects")))
    assert {
        "region",
        "district",
        "state",
        "score",
        "actual",
        "support_paid",
        "rate",
        "due",
        "verdict",
    } <= set(taken)
    for name in taken:
        add(tables, "projects", name, ["x", "y"])
    with pytest.warns(DataWarning):
        data = load(as_csv(tmp_path, tables))
    assert sorted(w.column for w in data.warnings) == taken
    assert all("not carried into the results" in w.message for w in data.warnings)
    assert data.projects["region"].tolist() == ["x", "y"]


@pytest.mark.parametrize(
    ("table", "heading", "column"),
    [
        ("projects", "comissioning_year", "commissioning_year"),
        ("projects", "Term end year", "term_end_year"),
        ("observations", "Support_paid", "support_paid"),
    ],
)
def test_heading_that_looks_like_an_optional_column(tmp_path, tables, table, heading, column):
    """A misspelt optional column would silently count as not reported."""
    for row in (2, 3):
        spoil(tables, "projects", row, "measure", "13")
    spoil(tables, table, 1, column, heading)
    found = doubt(tmp_path, tables)
    assert (found.column, found.fix) == (heading, f"rename it to {column}, if that is meant")


def test_warnings_do_not_hide_behind_faults(tmp_path, tables):
    spoil(tables, "projects", 2, "bin", "50440001239")
    spoil(tables, "projects", 2, "category", "tiny")
    found = validate(as_csv(tmp_path, tables))
    assert found["severity"].tolist() == ["error", "warning"]


# What comes back


def test_validate(tmp_path, tables):
    assert len(validate(as_csv(tmp_path / "good", tables))) == 0
    spoil(tables, "observations", 3, "wage", "-5")
    spoil(tables, "observations", 4, "wage", "280 000")
    drop(tables, "observations", "jobs")
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataWarning)
        found = validate(as_csv(tmp_path / "bad", tables))
    assert list(found) == ["severity", "file", "table", "row", "column", "value", "message", "fix"]
    assert found["row"].dtype == "Int64"
    assert found[["severity", "row", "column", "value"]].astype("object").fillna("").to_numpy().tolist() == [
        ["error", "", "jobs", ""],
        ["error", 3, "wage", "-5"],
        ["warning", 4, "wage", "280 000"],
    ]


def test_subset_keeps_the_last_year_of_the_whole(data):
    part = data.subset(["P1"])
    assert part.projects["project_id"].tolist() == ["P1"]
    assert part.observations["project_id"].tolist() == ["P1", "P1"]
    assert part.observations.index.tolist() == [0, 1]
    assert part.last_year == 2023
    last = data.subset(pd.Series(["P2"], index=[9]))
    assert last.observations.index.tolist() == [0]
    assert len(data.projects) == 2
    none = data.subset([])
    assert (len(none.projects), len(none.observations), none.last_year) == (0, 0, 2023)
    assert none.projects.dtypes.equals(data.projects.dtypes)
    with pytest.raises(ParameterError, match="no project P7, P9"):
        data.subset(["P9", "P1", "P7"])


def test_synthetic_data_says_so(tmp_path, tables, data):
    assert not data.synthetic
    assert "synthetic" not in repr(data)
    for table, row in (("projects", 2), ("observations", 2), ("observations", 3)):
        spoil(tables, table, row, "project_id", "SYN-1")
    made_up = load(as_csv(tmp_path, tables))
    assert made_up.synthetic
    assert repr(made_up).endswith("synthetic data>")
    assert "synthetic data" in made_up._repr_html_()
    assert not made_up.subset(["P2"]).synthetic


def test_display(data):
    assert repr(data) == "<Dataset: 2 projects; 3 rows of observations, 2021 to 2023; 2 reference years>"
    assert "2 projects" in data._repr_html_()
    assert "0 rows of observations;" in repr(data.subset([]))


def test_data_set_travels_between_processes(data):
    equal(pickle.loads(pickle.dumps(data)), data)


def test_schema_follows_the_table_of_columns():
    for table in ("projects", "observations", "reference"):
        known = columns(table)
        built = schema(table).columns
        assert list(built) == list(known)
        for name, column in known.items():
            assert built[name].nullable == column.empty
            assert bool(built[name].checks) == bool(column.allowed)
        only_required = schema(table, present=[]).columns
        assert list(only_required) == [name for name, column in known.items() if column.required]


def test_load_of_many_rows_is_exact(tmp_path):
    """Every bit of a figure survives each kind of file."""
    rng = np.random.default_rng(7)
    ids = [f"P{n}" for n in range(300)]
    frames = {
        "projects": pd.DataFrame(
            {
                "project_id": ids,
                "applicant": "x",
                "measure": 13,
                "kato": "63",
                "oked": "24",
                "category": "small",
            }
            | {"support_year": 2021, "status": "implementing"}
        ),
        "observations": pd.DataFrame(
            {"project_id": ids, "year": 2021}
            | {name: rng.lognormal(3, 9, 300) for name in ("wage", "output_volume", "export_volume")}
        ),
        "reference": pd.DataFrame({"year": [2021], "wage_growth_forecast": [0.1], "source": ["x"]}),
    }
    for name, frame in frames.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    read = load(tmp_path).observations
    pd.testing.assert_frame_equal(read, load(frames).observations, check_exact=True)
    assert read["wage"].tolist() == frames["observations"]["wage"].tolist()
