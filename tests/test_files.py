"""Tables in and out: where they are found, how their rows count, how results are put in place."""

import hashlib
import os
import zipfile
from datetime import date

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from effeval.errors import ParameterError
from effeval.reading.files import digest, read, replacing, write
from effeval.reading.grids import from_frame
from effeval.reading.parsing import numbers

REFERENCE = "year,wage_growth_forecast,source\n2024,0.1,x\n"


def put(folder, **texts):
    """Write NAME.csv files; bytes as they are, text as UTF-8."""
    for name, text in texts.items():
        (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return folder


def reference(folder, text):
    """What is read from a reference.csv with this content, and the faults about it."""
    found = read(put(folder, reference=text))
    return found.grids.get("reference"), [fault for fault in found.faults if fault.table == "reference"]


def only(faults):
    (fault,) = faults
    return fault


def workbook(path, **sheets):
    """Write a workbook; sheets are lists of rows, None leaves a cell out."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write(row, column, cell)
    return path


# Where tables are found


def test_folder_of_csv_and_parquet_beside_other_files(tmp_path):
    put(tmp_path, projects="project_id\nA\n", notes="anything")
    pd.DataFrame({"project_id": ["A"], "year": [2024]}).to_parquet(tmp_path / "observations.parquet")
    put(tmp_path, reference=REFERENCE)
    found = read(tmp_path)
    assert list(found.grids) == ["projects", "observations", "reference"]
    assert [path.name for path in found.paths] == ["projects.csv", "observations.parquet", "reference.csv"]
    assert found.faults == ()
    assert [grid.file for grid in found.grids.values()] == [path.name for path in found.paths]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Observations.CSV", "Observations.CSV"),
        ("observation.csv", "observation.csv"),
        ("observations.xlsx", "observations.xlsx"),
        ("observations .csv", "observations .csv"),
        ("figures.csv", None),
    ],
)
def test_missing_table_names_what_was_looked_for_and_what_is_there(tmp_path, name, near):
    put(tmp_path, projects="project_id\nA\n", reference=REFERENCE)
    (tmp_path / name).write_text("x", encoding="utf-8")
    fault = only(read(tmp_path).faults)
    assert fault.table == "observations"
    assert "has no observations.csv or observations.parquet" in fault.message
    assert name in fault.message
    if near is None:
        assert fault.fix.startswith("add it, with the columns project_id, year")
    else:
        assert f"if {near!r} is meant, save it as observations.csv" in fault.fix


def test_csv_and_parquet_of_the_same_table(tmp_path):
    put(tmp_path, projects="project_id\nA\n", observations="project_id,year\nA,2024\n", reference=REFERENCE)
    pd.DataFrame({"project_id": ["A"]}).to_parquet(tmp_path / "projects.parquet")
    found = read(tmp_path)
    assert only(found.faults).message == "is there twice: projects.csv and projects.parquet"
    assert "projects" not in found.grids


def test_path_that_is_no_data_set(tmp_path):
    (tmp_path / "data.xls").write_text("x", encoding="utf-8")
    assert only(read(tmp_path / "nowhere").faults).message == "does not exist"
    fault = only(read(tmp_path / "data.xls").faults)
    assert fault.message == "is neither a folder nor an .xlsx workbook"
    assert fault.file == str(tmp_path / "data.xls")


def test_empty_folder_lacks_all_three(tmp_path):
    assert [fault.table for fault in read(tmp_path).faults] == ["projects", "observations", "reference"]
    assert all("it holds nothing" in fault.message for fault in read(tmp_path).faults)


def test_folder_with_one_workbook_and_no_table(tmp_path):
    sheet = [["year", "source"], [2024, "x"]]
    workbook(tmp_path / "data.xlsx", reference=sheet)
    (tmp_path / "~$data.xlsx").write_bytes(b"lock of Excel")
    assert list(read(tmp_path).grids) == ["reference"]
    put(tmp_path, projects="project_id\nA\n")
    assert list(read(tmp_path).grids) == ["projects"]
    (tmp_path / "projects.csv").unlink()
    workbook(tmp_path / "other.xlsx", reference=sheet)
    assert list(read(tmp_path).grids) == []


def test_frames_by_name():
    frame = pd.DataFrame({"year": [2024], 5: ["x"]})
    found = read({"reference": frame, "other": frame})
    assert [fault.table for fault in found.faults] == ["projects", "observations"]
    assert "the mapping has no projects; it holds reference, other" in found.faults[0].message
    assert found.paths == ()
    assert list(found.grids["reference"].frame) == ["year", "5"]
    assert list(frame) == ["year", 5]


def test_index_with_a_name_is_a_column():
    grid = from_frame(pd.DataFrame({"source": ["x"]}, index=pd.Index([2024], name="year")), table="reference")
    assert list(grid.frame) == ["year", "source"]


def test_frame_with_a_heading_twice():
    frame = pd.DataFrame([[2024, 2025, "x"]], columns=["year", " year", "source"])
    grid = from_frame(frame, table="reference")
    assert only(grid.faults).column == "year"
    assert grid.frame.columns.is_unique


# CSV


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_delimiters_and_byte_order_mark(tmp_path, delimiter, bom, line_end):
    text = REFERENCE.replace(",", delimiter).replace("\n", line_end)
    grid, faults = reference(tmp_path, bom + text.encode())
    assert faults == []
    assert grid.frame.to_dict("list") == {"year": ["2024"], "wage_growth_forecast": ["0.1"], "source": ["x"]}
    assert grid.semicolon == (delimiter == ";")


def test_delimiter_is_told_by_the_names_of_the_contract(tmp_path):
    grid, _ = reference(tmp_path, "year;source;own, with, many, commas, inside\n2024;x;y\n")
    assert list(grid.frame) == ["year", "source", "own, with, many, commas, inside"]


def test_only_the_empty_cell_is_empty(tmp_path):
    grid, _ = reference(tmp_path, 'year,wage_growth_forecast,source\n,NA,None\n"",nan,NULL\n')
    assert grid.frame["year"].isna().all()
    assert grid.frame["wage_growth_forecast"].tolist() == ["NA", "nan"]
    assert grid.frame["source"].tolist() == ["None", "NULL"]


def test_headings_are_stripped(tmp_path):
    grid, _ = reference(tmp_path, " year ,\u00a0wage_growth_forecast, source\n2024,0.1,x\n")
    assert list(grid.frame) == ["year", "wage_growth_forecast", "source"]


def test_blank_lines_and_quoted_line_breaks_do_not_shift_rows(tmp_path):
    heading = "year,wage_growth_forecast,source"
    text = f'{heading}\r\n\r\n2021,,"two\r\n\r\nlines"\r\n   \r\n,,\r\n2022,0.1,x\r\n\r\n2023,,\r\n'
    grid, faults = reference(tmp_path, text)
    assert faults == []
    assert grid.frame["year"].tolist() == ["2021", "2022", "2023"]
    assert grid.rows.tolist() == [3, 6, 8]
    assert grid.frame["source"][0] == "two\r\n\r\nlines"


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path):
    """The same rows through a workbook have the same numbers."""
    rows = [["year", "source"], [], ["2021", "two\nlines"], ["", ""], ["2022", "x"]]
    text = 'year,source\n\n2021,"two\nlines"\n,\n2022,x\n'
    grid, _ = reference(tmp_path, text)
    book = read(workbook(tmp_path / "a.xlsx", reference=rows)).grids["reference"]
    assert grid.rows.tolist() == book.rows.tolist() == [3, 5]


@pytest.mark.parametrize("last", ["x", ""])
def test_ragged_rows(tmp_path, last):
    heading = "year,wage_growth_forecast,source"
    text = f'{heading}\n2021,0,1,x\n\n2022,0.1,{last}\n2023,0.1\n"20\n24",0.1,x\n2025,1,2,3,4\n'
    grid, faults = reference(tmp_path, text)
    assert [(fault.row, fault.message) for fault in faults] == [
        (2, "has 4 cells where the heading has 3"),
        (5, "has 2 cells where the heading has 3"),
        (7, "has 5 cells where the heading has 3"),
    ]
    assert "decimal comma" in faults[0].fix
    assert grid.broken == {2, 5, 7}
    assert grid.frame["year"].tolist() == ["2021", "2022", "2023", "20\n24", "2025"]
    assert grid.rows.tolist() == [2, 4, 5, 6, 7]


def test_row_that_is_only_too_short(tmp_path):
    grid, faults = reference(tmp_path, "year,wage_growth_forecast,source\n2021,0.1,x\n2022,0.1\n")
    assert only(faults).row == 3
    assert grid.broken == {3}


def test_cells_of_a_broken_row_are_not_judged(tmp_path):
    grid, _ = reference(tmp_path, "year,wage_growth_forecast,source\n2021,0.1\n2022,0.1,x\n")
    faults = grid.at([0, 1], ["year"], message="m", fix="f")
    assert [fault.row for fault in faults] == [3]


@pytest.mark.parametrize("tail", ["", "2023,0.1,x\n" * 40_000])
def test_quotation_mark_that_is_not_closed(tmp_path, tail):
    grid, faults = reference(tmp_path, f'year,wage_growth_forecast,source\n2021,0.1,x\n2022,0.1,"x\n{tail}')
    assert grid is None
    assert only(faults).message.startswith("a quotation mark that opens in row 3 is not closed")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            "year,source\n2024,\u0442\u0435\u043d\u0433\u0435\n".encode("cp1251"),
            "is not UTF-8 (first seen in line 2)",
        ),
        ("year,source\n2024,x\n".encode("utf-16"), "is UTF-16, not UTF-8"),
        ("year,source\n2024,x\n".encode("utf-16-le"), "is UTF-16 or no text at all, not UTF-8"),
    ],
)
def test_other_encodings(tmp_path, data, message):
    grid, faults = reference(tmp_path, data)
    assert grid is None
    assert only(faults).message == message
    assert "CSV UTF-8" in only(faults).fix


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "  \n"])
def test_empty_file(tmp_path, text):
    fault = only(reference(tmp_path, text)[1])
    assert fault.message == "is empty"
    assert "at least year, wage_growth_forecast, source" in fault.fix


def test_heading_without_rows(tmp_path):
    grid, faults = reference(tmp_path, "year,wage_growth_forecast,source\n")
    assert faults == []
    assert len(grid.frame) == len(grid.rows) == 0


@pytest.mark.parametrize(("before", "row"), [("\n", 2), ("Table 1,,\n\n", 3), ("a,b,c\n", 2), ("Table\n", 2)])
def test_heading_that_is_not_in_the_first_row(tmp_path, before, row):
    fault = only(reference(tmp_path, before + REFERENCE)[1])
    assert fault.message == f"the heading stands in row {row}, not in row 1"


def test_heading_under_a_title_or_a_hint_for_excel(tmp_path):
    for first in ("Table 1", "sep=;"):
        text = f"{first}\nown;{REFERENCE.replace(',', ';')}"
        assert only(reference(tmp_path, text)[1]).message == "the heading stands in row 2, not in row 1"


def test_headings_that_are_there_twice(tmp_path):
    grid, faults = reference(tmp_path, "year,source,year,source\n2024,x,2025,y\n")
    assert [(fault.column, fault.row, fault.message) for fault in faults] == [
        ("year", 1, "the heading stands 2 times"),
        ("source", 1, "the heading stands 2 times"),
    ]
    assert grid.frame.to_dict("list") == {"year": ["2024"], "source": ["x"]}


def test_columns_without_a_heading(tmp_path):
    grid, faults = reference(tmp_path, "year,,source,\n2024,,x,\n2025,,y,5\n")
    assert only(faults).message == "column 4 has values but no heading"
    assert list(grid.frame) == ["year", "source"]


def test_file_that_cannot_be_opened(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    (tmp_path / "reference.csv").write_text(REFERENCE, encoding="utf-8")
    fault = only(f for f in read(tmp_path).faults if f.table == "reference")
    assert fault.message == "cannot be opened (Permission denied)"


def test_file_that_is_no_parquet(tmp_path):
    (tmp_path / "reference.parquet").write_bytes(b"PAR1 no")
    fault = only(f for f in read(tmp_path).faults if f.table == "reference")
    assert fault.message.startswith("cannot be read as Parquet (")
    assert fault.file == "reference.parquet"


# xlsx


def test_workbook(tmp_path):
    path = workbook(
        tmp_path / "data.xlsx",
        observation=[["project_id"]],
        projects=[["project_id", "bin", " own "], ["A", 50440001239, True], [17, None, 2.5]],
        notes=[["anything"]],
    )
    found = read(path)
    assert [fault.table for fault in found.faults] == ["observations", "reference"]
    assert (
        "the workbook data.xlsx has no reference; it holds observation, projects, notes"
        in found.faults[1].message
    )
    grid = found.grids["projects"]
    assert grid.file == "data.xlsx, sheet projects"
    assert list(grid.frame) == ["project_id", "bin", "own"]
    assert grid.frame["project_id"].tolist() == ["A", 17.0]
    assert grid.frame["bin"].dtype == "float64"
    assert found.paths == (path,)


def test_sheet_in_another_case(tmp_path):
    fault = read(workbook(tmp_path / "data.xlsx", Projects=[["project_id"]])).faults[0]
    assert "if 'Projects' is meant, save it as projects" in fault.fix


def test_hidden_sheet_counts(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "data.xlsx") as book:
        book.add_worksheet("first")
        sheet = book.add_worksheet("reference")
        sheet.hide()
        sheet.write(0, 0, "year")
        sheet.write(1, 0, 2024)
    assert read(tmp_path / "data.xlsx").grids["reference"].frame["year"].tolist() == [2024.0]


def test_empty_rows_of_a_sheet_keep_their_numbers(tmp_path):
    rows = [["year", "source"], [None, None], [2021, "x"], [None, None], [None, None], [2022, "y"]]
    assert read(workbook(tmp_path / "a.xlsx", reference=rows)).grids["reference"].rows.tolist() == [3, 6]


@pytest.mark.parametrize(("above", "row"), [([[]], 2), ([["Table"], []], 3)])
def test_heading_of_a_sheet_that_is_not_in_the_first_row(tmp_path, above, row):
    rows = [*above, ["year", "source"], [2021, "x"]]
    fault = read(workbook(tmp_path / "a.xlsx", reference=rows)).faults[-1]
    assert (fault.file, fault.message) == (
        "a.xlsx, sheet reference",
        f"the heading stands in row {row}, not in row 1",
    )


def test_sheet_without_a_cell(tmp_path):
    assert read(workbook(tmp_path / "a.xlsx", reference=[])).faults[-1].message == "is empty"


def test_formulas_and_errors(tmp_path):
    """Formulas count by their cached value; an error cell is text, never empty."""
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("first <&> sheet")
        sheet = book.add_worksheet("reference")
        sheet.write_row(0, 0, ["year", "wage_growth_forecast", "source"])
        sheet.write_formula(1, 0, "=2000+24", None, 2024)
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 2, "=NA()", None, "#N/A")
        sheet.write_row(4, 0, [2025, 0.1, "e"])
    grid = read(tmp_path / "a.xlsx").grids["reference"]
    assert grid.rows.tolist() == [2, 4, 5]
    assert grid.frame["year"].tolist()[::2] == [2024.0, 2025.0]
    assert grid.frame["wage_growth_forecast"].tolist()[0] == "#DIV/0!"
    assert grid.frame["source"].tolist()[1:] == ["#N/A", "e"]


def test_errors_in_a_sheet_without_references(tmp_path):
    """Some programs leave out the places of rows and cells; they count from the one before."""
    path = workbook(tmp_path / "a.xlsx", reference=[["year", "source"], [2024, 5], [2025, 6]])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    for place in (
        b' r="A1"',
        b' r="B1"',
        b' r="A2"',
        b' r="B2"',
        b' r="A3"',
        b' r="1"',
        b' r="2"',
        b' r="3"',
    ):
        assert place in sheet
        sheet = sheet.replace(place, b"")
    sheet = sheet.replace(b'<c r="B3"><v>6</v>', b"<c t='e'><v>#REF!</v>")
    with zipfile.ZipFile(path, "w") as book:
        for name, data in (parts | {"xl/worksheets/sheet1.xml": sheet}).items():
            book.writestr(name, data)
    assert read(path).grids["reference"].frame["source"].tolist() == [5.0, "#REF!"]


def test_errors_beyond_column_z(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("reference")
        sheet.write_row(0, 0, ["year", *(f"own_{n}" for n in range(1, 30))])
        sheet.write(1, 0, 2024)
        sheet.write_formula(1, 27, "=1/0", None, "#DIV/0!")
    assert read(tmp_path / "a.xlsx").grids["reference"].frame["own_27"].tolist() == ["#DIV/0!"]


@pytest.mark.parametrize("data", [b"no workbook", b"PK\x03\x04 broken"])
def test_file_that_is_no_workbook(tmp_path, data):
    (tmp_path / "a.xlsx").write_bytes(data)
    fault = only(read(tmp_path / "a.xlsx").faults)
    assert fault.message.startswith("cannot be read as a workbook (")
    assert fault.file == "a.xlsx"


def test_damaged_sheet(tmp_path):
    path = workbook(tmp_path / "a.xlsx", reference=[["year"], [2024]])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-60] + b't="e"'
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    assert read(path).faults[-1].message.startswith("cannot be read (")


# Results out


@pytest.fixture
def result():
    return pd.DataFrame(
        {
            "region": pd.Series(["07", "=1+1", None], dtype="str"),
            "plan": [0.1, np.inf, np.nan],
            "year": [2024, 2025, 2026],
            "end": pd.array([2030, None, 2031], dtype="Int64"),
        }
    )


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx", ".XLSX"])
def test_written_complete_and_alone(tmp_path, result, ending):
    path = tmp_path / f"result{ending}"
    path.write_text("old", encoding="utf-8")
    before = result.copy()
    write(result, path, about={"methodology": "order-35"})
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes()[:3] != b"old"
    pd.testing.assert_frame_equal(result, before)


def test_csv_is_utf8_with_plain_line_ends(tmp_path):
    write(
        pd.DataFrame({"name": ["\u049a\u0430\u0437\u0430\u049b", "a,b"], "x": [0.1, np.inf]}),
        tmp_path / "a.csv",
    )
    assert (
        tmp_path / "a.csv"
    ).read_bytes() == 'name,x\n\u049a\u0430\u0437\u0430\u049b,0.1\n"a,b",inf\n'.encode()


def test_parquet_comes_back_as_it_was(tmp_path, result):
    write(result, tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "a.parquet"), result)


def test_workbook_keeps_text_and_says_inf(tmp_path, result):
    write(result, tmp_path / "a.xlsx", about={"methodology": "order-35", "note": "=1+1"})
    book = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    assert book.sheet_names == ["data", "about"]
    assert book.get_sheet_by_name("data").to_python() == [
        ["region", "plan", "year", "end"],
        ["07", 0.1, 2024.0, 2030.0],
        ["=1+1", "inf", 2025.0, ""],
        ["", "", 2026.0, 2031.0],
    ]
    assert book.get_sheet_by_name("about").to_python()[1:] == [["methodology", "order-35"], ["note", "=1+1"]]


def test_workbook_is_ready_to_work_with(tmp_path, result):
    write(result, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert "xl/worksheets/sheet2.xml" not in book.namelist()
        sheet, styles = (book.read(f"xl/{part}.xml").decode() for part in ("worksheets/sheet1", "styles"))
    assert '<pane ySplit="1"' in sheet
    assert '<autoFilter ref="A1:D4"/>' in sheet
    assert "<f>" not in sheet
    assert 'formatCode="@"' in styles  # text, for the column of codes
    assert "<b/>" in styles
    assert '<col min="1" max="1" width="' in sheet


@pytest.mark.parametrize("name", ["result.xls", "result", "result.json"])
def test_other_endings_are_refused(tmp_path, result, name):
    with pytest.raises(ParameterError, match=r"\.csv, \.parquet, \.xlsx"):
        write(result, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_too_many_rows_for_a_sheet(tmp_path, monkeypatch, result):
    monkeypatch.setattr("effeval.reading.workbooks.MOST_ROWS", 3)
    with pytest.raises(ParameterError, match="do not fit"):
        write(result, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
    write(result.head(2), tmp_path / "a.xlsx")


def test_nothing_is_left_when_writing_fails(tmp_path, monkeypatch, result):
    def fail(self, path, **options):
        path.write_text("half", encoding="utf-8")
        raise OSError("no space left")

    (tmp_path / "a.csv").write_text("old", encoding="utf-8")
    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    with pytest.raises(OSError, match="no space left"):
        write(result, tmp_path / "a.csv")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "old"


def test_replacing_works_in_the_same_folder_and_leaves_nothing(tmp_path):
    path = tmp_path / "page.html"
    with replacing(path) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".html"
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "new"
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise RuntimeError
    assert path.read_text(encoding="utf-8") == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_result_may_be_read_by_whom_other_files_may(tmp_path):
    (tmp_path / "plain").touch()
    write(pd.DataFrame({"a": [1]}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_no_such_folder_and_a_folder_as_file(tmp_path, result):
    with pytest.raises(ParameterError, match="does not exist"):
        write(result, tmp_path / "no" / "a.csv")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(ParameterError, match="is a folder"):
        write(result, tmp_path / "b.csv")


def test_digest(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert digest(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


def test_dates_of_a_sheet_stay_dates(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("reference")
        sheet.write_row(0, 0, ["year", "source"])
        sheet.write_datetime(1, 0, date(2018, 1, 1), book.add_format({"num_format": "dd.mm.yyyy"}))
    assert read(tmp_path / "a.xlsx").grids["reference"].frame["year"][0] == date(2018, 1, 1)


def test_text_like_xml_of_formatted_text_stays_text(tmp_path):
    frame = pd.DataFrame({"applicant": ["<r><t>=1+1</t></r>", "a & b"]})
    write(frame, tmp_path / "texts.xlsx", about={"note": "<r>x</r>"})
    read = pd.read_excel(tmp_path / "texts.xlsx", engine="calamine")
    assert read["applicant"].tolist() == frame["applicant"].tolist()


def test_a_formula_that_was_never_worked_out_is_a_fault_and_an_empty_text_is_not(tmp_path):
    """Libraries that write workbooks leave formulas without a result; read as empty, the figure would be unknown."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("reference")
        sheet.write_row(0, 0, ["year", "wage_growth_forecast", "source", "own"])
        sheet.write_row(1, 0, [2024, 0.1, "e"])
        sheet.write_formula(1, 3, '=""', None, "nothing")
        sheet.write_row(2, 0, [2025, 0.1])
        sheet.write_formula(2, 1, "=0.05+0.03", None, 0.08)
        sheet.write_formula(2, 2, "=A1", None, 7)
    for old, new in ((b"<v>0.08</v>", b"<v></v>"), (b"<v>7</v>", b""), (b"<v>nothing</v>", b"<v></v>")):
        spoil_sheet(path, old, new)
    frame = read(path).grids["reference"].frame
    assert frame["wage_growth_forecast"].tolist() == [0.1, "#UNCALCULATED!"]
    assert frame["source"].tolist() == ["e", "#UNCALCULATED!"]
    assert frame["own"].isna().all()
    (refused,) = numbers(frame["wage_growth_forecast"]).refused
    assert (refused.rows.tolist(), refused.message) == ([1], "is a formula without its result")
    assert "save it" in refused.fix


def spoil_sheet(path, old, new):
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert old in sheet
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, sheet.replace(old, new) if name == "xl/worksheets/sheet1.xml" else data)


def test_a_file_that_was_read_is_not_written_over(tmp_path):
    put(tmp_path, reference=REFERENCE)
    source, frame = tmp_path / "reference.csv", pd.DataFrame({"year": [1]})
    with pytest.raises(ParameterError, match="reference.csv is a file that was read(.|\n)*another output"):
        write(frame, tmp_path / "." / "reference.csv", sources=[source])
    assert source.read_text(encoding="utf-8") == REFERENCE
    write(frame, tmp_path / "other.csv", sources=[source])
