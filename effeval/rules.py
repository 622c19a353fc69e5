"""The five kinds of criteria. A rule knows no measure and compares nothing: ``scoring`` does, once.

Each takes a :class:`~effeval.panel.Panel` and the parameters that the methodology names, and returns a
:class:`Finding` over the same projects × years. A rule looks at one project's own years only, so any
split of the projects gives the same rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from effeval.panel import Panel


@dataclass(frozen=True)
class Finding:
    """What a rule finds, each an array of shape (projects, years).

    Attributes
    ----------
    due : bool
        The criterion is to be judged in that year.
    plan, actual : float
        What had to be reached, and what was; NaN where it cannot be computed.
    largest : float
        Where ``actual`` is a difference or a sum, the largest figure in it (it bounds the rounding error); else 0.
    at_least : bool
        ``actual`` lacks figures of the sum: the true sum is at least this.
    """

    due: np.ndarray
    plan: np.ndarray
    actual: np.ndarray
    largest: np.ndarray | float = 0.0
    at_least: np.ndarray | bool = False


def growth_vs_reference(panel: Panel, *, indicator: str, reference: str, start: str, after: int) -> Finding:
    """Growth over the previous year against the growth in the reference for that year (1.1, 2.2, 3.1 …)."""
    due = panel.years >= panel.marks[start] + after
    actual = _growth(panel.figures[indicator], panel.previous(indicator))
    return Finding(due, np.broadcast_to(panel.references[reference], due.shape), actual)


def plan(panel: Panel, *, indicator: str, start: str, after: int, end: str | None = None) -> Finding:
    """The figure of the year against the plan of that year (1.2, 2.1, 2.3 …), until ``end`` where one is named."""
    due = panel.years >= panel.marks[start] + after
    if end is not None:
        due = due & (panel.years <= panel.marks[end])
    return Finding(due, panel.figures[f"{indicator}_plan"], panel.figures[indicator])


def growth(
    panel: Panel,
    *,
    indicator: str,
    at_least: float,
    base_shift: int,
    years: int | None = None,
    until: str | None = None,
    judge: str = "last",
) -> Finding:
    """Growth since a base year, judged once: ``years`` after the base, or in the year ``until`` (11.1 … 13.3)."""
    base = panel.marks["support_year"] + base_shift
    due = panel.years == (panel.marks[until] if until is not None else base + years)
    actual = _growth(panel.figures[indicator], panel.at(indicator, base))
    if judge == "best":
        actual = _best(actual, panel.after(base))
    return Finding(due, np.full(due.shape, float(at_least)), actual)


def return_on_support(
    panel: Panel, *, indicator: str, years: int, multiple: float, base_shift: int, judge: str, measure_as: str
) -> Finding:
    """Growth of income within ``years`` against a multiple of the support (6.1, 7.1, 10.1)."""
    base = panel.marks["support_year"] + base_shift
    within = panel.after(base)
    income, at_base = panel.figures[indicator], panel.at(indicator, base)
    if measure_as == "level":
        actual, largest = income, np.zeros(income.shape)
    elif measure_as == "difference":
        actual, largest = income - at_base, np.fmax(income, at_base)
    else:
        actual = np.where(within, income - at_base, 0.0).cumsum(axis=1)
        largest = np.fmax(_best(income, within), at_base)
    if judge == "best":
        largest = _best(np.where(np.isnan(actual), np.nan, largest), within)
        actual = _best(actual, within)
    return Finding(panel.years == base + years, _target(panel.support(), multiple), actual, largest)


def coverage(panel: Panel, *, indicator: str, multiple: float, period: str) -> Finding:
    """The figure against a multiple of the support, both summed since the support or each year alone (8.1, 9.1)."""
    support = panel.support(period=period)
    target = _target(support, multiple)
    supported = panel.after(panel.marks["support_year"] - 1)
    values = panel.figures[indicator]
    if period == "year":
        return Finding(supported & (support > 0), target, values)
    known = supported & ~np.isnan(values)
    total = np.where(known, values, 0.0).cumsum(axis=1)
    gap = np.logical_or.accumulate(supported & ~known, axis=1)
    actual = np.where(np.logical_or.accumulate(known, axis=1), total, np.nan)
    return Finding(supported, target, actual, _best(values, known), gap)


RULES: dict[str, Callable[..., Finding]] = {
    "growth_vs_reference": growth_vs_reference,
    "plan": plan,
    "growth": growth,
    "return_on_support": return_on_support,
    "coverage": coverage,
}


def _growth(values: np.ndarray, base: np.ndarray) -> np.ndarray:
    """values / base - 1; from a base of 0, to 0 is 0 and to more is infinite."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        grown = values / base - 1.0
    return np.where((base == 0) & (values == 0), 0.0, grown)


def _best(values: np.ndarray, within: np.ndarray) -> np.ndarray:
    """The best known value so far among the cells ``within``; NaN where none is known."""
    return np.fmax.accumulate(np.where(within, values, np.nan), axis=1)


def _target(support: np.ndarray, multiple: float) -> np.ndarray:
    """A multiple of the support; empty where there was none."""
    return np.where(support > 0, multiple * support, np.nan)
