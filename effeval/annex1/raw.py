"""Sheets as they stand, and what calamine does not tell: errors, formulas without value, percent formats."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from effeval.errors import DataError, Fault

NO_VALUE = "formula without a value"
PREFIX = re.compile(rb"<(\w+:)?worksheet")  # some programs write a prefix before each tag
SUSPECT = (
    rb"f>\s*</%bc>",
    rb"v>\s*</%bv>",
    rb"v\s*/>",
    rb"/>\s*</%bc>",
)  # what ends a formula without a value
UNCOMPUTED = rb"<%bc\s([^>]*)>\s*<%bf(?:\s[^>]*)?(?:/>|>[^<]*</%bf>)\s*(?:<%bv\s*/>|<%bv>\s*</%bv>)?\s*</%bc>"
ERROR = rb"<%bc\s([^>]*\bt=[\"']e[\"'][^>]*)>(?:.*?<%bv>([^<]*)<)?"
ATTRIBUTE = re.compile(rb"(\w+)=[\"']([^\"']*)[\"']")
PERCENT_FORMATS = ("9", "10")  # built-in number formats 0% and 0.00%
BROKEN = (CalamineError, OSError, BadZipFile, ElementTree.ParseError, LookupError, StopIteration, ValueError)


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet.

    Attributes
    ----------
    file : str
        File name for messages.
    name : str
    rows : list of list
        Cells from A1 on; "" is empty.
    merged : list
        Ranges as ((first row, first column), (last row, last column)), from 0.
    unfit : dict
        By (row, column): text of an error cell, or :data:`NO_VALUE`; calamine shows both as empty.
    path : Path
    """

    file: str
    name: str
    rows: list[list]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]
    unfit: dict[tuple[int, int], str]
    path: Path

    def cell(self, row: int, column: int) -> object:
        """A cell by row and column from 0; "" beyond the edge."""
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else ""

    def fault(
        self, message: str, *, fix: str, at: tuple[int, int] | None = None, value: str | None = None
    ) -> Fault:
        """A fault of a cell, or of the sheet as a whole."""
        file = f"{self.file}, sheet {self.name}"
        if at is None:
            return Fault("form", message, fix, file, value=value)
        return Fault("form", message, fix, file, at[0] + 1, address(*at), value)


def letters(column: int) -> str:
    """Letters of a column counted from 0.

    Examples
    --------
    >>> letters(0), letters(25), letters(26), letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    name = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        name, column = chr(ord("A") + rest) + name, column - 1
    return name


def address(row: int, column: int) -> str:
    """Address of a cell by row and column from 0.

    Examples
    --------
    >>> address(11, 6)
    'G12'
    """
    return f"{letters(column)}{row + 1}"


def sheets(path: Path, *, file: str) -> list[Sheet]:
    """All sheets of a workbook, hidden ones too; charts are left out.

    Raises
    ------
    DataError
        It is no xlsx workbook, or is damaged or locked.
    """
    try:
        with ZipFile(path) as package:
            book = CalamineWorkbook.from_path(path)
            parts = _parts(package)
            return [
                _sheet(book, package, parts[entry.name], Sheet(file, entry.name, [], [], {}, path))
                for entry in book.sheets_metadata
                if entry.typ == SheetTypeEnum.WorkSheet
            ]
    except BROKEN as error:
        message = f"cannot be read as a workbook ({error or type(error).__name__})"
        fix = "open it in Excel or LibreOffice and save it as .xlsx, without a password"
        raise DataError([Fault("form", message, fix, file)]) from error


def _sheet(book: CalamineWorkbook, package: ZipFile, part: str, empty: Sheet) -> Sheet:
    read = book.get_sheet_by_name(empty.name)
    rows, merged = read.to_python(skip_empty_area=False), list(read.merged_cell_ranges or ())
    return Sheet(empty.file, empty.name, rows, merged, unfit(package.read(part)), empty.path)


def _parts(package: ZipFile) -> dict[str, str]:
    """The part of the package that holds each sheet, by name of the sheet."""
    links = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.attrib["Target"] for link in links}
    found = {}
    for item in ElementTree.fromstring(package.read("xl/workbook.xml")).iter():
        if item.tag.endswith("}sheet"):
            key = next(value for name, value in item.attrib.items() if name.endswith("}id"))
            target = targets[key]
            found[item.attrib["name"]] = target[1:] if target.startswith("/") else f"xl/{target}"
    return found


def unfit(data: bytes) -> dict[tuple[int, int], str]:
    """Error cells and formulas without a stored value, by row and column from 0, from the XML of a sheet."""
    found, prefix = {}, _prefix(data)
    cells = _matches(UNCOMPUTED, prefix, data) if _is_suspect(data, prefix) else ()
    for match in cells:
        given = dict(ATTRIBUTE.findall(match[1]))
        # An empty text is a value: t="str" with an empty v is what ="" leaves.
        if given.get(b"t") not in (b"str", b"e"):
            found[_place(given)] = NO_VALUE
    for match in _matches(ERROR, prefix, data) if re.search(rb"t=[\"']e[\"']", data) else ():
        found[_place(dict(ATTRIBUTE.findall(match[1])))] = (match[2] or b"#VALUE!").decode()
    return found


def _prefix(data: bytes) -> bytes:
    return (PREFIX.search(data)[1] or b"") if PREFIX.search(data) else b""


def _matches(pattern: bytes, prefix: bytes, data: bytes) -> Iterator[re.Match]:
    return re.finditer(pattern.replace(b"%b", prefix), data, re.DOTALL)


def _is_suspect(data: bytes, prefix: bytes) -> bool:
    """Whether a formula without a value may be there: a cheap look before the exact one."""
    return any(next(_matches(pattern, prefix, data), None) for pattern in SUSPECT)


def _place(given: dict[bytes, bytes]) -> tuple[int, int]:
    """Row and column from 0 of a cell by its attributes; LookupError if they do not say it."""
    name = given[b"r"].decode()
    word, column = name.rstrip("0123456789"), 0
    for letter in word:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(name[len(word) :]) - 1, column - 1


def shown_as_percent(sheet: Sheet, cells: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of the cells (row, column from 0) have a percent format, so that 6.3 is seen as 630 %."""
    wanted = {address(*cell).encode(): cell for cell in cells}
    if not wanted:
        return set()
    with ZipFile(sheet.path) as package:
        data = package.read(_parts(package)[sheet.name])
        styles = _percent_styles(package)
    found = set()
    for match in _matches(rb"<%bc\s([^>]*)>", _prefix(data), data):
        given = dict(ATTRIBUTE.findall(match[1]))
        cell = wanted.get(given.get(b"r"))
        if cell is not None and int(given.get(b"s", 0)) in styles:
            found.add(cell)
    return found


def _percent_styles(package: ZipFile) -> set[int]:
    if "xl/styles.xml" not in package.namelist():
        return set()
    root = ElementTree.fromstring(package.read("xl/styles.xml"))
    own = {
        item.get("numFmtId"): item.get("formatCode", "")
        for item in root.iter()
        if item.tag.endswith("}numFmt")
    }
    percent = {*PERCENT_FORMATS, *(key for key, code in own.items() if "%" in code)}
    formats = next((item for item in root if item.tag.endswith("}cellXfs")), ())
    return {position for position, item in enumerate(formats) if item.get("numFmtId") in percent}
