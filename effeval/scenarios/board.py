"""A data set laid out once and judged by many methodologies: a threshold moved only compares again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from effeval.dataset import Dataset, require_columns
from effeval.errors import ParameterError, expect
from effeval.law import Criterion, Value
from effeval.layout import Layout
from effeval.methodology import Methodology
from effeval.rules import Finding
from effeval.scenarios.points import Points, turning_points
from effeval.scoring import compare, states

THRESHOLDS = ("at_least", "multiple")  # parameters that only scale the plan


def threshold_of(criterion: Criterion) -> str | None:
    """Name of the parameter that only scales the plan of a criterion; None where the plan is in the data.

    Examples
    --------
    >>> law = Methodology.load("order-35")
    >>> threshold_of(law.criterion("13.1")), threshold_of(law.criterion("8.1")), threshold_of(law.criterion("1.1"))
    ('at_least', 'multiple', None)
    """
    return next((name for name, _ in criterion.settings if name in THRESHOLDS), None)


class Board:
    """A data set with the methodology that everything is compared with, ready to be judged by others.

    Plan and actual figures are computed once for each criterion and each setting of its rule other than the
    threshold, and kept here, nowhere else. What comes out never depends on what was asked before.

    Parameters
    ----------
    data : Dataset
    methodology : Methodology
        The baseline.
    years : collection of int, optional
        Only verdicts of these years; all by default. What earlier years hold is still counted from.

    Attributes
    ----------
    data : Dataset
    methodology : Methodology
    layout : effeval.layout.Layout
        Panels and rows of the data.

    Raises
    ------
    ParameterError
        One of the arguments is of another kind.
    DataError
        A column that a criterion needs is absent.
    MethodologyError
        A measure of the data has no criteria in the methodology.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0], [90.0])
    >>> law = ee.Methodology.load("order-35")
    >>> board = Board(data, law)
    >>> board.assess(law.replace({"8.1.multiple": 0.9}))[["year", "plan", "actual", "state"]]
       year  plan  actual      state
    0  2024  90.0    90.0  fulfilled
    """

    def __init__(self, data: Dataset, methodology: Methodology, *, years: Collection[int] | None = None):
        if years is not None and not _are_years(years):
            fix = "whole numbers, such as years=[2025]; without it every year"
            raise ParameterError(f"years = {years!r} are no years.\nTo fix: {fix}")
        require_columns(data, methodology)
        self.data, self.methodology = data, methodology
        self.layout = Layout(data, methodology, years=years)
        self._ids = [criterion.id for criterion in methodology.criteria]
        self._findings: dict[tuple, Finding] = {}
        self._points: dict[tuple, Points] = {}
        self._seen: dict[str, tuple] = {}  # by which settings each criterion of _values was judged
        self._values = self.layout.spread({})
        self._altered = lru_cache(maxsize=256)(lambda changed: methodology.replace(dict(changed)))

    def fits(self, methodology: Methodology) -> bool:
        """Whether a methodology has the same criteria, so that the rows are the same."""
        return [criterion.id for criterion in methodology.criteria] == self._ids

    def altered(self, settings: Mapping[str, Value]) -> Methodology:
        """The board's methodology with some parameters changed; those asked for lately are remembered.

        Raises
        ------
        MethodologyError
            As :meth:`Methodology.replace`.
        """
        return self._altered(tuple(settings.items()))

    def assess(self, methodology: Methodology) -> pd.DataFrame:
        """What ``effeval.assess(data, methodology)`` gives; only what differs from the last call is compared.

        Raises
        ------
        ParameterError
            The methodology has other criteria than the baseline.
        DataError
            A column that a criterion needs is absent.
        """
        if not self.fits(methodology):
            message = "The methodology has other criteria than the one of the board."
            raise ParameterError(f"{message}\nTo fix: make a board with it, or use effeval.assess")
        changed, seen = {}, dict(self._seen)
        for known in self.layout.criteria:
            criterion = methodology.criterion(known.id)
            key = (criterion.rule, criterion.settings, methodology.scale, methodology.missing)
            if seen.get(known.id) != key:
                seen[known.id] = key
                changed[known.id] = compare(**vars(self.scaled(criterion)), methodology=methodology)
        if changed:
            values = {name: array.copy() for name, array in self._values.items()}
            for id, found in changed.items():
                for name, part in found.items():
                    values[name][self.layout.rows[id]] = part
            self._values, self._seen = values, seen
        return self.layout.assessed(self._values)

    def finding(self, criterion: Criterion) -> Finding:
        """What a rule finds in the judged cells with a threshold of one, where it has a threshold.

        Raises
        ------
        DataError
            A column that the criterion needs is absent.
        """
        key = _reading(criterion)
        if key not in self._findings:
            require_columns(self.data, _alone(criterion, self.methodology))
            name = threshold_of(criterion)
            settings = tuple((key, 1.0 if key == name else value) for key, value in criterion.settings)
            self._findings[key] = self.layout.find(replace(criterion, settings=settings))
        return self._findings[key]

    def points(self, criterion: Criterion) -> Points:
        """At which threshold the verdict on each judged cell turns; for criteria that have a threshold."""
        key = _reading(criterion)
        if key not in self._points:
            self._points[key] = turning_points(self.finding(criterion))
        return self._points[key]

    def scaled(self, criterion: Criterion) -> Finding:
        """What a rule finds in the judged cells."""
        finding = self.finding(criterion)
        return replace(finding, plan=self.threshold(criterion) * finding.plan)

    def states(self, criterion: Criterion, *, missing: str) -> np.ndarray:
        """States of the judged cells of a criterion, int8, as :func:`effeval.scoring.states`."""
        return states(**vars(self.scaled(criterion)), missing=missing)

    @staticmethod
    def threshold(criterion: Criterion) -> float:
        """Value of the threshold; 1 where the criterion has none."""
        name = threshold_of(criterion)
        return 1.0 if name is None else float(criterion.parameters[name])


def _are_years(years: object) -> bool:
    return isinstance(years, Iterable) and all(isinstance(year, int | np.integer) for year in years)


def _reading(criterion: Criterion) -> tuple:
    """What plan and actual figures depend on: all but the threshold."""
    others = tuple(pair for pair in criterion.settings if pair[0] != threshold_of(criterion))
    return criterion.id, criterion.rule, others


def check_board(board: Board) -> None:
    """Refuse anything else, such as judged rows.

    Raises
    ------
    ParameterError
    """
    expect(board, Board, fix="scenarios.Board(data, methodology) makes one")


def _alone(criterion: Criterion, methodology: Methodology) -> Methodology:
    """A methodology with one criterion only."""
    home = next(measure for measure in methodology.measures if measure.id == criterion.measure)
    return replace(methodology, measures=(replace(home, criteria=(criterion,)),))
