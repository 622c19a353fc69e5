"""Turning points: for each judged cell the highest threshold that it still reaches, to the last bit."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from effeval.rules import Finding
from effeval.scoring import reaches

_MAGNITUDE = np.int64(2**63 - 1)


@dataclass(frozen=True, eq=False)
class Points:
    """The judged cells of one criterion under one reading, ready for any threshold.

    Attributes
    ----------
    due, known, gap : numpy.ndarray of bool
        Judged in that year; due, with both figures there; the actual figure is a sum that lacks figures.
    at : numpy.ndarray of float64
        The highest threshold at which :func:`effeval.assess` says fulfilled; empty where it is not known.
    """

    due: np.ndarray
    known: np.ndarray
    gap: np.ndarray
    at: np.ndarray

    def reaching(
        self, cells: np.ndarray, *, code: np.ndarray, count: int, thresholds: np.ndarray
    ) -> np.ndarray:
        """How many of some cells reach each threshold in each group, shape (thresholds, count)."""
        code, at = code[cells], self.at[cells]
        order = np.lexsort((at, code))
        ends = np.searchsorted(code[order], np.arange(count + 1))
        found = np.empty((len(thresholds), count), dtype=np.int64)
        for group, (start, end) in enumerate(pairwise(ends)):
            below = np.searchsorted(at[order[start:end]], thresholds, side="left")
            found[:, group] = (end - start) - below
        return found


def turning_points(finding: Finding) -> Points:
    """Where the verdicts of a criterion turn, from what its rule finds with a threshold of one.

    The plan is the threshold times a positive number, so a cell that reaches one threshold reaches every lower
    one, rounding included. The double at which that ends is found by halving the ordered doubles 64 times: the
    very comparison of :func:`effeval.scoring.reaches` decides, and no formula has to agree with it.

    Examples
    --------
    >>> one = np.ones(2)
    >>> points = turning_points(Finding(due=one > 0, plan=one, actual=np.array([230000 / 200000 - 1, np.inf])))
    >>> points.at.round(9).tolist(), bool(points.at[0] >= 0.15)
    ([0.15, inf], True)
    """
    shape = finding.due.shape
    largest, gap = (np.broadcast_to(part, shape) for part in (finding.largest, finding.at_least))
    known = finding.due & ~(np.isnan(finding.plan) | np.isnan(finding.actual))
    at = np.full(shape, np.nan)
    at[known] = _highest(finding.plan[known], finding.actual[known], largest[known])
    return Points(finding.due, known, gap, at)


def _highest(unit: np.ndarray, actual: np.ndarray, largest: np.ndarray) -> np.ndarray:
    """The highest double t at which ``actual`` reaches t × ``unit``; infinite where there is none lower."""

    def reached(threshold: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return reaches(threshold * unit, actual, largest=largest)

    most = np.full(len(unit), np.finfo(np.float64).max)
    low, high = _ordered(-most), _ordered(most)
    always, never = reached(most), ~reached(-most)
    for _ in range(64):
        middle = (low & high) + ((low ^ high) >> 1)  # their mean without overflow
        up = reached(_double(middle))
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    return np.select([always, never], [np.inf, -np.inf], _double(low))


def _ordered(values: np.ndarray) -> np.ndarray:
    """Doubles as whole numbers in the same order: neighbours differ by one."""
    bits = values.view(np.int64)
    return bits ^ ((bits >> 63) & _MAGNITUDE)


def _double(keys: np.ndarray) -> np.ndarray:
    """The doubles behind :func:`_ordered`."""
    return (keys ^ ((keys >> 63) & _MAGNITUDE)).view(np.float64)
