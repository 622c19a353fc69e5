"""A filled-in scenario workbook, read as a scenario document; numbers as people type them, all faults at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
from python_calamine import CalamineWorkbook

from effeval.columns import LANGUAGES
from effeval.edition import editions
from effeval.errors import DataError, MethodologyError
from effeval.labels import phrase
from effeval.law import Value
from effeval.methodology import Methodology
from effeval.reading.cells import as_text
from effeval.reading.workbooks import error_cells, put, sheets
from effeval.scenarios.template import FIELDS, HEADINGS, INPUTS, SHEETS
from effeval.typed import figures, is_figure, parse_settings

TICKS = ("✓", "✔", "x", "х", "v", "+", "1", "true", "yes", "да", "иә")  # the second x is Cyrillic
EMPTY = "leave the cell empty to keep the value in force"


@dataclass
class Filled:
    """What a workbook says.

    Attributes
    ----------
    document : dict
        As in a scenario file in YAML: title, baseline, settings and the rest; empty fields are left out.
    places : dict of str to str
        Sheet, row, column and value of each field and each path of the settings.
    faults : list of str
        What could not be read, each with its place and a line "To fix".
    """

    document: dict = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def refuse(self, place: str, message: str, fix: str) -> None:
        """Note a fault."""
        self.faults.append(f"{place}: {message}\n  To fix: {fix}")

    def set(self, path: str, value: Value, place: str) -> None:
        """Note a setting; one that contradicts an earlier one is a fault."""
        settings = self.document["settings"]
        if path in settings and settings[path] != value:
            message = f"{path} is {value} here and {settings[path]} in {self.places[path]}"
            self.refuse(place, message, "leave one of the two empty")
            return
        settings[path] = value
        self.places.setdefault(path, place)


@dataclass(frozen=True)
class _Cell:
    """A cell to fill in, with the key of its row and the place of it."""

    key: str
    value: object
    place: str
    row: dict[str, object]

    @property
    def text(self) -> str:
        return (as_text(self.value) or "").strip()


def read_workbook(path: Path) -> Filled:
    """Read a workbook that :func:`effeval.scenarios.template.write_template` made, in whichever language.

    Raises
    ------
    MethodologyError
        There is no such file, or it is no such workbook. What is wrong inside it stands in ``faults``.
    """
    if not path.is_file():
        raise MethodologyError(f"There is no scenario file {path}.")
    try:
        found = {name: sheet for sheet in sheets(path) for name in SHEETS if _names(f"sheet.{name}", sheet)}
    except DataError as error:
        raise MethodologyError(str(error.faults[0]) + f"\nTo fix: {error.faults[0].fix}") from error
    filled = Filled(document={"settings": {}})
    for name in SHEETS[:2]:  # a reader may have deleted the questions
        if name not in found:
            wanted = " or ".join(phrase(f"template.sheet.{name}", lang=lang) for lang in LANGUAGES)
            filled.refuse(
                path.name, f"there is no sheet {wanted}", "effeval scenario template makes one anew"
            )
    cells = {name: list(_cells(path, sheet, name, filled)) for name, sheet in found.items()}
    _fields(cells.get("scenario", []), filled)
    _ticks(cells.get("questions", []), filled)
    _values([cell for cell in cells.get("parameters", []) if cell.text], filled)
    _untouched(cells.get("parameters", []), filled)
    if not filled.document["settings"] and not filled.faults:
        fix = "fill in the column of new values, or tick a reading; what stands beside them is not read"
        filled.refuse(path.name, "no value is set and no reading is ticked", fix)
    return filled


def _names(key: str, text: str) -> bool:
    """Whether a text is the phrase of that key in one of the languages."""
    return text.strip() in [phrase(f"template.{key}", lang=lang) for lang in LANGUAGES]


def _cells(path: Path, sheet: str, name: str, filled: Filled) -> Iterator[_Cell]:
    """The cells to fill in of one sheet, row by row; empty ones too."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    put(rows, error_cells(path, sheet))
    heads = {
        key: at
        for key in HEADINGS[name]
        for at, head in enumerate(rows[0])
        if _names(f"head.{key}", str(head))
    }
    key = {"scenario": "field", "parameters": "path", "questions": "sets"}[name]
    absent = [phrase(f"template.head.{head}", lang="en") for head in (key, INPUTS[name]) if head not in heads]
    if absent:
        place = f"{path.name}, sheet {sheet}, row 1"
        fix = "keep the first row as effeval scenario template wrote it"
        filled.refuse(place, f"there is no column {' and '.join(absent)}", fix)
        return
    for number, cells in enumerate(rows[1:], start=2):
        row = {head: cells[at] for head, at in heads.items()}
        value = row[INPUTS[name]]
        text = f" = {as_text(value)!r}" if value != "" else ""
        place = f"{path.name}, sheet {sheet}, row {number}, {rows[0][heads[INPUTS[name]]]}{text}"
        yield _Cell(str(row[key]).strip(), value, place, row)


def _fields(cells: list[_Cell], filled: Filled) -> None:
    """Title, author, date and the rest."""
    for cell in cells:
        name = next((name for name in FIELDS if _names(f"field.{name}", cell.key)), None)
        if name is not None:
            filled.places[name] = cell.place
            if cell.text:
                filled.document[name] = _date(cell.value) if name == "date" else cell.text
        elif cell.text:
            filled.refuse(cell.place, f"there is no field {cell.key!r}", "write in the rows of the template")


def _date(value: object) -> str:
    """A date as ISO text, from a date cell, 31.01.2026 or ISO; other text as it stands, to be refused later."""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    text = (as_text(value) or "").strip()
    try:
        return datetime.strptime(text, "%d.%m.%Y").date().isoformat()
    except ValueError:
        return text


def _ticks(cells: list[_Cell], filled: Filled) -> None:
    """Readings that are ticked, as the settings that stand beside them; two of one question, if they set other things."""
    for cell in cells:
        if not cell.text:
            continue
        if cell.text.lower() not in TICKS:
            filled.refuse(cell.place, "is no tick", f"write {TICKS[0]}, or leave the cell empty")
        elif "=" not in cell.key:
            message = "this reading sets no parameter"
            filled.refuse(cell.place, message, "leave the cell empty; tick a reading that names parameters")
        else:
            try:
                settings = parse_settings(cell.key.splitlines())
            except MethodologyError as error:  # the template was written over
                filled.faults.append(f"{cell.place}: {error}")
                continue
            for path, value in settings.items():
                filled.set(path, value, cell.place)


def _values(cells: list[_Cell], filled: Filled) -> None:
    """New values: numbers as people type them, words as they stand."""
    numeric = [cell for cell in cells if is_figure(cell.key)]
    found, refused = figures([cell.key for cell in numeric], [cell.value for cell in numeric])
    for one in refused:
        filled.refuse(numeric[one.at].place, one.message, f"{one.fix}; {EMPTY}")
    read = {id(numeric[at]): value for at, value in found.items()}
    for cell in cells:
        if not cell.key:
            filled.refuse(cell.place, "stands beside no parameter", "write in the rows of the template")
        elif id(cell) in read:
            filled.set(cell.key, read[id(cell)], cell.place)
        elif not is_figure(cell.key):
            filled.set(cell.key, cell.text, cell.place)


def _untouched(cells: list[_Cell], filled: Filled) -> None:
    """A value in force that was written over would be overlooked: it is a fault."""
    baseline = filled.document.get("baseline")
    if baseline not in editions():
        return
    law = Methodology.load(baseline).settings
    for cell in cells:
        shown = cell.row.get("in_force", "")
        if cell.key not in law or shown == "":
            continue
        value = law[cell.key]
        same = (
            shown == value
            if isinstance(value, str) or isinstance(shown, str)
            else np.isclose(shown, value, 1e-9, 0)
        )
        if not same:
            message = f"the value in force of {cell.key} is {value}, not {as_text(shown)}, in {baseline}"
            filled.refuse(cell.place, message, "write a new value in its own column, beside it")
