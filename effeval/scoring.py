"""From a data set and a methodology to one judged row a project, criterion and year."""

import numpy as np
import pandas as pd

from effeval.dataset import Dataset, require_columns
from effeval.layout import STATES, Layout, extra_columns
from effeval.methodology import Methodology

__all__ = [
    "FULFILLED",
    "NOT_DUE",
    "NOT_FULFILLED",
    "NO_DATA",
    "ROUNDING",
    "STATES",
    "assess",
    "compare",
    "extra_columns",
    "reaches",
    "states",
]
ROUNDING = 1e-12  # equality holds up to binary rounding: 230000 / 200000 - 1 is 0.1499999… in doubles
NOT_DUE, NO_DATA, FULFILLED, NOT_FULFILLED = range(4)  # positions in STATES


def assess(data: Dataset, methodology: Methodology) -> pd.DataFrame:
    """Judge every criterion of every project in every year of its reporting period (point 11 of the methodology).

    Parameters
    ----------
    data : Dataset
        From :func:`effeval.load`.
    methodology : Methodology

    Returns
    -------
    pandas.DataFrame
        Sorted by ``project_id``, ``year``, ``criterion``, with ``measure``, ``plan``, ``actual``, ``attainment``,
        ``state``, ``score``, the grouping columns ``region``, ``district``, ``sector``, ``category``, ``status``,
        ``support_paid`` (thousand tenge of that project and year, empty is 0), then the columns of ``projects``
        that are not the contract's own. Units of plan and actual are the criterion's: fractions for growth,
        thousand tenge, jobs or the physical unit.

    Raises
    ------
    DataError
        A column that a criterion needs is absent.
    MethodologyError
        A measure of the data has no criteria in the methodology.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0, 50.0], [90.0, 60.0], year=2023)
    >>> assess(data, ee.Methodology.load("order-35"))[["year", "plan", "actual", "state"]]
       year   plan  actual          state
    0  2023  100.0    90.0  not_fulfilled
    1  2024  150.0   150.0      fulfilled
    """
    require_columns(data, methodology)
    layout = Layout(data, methodology)
    found = {}
    for criterion in layout.criteria:
        finding = layout.find(criterion)
        found[criterion.id] = compare(**vars(finding), methodology=methodology)
    return layout.assessed(layout.spread(found))


def compare(
    plan: np.ndarray,
    actual: np.ndarray,
    *,
    due: np.ndarray,
    methodology: Methodology,
    largest: np.ndarray | float = 0.0,
    at_least: np.ndarray | bool = False,
) -> dict[str, np.ndarray]:
    """State and score of plans and actual figures: the one place where actual meets plan.

    Parameters
    ----------
    plan, actual : numpy.ndarray of float64
        NaN where empty.
    due : numpy.ndarray of bool
    methodology : Methodology
        ``scale`` and ``missing``.
    largest : numpy.ndarray or float
        Largest figure in ``actual`` where that is a difference or a sum; it bounds the rounding error.
    at_least : numpy.ndarray or bool
        ``actual`` is a sum with gaps.

    Returns
    -------
    dict of str to numpy.ndarray
        ``plan``, ``actual``, ``attainment``, ``state`` (a position in ``STATES``) and ``score``.

    Examples
    --------
    >>> due = np.array([True, True])
    >>> found = compare(np.array([0.15, 5.0]), np.array([230000 / 200000 - 1, np.nan]), due=due,
    ...                 methodology=Methodology.load("order-35"))
    >>> STATES[found["state"]].tolist()
    ['fulfilled', 'no_data']
    """
    state = states(plan, actual, due=due, missing=methodology.missing, largest=largest, at_least=at_least)
    shown = due & (~np.asarray(at_least) | (state == FULFILLED))
    actual, plan = np.where(shown, actual, np.nan), np.where(due, plan, np.nan)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        attainment = np.where(plan > 0, actual / plan, np.nan)
    score = np.where(state >= FULFILLED, (state == FULFILLED).astype("float64"), np.nan)
    if methodology.scale == "proportional":
        partial = np.where(np.isnan(attainment), score, np.clip(attainment, 0.0, 1.0))
        score = np.where(state >= FULFILLED, partial, np.nan)
    return {"plan": plan, "actual": actual, "attainment": attainment, "state": state, "score": score}


def states(
    plan: np.ndarray,
    actual: np.ndarray,
    *,
    due: np.ndarray,
    missing: str,
    largest: np.ndarray | float = 0.0,
    at_least: np.ndarray | bool = False,
) -> np.ndarray:
    """State alone, as :func:`compare` finds it; ``missing`` is excluded or not_fulfilled.

    Returns
    -------
    numpy.ndarray of int8
        Positions in ``STATES``.

    Examples
    --------
    >>> STATES[states(np.array([2.0]), np.array([np.nan]), due=np.array([True]), missing="not_fulfilled")].tolist()
    ['not_fulfilled']
    """
    reached = reaches(plan, actual, largest=largest)
    known = ~(np.isnan(plan) | np.isnan(actual)) & (reached | ~np.asarray(at_least))
    unknown = NOT_FULFILLED if missing == "not_fulfilled" else NO_DATA
    judged = np.where(known, np.where(reached, FULFILLED, NOT_FULFILLED), unknown)
    return np.where(due, judged, NOT_DUE).astype(np.int8)


def reaches(plan: np.ndarray, actual: np.ndarray, *, largest: np.ndarray | float = 0.0) -> np.ndarray:
    """Whether actual ≥ plan up to binary rounding; False where either is empty."""
    with np.errstate(invalid="ignore"):
        return actual >= plan - ROUNDING * np.fmax(np.fmax(1.0, np.abs(plan)), largest)
