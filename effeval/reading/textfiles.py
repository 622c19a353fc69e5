"""CSV files in: UTF-8, commas, semicolons or tabs, and rows that do not fit."""

import csv
import io
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pandas as pd

from effeval.columns import columns
from effeval.errors import Fault
from effeval.reading.grids import HEADING_SOUGHT, Grid, heading_fix, under_heading, unreadable

HEAD = 65_536  # characters in which the first rows are looked for
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


def from_csv(path: Path, *, table: str) -> Grid:
    """A CSV file in UTF-8, separated by commas, semicolons or tabs; all cells are text but the empty ones.

    Raises
    ------
    DataError
        It is empty, not UTF-8, has a quotation mark that is not closed, or no heading in row 1.
    """
    text = _decoded(path, table)
    if not text.strip():
        raise unreadable(table, path.name, "is empty", fix=heading_fix(table))
    delimiter = _delimiter(text, table)
    cells = _split(path, delimiter)
    ragged = {}
    if cells is None or cells.iloc[:, -1].isna().any():  # a row that is too short ends in an empty cell
        ragged = _ragged(text, delimiter, table=table, file=path.name, strict=cells is None)
    grid = under_heading(
        _evened(text, delimiter, table) if cells is None else cells, table=table, file=path.name
    )
    fix = (
        f"give the row as many cells as the heading; a cell that holds a {DELIMITERS[delimiter]} stands in "
        "double quotes, and a decimal comma between commas splits a figure in two (write a point)"
    )
    faults = [Fault(table, message, fix, path.name, row) for row, message in ragged.items()]
    return replace(grid, semicolon=delimiter == ";", broken=frozenset(ragged), faults=(*grid.faults, *faults))


def _decoded(path: Path, table: str) -> str:
    fix = 'in Excel choose File, Save As, file type "CSV UTF-8 (Comma delimited)"'
    data = b""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        message = f"cannot be opened ({error.strerror})"
        raise unreadable(table, path.name, message, fix="close or unlock it") from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        message = "is UTF-16, not UTF-8" if wide else f"is not UTF-8 (first seen in line {line})"
        raise unreadable(table, path.name, message, fix=fix) from error
    if "\0" in text:
        raise unreadable(table, path.name, "is UTF-16 or no text at all, not UTF-8", fix=fix)
    return text


def _delimiter(text: str, table: str) -> str:
    """The delimiter that splits a row into most names of the contract, or else into most cells."""

    def rank(delimiter: str) -> tuple[int, int]:
        rows = csv.reader(io.StringIO(text[:HEAD], newline=""), delimiter=delimiter)
        return max((_known(row, table), len(row)) for row in islice(rows, HEADING_SOUGHT))

    return max(DELIMITERS, key=rank)


def _known(row: list[str], table: str) -> int:
    return len({cell.strip() for cell in row} & set(columns(table)))


def _split(path: Path, delimiter: str) -> pd.DataFrame | None:
    """All cells as text, the heading as first row; None if a row is too long or a quotation mark is open."""
    try:
        return pd.read_csv(
            path,
            sep=delimiter,
            header=None,
            dtype="str",
            encoding="utf-8-sig",
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None


def _ragged(text: str, delimiter: str, *, table: str, file: str, strict: bool) -> dict[int, str]:
    """What is wrong with rows that have more or fewer cells than the heading, by row number."""
    found, row, width = {}, 0, 0
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
        for row, cells in enumerate(rows, start=1):
            width = width or len(cells)
            if len(cells) != width and "".join(cells).strip():
                found[row] = f"has {len(cells)} cells where the heading has {width}"
    except csv.Error as error:
        place = f"a quotation mark that opens in row {row + 1}"
        message = f"{place} is not closed, or stands inside a quoted cell"
        fix = 'close the quoted cell; a quotation mark inside it is written twice: "LLP ""Steel"""'
        raise unreadable(table, file, message, fix=fix) from error
    return found


def _evened(text: str, delimiter: str, table: str) -> pd.DataFrame:
    """Cells of a file whose rows differ in length, cut or filled to the heading's, wherever it stands."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    first = [row for row in rows[:HEADING_SOUGHT] if _known(row, table)] or [row for row in rows if row]
    width = len(first[0])
    cells = pd.DataFrame([[*row[:width], *[""] * (width - len(row))] for row in rows], dtype="str")
    return cells.mask(cells == "")
