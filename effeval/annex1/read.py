"""Forms of Annex 1 as they come back: read, with the cell that each figure came from."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from effeval.annex1.body import PLACED, TOTALS, Body
from effeval.annex1.headings import Table, find
from effeval.annex1.lines import sort_out
from effeval.annex1.raw import sheets
from effeval.annex1.words import LEAVES
from effeval.errors import DataError, Fault
from effeval.methodology import Methodology

ROWS = [
    "file",
    "sheet",
    "row",
    "measure",
    "year",
    "number",
    "applicant",
    "kato",
    "sector",
    "tnved",
    "category",
]
ROWS += ["support_paid", "score_sum", "status", "project_id", *(f"{name}_cell" for name in PLACED)]
FIGURES = ["file", "sheet", "row", "criterion", *LEAVES, *(f"{leaf}_cell" for leaf in LEAVES)]
NUMBERS = ("support_paid", "score_sum", *LEAVES, "value")


@dataclass(frozen=True, eq=False)
class Forms:
    """What stands in forms; nothing is recomputed.

    Attributes
    ----------
    rows : pandas.DataFrame
        One row a project of a form: ``file``, ``sheet``, ``row`` (as Excel counts), ``measure``, ``year``
        (empty if nothing says it), ``number``, ``applicant``, ``kato``, ``sector`` (two digits), ``tnved``,
        ``category``, ``support_paid`` (thousand tenge), ``score_sum``, ``status``, ``project_id`` (of the
        form, else made of measure, KATO, row and applicant), and ``<name>_cell``, such as "G12", for
        applicant, kato, sector, category, support_paid, score_sum and status.
    figures : pandas.DataFrame
        One row a project and criterion: ``file``, ``sheet``, ``row``, ``criterion``, ``plan``, ``actual`` (in
        the criterion's unit, rates as fractions), ``score``, each with its ``_cell``. Empty cells are empty.
    totals : pandas.DataFrame
        One row a figure of a total row, subtotals among them: ``file``, ``sheet``, ``row``, ``name``
        (support_paid, score_sum, or the criterion whose scores are added), ``value``, ``cell``.
    """

    rows: pd.DataFrame
    figures: pd.DataFrame
    totals: pd.DataFrame


def read(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    methodology: Methodology,
    year: int | None = None,
) -> Forms:
    """Read forms of Annex 1 as operators fill them in.

    All sheets are looked at, hidden ones too; sheets that are no forms are passed over. What could mean two
    things is refused.

    Parameters
    ----------
    paths : path or iterable of paths
        Workbooks (.xlsx, .xlsm), or folders with such.
    methodology : Methodology
        Whose measures and criteria the forms are about.
    year : int, optional
        The year that the forms are for, where they do not say; a form that says another is a fault.

    Raises
    ------
    DataError
        Something cannot be read; every fault names file, sheet, row, cell (as ``column``) and value.

    Examples
    --------
    >>> read([], methodology=Methodology.load())
    Traceback (most recent call last):
    effeval.errors.DataError: 1 fault in the data; nothing was computed.
    form: no form was given
      To fix: name at least one .xlsx file
    """
    files, faults = _files([paths] if isinstance(paths, str | os.PathLike) else paths)
    parts, names = [], Counter(path.name for path in files)
    for path in files:
        file = path.name if names[path.name] == 1 else path.as_posix()
        found, more = _workbook(path, file=file, methodology=methodology, year=year)
        parts += found
        faults += more
    if faults:
        raise DataError(faults)
    return Forms(
        _frame([part[0] for part in parts], ROWS),
        _frame([figures for part in parts for figures in part[1]], FIGURES),
        _frame([part[2] for part in parts], TOTALS),
    )


def _files(paths: Iterable[str | os.PathLike[str]]) -> tuple[list[Path], list[Fault]]:
    files, faults = [], []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(
                p for p in path.iterdir() if p.suffix.lower() in (".xlsx", ".xlsm") and p.name[:2] != "~$"
            )
            files += inside
            if not inside:
                faults.append(Fault("form", "holds no workbook", "name a folder with .xlsx files", str(path)))
        elif path.is_file():
            files.append(path)
        else:
            faults.append(Fault("form", "does not exist", "name an .xlsx file", str(path)))
    if not files and not faults:
        faults.append(Fault("form", "no form was given", "name at least one .xlsx file"))
    twice = {path for path, times in Counter(path.resolve() for path in files).items() if times > 1}
    faults += [Fault("form", "is given twice", "name each file once", path.name) for path in sorted(twice)]
    return files, faults


def _workbook(
    path: Path, *, file: str, methodology: Methodology, year: int | None
) -> tuple[list, list[Fault]]:
    try:
        found = sheets(path, file=file)
    except DataError as error:
        return [], list(error.faults)
    parts, faults, forms = [], [], 0
    for sheet in found:
        table, wrong = find(sheet, methodology=methodology, year=year)
        forms += table is not None or bool(wrong)
        if table is not None:
            part, wrong = _form(table, methodology)
            parts.append(part)
        faults += wrong
    if not forms:
        fix = "give the form of Annex 1, with its headings as the order has them"
        faults.append(Fault("form", "holds no form", fix, file))
    return parts, faults


def _form(table: Table, methodology: Methodology) -> tuple[tuple[dict, list[dict], dict], list[Fault]]:
    """Columns of rows, of figures (a dict for each criterion) and of totals of one form."""
    lines = sort_out(table, methodology=methodology)
    body = Body(table, lines)
    rows, figures, totals = body.rows(), body.figures(), body.totals()
    body.check()
    faults = sorted(
        [*lines.faults, *body.faults], key=lambda f: (f.row or 0, len(f.column or ""), f.column or "")
    )
    return (rows, figures, totals), faults


def _frame(parts: list[dict], names: list[str]) -> pd.DataFrame:
    kinds = {"row": "int64", "measure": "int64", "year": "Int64"} | dict.fromkeys(NUMBERS, "float64")
    whole = {name: [value for part in parts for value in part[name]] for name in names}
    return pd.DataFrame(
        {name: pd.Series(cells, dtype=kinds.get(name, "str")) for name, cells in whole.items()}
    )
