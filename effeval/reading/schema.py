"""The schema of the input tables, derived from the table of columns, and what breaks it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from effeval.columns import OPEN, Column, columns
from effeval.errors import Fault
from effeval.reading.codes import CODES, codes
from effeval.reading.grids import Grid
from effeval.reading.parsing import Parsed, numbers, text, whole, years

KEYS = {"projects": ["project_id"], "observations": ["project_id", "year"], "reference": ["year"]}
DTYPES = {"number": "float64", "year": "Int64", "measure": "Int64"}  # text and codes are str
OF_CELLS = ("not_nullable", "range", "choice")  # names of checks in pandera's failure cases
OF_TABLES = ("column_in_dataframe", "multiple_fields_uniqueness")
ALWAYS_THERE = ("commissioning_year", "term_end_year")  # added empty where the file has no such column


@dataclass(frozen=True, eq=False)
class Typed:
    """A table as the contract wants it, as far as its cells could be read.

    Attributes
    ----------
    grid : Grid
        The table as it stands, for the places of later findings.
    frame : pandas.DataFrame
        The contract's columns in its order, then the others as they came; same positions as the grid.
    faults, warnings : tuple of Fault
    """

    grid: Grid
    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def schema(table: str, *, present: Iterable[str] | None = None) -> pa.DataFrameSchema:
    """The pandera schema of an input table: types, ranges, choices, empty cells, keys.

    Parameters
    ----------
    table : str
        projects, observations or reference.
    present : iterable of str, optional
        Columns at hand; others are in the schema only if they are required. Default: all.

    Examples
    --------
    >>> list(schema("reference").columns), schema("observations").unique
    (['year', 'wage_growth_forecast', 'source'], ['project_id', 'year'])
    """
    known = columns(table)
    present = set(known if present is None else present)
    wanted = {name: _column(column) for name, column in known.items() if column.required or name in present}
    return pa.DataFrameSchema(wanted, unique=KEYS[table] if present.issuperset(KEYS[table]) else None)


def _column(column: Column) -> pa.Column:
    checks = []
    if column.choices:
        checks.append(pa.Check.isin(list(column.choices), error="choice"))
    if column.range is not None:
        checks.append(pa.Check.in_range(*column.range, error="range"))
    return pa.Column(DTYPES.get(column.kind, "str"), checks, nullable=column.empty)


def typed(grid: Grid) -> Typed:
    """Read every cell of the contract's columns, and check the table against its schema.

    Examples
    --------
    >>> from effeval.reading.grids import from_frame
    >>> frame = pd.DataFrame({"year": ["2024"], "source": ["?"], "wage_growth_forecast": ["-2"]})
    >>> table = typed(from_frame(frame, table="reference"))
    >>> table.frame.dtypes.astype(str).to_dict()
    {'year': 'Int64', 'wage_growth_forecast': 'float64', 'source': 'str'}
    >>> [str(fault) for fault in table.faults]
    ["reference, row 2, wage_growth_forecast = '-2': is below -1"]
    """
    known = columns(grid.table)
    there = [name for name in known if name in grid.frame]
    read = {name: _read(grid.frame[name], known[name], grid) for name in there}
    values = {name: parsed.values for name, parsed in read.items()}
    if grid.table == "projects":
        empty = pd.Series(pd.NA, index=grid.frame.index, dtype="Int64")
        values = {name: values.get(name, empty) for name in known if name in values or name in ALWAYS_THERE}
    others = grid.frame.drop(columns=list(read))
    frame = pd.concat([pd.DataFrame(values, index=grid.frame.index), others], axis=1)
    faults, warnings, refused = [], _misnamed(grid, list(others)), {}
    for name, parsed in read.items():
        refused[name] = [row for finding in parsed.refused for row in finding.rows]
        for finding in parsed.refused:
            faults += grid.at(finding.rows, [name], message=finding.message, fix=finding.fix)
        for finding in parsed.noted:
            warnings += grid.note(finding.rows, name, message=finding.message, fix=finding.fix)
    faults += _broken_rules(frame, grid, refused)
    return Typed(grid, frame, tuple(faults), tuple(warnings))


def _read(cells: pd.Series, column: Column, grid: Grid) -> Parsed:
    """Read the cells of one column as its kind says."""
    if column.kind == "number":
        return numbers(cells, semicolon=grid.semicolon, fraction=column.unit == "fraction")
    if column.kind == "year":
        return years(cells)
    if column.kind == "measure":
        return whole(cells, message="is not a number of a measure", fix="write a whole number from 1 to 13")
    return codes(cells, kind=column.kind) if column.kind in CODES else text(cells)


def _broken_rules(frame: pd.DataFrame, grid: Grid, refused: dict[str, list[int]]) -> list[Fault]:
    """Faults of what the schema refuses, but for cells that could not even be read."""
    try:
        schema(grid.table, present=frame.columns).validate(frame, lazy=True)
        return []
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        if not cases["check"].isin([*OF_CELLS, *OF_TABLES]).all():
            raise  # a type that parsing should have made
    faults, known = [], columns(grid.table)
    for missing in cases.loc[cases["check"] == "column_in_dataframe", "failure_case"]:
        faults.append(_missing(grid, known[missing], [name for name in frame if name not in known]))
    cells = cases[cases["check"].isin(OF_CELLS)]
    for (name, check), some in cells.groupby(["column", "check"], sort=False):
        rows = np.setdiff1d(some["index"].astype("int64"), refused[name])
        message, fix = _words(known[name], check)
        faults += grid.at(rows, [name], message=message, fix=fix)
    if (cases["check"] == "multiple_fields_uniqueness").any():
        keys = frame.loc[~np.isin(grid.rows, list(grid.broken)), KEYS[grid.table]].dropna()
        rows = keys.index[keys.duplicated(keep=False)]
        fix = f"keep one row for each {' and '.join(keys)}"
        faults += grid.at(rows, list(keys), message="is there more than once", fix=fix)
    return faults


def _words(column: Column, check: str) -> tuple[str, str]:
    """What is wrong with a cell that fails a check, and what would be right."""
    if check == "not_nullable":
        return "is empty", f"fill it in: {column.description}"
    if check == "choice":
        choices = ", ".join(column.choices)
        return f"is none of {choices}", f"write one of these words: {choices}"
    low, high = column.range
    if high < OPEN:
        return f"is not in {low:g}…{high:g}", f"write a number from {low:g} to {high:g}"
    return f"is below {low:g}", f"write a number from {low:g} up; leave the cell empty if it was not reported"


def _missing(grid: Grid, column: Column, headings: list[str]) -> Fault:
    near = _near(column, headings)
    fix = f"add it: {column.description}"
    if near is not None:
        fix = f"rename {near!r} to {column.name}, if it is meant"
    return grid.whole("the column is missing", fix=fix, column=column.name)


def _misnamed(grid: Grid, headings: list[str]) -> list[Fault]:
    """Warnings for headings that look like a column of the contract that is not there and need not be."""
    warnings = []
    for column in columns(grid.table).values():
        near = None if column.required or column.name in grid.frame else _near(column, headings)
        if near is not None:
            fix = f"rename it to {column.name}, if that is meant"
            message = f"is no column of the contract but looks like {column.name}, which is not there"
            warnings.append(grid.whole(message, fix=fix, column=near))
    return warnings


def _near(column: Column, headings: list[str]) -> str | None:
    """A heading that may be meant for the column: nearly its name, or its label in one of the languages."""
    plain = {heading.casefold().replace(" ", "_"): heading for heading in headings}
    for label in column.labels:
        if label.casefold().replace(" ", "_") in plain:
            return plain[label.casefold().replace(" ", "_")]
    found = difflib.get_close_matches(column.name, plain, n=1, cutoff=0.85)
    return plain[found[0]] if found else None
