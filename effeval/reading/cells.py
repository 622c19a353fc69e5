"""What a reading of cells is made of: the cells by kind, what was read and what was found wrong."""

import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

SPACES = " \u00a0\u202f\u2009"  # space, no-break space, narrow no-break space, thin space
ANY = r"(?s:.*)"
NO_RESULT = (
    "#UNCALCULATED!"  # stands for a formula that no program has worked out yet; an error as those below
)
EXCEL_ERROR = "#[^ ]{1,14}[!?]|#[^ /]{1,3}/[^ /]{1,3}"  # #DIV/0!, #NAME?, #N/A, in any language of Excel


@dataclass(frozen=True, eq=False)
class Finding:
    """Cells of one column about which the same can be said.

    Attributes
    ----------
    rows : numpy.ndarray
        Positions in the column, from 0.
    message, fix : str
    """

    rows: np.ndarray
    message: str
    fix: str


@dataclass(frozen=True, eq=False)
class Parsed:
    """A column read.

    Attributes
    ----------
    values : pandas.Series
        Typed, with the index of the cells; empty where a cell is empty or was refused.
    refused : tuple of Finding
        Cells that could not be read.
    noted : tuple of Finding
        Cells that were read, but not as they stand, or that look doubtful.
    """

    values: pd.Series
    refused: tuple[Finding, ...] = ()
    noted: tuple[Finding, ...] = ()


def as_text(cell: object) -> str | None:
    """A cell as a spreadsheet would show it; None for an empty one.

    Examples
    --------
    >>> as_text(17.0), as_text(0.5), as_text(datetime(2018, 1, 1)), as_text(True), as_text(float("nan"))
    ('17', '0.5', '2018-01-01', 'TRUE', None)
    """
    if isinstance(cell, str):
        return cell
    if cell is None or cell is pd.NA or cell is pd.NaT or cell != cell:  # noqa: PLR0124 - NaN of any type
        return None
    if isinstance(cell, bool | np.bool_):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | np.floating):
        return str(int(cell)) if np.isfinite(cell) and cell == np.trunc(cell) else repr(float(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def kinds_apart(cells: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Numbers (float64, NaN elsewhere), texts (stripped, none empty) and other things, by position from 0.

    Examples
    --------
    >>> number, text, other = kinds_apart(pd.Series([1, " a ", None, True], dtype="object"))
    >>> number.tolist(), text.to_dict(), other.to_dict()
    ([1.0, nan, nan, nan], {1: 'a'}, {3: True})
    """
    cells = cells.reset_index(drop=True)
    if isinstance(cells.dtype, pd.CategoricalDtype):
        cells = cells.astype(cells.cat.categories.dtype)
    other = pd.Series(dtype="object")
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        return pd.Series(cells.to_numpy("float64", na_value=np.nan)), pd.Series(dtype="str"), other
    if isinstance(cells.dtype, pd.StringDtype):
        number, words = pd.Series(np.nan, index=cells.index), cells.astype("str").str.strip()
    else:
        cells = cells.astype("object")
        kinds = cells.map(_kind)
        number = cells.where(kinds == "number").astype("float64")
        words = cells[kinds == "text"].astype("str").str.strip()
        other = cells[kinds == "other"].dropna()
    return number, words[words.notna() & (words != "")], other


def _kind(cell: object) -> str:
    if isinstance(cell, str):
        return "text"
    return "number" if isinstance(cell, numbers.Number) and not isinstance(cell, bool | np.bool_) else "other"


def sorted_out(words: pd.Series, reasons: Iterable[tuple[str, str, str]]) -> list[Finding]:
    """Findings for all words, each under the first reason whose pattern it fits."""
    found = []
    for pattern, message, fix in reasons:
        if words.empty:
            break
        fits = words.str.fullmatch(pattern)
        if fits.any():
            found.append(Finding(words.index[fits].to_numpy(), message, fix))
        words = words[~fits]
    return found
