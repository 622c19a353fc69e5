"""How the form looks: fonts, borders, number formats of the language, widths and heights."""

import math
import re
import textwrap
from functools import lru_cache

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from effeval.annex1.layout import GROUP, HEADING_ROWS, Heading, Layout

# Excel takes the separators of its own system; LibreOffice those of the language that stands in brackets.
_LOCALES = {"kk": "[$-43F]", "ru": "[$-419]", "en": "[$-409]"}
_NUMBERS = {
    "count": "0",
    "money": "#,##0.0",
    "whole": "#,##0",
    "parts": "#,##0.00##",
    "percent": '0.0"\u00a0"%',
    "points": "0.00",
    "threshold": '0.0##"\u00a0"%',
    "plain": "General",
}
FONT = {"font_name": "Times New Roman", "font_size": 10, "valign": "vcenter"}
_BOLD = {"bold": True, "align": "center", "text_wrap": True}
_TITLES = {
    "submitted": {"align": "right", "text_wrap": True, "italic": True},
    "title": _BOLD | {"font_size": 12},
    "measure": _BOLD,
    "year": _BOLD,
    "synthetic": _BOLD | {"font_color": "#9C0006"},
    "note": {"text_wrap": True, "italic": True},
}
WIDTHS = {"number": 4.5, "applicant": 24, "kato": 17, "sector": 18, "tnved": 12, "category": 9}
WIDTHS |= {"support_paid": 11, "plan": 9.5, "actual": 9.5, "score": 6.5}
WIDTHS |= {"score_sum": 11, "status": 12, "project_id": 12}
LINE = 13  # points of a line of text of the size of FONT
_LETTER, _DIGIT = 0.82, 0.96  # widths in the characters that Excel counts in; measured, with some air
_MARGIN = 1.0  # of a cell, left and right together
_DECIMALS = {"percent": 3, "money": 1, "whole": 0, "parts": 4}


class Styles:
    """Formats of one workbook, each made once.

    Parameters
    ----------
    book : xlsxwriter.Workbook
    lang : str
        kk, ru or en: language of the number formats.
    """

    def __init__(self, book: Workbook, *, lang: str):
        self._book = book
        self._locale = _LOCALES[lang]
        self._made: dict[tuple[str, bool], Format] = {}

    def title(self, kind: str) -> Format:
        """A line above the headings, by its kind."""
        return self._get(f"title {kind}", _TITLES[kind])

    def heading(self) -> Format:
        """A heading cell."""
        return self._get("heading", _BOLD | {"border": 1, "font_size": 9})

    def text(self, *, bold: bool = False) -> Format:
        """Text that stays text when it is edited."""
        return self._get("text", {"text_wrap": True, "border": 1, "num_format": "@"}, bold=bold)

    def number(self, kind: str, *, bold: bool = False) -> Format:
        """A number by kind: count, money, whole, parts, percent, points, threshold or plain."""
        pattern = _NUMBERS[kind] if kind == "plain" else self._locale + _NUMBERS[kind]
        align = "center" if kind in ("count", "points") else "right"
        return self._get(kind, {"border": 1, "align": align, "num_format": pattern}, bold=bold)

    def _get(self, name: str, properties: dict, *, bold: bool = False) -> Format:
        key = (name, bold)
        if key not in self._made:
            self._made[key] = self._book.add_format(FONT | properties | ({"bold": True} if bold else {}))
        return self._made[key]


def number_kind(value: float, unit: str) -> str:
    """Kind of number format for a plan or an actual figure in a unit of the contract.

    Examples
    --------
    >>> number_kind(0.153, "fraction"), number_kind(5000.0, "jobs"), number_kind(1.25, "physical unit")
    ('percent', 'whole', 'parts')
    """
    if unit == "fraction":
        return "percent"
    if unit == "thousand tenge":
        return "money"
    return "whole" if float(value).is_integer() else "parts"


def number_length(value: float, unit: str) -> int:
    """Characters that a figure takes at most: a number too wide for its cell would show as ###.

    Examples
    --------
    >>> number_length(1234567.5, "thousand tenge"), number_length(0.153, "fraction")
    (11, 6)
    """
    if not math.isfinite(value):
        return 1
    if unit == "fraction":
        return len(f"{value * 100:,.1f}") + 2
    return len(f"{value:,.{_DECIMALS[number_kind(value, unit)]}f}")


def column_widths(layout: Layout, headings: list[Heading], *, numbers: dict[int, int]) -> list[float]:
    """Widths of all columns in characters, the hidden one too: no word of a heading and no number is cut.

    Parameters
    ----------
    layout : Layout
    headings : list of Heading
    numbers : dict of int to int
        Length of the longest number by column.
    """
    widths = [0.0] * (layout.column("project_id") + 1)
    for name, width in WIDTHS.items():
        at = range(layout.groups) if name in GROUP else (None,)
        for criterion in at:
            widths[layout.column(name, criterion=criterion)] = width
    words = {h.left: max(map(len, re.split(r"[\s-]+", h.text))) for h in headings if h.left == h.right}
    needed = [(column, length * _LETTER) for column, length in words.items()]
    for column, size in [*needed, *((column, length * _DIGIT) for column, length in numbers.items())]:
        widths[column] = max(widths[column], round(size + _MARGIN, 1))
    return widths


@lru_cache(maxsize=4096)
def lines(text: str, width: float) -> int:
    """Lines that a text takes in a cell so many characters wide: not every program fits the height of rows.

    Examples
    --------
    >>> lines("Қарағанды облысы", 20), lines("Қарағанды облысы", 10)
    (1, 2)
    """
    room = max(1, int((width - _MARGIN) / _LETTER))
    return 1 if len(text) <= room else len(textwrap.wrap(text, room)) or 1


def heading_heights(headings: list[Heading], widths: list[float]) -> list[float]:
    """Heights of the heading rows in points, so that no heading is cut."""
    needed = [1] * HEADING_ROWS
    for heading in sorted(headings, key=lambda heading: heading.bottom - heading.top):
        rows = range(heading.top, heading.bottom + 1)
        text = lines(heading.text, sum(widths[heading.left : heading.right + 1]))
        lacking = max(0, text - sum(needed[row] for row in rows))
        for row in rows:
            needed[row] += math.ceil(lacking / len(rows))
    return [count * LINE + 3 for count in needed]
