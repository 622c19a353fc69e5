"""Measure and year of a form, from its title lines, the name of its sheet and of its file."""

import re
from collections.abc import Iterable
from functools import lru_cache

from effeval.annex1.raw import Sheet
from effeval.annex1.words import ORDINAL, begins, fold, has, squeeze, tokens, values
from effeval.columns import LANGUAGES
from effeval.errors import Fault
from effeval.methodology import Methodology

NUMERO = "\u2116"
YEARS = range(1950, 2101)
SHORTEST_NAME = 6  # letters of a sheet's name that may be the beginning of a measure's name
DATE = r"\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d{1,2}-\d{1,2}"
FILE_DATE = r"\d{4}[-_.]\d{2}[-_.]\d{2}|\d{2}[-_.]\d{2}[-_.]\d{4}"
YEAR = r"(?<!\d)(?:19|20)\d\d(?!\d)"


def measure_of(
    sheet: Sheet, titles: list[object], *, methodology: Methodology
) -> tuple[int | None, list[Fault]]:
    """The measure that a form is about; None with a fault that names the sheet if that cannot be told.

    What the title lines say comes first, then the name of the sheet, then that of the file. Two measures in
    the titles, or a sheet that plainly names another than its titles, are a fault.
    """
    known = [measure.id for measure in methodology.measures]
    title = set().union(*(_said(text, methodology) for text in titles if isinstance(text, str)), set())
    name = _said(sheet.name, methodology)
    found = (
        title | name
        if title
        else name or _loosely(sheet.name, methodology) or _said(sheet.path.stem, methodology)
    )
    fix = 'name one measure in a line above the headings, such as "Measure 13"'
    if not found:
        return None, [sheet.fault("does not say which measure it is about", fix=fix)]
    if len(found) > 1:
        named = ", ".join(map(str, sorted(found)))
        return None, [sheet.fault(f"names more than one measure: {named}", fix=fix)]
    measure = found.pop()
    if measure not in known:
        allowed = f"{known[0]} to {known[-1]}"
        return None, [sheet.fault(f"is about measure {measure}, which {methodology.id} has not", fix=allowed)]
    return measure, []


def _said(text: str, methodology: Methodology) -> set[int]:
    """Measures that a text plainly names, by number or by its full name."""
    return {*_numbers(text.replace("_", " ")), *_names(text, methodology)}


@lru_cache(maxsize=4096)
def _numbers(text: str) -> frozenset[int]:
    plain, number = fold(text), rf"(?:{fold(NUMERO)}\.?|n\.?|#)?"
    measures = "|".join(rf"{word}(?!\w)" for word in _folded("measure")) + rf"|{_folded('measure')[0]}\w*"
    clauses = "|".join(rf"{word}\w*" for word in _folded("clause"))
    patterns = (
        rf"(?<![\d.])(\d{{1,2}})\s*-?\s*{ORDINAL}\s*(?:{measures})",
        rf"(?<!\w)(?:{measures})[\s_-]*{number}\s*(\d{{1,2}})(?!\d)",
        rf"(?<![\d.])(\d{{1,2}})\)\s*(?:{clauses})",
        rf"(?:{clauses})\s*{number}\s*(\d{{1,2}})(?!\d)",
    )
    return frozenset(int(found) for pattern in patterns for found in re.findall(pattern, plain))


def _folded(kind: str) -> list[str]:
    return [re.escape(fold(word)) for _, word in values(kind)]


def _names(text: str, methodology: Methodology) -> set[int]:
    """Measures whose full name stands in the text; a name inside a longer one does not count."""
    plain = squeeze(text)
    there = {squeeze(m.name[lang]): m.id for m in methodology.measures for lang in LANGUAGES}
    there = {name: id for name, id in there.items() if name in plain}
    return {id for name, id in there.items() if not any(name != other and name in other for other in there)}


def _loosely(name: str, methodology: Methodology) -> set[int]:
    """What a sheet's name may mean where no title says more: "13", "13 grants", the beginning of a name."""
    numbered = re.match(r"\s*(\d{1,2})(?![\d.])\W*(.*)", name)
    if numbered and not any(begins(word, "period") for word in tokens(numbered[2])):
        return {int(numbered[1])}
    plain = squeeze(name)
    if len(plain) < SHORTEST_NAME:
        return set()
    both = [
        (text[lang], m.id) for m in methodology.measures for text in (m.name, m.short) for lang in LANGUAGES
    ]
    return {id for text, id in both if squeeze(text).startswith(plain)}


def names_another(text: str, measure: int, *, methodology: Methodology) -> bool:
    """Whether a line names a measure that is not the sheet's."""
    return bool(_said(text, methodology) - {measure})


def year_of(sheet: Sheet, titles: list[object], *, year: int | None) -> tuple[int | None, list[Fault]]:
    """The year a form is for: from its titles, else as asked for, else from the name of sheet or file."""
    found = set().union(*map(_years, titles), set())
    fix = "name one year in a line above the headings, such as 2024"
    if year is not None:
        if found and year not in found:
            named = ", ".join(map(str, sorted(found)))
            return year, [sheet.fault(f"is for {named}, not for {year}, which was asked for", fix=fix)]
        return year, []
    if len(found) > 1:
        named = ", ".join(map(str, sorted(found)))
        return None, [sheet.fault(f"names more than one year: {named}", fix=fix)]
    for text in (sheet.name, sheet.path.stem):
        found = found or {int(y) for y in re.findall(YEAR, re.sub(FILE_DATE, " ", text)) if int(y) in YEARS}
    return (found.pop() if len(found) == 1 else None), []


def _years(cell: object) -> set[int]:
    """Years in a title; dates and lines that cite an order name none."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return {int(cell)} if cell in YEARS else set()
    if not isinstance(cell, str) or has(cell, "order"):
        return set()
    measures = "|".join(_folded("measure"))
    dated = (
        rf"{DATE}|(?<!\d)\d{{1,2}}\s+(?!{measures})[^\W\d_]+\s+\d{{4}}|\d{{4}}\s+[^\W\d_]+\s+\d{{1,2}}(?!\d)"
    )
    return {int(year) for year in re.findall(YEAR, re.sub(dated, " ", fold(cell))) if int(year) in YEARS}


def texts(cells: Iterable[object]) -> list[str]:
    """The texts among cells, without empty ones."""
    return [cell for cell in cells if isinstance(cell, str) and cell.strip()]
