"""What real reports lack, put into the synthetic sample on purpose, and figures exactly at a threshold."""

import numpy as np

from effeval.law import Measure
from effeval.sample_draws import Draws
from effeval.sample_projects import wage_growth

# what is wrong with a project, by weight; the meaning stands in the README that comes with the sample
GAPS = {
    "nothing": 69,
    "no_row": 2,
    "stopped": 5,
    "hole": 4,
    "no_base": 4,
    "no_plan": 4,
    "zero_support": 3,
    "empty_support": 2,
    "at_threshold": 7,
}
EMPTY_CELLS = 0.03
YEAR_BEFORE = 0.75  # of projects report the year before the support too, where the sample reaches back to it
ROWS_LOST = {1: 60, 2: 40}  # by projects that stopped reporting
TERMINATED_AFTER = {0: 25, 1: 35, 2: 25, 3: 15}  # years from the support to the last row
COMPLETED_AFTER = {2: 40, 3: 35, 4: 25}  # the same, where there is no term
FIGURES_OF_PLAN = ("sales_volume_plan", "output_volume_plan", "jobs_plan")


def with_gaps(
    figures: dict[str, np.ndarray],
    *,
    marks: dict[str, np.ndarray],
    status: np.ndarray,
    measures: tuple[Measure, ...],
    draws: Draws,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Put gaps into complete figures.

    Parameters
    ----------
    figures : dict of str to numpy.ndarray
        Whole numbers by column of ``observations``, shape (projects, years).
    marks : dict of str to numpy.ndarray
        ``measure``, ``support_year``, ``term_end_year``, shape (projects, 1), and ``since`` (years since the
        support), shape (projects, years).
    status : numpy.ndarray
        Shape (projects,).
    measures : tuple of Measure
        Whose thresholds are met exactly.
    draws : Draws

    Returns
    -------
    figures : dict of str to numpy.ndarray
        With NaN for what is not reported.
    reported : numpy.ndarray of bool
        The rows that are there, shape (projects, years).
    """
    gap = draws.pick(GAPS, len(status))[:, None]
    figures = _at_threshold(figures, marks, measures, gap == "at_threshold")
    for name, values in figures.items():
        empty = draws.chance(EMPTY_CELLS, *values.shape)
        if name == "support_paid":
            values = np.where((gap == "zero_support") & ~np.isnan(values), 0.0, values)
            empty = empty | (gap == "empty_support")
        else:
            empty = empty | ((gap == "no_base") & (marks["since"] == 0))
        if name in FIGURES_OF_PLAN:
            empty = empty | (gap == "no_plan")
        figures[name] = np.where(empty, np.nan, values)
    return figures, _rows(gap, marks, status[:, None], draws)


def _rows(gap: np.ndarray, marks: dict[str, np.ndarray], status: np.ndarray, draws: Draws) -> np.ndarray:
    """The rows that are there: from the year before the support to the end, without those that were lost."""
    count, since = len(status), marks["since"]
    first = np.where(draws.chance(YEAR_BEFORE, count, 1), -1, 0)
    last = np.where(status == "completed", draws.pick(COMPLETED_AFTER, count)[:, None], since[:, -1:])
    term = marks["term_end_year"] - marks["support_year"]
    last = np.where(np.isnan(term), last, term)
    last = np.where(status == "terminated", draws.pick(TERMINATED_AFTER, count)[:, None], last)
    last = np.minimum(last, since[:, -1:])
    lost = draws.pick(ROWS_LOST, count)[:, None]
    last = np.where(gap == "stopped", np.maximum(last - lost, 0), last)
    there = (since >= first) & (since <= last) & (gap != "no_row")
    return there & ~((gap == "hole") & (since == 1) & (last > 1))


def _at_threshold(figures: dict, marks: dict, measures: tuple[Measure, ...], chosen: np.ndarray) -> dict:
    """For the chosen projects, figures that meet each criterion by equality, in one year at least."""
    figures = dict(figures)
    for measure in measures:
        here = chosen & (marks["measure"] == measure.id)
        for criterion in measure.criteria:
            name = criterion.parameters["indicator"]
            exact = _EXACTLY[criterion.rule](figures[name], figures, marks, criterion.parameters)
            figures[name] = np.where(here, exact, figures[name])
    return figures


def _in_year(values: np.ndarray, marks: dict, since: np.ndarray | int) -> np.ndarray:
    """The figure of one year of each project, by its distance from the support, shape (projects, 1)."""
    return np.where(marks["since"] == since, values, 0.0).sum(axis=1, keepdims=True)


def _grown(
    values: np.ndarray, marks: dict, by: np.ndarray | float, end: np.ndarray | int, step: int
) -> np.ndarray:
    """Growth since the support year of exactly ``by``: the base becomes a multiple of ``step``."""
    base = np.ceil(_in_year(values, marks, 0) / step) * step
    values = np.where(marks["since"] == 0, base, values)
    return np.where(marks["since"] == end, np.rint(base * (1.0 + by)), values)


def _as_reference(values: np.ndarray, figures: dict, marks: dict, parameters: dict) -> np.ndarray:
    return _grown(values, marks, wage_growth(), 1, 10_000)  # the reference has four digits


def _as_plan(values: np.ndarray, figures: dict, marks: dict, parameters: dict) -> np.ndarray:
    plan = figures[f"{parameters['indicator']}_plan"]
    return np.where(np.isnan(plan), values, plan)


def _as_growth(values: np.ndarray, figures: dict, marks: dict, parameters: dict) -> np.ndarray:
    by_term = marks["term_end_year"] - marks["support_year"]
    end = by_term if "until" in parameters else parameters["years"]
    return _grown(values, marks, parameters["at_least"], end, 100)


def _as_return(values: np.ndarray, figures: dict, marks: dict, parameters: dict) -> np.ndarray:
    within = (marks["since"] >= 0) & (marks["since"] <= parameters["years"])
    support = np.where(within, figures["support_paid"], 0.0).sum(axis=1, keepdims=True)
    needed = _in_year(values, marks, 0) + parameters["multiple"] * support
    return np.where(marks["since"] == parameters["years"], needed, values)


def _as_support(values: np.ndarray, figures: dict, marks: dict, parameters: dict) -> np.ndarray:
    return np.where(marks["since"] == 0, parameters["multiple"] * figures["support_paid"], values)


_EXACTLY = {
    "growth_vs_reference": _as_reference,
    "plan": _as_plan,
    "growth": _as_growth,
    "return_on_support": _as_return,
    "coverage": _as_support,
}
