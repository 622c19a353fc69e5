"""Codes as text of digits: BIN, KATO, OKED and commodity codes, whatever Excel did to them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from effeval.reading.cells import ANY, SPACES, Finding, Parsed, sorted_out
from effeval.reading.parsing import text

NOT_CODES = (
    (
        "[0-9]+(?:[.,][0-9]+)?[eE][+]?[0-9]+",
        "is in scientific notation, so digits are lost",
        "in Excel format the column as Text, then type the code again",
    ),
    (r"[0-9]+(?:\.[0-9]+)+", "has dots in the code", "leave the dots out: 1051 for 10.51"),
)


@dataclass(frozen=True)
class Code:
    """Lengths of a code: allowed, left by lost leading zeros, and to be filled with zeros on the right."""

    low: int
    high: int
    said: str
    lost: tuple[int, ...] = ()
    short: tuple[int, ...] = ()


CODES = {
    "bin": Code(12, 12, "12 digits", lost=(9, 10, 11)),
    "kato": Code(9, 9, "9 digits, or 2 (region) or 4 (district)", lost=(8,), short=(2, 4)),
    "oked": Code(2, 5, "2 to 5 digits"),
    "tnved": Code(4, 10, "4 to 10 digits", lost=(9,)),  # no commodity code has 9
}


def codes(cells: pd.Series, *, kind: str) -> Parsed:
    """Read codes as text of digits, with the leading zeros that Excel drops.

    Spaces inside are left out, KATO codes of a region or district are filled with zeros on the right, and
    BINs whose check digit is wrong are noted.

    Parameters
    ----------
    cells : pandas.Series
    kind : str
        bin, kato, oked or tnved.

    Examples
    --------
    >>> codes(pd.Series([50440001239.0, "050440001239"], dtype="object"), kind="bin").values.tolist()
    ['050440001239', '050440001239']
    >>> codes(pd.Series(["63", "6328"], dtype="str"), kind="kato").values.tolist()
    ['630000000', '632800000']
    """
    code = CODES[kind]
    read = text(cells)
    found = read.values.reset_index(drop=True).dropna()
    digits = found.str.fullmatch("[0-9]+").to_numpy()
    spaced = np.zeros(len(found), dtype="bool")
    if not digits.all():
        odd = found[~digits]
        odd = odd.mask(odd.str.fullmatch(r"[0-9]+\.0"), odd.str.removesuffix(".0"))
        spaced[~digits] = odd.str.fullmatch(f"[0-9]+(?:[{SPACES}][0-9]+)+")
        found[~digits] = odd.mask(spaced[~digits], odd.str.replace(f"[{SPACES}]", "", regex=True))
        digits = found.str.fullmatch("[0-9]+").to_numpy()
    size = found.str.len().to_numpy()
    fits = digits & ((size >= code.low) & (size <= code.high) | np.isin(size, code.lost + code.short))
    reasons = [*NOT_CODES, (ANY, f"is not a code of {code.said}", f"write {code.said}")]
    refused = [*read.refused, *sorted_out(found[~fits], reasons)]
    found, size, spaced = found[fits], size[fits], spaced[fits]
    lost, short = np.isin(size, code.lost), np.isin(size, code.short)
    if lost.any():
        found = found.mask(lost, found.str.zfill(code.high))
    if short.any():
        found = found.mask(short, found.str.ljust(code.high, "0"))
    notes = {
        ("has spaces; read without", "leave the spaces out"): spaced,
        ("has lost its leading zeros; read with them", "format the column as Text"): lost,
    }
    if kind == "bin":
        fix = "compare with the register; it is used as it stands"
        notes["has a wrong check digit", fix] = ~check_digit_holds(found)
    noted = [
        Finding(found.index[at].to_numpy(), message, fix) for (message, fix), at in notes.items() if at.any()
    ]
    values = found.reindex(range(len(cells))).astype("str").set_axis(cells.index)
    return Parsed(values, tuple(refused), tuple(noted))


def check_digit_holds(bins: pd.Series) -> np.ndarray:
    """Whether the twelfth digit of each BIN is the one that follows from the first eleven.

    Weights 1 to 11 modulo 11; if that is 10, weights 3 to 11, 1, 2; if that is 10 again, the number is never
    given out.

    Examples
    --------
    >>> check_digit_holds(pd.Series(["050440001239", "050440001234"])).tolist()
    [True, False]
    """
    digits = np.array(bins.to_list(), dtype="S12").view("u1").reshape(-1, 12).astype("int64") - ord("0")
    weights = np.arange(1, 12)
    first, second = (digits[:, :11] @ np.roll(weights, shift) % 11 for shift in (0, -2))
    return np.where(first == 10, second, first) == digits[:, 11]
