"""Random scenarios: thresholds around their values and readings by lot."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from effeval.errors import ParameterError
from effeval.methodology import Methodology
from effeval.scenarios.board import THRESHOLDS
from effeval.scenarios.interpretations import options

SPREAD = 0.2  # thresholds move by a fifth of their value either way; our choice, the order says nothing


def factors(
    methodology: Methodology,
    *,
    thresholds: Mapping[str, tuple[float, float]] | None = None,
    spread: float = SPREAD,
) -> pd.DataFrame:
    """What varies: every threshold within its range, and the reading of every open question that offers others.

    Parameters
    ----------
    methodology : Methodology
    thresholds : mapping of str to (low, high), optional
        Path, of a criterion or of a rule, to range. By default every threshold, ``spread`` of its value either
        way: an assumption of ours that stands for no forecast. An empty mapping keeps them all.
    spread : float
        Share of the value; 0.2 is 20 %, 0 keeps all thresholds.

    Returns
    -------
    pandas.DataFrame
        One row a factor: ``factor`` (path or id of the question), ``low``, ``high`` (empty for readings),
        ``readings`` (how many; 0 for thresholds).

    Raises
    ------
    ParameterError
        A path that is no threshold, or a range whose ends are the same or in the wrong order.
    MethodologyError
        No such path, or an end that is not allowed.

    Examples
    --------
    >>> factors(Methodology.load("order-35"), thresholds={"13.1.at_least": (0.08, 0.12)}).head(3)
                     factor   low  high  readings
    0         13.1.at_least  0.08  0.12         0
    1  first_reporting_year   NaN   NaN         2
    2   after_commissioning   NaN   NaN         2
    """
    if thresholds is None:
        now = {
            path: value
            for path, value in methodology.settings.items()
            if _is_threshold(path) and value != 0 and spread != 0
        }
        thresholds = {
            path: (value - spread * abs(value), value + spread * abs(value)) for path, value in now.items()
        }
    for path, (low, high) in thresholds.items():
        if not (_is_threshold(path) and low < high):
            message = f"{path} from {low} to {high} is no range of a threshold."
            raise ParameterError(
                f"{message}\nTo fix: a path that ends in .{' or .'.join(THRESHOLDS)}, low < high"
            )
        for end in (low, high):
            methodology.replace({path: end})
    rows = [(path, float(low), float(high), 0) for path, (low, high) in thresholds.items()]
    rows += [(id, np.nan, np.nan, len(some)) for id, some in options(methodology).items()]
    frame = pd.DataFrame(rows, columns=["factor", "low", "high", "readings"])
    return frame.astype({"factor": "str", "low": "float64", "high": "float64", "readings": "int64"})


def scenarios_at(methodology: Methodology, varied: pd.DataFrame, points: np.ndarray) -> pd.DataFrame:
    """Points of the unit cube as scenarios for :func:`effeval.scenarios.outcomes`.

    Parameters
    ----------
    methodology : Methodology
    varied : pandas.DataFrame
        From :func:`factors`.
    points : numpy.ndarray, shape (scenarios, factors)
        Each in 0…1. A threshold lies so far between its ends; the readings of a question share 0…1 equally.
    """
    offered, columns = options(methodology), {}
    for place, row in enumerate(varied.itertuples()):
        share = points[:, place]
        if row.readings == 0:
            columns[row.factor] = row.low + share * (row.high - row.low)
        else:
            ids = np.array([option.id for option in offered[row.factor]], dtype=object)
            columns[row.factor] = ids[np.minimum((share * len(ids)).astype(np.intp), len(ids) - 1)]
    return pd.DataFrame(columns, index=pd.RangeIndex(len(points)))


def random_scenarios(
    methodology: Methodology, *, draws: int, seed: int, varied: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Scenarios drawn independently and evenly: thresholds within their ranges, readings by lot.

    Parameters
    ----------
    methodology : Methodology
    draws : int
    seed : int
        The same seed gives the same scenarios.
    varied : pandas.DataFrame, optional
        From :func:`factors`, or some of its rows; all of them by default.

    Examples
    --------
    >>> law = Methodology.load("order-35")
    >>> drawn = random_scenarios(law, draws=100, seed=35)
    >>> bool(drawn["6.1.multiple"].between(1.6, 2.4).all()), sorted(drawn["twice_the_sum"].unique())
    (True, ['as_given', 'income_itself', 'sum_of_growth'])
    """
    varied = factors(methodology) if varied is None else varied
    points = np.random.default_rng(seed).random((draws, len(varied)))
    return scenarios_at(methodology, varied, points)


def _is_threshold(path: str) -> bool:
    return path.rpartition(".")[2] in THRESHOLDS
