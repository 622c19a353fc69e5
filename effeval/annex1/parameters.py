"""The two sheets behind the forms: parameters that their formulas refer to, and what the file is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

import effeval
from effeval.annex1.styles import LINE, Styles, lines
from effeval.dataset import Dataset
from effeval.labels import phrase
from effeval.law import Measure, Question, Value
from effeval.methodology import Methodology
from effeval.reading.files import written_on
from effeval.scoring import ROUNDING
from effeval.worksheet import PlainWorksheet

_HEADINGS = ("path", "value", "unit", "clause", "basis")
_WIDTHS = (28, 22, 18, 45, 75)
_FIRST = 3  # rows of parameters begin below title, note and headings
ROUNDING_PATH = "rounding"


@dataclass(frozen=True)
class Parameter:
    """A row of the sheet of parameters; ``value`` is None where the reference has no figure for the year."""

    path: str
    value: Value | None
    unit: str = ""
    clause: str = ""
    basis: str = ""


def parameters(
    data: Dataset, *, methodology: Methodology, measures: Sequence[Measure], year: int, lang: str
) -> list[Parameter]:
    """Everything the scores of these measures depend on, with clause and source or reading.

    Parameters
    ----------
    data : Dataset
        Its ``reference`` gives the figures of the forecast.
    methodology : Methodology
    measures : sequence of Measure
        Measures of the workbook.
    year : int
    lang : str

    Returns
    -------
    list of Parameter
        Tolerance and general settings, reference figures of the year, then all parameters of the criteria.
    """
    changed = methodology.changes()
    rows = [Parameter(ROUNDING_PATH, ROUNDING, basis=phrase("form.parameters.rounding", lang=lang))]
    for path in ("scale", "missing"):
        basis = _reading(path, methodology, changed, lang)
        rows.append(Parameter(path, methodology.settings[path], basis=basis))
    criteria = [criterion for measure in measures for criterion in measure.criteria]
    for name in dict.fromkeys(c.reference for c in criteria if c.reference is not None):
        clauses = "; ".join(c.citation[lang] for c in criteria if c.reference == name)
        known = data.reference[data.reference["year"] == year]
        value = None if known.empty or pd.isna(known[name].iloc[0]) else float(known[name].iloc[0])
        source = "" if known.empty or pd.isna(known["source"].iloc[0]) else str(known["source"].iloc[0])
        unit = phrase("form.unit.at_least", lang=lang)
        rows.append(Parameter(f"{name}.{year}", value, unit, clauses, source))
    for criterion in criteria:
        for name, value in criterion.settings:
            path = f"{criterion.id}.{name}"
            basis = _reading(path, methodology, changed, lang)
            rows.append(Parameter(path, value, _unit(name, lang), criterion.citation[lang], basis))
    return rows


def _unit(name: str, lang: str) -> str:
    kind = "years" if name in ("after", "years", "base_shift") else name
    return phrase(f"form.unit.{kind}", lang=lang) if kind in ("years", "at_least", "multiple") else ""


def _reading(path: str, methodology: Methodology, changed: dict[str, Value], lang: str) -> str:
    """The open question that a parameter answers and the reading taken; a change of the edition is said."""
    said = []
    for question in methodology.questions:
        if path in question.parameters:
            said.append(f"{question.question[lang]} {_taken(question, path, changed, lang)}".strip())
    if path in changed:
        said.append(phrase("form.parameters.changed", lang=lang))
    return " · ".join(said)


def _taken(question: Question, path: str, changed: dict[str, Value], lang: str) -> str:
    if path not in changed:
        return question.default[lang]
    readings = [a.reading[lang] for a in question.alternatives if (path, changed[path]) in a.settings]
    return readings[0] if readings else ""


def parameter_cells(rows: Sequence[Parameter], *, lang: str) -> dict[str, str]:
    """Addresses of the values by path, for formulas on other sheets.

    Examples
    --------
    >>> parameter_cells([Parameter("13.1.at_least", 0.1)], lang="en")
    {'13.1.at_least': "'parameters'!$B$4"}
    """
    sheet = phrase("form.parameters", lang=lang)
    return {
        row.path: f"'{sheet}'!{xl_rowcol_to_cell(_FIRST + at, 1, row_abs=True, col_abs=True)}"
        for at, row in enumerate(rows)
        if row.value is not None
    }


def write_parameters(book: Workbook, rows: Sequence[Parameter], *, styles: Styles, lang: str) -> None:
    """The sheet of parameters; numbers are numbers, so that formulas can refer to them."""
    sheet = book.add_worksheet(phrase("form.parameters", lang=lang), PlainWorksheet)
    _set_up(sheet, _WIDTHS, repeated=_FIRST - 1)
    title, note = (phrase(key, lang=lang) for key in ("form.parameters", "form.parameters.note"))
    sheet.merge_range(0, 0, 0, len(_WIDTHS) - 1, title.capitalize(), styles.title("title"))
    sheet.merge_range(1, 0, 1, len(_WIDTHS) - 1, note, styles.title("note"))
    sheet.set_row(1, LINE * lines(note, sum(_WIDTHS)) + 3)
    for column, name in enumerate(_HEADINGS):
        sheet.write_string(_FIRST - 1, column, phrase(f"form.parameters.{name}", lang=lang), styles.heading())
    for at, row in enumerate(rows, start=_FIRST):
        sheet.write_string(at, 0, row.path, styles.text())
        if row.value is None:
            sheet.write_blank(at, 1, None, styles.text())
        elif isinstance(row.value, str):
            sheet.write_string(at, 1, row.value, styles.text())
        else:
            percent = row.unit == phrase("form.unit.at_least", lang=lang)
            sheet.write_number(at, 1, row.value, styles.number("threshold" if percent else "plain"))
        texts = row.unit, row.clause, row.basis
        for column, text in enumerate(texts, start=2):
            sheet.write_string(at, column, text, styles.text())
        sheet.set_row(at, LINE * max(map(lines, texts, _WIDTHS[2:])) + 3)
    sheet.freeze_panes(_FIRST, 1)


def about(
    data: Dataset, *, methodology: Methodology, year: int, projects: int, lang: str
) -> Iterator[tuple[str, str]]:
    """Names and values of the sheet "about": what was judged, by which edition and readings, from what files.

    The same inputs give the same file on the same day; SOURCE_DATE_EPOCH sets the day.
    """
    yield phrase("form.about.year", lang=lang), str(year)
    yield phrase("form.about.rows", lang=lang), str(projects)
    if data.synthetic:
        yield phrase("form.about.data", lang=lang), phrase("synthetic", lang=lang)
    yield phrase("form.about.methodology", lang=lang), methodology.title[lang]
    yield phrase("form.about.edition", lang=lang), f"{methodology.id}, {methodology.edition}"
    readings = [f"{path} = {value}" for path, value in methodology.changes().items()]
    for reading in readings or [phrase("form.about.none", lang=lang)]:
        yield phrase("form.about.readings", lang=lang), reading
    files = [f"{name}, SHA-256 {digest}" for name, digest in data.digests.items()]
    for file in files or [phrase("form.about.frames", lang=lang)]:
        yield phrase("footer.source", lang=lang), file
    yield phrase("form.about.program", lang=lang), f"effeval {effeval.__version__}"
    yield phrase("form.about.written", lang=lang), written_on()


def write_about(book: Workbook, rows: Sequence[tuple[str, str]], *, styles: Styles, lang: str) -> None:
    """The sheet "about": a name and a value a row."""
    sheet = book.add_worksheet(phrase("form.about", lang=lang))
    _set_up(sheet, (32, 100), repeated=0)
    sheet.merge_range(0, 0, 0, 1, phrase("form.title", lang=lang), styles.title("title"))
    sheet.set_row(0, 18 * lines(phrase("form.title", lang=lang), 132))
    for at, (name, value) in enumerate(rows, start=1):
        sheet.write_string(at, 0, name, styles.text(bold=True))
        sheet.write_string(at, 1, value, styles.text())
        sheet.set_row(at, LINE * lines(value, 100) + 3)


def _set_up(sheet, widths: Sequence[float], *, repeated: int) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    set_page(sheet, footer="&C&8&P / &N")
    sheet.repeat_rows(repeated)


def set_page(sheet, *, footer: str) -> None:
    """A4 landscape, one page wide, with a footer."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.set_footer(footer)
