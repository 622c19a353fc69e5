"""Actual figures against plans: the one place where they meet. Arrays only, so that it loads at once."""

import numpy as np

from effeval.methodology import Methodology

ROUNDING = 1e-12  # equality holds up to binary rounding: 230000 / 200000 - 1 is 0.1499999… in doubles
STATES = np.array(["not_due", "no_data", "fulfilled", "not_fulfilled"], dtype=object)
NOT_DUE, NO_DATA, FULFILLED, NOT_FULFILLED = range(4)  # positions in STATES


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
    found = compared(plan, actual, due=due, methodology=methodology, largest=largest, at_least=at_least)
    return found | scores(**found, methodology=methodology)


def compared(
    plan: np.ndarray,
    actual: np.ndarray,
    *,
    due: np.ndarray,
    methodology: Methodology,
    largest: np.ndarray | float = 0.0,
    at_least: np.ndarray | bool = False,
) -> dict[str, np.ndarray]:
    """What :func:`compare` finds without the scores: ``plan`` and ``actual`` as they are shown, and ``state``."""
    state = states(plan, actual, due=due, missing=methodology.missing, largest=largest, at_least=at_least)
    shown = due & (~np.asarray(at_least) | (state == FULFILLED))
    return {"plan": only(plan, due), "actual": only(actual, shown), "state": state}


def scores(
    plan: np.ndarray, actual: np.ndarray, state: np.ndarray, *, methodology: Methodology
) -> dict[str, np.ndarray]:
    """``attainment`` and ``score`` of what was compared; of rows one by one, so that they may stand in any order.

    Examples
    --------
    >>> plan, actual = np.array([4.0, 4.0, np.nan]), np.array([5.0, 1.0, np.nan])
    >>> state = np.array([FULFILLED, NOT_FULFILLED, NO_DATA], dtype=np.int8)
    >>> found = scores(plan, actual, state, methodology=Methodology.load("order-35"))
    >>> found["attainment"].tolist(), found["score"].tolist()
    ([1.25, 0.25, nan], [1.0, 0.0, nan])
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        attainment = only(actual / plan, plan > 0)
    known = state >= FULFILLED
    score = only(state == FULFILLED, known)
    if methodology.scale == "proportional":
        score = only(np.where(np.isnan(attainment), score, np.clip(attainment, 0.0, 1.0)), known)
    return {"attainment": attainment, "score": score}


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
    known = reached | ~(np.isnan(plan) | np.isnan(actual) | at_least)
    unknown = np.int8(NOT_FULFILLED if missing == "not_fulfilled" else NO_DATA)
    judged = unknown + known * (np.int8(NOT_FULFILLED) - reached.view(np.int8) - unknown)  # as in `only`
    return np.asarray(due) * judged  # NOT_DUE is 0


def reaches(plan: np.ndarray, actual: np.ndarray, *, largest: np.ndarray | float = 0.0) -> np.ndarray:
    """Whether actual ≥ plan up to binary rounding; False where either is empty."""
    with np.errstate(invalid="ignore"):
        return actual >= plan - ROUNDING * np.fmax(np.fmax(1.0, np.abs(plan)), largest)


def only(values: np.ndarray, where: np.ndarray, *, out: np.ndarray | None = None) -> np.ndarray:
    """Values where a condition holds, NaN elsewhere; in an array of its own, or in ``out``.

    As ``numpy.where``, which takes several times as long where the condition changes often: processors foresee
    arithmetic, but not branches. A float whose bits are all 1 is NaN.

    Examples
    --------
    >>> only(np.array([1.5, -0.0, np.inf]), np.array([False, True, True])).tolist()
    [nan, -0.0, inf]
    """
    mask = np.subtract(where.view(np.int8), np.int8(1)).astype(np.int64)  # 0 where it holds, -1 elsewhere
    found = mask.view(np.float64) if out is None else out
    np.bitwise_or(mask, np.asarray(values, dtype=np.float64).view(np.int64), out=found.view(np.int64))
    return found
