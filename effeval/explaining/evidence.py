"""What one verdict rests on: the figures of one project, and the steps from them to plan and actual.

No words here and no verdict: ``explanation`` says it in a language, ``scoring`` judges.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pandas as pd

from effeval.dataset import Dataset
from effeval.law import Criterion


@dataclass(frozen=True)
class Figure:
    """One cell of the input.

    Attributes
    ----------
    table, column : str
    project_id, year : str and int
        None in the table reference, and in the table projects.
    value : float, str or None
        None where nothing is reported.
    reported : bool
        The table has the row.
    """

    table: str
    project_id: str | None
    year: int | None
    column: str
    value: float | str | None
    reported: bool = True


@dataclass(frozen=True)
class Step:
    """One line of the computation.

    Attributes
    ----------
    kind : str
        value, reference, threshold, support, growth, excess (over the base), sum or best.
    side : str
        plan or actual.
    figures : tuple of Figure
        What goes in, year by year; the base of a growth or excess comes last.
    result : float or None
        None where a figure is missing.
    factor : float or None
        Multiple of the support.
    chosen : int or None
        The year that was best.
    """

    kind: str
    side: str
    figures: tuple[Figure, ...]
    result: float | None
    factor: float | None = None
    chosen: int | None = None


@dataclass(frozen=True)
class Evidence:
    """What plan and actual were computed from.

    Attributes
    ----------
    plan, actual : float or None
        Results of the last step of each side; a sum with gaps counts what is known.
    steps : tuple of Step
    missing : tuple of Figure
        Figures without which plan or actual is not known.
    no_support : tuple of int, or None
        First and last year of a sum of support that is zero.
    natural : float or None
        Where plan and actual are growths: how far the figure is above the one that would just do.
    largest : float
        The largest figure in a difference or sum, as the rounding of ``scoring`` takes it; else 0.
    sources : tuple of Figure
        Every cell used.
    """

    plan: float | None
    actual: float | None
    steps: tuple[Step, ...]
    missing: tuple[Figure, ...]
    no_support: tuple[int, int] | None
    natural: float | None
    largest: float
    sources: tuple[Figure, ...]


class _Cells:
    """Cells of one project, remembered in the order in which they are asked for."""

    def __init__(self, data: Dataset):
        self.project = data.projects.iloc[0]
        self.id = str(self.project["project_id"])
        self._observed = data.observations.set_index("year")
        self._series = data.reference.set_index("year")
        self._used: dict[Figure, None] = {}

    def mark(self, column: str) -> int | None:
        """A year of the project: support, commissioning, end of term."""
        figure = Figure("projects", self.id, None, column, _known(self.project[column]))
        self._used[figure] = None
        return None if figure.value is None else int(figure.value)

    def figure(self, column: str, year: int) -> Figure:
        return self._cell("observations", self._observed, column, year)

    def figures(self, column: str, years: Iterable[int]) -> tuple[Figure, ...]:
        return tuple(self.figure(column, year) for year in years)

    def reference(self, column: str, year: int) -> Figure:
        """A figure of the table reference; its source is remembered too."""
        found = self._cell("reference", self._series, column, year)
        if found.value is not None and "source" in self._series:
            self._cell("reference", self._series, "source", year)
        return found

    @property
    def used(self) -> tuple[Figure, ...]:
        return tuple(self._used)

    def _cell(self, table: str, frame: pd.DataFrame, column: str, year: int) -> Figure:
        reported = year in frame.index
        value = _known(frame.at[year, column]) if reported and column in frame else None
        figure = Figure(table, self.id if table == "observations" else None, year, column, value, reported)
        self._used[figure] = None
        return figure


def evidence(data: Dataset, criterion: Criterion, *, year: int, due: bool) -> Evidence:
    """Figures and steps behind one verdict.

    Parameters
    ----------
    data : Dataset
        Of one project alone.
    criterion : Criterion
        Of its measure.
    year : int
        Year judged.
    due : bool
        Whether it was judged; if not, there are no steps but the years that decide it.

    Returns
    -------
    Evidence
    """
    cells = _Cells(data)
    for column in ("support_year", *criterion.project_years):
        cells.mark(column)
    if not due:
        if criterion.rule == "coverage" and cells.mark("support_year") <= year:
            cells.figure("support_paid", year)  # a year without support is not judged
        return Evidence(None, None, (), (), None, None, 0.0, cells.used)
    found = _STEPS[criterion.rule](cells, year, criterion.parameters)
    return replace(found, sources=cells.used)


def _growth_vs_reference(cells: _Cells, year: int, settings: dict) -> Evidence:
    required = cells.reference(settings["reference"], year)
    plan = Step("reference", "plan", (required,), required.value)
    base = cells.figure(settings["indicator"], year - 1)
    actual = _growth(cells.figure(settings["indicator"], year), base)
    return _evidence(plan, [actual], [required, *actual.figures], natural=_natural(actual, required.value))


def _plan(cells: _Cells, year: int, settings: dict) -> Evidence:
    planned = cells.figure(f"{settings['indicator']}_plan", year)
    reached = cells.figure(settings["indicator"], year)
    return _evidence(replace(_value(planned), side="plan"), [_value(reached)], [planned, reached])


def _growth_since_base(cells: _Cells, year: int, settings: dict) -> Evidence:
    first = cells.mark("support_year") + settings["base_shift"]
    base = cells.figure(settings["indicator"], first)
    required = float(settings["at_least"])
    best = settings.get("judge", "last") == "best"
    values = cells.figures(settings["indicator"], range(first + 1, year + 1) if best else [year])
    steps = [_growth(value, base) for value in values]
    judged, chosen = _best(steps) if best else (steps, steps[0])
    natural = _natural(chosen, required) if chosen is not None else None
    plan = Step("threshold", "plan", (), required)
    return _evidence(plan, judged, _lacking(base, values, best=best), natural=natural)


def _return_on_support(cells: _Cells, year: int, settings: dict) -> Evidence:
    first = cells.mark("support_year") + settings["base_shift"]
    plan = _support(cells, year, settings)
    way, best, name = settings["measure_as"], settings["judge"] == "best", settings["indicator"]
    several = best or way == "cumulative"
    values = cells.figures(name, range(first + 1, year + 1) if several else [year])
    base = None if way == "level" else cells.figure(name, first)
    if base is None:
        steps = [_value(value) for value in values]
    elif way == "difference":
        steps = [_excess((value,), base) for value in values]
    else:
        ends = range(1, len(values) + 1) if best else [len(values)]
        steps = [_excess(values[:end], base) for end in ends]
    judged, chosen = _best(steps) if best else (steps, steps[-1])
    missing = _lacking(base, values, best=best and way != "cumulative")
    if best and way == "cumulative" and chosen is not None:
        missing = []  # the sums up to the first gap are known, and the best of them counts
    known = [] if base is None else [f.value for f in (*values, base) if f.value is not None]
    return _evidence(plan, judged, missing, largest=max(known, default=0.0))


def _coverage(cells: _Cells, year: int, settings: dict) -> Evidence:
    plan = _support(cells, year, settings)
    if settings["period"] == "year":
        value = cells.figure(settings["indicator"], year)
        return _evidence(plan, [_value(value)], [value])
    values = cells.figures(settings["indicator"], range(cells.mark("support_year"), year + 1))
    known = [value.value for value in values if value.value is not None]
    actual = Step("sum", "actual", values, sum(known) if known else None)
    return _evidence(plan, [actual], values, largest=max(known, default=0.0))


_STEPS: dict[str, Callable[[_Cells, int, dict], Evidence]] = {
    "growth_vs_reference": _growth_vs_reference,
    "plan": _plan,
    "growth": _growth_since_base,
    "return_on_support": _return_on_support,
    "coverage": _coverage,
}


def _evidence(
    plan: Step,
    actual: list[Step],
    needed: Iterable[Figure],
    natural: float | None = None,
    largest: float = 0.0,
) -> Evidence:
    missing = tuple(dict.fromkeys(figure for figure in needed if figure.value is None))
    years = [figure.year for figure in plan.figures]
    no_support = (min(years), max(years)) if plan.kind == "support" and plan.result is None else None
    steps = (plan, *actual)
    return Evidence(plan.result, steps[-1].result, steps, missing, no_support, natural, largest, ())


def _support(cells: _Cells, year: int, settings: dict) -> Step:
    """A multiple of the support since the support year, or of the year alone; no result where it is zero."""
    first = year if settings.get("period") == "year" else cells.mark("support_year")
    paid = cells.figures("support_paid", range(first, year + 1))
    total = sum(figure.value for figure in paid if figure.value is not None)
    multiple = float(settings["multiple"])
    return Step("support", "plan", paid, multiple * total if total > 0 else None, factor=multiple)


def _value(figure: Figure) -> Step:
    return Step("value", "actual", (figure,), figure.value)


def _growth(value: Figure, base: Figure) -> Step:
    result = None
    if value.value is not None and base.value is not None:
        result = value.value / base.value - 1.0 if base.value else (math.inf if value.value else 0.0)
    return Step("growth", "actual", (value, base), result)


def _excess(values: tuple[Figure, ...], base: Figure) -> Step:
    """The sum of the differences of the values from the base."""
    known = base.value is not None and all(value.value is not None for value in values)
    result = sum(value.value - base.value for value in values) if known else None
    return Step("excess", "actual", (*values, base), result)


def _best(steps: list[Step]) -> tuple[list[Step], Step | None]:
    """The steps and the choice among them; the best known one, None if none is known."""
    best = max((s for s in steps if s.result is not None), key=lambda step: step.result, default=None)
    if best is None:
        return steps, None
    year = best.figures[-1 if best.kind == "value" else -2].year  # elsewhere the base comes last
    return [*steps, Step("best", "actual", (), best.result, chosen=year)], best


def _lacking(base: Figure | None, values: Iterable[Figure], *, best: bool) -> list[Figure]:
    """What a growth lacks: the base or the value, or, where the best counts, all of the values."""
    some_known = any(value.value is not None for value in values)
    return [*([] if base is None else [base]), *([] if best and some_known else values)]


def _natural(step: Step, required: float | None) -> float | None:
    """How far the figure is above base × (1 + required); from 0 to 0 that says nothing."""
    if step.result is None or required is None or not any(figure.value for figure in step.figures):
        return None
    value, base = (figure.value for figure in step.figures)
    return value - base * (1.0 + required)


def _known(value: object) -> float | str | None:
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else float(value)
