"""Cells as people and Excel write them, read as numbers, years and text.

Each function takes a column of cells (text, numbers, dates, mixed) and gives typed values, what it refused
to read and what it read but finds worth saying. What could mean two things is refused: a wrong number is
worse than none.
"""

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd

from effeval.reading.cells import (
    ANY,
    EXCEL_ERROR,
    NO_RESULT,
    SPACES,
    Finding,
    Parsed,
    as_text,
    kinds_apart,
    sorted_out,
)

GROUPING = f"[{SPACES}'\u2019]"  # between thousands: spaces, apostrophes
SIGN = "[+\u2212-]?"
POINT = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
LOOSE = rf"{SIGN}(?:[0-9]+|[0-9]{{1,3}}(?:{GROUPING}[0-9]{{3}})+)(?:[.,][0-9]+)?"  # 1 234,5
COMMA_OR_THOUSANDS = rf"{SIGN}[1-9][0-9]{{0,2}},[0-9]{{3}}"  # 1,234
POINT_OR_THOUSANDS = rf"{SIGN}[1-9][0-9]{{0,2}}\.[0-9]{{3}}"  # 1.234
GROUPED = r"{sign}[0-9]{{1,3}}(?:(?:{by}[0-9]{{3}})+{mark}[0-9]+|(?:{by}[0-9]{{3}}){{2,}})"
BY_COMMAS = GROUPED.format(sign=SIGN, by=",", mark=r"\.")  # 1,234.5 and 1,234,567
BY_POINTS = GROUPED.format(sign=SIGN, by=r"\.", mark=",")  # 1.234,5 and 1.234.567
DATE = r"(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4})(?:[ T].*)?"

FIGURE = "write a figure such as 1234.5; leave the cell empty if it was not reported"
NOT_NUMBERS = (
    (NO_RESULT, "is a formula without its result", "open the file in Excel or LibreOffice and save it there"),
    (EXCEL_ERROR, "is an error of Excel, not a number", "mend the formula, or leave the cell empty"),
    (f"{BY_COMMAS}|{BY_POINTS}", "groups thousands by commas or points", "write it without: 1234567.5"),
    (
        f"{COMMA_OR_THOUSANDS}|{POINT_OR_THOUSANDS}",
        "could be a fraction or thousands (1.234 or 1234)",
        "write 1234 or 1.234, without a comma",
    ),
    (".*%", "is a percentage, not a number", FIGURE),
    (ANY, "is not a number", FIGURE),
)
NO_YEAR = "write the year as four digits, such as 2018"
EPOCH = date(1899, 12, 30)  # day 0 of Excel
YEARS = range(1950, 2101)  # also the serial numbers that Excel shows as dates of 1905


def numbers(cells: pd.Series, *, semicolon: bool = False, fraction: bool = False) -> Parsed:
    """Read figures as float64.

    Spaces between thousands and a decimal comma are read and noted. "1,234" is read as a decimal comma only
    where commas are known to be that: in a file separated by semicolons or beside a figure such as "0,5", and
    if no figure of the column has a point.

    Parameters
    ----------
    cells : pandas.Series
    semicolon : bool
        The cells come from a CSV file separated by semicolons.
    fraction : bool
        The column holds fractions, so that "10 %" should be 0.10.

    Examples
    --------
    >>> read = numbers(pd.Series(["1234.5", "1 234,5", None, "n/a", "1,234,567"], dtype="str"))
    >>> read.values.tolist()
    [1234.5, 1234.5, nan, nan, nan]
    >>> [(finding.rows.tolist(), finding.message) for finding in read.refused]
    [([4], 'groups thousands by commas or points'), ([3], 'is not a number')]
    >>> [(finding.rows.tolist(), finding.message) for finding in read.noted]
    [([1], 'is text with spaces or a decimal comma; read as a number')]
    """
    read = _figures(*kinds_apart(cells), semicolon=semicolon, fraction=fraction)
    return replace(read, values=read.values.set_axis(cells.index))


def _figures(
    number: pd.Series, text: pd.Series, other: pd.Series, *, semicolon: bool = False, fraction: bool = False
) -> Parsed:
    """Read cells that are told apart by kind; the values by position from 0."""
    refused, noted = _no_figures(other), ()
    if len(text):  # else, as in a frame or a workbook, there is nothing to look for
        plain = text.str.fullmatch(POINT)
        if not plain.all():
            text, found, noted = _mended(text, plain, semicolon=semicolon, fraction=fraction)
            refused += found
        # Arrow's way is exact, and by far the fastest.
        number[text.index] = text.astype("double[pyarrow]").astype("float64")
    infinite = np.flatnonzero(np.isinf(number.to_numpy()))
    if len(infinite):
        refused.append(Finding(infinite, "is infinite, not a number", FIGURE))
        number.iloc[infinite] = np.nan
    return Parsed(number, tuple(refused), tuple(noted))


def _no_figures(other: pd.Series) -> list[Finding]:
    if other.empty:
        return []
    truth = np.array([isinstance(cell, bool | np.bool_) for cell in other], dtype="bool")
    kinds = {"is TRUE or FALSE, not a number": other[truth], "is a date or time, not a number": other[~truth]}
    return [Finding(some.index.to_numpy(), message, FIGURE) for message, some in kinds.items() if len(some)]


def _mended(
    text: pd.Series, plain: pd.Series, *, semicolon: bool, fraction: bool
) -> tuple[pd.Series, list[Finding], list[Finding]]:
    """Texts as Python writes numbers; what cannot be read is left out and refused, the mended is noted."""
    odd = text[~plain]
    loose = _loose(text, odd, semicolon=semicolon)
    doubtful = plain & text.str.fullmatch(POINT_OR_THOUSANDS) & odd.str.fullmatch(BY_POINTS).any()
    fixes = {".*%": "write a fraction: 0.10 for 10 %"} if fraction else {}
    reasons = [(pattern, message, fixes.get(pattern, fix)) for pattern, message, fix in NOT_NUMBERS]
    refused = sorted_out(pd.concat([odd[~loose], text[doubtful]]), reasons)
    note = "is text with spaces or a decimal comma; read as a number"
    noted = [Finding(odd.index[loose].to_numpy(), note, "write figures as 1234.5")] if loose.any() else []
    return pd.concat([text[plain & ~doubtful], _cleaned(odd[loose])]), refused, noted


def _loose(text: pd.Series, odd: pd.Series, *, semicolon: bool) -> pd.Series:
    """Which of the odd texts are figures with spaces or a decimal comma and can mean one thing only."""
    loose = odd.str.fullmatch(LOOSE)
    ambiguous = odd.str.fullmatch(COMMA_OR_THOUSANDS)
    if not ambiguous.any():
        return loose
    decimal_commas = semicolon or odd[loose & ~ambiguous].str.contains(",", regex=False).any()
    contradicted = odd.str.fullmatch(BY_COMMAS).any() or text.str.contains(".", regex=False).any()
    return loose if decimal_commas and not contradicted else loose & ~ambiguous


def _cleaned(text: pd.Series) -> pd.Series:
    text = text.str.replace(GROUPING, "", regex=True)
    return text.str.replace(",", ".", regex=False).str.replace("\u2212", "-", regex=False)


def years(cells: pd.Series) -> Parsed:
    """Read calendar years as Int64; dates are refused, with the year that is probably meant.

    Examples
    --------
    >>> read = years(pd.Series([2018, "2018.0", datetime(1905, 7, 10), "01.01.2018", 43101], dtype="object"))
    >>> read.values.tolist()
    [2018, 2018, <NA>, <NA>, <NA>]
    >>> for finding in read.refused:
    ...     print(finding.rows.tolist(), finding.message)
    [3] is a date of 2018, not a year
    [2] is a date; Excel shows the number 2018 so
    [4] is a serial number of Excel: the date 2018-01-01
    """
    number, text, other = kinds_apart(cells)
    written = text.str.fullmatch(DATE) if len(text) else np.zeros(0, dtype="bool")
    dates = {row: _date(cell) for some in (text[written], other) for row, cell in some.items()}
    read = _whole(number, text[~written], other.iloc[:0], message="is not a year", fix=NO_YEAR)
    refused = list(read.refused)
    first, last = (date(year, 1, 1).toordinal() - EPOCH.toordinal() for year in (YEARS[0], YEARS[-1] + 1))
    found = read.values.to_numpy("float64", na_value=np.nan)
    serial = read.values[(found >= first) & (found < last)]
    if not dates and serial.empty:
        return replace(read, values=read.values.set_axis(cells.index))
    for row, value in serial.items():
        dates[row] = date.fromordinal(EPOCH.toordinal() + int(value))
    words = {row: _said(when, serial=row in serial.index) for row, when in dates.items()}
    said = pd.Series(words, dtype="object")
    for (message, fix), rows in said.groupby(said).groups.items():
        refused.append(Finding(rows.to_numpy(dtype="int64"), message, fix))
    values = read.values.mask(read.values.index.isin(serial.index))
    return Parsed(values.set_axis(cells.index), tuple(refused), read.noted)


def _date(cell: object) -> date | None:
    """The date in a cell or in text such as 01.01.2018 or 2018-01-01; None if it is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if not isinstance(cell, str):
        return cell if isinstance(cell, date) else None
    head = cell.replace("T", " ").split(" ")[0]
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(head, form).date()
        except ValueError:
            continue
    return None


def _said(when: date | None, *, serial: bool) -> tuple[str, str]:
    """What to say of a date that stands for a year."""
    if when is None:
        return "is not a year", NO_YEAR
    if serial:
        message = f"is a serial number of Excel: the date {when.isoformat()}"
        return message, f"write {when.year}, if that is meant"
    number = (when - EPOCH).days
    if number in YEARS:
        fix = f"format the column as Number: it will show {number}"
        return f"is a date; Excel shows the number {number} so", fix
    return f"is a date of {when.year}, not a year", f"format the column as Number and type {when.year}"


def whole(cells: pd.Series, *, message: str, fix: str) -> Parsed:
    """Read whole numbers as Int64; everything else is refused with the given words.

    Examples
    --------
    >>> read = whole(pd.Series([13.0, "2", "13.1"], dtype="object"), message="is no measure", fix="1 to 13")
    >>> read.values.tolist(), [finding.rows.tolist() for finding in read.refused]
    ([13, 2, <NA>], [[2]])
    """
    read = _whole(*kinds_apart(cells), message=message, fix=fix)
    return replace(read, values=read.values.set_axis(cells.index))


def _whole(number: pd.Series, text: pd.Series, other: pd.Series, *, message: str, fix: str) -> Parsed:
    """Read cells that are told apart by kind; the values by position from 0."""
    read = _figures(number, text, other)
    values = read.values.to_numpy()
    with np.errstate(invalid="ignore"):
        broken = ~np.isnan(values) & ((values != np.trunc(values)) | (np.abs(values) > 1e15))
    rows = np.concatenate([np.flatnonzero(broken), *(finding.rows for finding in read.refused)])
    rows = np.sort(rows.astype("int64"))
    refused = (Finding(rows, message, fix),) if len(rows) else ()
    return replace(read, values=read.values.mask(broken).astype("Int64"), refused=refused)


def text(cells: pd.Series) -> Parsed:
    """Read text: white space around it is dropped, a number becomes its digits; errors of Excel are refused.

    Examples
    --------
    >>> text(pd.Series([" A-1 ", 17.0, "  ", None], dtype="object")).values.tolist()
    ['A-1', '17', nan, nan]
    """
    if not isinstance(cells.dtype, pd.StringDtype):
        whole_numbers = pd.api.types.is_integer_dtype(cells)
        cells = cells if whole_numbers else cells.map(as_text)
    values = cells.astype("str").str.strip()
    values = values.mask(values == "")
    wrong = values.str.startswith("#", na=False)
    if wrong.any():
        wrong &= values.str.fullmatch(EXCEL_ERROR, na=False)
    if not wrong.any():
        return Parsed(values)
    message, fix = "is an error of Excel, not text", "mend the formula, or type the text"
    refused = Finding(np.flatnonzero(wrong), message, fix)
    return Parsed(values.mask(wrong), (refused,))
