"""The cells of one table as they stand in a file, a sheet or a frame.

Nothing is interpreted here. What is kept is where each cell stands, so that a fault found later can
name the row that the user sees. Rows count as in a spreadsheet: the heading is row 1, empty rows count,
a line break inside a quoted cell does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effeval.columns import columns
from effeval.errors import DataError, Fault
from effeval.reading.cells import as_text

HEADING_SOUGHT = 20  # first rows, in which a heading that is not in row 1 is looked for
SHOWN_CHARACTERS = 80


@dataclass(frozen=True, eq=False)
class Grid:
    """One table as it stands.

    Attributes
    ----------
    table : str
        projects, observations or reference.
    frame : pandas.DataFrame
        Cells under their headings; index 0, 1, 2, … (the position).
    rows : numpy.ndarray
        Row number in the file, for each position.
    file : str
        File name, with the sheet for a workbook; empty for a frame.
    semicolon : bool
        A CSV file separated by semicolons, where a comma in a figure is a decimal comma.
    broken : frozenset of int
        Numbers of rows that do not split into as many cells as the heading has: no cell of theirs is judged.
    faults : tuple of Fault
        What is wrong with headings and rows.
    """

    table: str
    frame: pd.DataFrame
    rows: np.ndarray
    file: str = ""
    semicolon: bool = False
    broken: frozenset[int] = frozenset()
    faults: tuple[Fault, ...] = ()

    def whole(self, message: str, *, fix: str, column: str | None = None) -> Fault:
        """A fault of the table or of a column as a whole."""
        return Fault(self.table, message, fix, self.file, None, column)

    def at(self, positions: Iterable[int], columns: Sequence[str], *, message: str, fix: str) -> list[Fault]:
        """One fault a row, with its number and the value as the user typed it."""
        positions = np.asarray(positions, dtype="int64")
        if not len(positions):
            return []  # the column may be one that the file has not
        cells = self.frame[list(columns)].iloc[positions].itertuples(index=False, name=None)
        return [
            Fault(self.table, message, fix, self.file, int(row), ", ".join(columns), _values(values))
            for row, values in zip(self.rows[positions], cells, strict=True)
            if int(row) not in self.broken
        ]

    def note(self, positions: Iterable[int], column: str, *, message: str, fix: str) -> list[Fault]:
        """One fault for all cells (a warning): with its row where it is one, with their number where more."""
        faults = self.at(positions, [column], message=message, fix=fix)
        if len(faults) < 2:
            return faults
        first = faults[0]
        text = f"in {len(faults):,} rows, first in row {first.row} ({first.value!r}): {message}"
        return [self.whole(text, fix=fix, column=column)]


def _values(cells: Iterable[object]) -> str | None:
    texts = [text for text in map(as_text, cells) if text is not None]
    value = ", ".join(texts)
    return (value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…") if texts else None


def unreadable(table: str, file: str, message: str, *, fix: str) -> DataError:
    """The error of a table that cannot be read at all."""
    return DataError([Fault(table, message, fix, file)])


def from_frame(frame: pd.DataFrame, *, table: str, file: str = "") -> Grid:
    """A table whose cells are typed: a Parquet file or a frame; its first row is row 2, as under a heading.

    Examples
    --------
    >>> grid = from_frame(pd.DataFrame({" year ": [2024], "source": ["x"]}), table="reference")
    >>> list(grid.frame), grid.rows.tolist()
    (['year', 'source'], [2])
    """
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    names = [str(name).strip() for name in frame.columns]
    body = frame.set_axis(names, axis=1).reset_index(drop=True)
    faults = _repeated(names, table=table, file=file)
    body = body.loc[:, ~body.columns.duplicated()]
    return Grid(table, body, np.arange(2, len(body) + 2), file, faults=faults)


def under_heading(cells: pd.DataFrame, *, table: str, file: str) -> Grid:
    """A table from all its cells, the heading among them; empty rows and nameless empty columns are left out.

    Parameters
    ----------
    cells : pandas.DataFrame
        Row 0 is row 1 of the file.

    Raises
    ------
    DataError
        There is no cell, or the heading is not in the first row.
    """
    if cells.isna().all(axis=None):
        raise unreadable(table, file, "is empty", fix=heading_fix(table))
    names = _names(cells, 0)
    known = set(columns(table))
    if not known & set(names):
        sought = range(1, min(HEADING_SOUGHT, len(cells)))
        late = next((row for row in sought if known & set(_names(cells, row))), 0)
        if late or not any(names):
            where = f"stands in row {late + 1}" if late else "is missing"
            raise unreadable(table, file, f"the heading {where}, not in row 1", fix=heading_fix(table))
    body = cells.iloc[1:]
    body = body[~_blank(body)]
    faults = list(_repeated(names, table=table, file=file))
    for position, name in enumerate(names):
        if not name and body.iloc[:, position].notna().any():
            message = f"column {position + 1} has values but no heading"
            faults.append(Fault(table, message, "give it a heading, or delete the column", file))
    kept = [position for position, name in enumerate(names) if name and name not in names[:position]]
    frame = body.iloc[:, kept].set_axis([names[position] for position in kept], axis=1)
    rows = frame.index.to_numpy() + 1
    return Grid(table, frame.reset_index(drop=True).infer_objects(), rows, file, faults=tuple(faults))


def _names(cells: pd.DataFrame, row: int) -> list[str]:
    return [(as_text(cell) or "").strip() for cell in cells.iloc[row]]


def _blank(body: pd.DataFrame) -> np.ndarray:
    """Which rows have no value; a line of white space has none."""
    blank = body.iloc[:, 1:].isna().all(axis=1).to_numpy(dtype="bool", copy=True)
    blank[blank] = [not (as_text(cell) or "").strip() for cell in body.iloc[blank, 0]]
    return blank


def _repeated(names: list[str], *, table: str, file: str) -> tuple[Fault, ...]:
    twice = dict.fromkeys(name for name in names if name and names.count(name) > 1)
    fix = "keep one of the columns, or rename the others"
    return tuple(Fault(table, f"the heading stands {names.count(n)} times", fix, file, 1, n) for n in twice)


def heading_fix(table: str) -> str:
    """How the heading of a table has to look."""
    needed = ", ".join(name for name, column in columns(table).items() if column.required)
    return f"the first row holds the headings, at least {needed}"
