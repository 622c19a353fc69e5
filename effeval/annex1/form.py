"""One sheet of the form: title lines, headings, a row a project, the total row, and the printed page."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from effeval.annex1 import formulas
from effeval.annex1.layout import (
    AFTER,
    GROUP,
    HEADING_ROWS,
    INFINITE,
    Heading,
    Layout,
    sheet_name,
    title_lines,
    with_names,
)
from effeval.annex1.parameters import ROUNDING_PATH, set_page
from effeval.annex1.styles import (
    LINE,
    Styles,
    column_widths,
    heading_heights,
    lines,
    number_kind,
    number_length,
)
from effeval.dataset import Dataset
from effeval.errors import ParameterError
from effeval.labels import phrase
from effeval.law import Criterion, Measure
from effeval.methodology import Methodology
from effeval.reading.workbooks import MOST_ROWS
from effeval.worksheet import PlainWorksheet


class Form:
    """The sheet of one measure in a workbook that is being written.

    Parameters
    ----------
    book : xlsxwriter.Workbook
    measure : Measure
    styles : Styles
    methodology : Methodology
    cells : dict of str to str
        Addresses on the sheet of parameters by path.
    lang : str
    """

    def __init__(
        self,
        book: Workbook,
        measure: Measure,
        *,
        styles: Styles,
        methodology: Methodology,
        cells: dict[str, str],
        lang: str,
    ):
        self.sheet = book.add_worksheet(sheet_name(measure, lang=lang), PlainWorksheet)
        self.measure, self.styles, self.methodology = measure, styles, methodology
        self.cells, self.lang = cells, lang
        self.layout = Layout(len(measure.criteria))
        self.points = "count" if methodology.scale == "binary" else "points"

    def fill(self, judged: pd.DataFrame, data: Dataset, year: int) -> None:
        """Everything on the sheet; ``judged`` holds the rows of the measure and year."""
        projects = data.projects.set_index("project_id").loc[sorted(set(judged["project_id"]))]
        support = judged.groupby("project_id")["support_paid"].first().reindex(projects.index)
        criteria = [
            self._own(criterion, judged, projects.index).assign(
                partial=formulas.partial(criterion, projects, data, year=year)
            )
            for criterion in self.measure.criteria
        ]
        headings = list(self.layout.headings(lang=self.lang))
        widths = column_widths(self.layout, headings, numbers=self._longest(support, criteria))
        titles = title_lines(self.measure, year=year, lang=self.lang, synthetic=data.synthetic)
        first = len(titles) + HEADING_ROWS
        last = first + len(projects) - 1
        if last + 1 >= MOST_ROWS:
            message = f"{len(projects):,} projects of measure {self.measure.id} do not fit in one sheet."
            raise ParameterError(f"{message}\nTo fix: write a form for each region")
        self._head(titles, headings, widths)
        self._project_columns(projects, support, first, widths)
        for position, own in enumerate(criteria):
            self._criterion(position, own, year, first)
        self._empty_groups(first, last)
        scores = pd.concat([own["score"].rename(at) for at, own in enumerate(criteria)], axis=1)
        self._row_sums(scores, first)
        self._total(support, scores, first, last)
        self._page(widths, first=first, last=last)

    @staticmethod
    def _own(criterion: Criterion, judged: pd.DataFrame, projects: pd.Index) -> pd.DataFrame:
        """Plan, actual, score and state of one criterion, a row a project of the form."""
        own = judged[judged["criterion"] == criterion.id].set_index("project_id")
        own = own[["plan", "actual", "score", "state"]].reindex(projects)
        return own.assign(state=own["state"].fillna("not_due"))

    def _longest(self, support: pd.Series, criteria: list[pd.DataFrame]) -> dict[int, int]:
        """Length of the longest number by column."""
        total = number_length(support.sum(), "thousand tenge") + 1  # it is bold
        found = {self.layout.column("support_paid"): total}
        for position, (criterion, own) in enumerate(zip(self.measure.criteria, criteria, strict=True)):
            for name in ("plan", "actual"):
                longest = max((number_length(value, criterion.unit) for value in own[name]), default=0)
                found[self.layout.column(name, criterion=position)] = longest
        return found

    def _positions(self) -> range:
        return range(self.layout.criteria)

    def _head(self, titles: dict[str, str], headings: list[Heading], widths: list[float]) -> None:
        """Title lines and headings."""
        printed = self.layout.column("status")
        for row, (kind, text) in enumerate(titles.items()):
            self.sheet.merge_range(row, 0, row, printed, text, self.styles.title(kind))
            size = 1.25 if kind == "title" else 1
            self.sheet.set_row(row, size * LINE * lines(text, sum(widths[: printed + 1]) / size) + 3)
        top = len(titles)
        for heading in headings:
            place = top + heading.top, heading.left, top + heading.bottom, heading.right
            if place[:2] == place[2:]:
                self.sheet.write_string(*place[:2], heading.text, self.styles.heading())
            else:
                self.sheet.merge_range(*place, heading.text, self.styles.heading())
        for row, height in enumerate(heading_heights(headings, widths), start=top):
            self.sheet.set_row(row, height)

    def _project_columns(
        self, projects: pd.DataFrame, support: pd.Series, first: int, widths: list[float]
    ) -> None:
        """What the form says of each project beside its criteria; the longest text gives a row its height."""
        texts = {
            "applicant": projects["applicant"],
            "kato": with_names(projects["kato"], column="region", lang=self.lang),
            "sector": with_names(projects["oked"].str[:2], column="sector", lang=self.lang),
            "tnved": projects["tnved"] if "tnved" in projects else [None] * len(projects),
            "category": [phrase(f"category.{word}", lang=self.lang) for word in projects["category"]],
            "status": [phrase(f"status.{word}", lang=self.lang) for word in projects["status"]],
            "project_id": projects.index,
        }
        for name, values in texts.items():
            _texts(self.sheet, first, self.layout.column(name), values, self.styles.text())
        numbers = {"number": (range(1, len(projects) + 1), "count"), "support_paid": (support, "money")}
        for name, (values, kind) in numbers.items():
            column, style = self.layout.column(name), self.styles.number(kind)
            for row, value in enumerate(values, start=first):
                self.sheet.write_number(row, column, value, style)
        wrapped = [name for name in texts if name not in ("tnved", "project_id")]
        room = [widths[self.layout.column(name)] for name in wrapped]
        for row, words in enumerate(zip(*(texts[name] for name in wrapped), strict=True), start=first):
            self.sheet.set_row(row, LINE * max(map(lines, words, room)) + 3)

    def _criterion(self, position: int, own: pd.DataFrame, year: int, first: int) -> None:
        """Plan, actual and score of one criterion."""
        criterion = self.measure.criteria[position]
        plan, actual, score = (self.layout.column(name, criterion=position) for name in GROUP)
        path = formulas.threshold(criterion, year=year)
        plans = formulas.plans(criterion, own["plan"], cell=None if path is None else self.cells.get(path))
        self._figures(first, plan, own["plan"], criterion, plans)
        self._figures(first, actual, own["actual"], criterion, [None] * len(own))
        texts = formulas.scores(
            own,
            columns=(xl_col_to_name(plan), xl_col_to_name(actual)),
            first=first + 1,
            methodology=self.methodology,
            rounding=self.cells[ROUNDING_PATH],
        )
        style = self.styles.number(self.points)
        for row, (formula, value) in enumerate(zip(texts, own["score"], strict=True), start=first):
            self._formula(row, score, formula, value, style)

    def _figures(
        self, first: int, column: int, values: pd.Series, criterion: Criterion, texts: Iterable[str | None]
    ) -> None:
        """Plans or actual figures in the number format of their unit."""
        unit, empty = criterion.unit, self.styles.number("whole")
        for row, (value, formula) in enumerate(zip(values, texts, strict=True), start=first):
            if np.isnan(value):
                self.sheet.write_blank(row, column, None, empty)
            elif np.isinf(value):
                self.sheet.write_string(row, column, INFINITE, self.styles.number("percent"))
            else:
                style = self.styles.number(number_kind(value, unit))
                if formula is None:
                    self.sheet.write_number(row, column, value, style)
                else:
                    self.sheet.write_formula(row, column, formula, style, value)

    def _formula(self, row: int, column: int, formula: str | None, value: float, style: Format) -> None:
        if formula is None:
            self.sheet.write_blank(row, column, None, style)
        else:
            self.sheet.write_formula(row, column, formula, style, "" if np.isnan(value) else value)

    def _empty_groups(self, first: int, last: int) -> None:
        """The printed groups that the measure has no criterion for; the total row too."""
        for position in range(self.layout.criteria, self.layout.groups):
            for name in GROUP:
                column = self.layout.column(name, criterion=position)
                _texts(self.sheet, first, column, [None] * (last - first + 2), self.styles.text())

    def _row_sums(self, scores: pd.DataFrame, first: int) -> None:
        letters = [xl_col_to_name(self.layout.column("score", criterion=at)) for at in self._positions()]
        column, style = self.layout.column("score_sum"), self.styles.number(self.points, bold=True)
        for row, value in enumerate(scores.sum(axis=1, min_count=1), start=first):
            self._formula(row, column, formulas.row_sum(letters, row + 1), value, style)

    def _total(self, support: pd.Series, scores: pd.DataFrame, first: int, last: int) -> None:
        """The total row: support, each score, their sum."""
        row, bold = last + 1, self.styles.text(bold=True)
        paid = self.layout.column("support_paid")
        self.sheet.merge_range(row, 0, row, paid - 1, phrase("form.total", lang=self.lang), bold)
        totals = {paid: (float(support.sum()), "money")}
        for position in self._positions():
            plan, actual, score = (self.layout.column(name, criterion=position) for name in GROUP)
            totals[score] = (float(scores[position].sum(min_count=1)), self.points)
            for column in (plan, actual):
                self.sheet.write_blank(row, column, None, bold)
        whole = float(scores.sum(min_count=1).sum(min_count=1))
        totals[self.layout.column("score_sum")] = (whole, self.points)
        for column, (value, kind) in totals.items():
            formula = formulas.column_sum(xl_col_to_name(column), first + 1, last + 1)
            self._formula(row, column, formula, value, self.styles.number(kind, bold=True))
        for name in AFTER[1:]:
            self.sheet.write_blank(row, self.layout.column(name), None, bold)

    def _page(self, widths: list[float], *, first: int, last: int) -> None:
        """Widths, the hidden column, frozen panes and everything of the printed page."""
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        hidden = self.layout.column("project_id")
        self.sheet.set_column(hidden, hidden, widths[hidden], None, {"hidden": True})
        self.sheet.freeze_panes(first, 2)
        self.sheet.print_area(0, 0, last + 1, hidden - 1)
        self.sheet.repeat_rows(first - HEADING_ROWS, first - 1)
        edition = f"{self.methodology.id}, {self.methodology.edition}".replace("&", "&&")
        page = phrase("form.page", lang=self.lang)
        set_page(self.sheet, footer=f"&L&8{edition}&C&8{page}")


def _texts(sheet: Worksheet, first: int, column: int, values: Iterable[str | None], style: Format) -> None:
    """A column of text, whatever it looks like; empty cells keep their border."""
    for row, value in enumerate(values, start=first):
        if value is None or pd.isna(value):
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_string(row, column, value, style)
