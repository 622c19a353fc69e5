"""Where everything stands in the form of Annex 1: columns, headings, title lines, names of sheets."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from effeval.classifiers import names
from effeval.labels import phrase
from effeval.law import Measure

BEFORE = ("number", "applicant", "kato", "sector", "tnved", "category", "support_paid")
GROUP = ("plan", "actual", "score")  # of each criterion, under "effects"
AFTER = ("score_sum", "status", "project_id")  # project_id is ours: hidden, so that a form finds its way back
PRINTED_GROUPS = 2  # the printed form has room for two criteria; a third group has the same shape
HEADING_ROWS = 3
INFINITE = "∞"  # growth from nothing to something
NAME_LIMIT = 31  # characters of a sheet's name in Excel


@dataclass(frozen=True)
class Heading:
    """A heading cell, merged over rows and columns, both ends included; rows count from the first of them."""

    text: str
    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Layout:
    """Columns of the form for a measure with so many criteria; positions count from 0.

    Attributes
    ----------
    criteria : int

    Examples
    --------
    >>> Layout(1).groups, Layout(3).groups
    (2, 3)
    >>> Layout(1).column("support_paid"), Layout(1).column("score", criterion=1)
    (6, 12)
    """

    criteria: int

    @property
    def groups(self) -> int:
        """Criterion groups on the sheet: two as printed, more where the measure has more criteria."""
        return max(PRINTED_GROUPS, self.criteria)

    def column(self, name: str, *, criterion: int | None = None) -> int:
        """Position of a column by name; plan, actual and score need the position of the criterion too.

        Raises
        ------
        KeyError
            There is no such column.
        """
        if criterion is not None:
            return len(BEFORE) + criterion * len(GROUP) + GROUP.index(name)
        if name in BEFORE:
            return BEFORE.index(name)
        if name not in AFTER:
            raise KeyError(name)
        return len(BEFORE) + self.groups * len(GROUP) + AFTER.index(name)

    def headings(self, *, lang: str) -> Iterator[Heading]:
        """Heading cells of the three heading rows, as Annex 1 prints them."""
        last = HEADING_ROWS - 1
        for name in (*BEFORE, *AFTER):
            column = self.column(name)
            text = name if name == "project_id" else phrase(f"form.{name}", lang=lang)
            yield Heading(text, 0, column, last, column)
        first, end = len(BEFORE), self.column("score_sum") - 1
        yield Heading(phrase("form.effects", lang=lang), 0, first, 0, end)
        for position in range(self.groups):
            plan, actual, score = (self.column(name, criterion=position) for name in GROUP)
            title = phrase("form.criterion", lang=lang, values={"number": position + 1})
            yield Heading(title, 1, plan, 1, actual)
            yield Heading(phrase("form.plan", lang=lang), 2, plan, 2, plan)
            yield Heading(phrase("form.actual", lang=lang), 2, actual, 2, actual)
            yield Heading(phrase("form.score", lang=lang), 1, score, last, score)


def title_lines(measure: Measure, *, year: int, lang: str, synthetic: bool) -> dict[str, str]:
    """Lines above the headings by kind: submitted, title, measure, year and, for made-up data, synthetic.

    Examples
    --------
    >>> from effeval import Methodology
    >>> title_lines(Methodology.load().measures[12], year=2025, lang="kk", synthetic=False)["measure"]
    '13-шара: өнеркәсіптік гранттар беру'
    """
    number = phrase("measure_no", lang=lang, values={"id": measure.id})
    lines = {
        "submitted": phrase("form.submitted", lang=lang),
        "title": phrase("form.title", lang=lang),
        "measure": f"{number}: {measure.name[lang]}",
        "year": phrase("report.year", lang=lang, values={"year": year}),
    }
    return lines | {"synthetic": phrase("synthetic", lang=lang)} if synthetic else lines


def sheet_name(measure: Measure, *, lang: str) -> str:
    """Number and short name of the measure, cut between words to what Excel allows.

    Examples
    --------
    >>> from effeval import Methodology
    >>> [sheet_name(Methodology.load().measures[i], lang="ru") for i in (7, 12)]
    ['8 субсидирование ставки', '13 промышленные гранты']
    """
    words = re.sub(r"[\[\]:*?/\\\s]+", " ", f"{measure.id} {measure.short[lang]}").split()
    shown = words[0]
    for word in words[1:]:
        if len(shown) + 1 + len(word) > NAME_LIMIT:
            break
        shown += f" {word}"
    return shown.rstrip("'")


def with_names(codes: Iterable[str], *, column: str, lang: str) -> list[str]:
    """Codes with the name of their region or sector, which the first two digits tell; else the code alone.

    Parameters
    ----------
    codes : iterable of str
        KATO codes, or OKED divisions.
    column : str
        region or sector.
    lang : str

    Examples
    --------
    >>> with_names(["630000000"], column="region", lang="kk")
    ['630000000 Шығыс Қазақстан облысы']
    """
    known = names(column, lang=lang)
    return [f"{code} {known[code[:2]]}" if code[:2] in known else code for code in codes]
