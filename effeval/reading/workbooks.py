"""xlsx workbooks in and out."""

import io
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from effeval.errors import ParameterError
from effeval.reading.cells import NO_RESULT
from effeval.reading.grids import Grid, under_heading, unreadable
from effeval.worksheet import PlainWorksheet

MOST_ROWS = 1_048_576  # of a sheet
WIDTHS = 8, 60  # narrowest and widest column written, in characters
SAMPLED = 1000  # rows that a column's width is taken from


def sheets(path: Path) -> list[str]:
    """Names of all sheets, hidden ones too.

    Raises
    ------
    DataError
        It cannot be read as an xlsx workbook.
    """
    try:
        with ZipFile(path):
            return CalamineWorkbook.from_path(path).sheet_names
    except (CalamineError, OSError, BadZipFile) as error:
        message = f"cannot be read as a workbook ({error})"
        fix = "save it in Excel as .xlsx, without a password"
        raise unreadable("", path.name, message, fix=fix) from error


def from_sheet(path: Path, sheet: str, *, table: str) -> Grid:
    """A sheet as a table: formulas by their cached values, error cells such as #DIV/0! as that text.

    Raises
    ------
    DataError
        It is damaged or empty, or has no heading in row 1.
    """
    file = f"{path.name}, sheet {sheet}"
    try:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        errors = error_cells(path, sheet)
    except (CalamineError, OSError, BadZipFile, ElementTree.ParseError, LookupError, StopIteration) as error:
        fix = "open it in Excel or LibreOffice and save it anew as .xlsx"
        raise unreadable(table, file, f"cannot be read ({error or type(error).__name__})", fix=fix) from error
    put(rows, errors)
    cells = pd.DataFrame([[None if cell == "" else cell for cell in row] for row in rows], dtype="object")
    return under_heading(cells, table=table, file=file)


def error_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Text of cells that calamine reads as empty, which would hide them, by row and column from 0.

    Errors, and formulas without a result, as libraries write them that do not work formulas out.
    """
    with ZipFile(path) as book:
        data = book.read(_part(book, sheet))
    if not any(sign in data for sign in (b'"e"', b"'e'", b"<f", b":f>", b":f ")):
        return {}
    found, row, column = {}, -1, -1
    for event, element in ElementTree.iterparse(io.BytesIO(data), events=("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if event == "start" and tag == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif event == "end" and tag == "c":
            column = _column(element.get("r"), after=column)
            text = next((part.text for part in element if part.tag.endswith("}v") and part.text), None)
            if element.get("t") == "e":
                found[row, column] = "#VALUE!" if text is None else text
            elif text is None and element.get("t") != "str" and any(p.tag.endswith("}f") for p in element):
                found[row, column] = NO_RESULT  # a text may be empty
    return found


def put(rows: list[list], cells: Mapping[tuple[int, int], str]) -> None:
    """Write texts into the rows of a sheet, which may end before them."""
    for (row, column), text in cells.items():
        rows += ([] for _ in range(row + 1 - len(rows)))
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = text


def _column(reference: str | None, *, after: int) -> int:
    """Column from 0 of a reference such as AB12; without one, the next after the last."""
    if reference is None:
        return after + 1
    column = 0
    for letter in reference.rstrip("0123456789"):
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _part(book: ZipFile, sheet: str) -> str:
    """Name of the part of the package that holds the sheet."""
    listed = ElementTree.fromstring(book.read("xl/workbook.xml")).iter()
    found = next(item for item in listed if item.tag.endswith("}sheet") and item.get("name") == sheet)
    key = next(value for name, value in found.attrib.items() if name.endswith("}id"))
    links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    target = next(link.attrib["Target"] for link in links if link.get("Id") == key)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def write_workbook(frame: pd.DataFrame, path: Path, *, about: Mapping[str, str]) -> None:
    """Write a frame as a sheet "data", and ``about`` as a second sheet if it holds something.

    Text stays text: nothing becomes a formula or a link, and codes keep their zeros. Infinity, which Excel
    does not know, is written as the text "inf".

    Raises
    ------
    ParameterError
        The frame has more rows than a sheet.
    """
    write_sheets({"data": frame}, path, about=about)


def write_sheets(tables: Mapping[str, pd.DataFrame], path: Path, *, about: Mapping[str, str]) -> None:
    """Write frames as sheets of these names, and ``about`` as the last if it holds something.

    Cells as in :func:`write_workbook`.

    Raises
    ------
    ParameterError
        A frame has more rows than a sheet.
    """
    for frame in tables.values():
        if len(frame) >= MOST_ROWS:
            message = f"{len(frame):,} rows do not fit in a sheet of {MOST_ROWS:,}."
            raise ParameterError(f"{message}\nTo fix: name a .parquet or .csv file")
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": options}) as book:
        book.book.worksheet_class = PlainWorksheet  # pandas names no class of its own
        for name, frame in tables.items():
            write_sheet(book, name, frame)
        if about:
            write_sheet(book, "about", pd.DataFrame({"name": list(about), "value": list(about.values())}))


def write_sheet(book: pd.ExcelWriter, name: str, frame: pd.DataFrame) -> None:
    frame.to_excel(book, sheet_name=name, index=False, inf_rep="inf")
    sheet = book.sheets[name]
    bold = book.book.add_format({"bold": True})
    text = book.book.add_format({"num_format": "@"})
    for position, (heading, column) in enumerate(frame.items()):
        sheet.write(0, position, heading, bold)
        words = [str(heading), *column.iloc[:SAMPLED].dropna().astype(str)]
        width = int(np.clip(max(map(len, words)) + 2, *WIDTHS))
        style = text if pd.api.types.is_string_dtype(column.dtype) else None
        sheet.set_column(position, position, width, style)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
