"""The workbook in which an analyst fills in a scenario: every parameter, every open question, who and why."""

import json
import os
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from effeval.columns import check_language, columns
from effeval.errors import ParameterError
from effeval.labels import heading, number, phrase
from effeval.law import Criterion, Question, Value
from effeval.methodology import Methodology
from effeval.packaged import METHODOLOGIES
from effeval.reading.files import replacing
from effeval.typed import written
from effeval.worksheet import PlainWorksheet

SHEETS = ("scenario", "parameters", "questions")
FIELDS = ("title", "author", "date", "reference", "description", "baseline")
HEADINGS = {
    "scenario": {"field": 18, "value": 60, "note": 64},
    "parameters": {
        "criterion": 11, "name": 20, "clause": 25, "path": 17, "meaning": 36,
        "in_force": 19, "new": 19, "unit": 14, "allowed": 38,
    },
    "questions": {"question": 38, "phrase": 32, "reading": 50, "sets": 24, "tick": 11},
}  # fmt: skip
INPUTS = {"scenario": "value", "parameters": "new", "questions": "tick"}
TICK = "✓"
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_UNITS = {"at_least": "at_least", "multiple": "multiple"} | dict.fromkeys(
    ("after", "years", "base_shift"), "years"
)
_CELL = {"font_name": "Times New Roman", "font_size": 10, "text_wrap": True, "valign": "top", "border": 1}
_TEXT = 49  # the built-in number format of text: cells keep what is typed
_INPUT = _CELL | {"bg_color": "#FFF6CC", "num_format": _TEXT, "locked": False}
_NUMBERS = {"at_least": '0.0##"\u00a0"%', "": "General"}
_LOCALES = {"kk": "[$-43F]", "ru": "[$-419]", "en": "[$-409]"}  # LibreOffice takes separators from there
_LINE, _LETTER = 13, 0.85  # height of a line in points; width of a letter in those that Excel counts in
_ALLOWED_TO_USER = {"format_columns": True, "format_rows": True, "autofilter": True}


def write_template(path: str | os.PathLike[str], methodology: Methodology, *, lang: str = "ru") -> Path:
    """Write a workbook with every parameter and open question of a methodology, to be filled in as a scenario.

    A sheet for title, author, date, reference, description and baseline; one with the parameters (clause,
    meaning, value in force, unit, allowed values, new value); one with the open questions, whose other
    readings can be ticked. Cells to fill in are yellow and hold text, so that they are read as they were
    typed; the rest is protected, without a password. The same methodology gives the same bytes.

    Parameters
    ----------
    path : path
        The workbook (.xlsx); it appears complete or not at all.
    methodology : Methodology
        Whose values stand as those in force, and whose id as the baseline.
    lang : str
        kk, ru or en.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    ParameterError
        There is no such language or folder, or the name does not end in .xlsx.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_template(Path(folder) / "scenario.xlsx", Methodology.load(), lang="kk").name
    'scenario.xlsx'
    """
    path = Path(path)
    check_language(lang)
    if path.suffix.lower() != ".xlsx":
        raise ParameterError(f"{path.name!r} is no workbook.\nTo fix: name a file that ends in .xlsx")
    with replacing(path) as temporary, Workbook(temporary, _OPTIONS) as book:
        # not the day of the run, so that the bytes are the same
        created = datetime.fromisoformat(methodology.edition)
        book.set_properties({"title": phrase("template.title", lang=lang), "created": created})
        writer = _Writer(book, lang)
        writer.scenario(methodology)
        writer.parameters(list(parameters(methodology, lang=lang)))
        writer.questions(methodology.questions)
    return path


@dataclass(frozen=True)
class Parameter:
    """A row of the sheet of parameters: texts by column, the value in force, and what is allowed."""

    path: str
    texts: dict[str, str]
    value: Value
    choices: tuple[str, ...]
    first: bool  # of its criterion


def parameters(methodology: Methodology, *, lang: str) -> Iterator[Parameter]:
    """Every parameter with its clause, meaning, unit and allowed values; scale and missing come first."""
    for name in ("scale", "missing"):
        texts = {"criterion": "", "name": phrase("template.all", lang=lang), "clause": ""}
        yield _parameter(name, name, methodology.settings[name], texts, None, lang)
    for criterion in methodology.criteria:
        texts = {"criterion": criterion.id, "name": criterion.name[lang], "clause": criterion.citation[lang]}
        for name, value in criterion.settings:
            yield _parameter(f"{criterion.id}.{name}", name, value, texts, criterion, lang)


def _parameter(
    path: str, name: str, value: Value, texts: dict[str, str], criterion: Criterion | None, lang: str
) -> Parameter:
    rule = definition(name, criterion)
    choices = tuple(str(choice) for choice in rule.get("enum", ()))
    unit = phrase(f"form.unit.{_UNITS[name]}", lang=lang) if name in _UNITS else ""
    own = {"path": path, "meaning": phrase(f"parameter.{name}", lang=lang), "unit": unit}
    allowed = {"allowed": "\n".join(_choice(name, c, lang) for c in choices) or _range(name, rule, lang)}
    first = criterion is None or name == criterion.settings[0][0]
    return Parameter(path, texts | own | allowed, value, choices, first)


def definition(name: str, criterion: Criterion | None) -> dict:
    """What the schema of methodologies allows for a parameter, of a criterion or of all.

    Examples
    --------
    >>> definition("judge", Methodology.load().criterion("13.1"))["enum"]
    ['last', 'best']
    """
    rules = _schema()
    if criterion is None:
        return rules[name]
    rule = criterion.rule
    if rule == "growth":
        rule = "growth_until" if "until" in criterion.parameters else "growth_over_years"
    return rules[rules[rule]["properties"][name]["$ref"].rpartition("/")[2]]


@cache
def _schema() -> dict:
    text = (METHODOLOGIES / "schema.json").read_text(encoding="utf-8")
    return json.loads(text)["$defs"]


def _choice(name: str, choice: str, lang: str) -> str:
    """A choice, with the name of the column where it is one."""
    tables = {"indicator": "observations", "reference": "reference"}
    table = tables.get(name, "projects")
    return f"{choice} – {heading(table, choice, lang=lang)}" if choice in columns(table) else choice


def _range(name: str, rule: dict, lang: str) -> str:
    low, high = (number(rule[end], lang=lang) for end in ("minimum", "maximum"))
    if name == "at_least":
        shares = (f"{number(rule[end] * 100, lang=lang)}\u00a0%" for end in ("minimum", "maximum"))
        return " … ".join(shares)
    return f"{low} … {high}"


class _Writer:
    """Sheets of one workbook."""

    def __init__(self, book: Workbook, lang: str):
        self.book, self.lang = book, lang
        self.plain = {band: book.add_format(_CELL | band_color(band)) for band in (False, True)}
        self.input = book.add_format(_INPUT)
        self.bold = book.add_format(_CELL | {"bold": True})
        self.head = book.add_format(_CELL | {"bold": True, "align": "center", "bg_color": "#D9E2EC"})

    def scenario(self, methodology: Methodology) -> None:
        """Who, when, why; then how to fill in the other sheets."""
        sheet = self._sheet("scenario")
        for row, field in enumerate(FIELDS, start=1):
            sheet.write_string(row, 0, phrase(f"template.field.{field}", lang=self.lang), self.bold)
            given = methodology.id if field == "baseline" else ""
            sheet.write_string(row, 1, given, self.input)
            self._note(sheet, row, field)
        for row, name in enumerate(("parameters", "questions", "command"), start=len(FIELDS) + 2):
            self._note(sheet, row, name)

    def _note(self, sheet: Worksheet, row: int, name: str) -> None:
        text = phrase(f"template.note.{name}", lang=self.lang)
        sheet.write_string(row, 2, text, self.plain[False])
        sheet.set_row(row, height({"note": text}, "scenario"))

    def parameters(self, rows: Sequence[Parameter]) -> None:
        """A row a parameter, criteria told apart by their shade."""
        sheet, band = self._sheet("parameters"), True
        names = list(HEADINGS["parameters"])
        for at, row in enumerate(rows, start=1):
            band = band != row.first
            for column, name in enumerate(names):
                if name in row.texts:
                    sheet.write_string(at, column, row.texts[name], self.plain[band])
            self._value(sheet, at, names.index("in_force"), row, band)
            column = names.index("new")
            sheet.write_blank(at, column, None, self.input)
            self._check(sheet, at, column, row)
            sheet.set_row(at, height(row.texts, "parameters"))
        sheet.ignore_errors({"number_stored_as_text": f"A1:{chr(ord('A') + column)}{len(rows) + 1}"})
        sheet.autofilter(0, 0, len(rows), len(names) - 1)

    def questions(self, questions: Sequence[Question]) -> None:
        """The reading taken, then the others; those that set a parameter can be ticked."""
        sheet, at = self._sheet("questions"), 0
        for band, question in enumerate(questions):
            style = self.plain[band % 2 == 1]
            taken = phrase("template.taken", lang=self.lang)
            phrased = question.phrase[self.lang] if question.phrase is not None else ""
            at = self._reading(
                sheet, at, [question.question[self.lang], phrased, question.default[self.lang], taken], style
            )
            for other in question.alternatives:
                sets = "\n".join(f"{path} = {written(path, value)}" for path, value in other.settings)
                told = sets or phrase("template.no_parameter", lang=self.lang)
                at = self._reading(sheet, at, ["", "", other.reading[self.lang], told], style)
                if sets:
                    sheet.write_blank(at, 4, None, self.input)
                    sheet.data_validation(at, 4, at, 4, {"validate": "list", "source": [TICK]})

    def _reading(self, sheet: Worksheet, at: int, texts: list[str], style: Format) -> int:
        """One reading in the row below; its number."""
        for column, text in enumerate([*texts, ""]):
            sheet.write_string(at + 1, column, text, style)
        sheet.set_row(at + 1, height(dict(zip(HEADINGS["questions"], texts, strict=False)), "questions"))
        return at + 1

    def _sheet(self, name: str) -> Worksheet:
        """A sheet with its headings, ready for the screen and for paper."""
        sheet = self.book.add_worksheet(phrase(f"template.sheet.{name}", lang=self.lang), PlainWorksheet)
        for column, (key, width) in enumerate(HEADINGS[name].items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, phrase(f"template.head.{key}", lang=self.lang), self.head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C&8&A, &P / &N")
        sheet.protect("", _ALLOWED_TO_USER)
        return sheet

    def _value(self, sheet: Worksheet, at: int, column: int, row: Parameter, band: bool) -> None:
        """The value in force; numbers are numbers."""
        if isinstance(row.value, str):
            sheet.write_string(at, column, row.value, self.plain[band])
            return
        name = row.path.rpartition(".")[2]
        pattern = _LOCALES[self.lang] + _NUMBERS["at_least"] if name == "at_least" else _NUMBERS[""]
        shown = {"num_format": pattern, "align": "left"}
        style = self.book.add_format(_CELL | band_color(band) | shown)
        sheet.write_number(at, column, row.value, style)

    def _check(self, sheet: Worksheet, at: int, column: int, row: Parameter) -> None:
        """A drop-down list of what is allowed, or a hint beside the cell."""
        if row.choices:
            sheet.data_validation(at, column, at, column, {"validate": "list", "source": list(row.choices)})
            return
        hint = {"input_title": row.path, "input_message": row.texts["allowed"]}
        sheet.data_validation(at, column, at, column, {"validate": "any"} | hint)


def height(texts: dict[str, str], sheet: str) -> float:
    """Height of a row in points, so that no text is cut: LibreOffice does not fit rows by itself.

    Examples
    --------
    >>> height({"note": "one line"}, "scenario"), height({"note": "two\\nlines"}, "scenario")
    (16, 29)
    """
    rooms = {name: int((width - 1) / _LETTER) for name, width in HEADINGS[sheet].items()}
    counts = [
        sum(len(textwrap.wrap(line, rooms[name])) or 1 for line in text.split("\n"))
        for name, text in texts.items()
    ]
    return _LINE * max(counts, default=1) + 3


def band_color(band: bool) -> dict[str, str]:
    """A shade that tells neighbouring groups of rows apart."""
    return {"bg_color": "#F3F6F9"} if band else {}
