"""Groups of judged rows as numbers, their tallies as arrays scenarios × groups, rates and ranks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effeval.aggregation import fulfilment
from effeval.errors import ParameterError
from effeval.scenarios.board import Board

FEW = 5  # a group with fewer assessed gets no rank: its rate says little
_JUDGED = ("state", "score")


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of the rows of a board, in the order of :func:`effeval.fulfilment`.

    Attributes
    ----------
    by : list of str
    levels : pandas.DataFrame
        The columns of ``by``, one row a group; groups without rows too, where fulfilment has them.
    code : numpy.ndarray of int
        Group of each row of the board.
    baseline : pandas.DataFrame
        Fulfilment of the groups under the methodology of the board.
    """

    by: list[str]
    levels: pd.DataFrame
    code: np.ndarray
    baseline: pd.DataFrame


def groups_of(board: Board, by: str | Sequence[str] = ()) -> Groups:
    """Number the groups of a board.

    Raises
    ------
    ParameterError
        A column of ``by`` is not there, is named twice, or is a result of judging (state, score).
    """
    by = [by] if isinstance(by, str) else list(by)
    if set(by) & set(_JUDGED):
        message = f"{', '.join(set(by) & set(_JUDGED))} differs from scenario to scenario."
        raise ParameterError(
            f"{message}\nTo fix: group by columns of projects, by measure, criterion or year"
        )
    assessed = board.assess(board.methodology)
    baseline = fulfilment(assessed, by, methodology=board.methodology)
    if not by:
        return Groups(by, baseline[[]], np.zeros(len(assessed), dtype=np.intp), baseline)
    grouped = assessed.groupby(by, dropna=False, observed=True, sort=True)
    found = grouped[by].head(1).assign(place=grouped.ngroup())
    place = baseline[by].reset_index(names="level").merge(found, on=by, how="left", validate="1:1")
    place = place.dropna(subset="place")
    level = np.empty(len(place), dtype=np.intp)
    level[place["place"].to_numpy(dtype=np.intp)] = place["level"]
    code = level[grouped.ngroup().to_numpy()] if len(assessed) else np.zeros(0, dtype=np.intp)
    return Groups(by, baseline[by], code, baseline)


def rates(fulfilled: np.ndarray, assessed: np.ndarray) -> np.ndarray:
    """Fulfilled over assessed, empty where nothing was assessed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(assessed > 0, fulfilled / assessed, np.nan)


def ranks(fulfilled: np.ndarray, assessed: np.ndarray) -> np.ndarray:
    """Rank of each group in each scenario by its rate: 1 is the highest, equal rates share the better rank.

    Parameters
    ----------
    fulfilled, assessed : numpy.ndarray, shape (scenarios, groups)

    Returns
    -------
    numpy.ndarray of float64, shape (scenarios, groups)
        Empty where fewer than five were assessed; such groups are not counted in the ranks of the others.

    Examples
    --------
    >>> ranks(np.array([[5, 8, 4, 5]]), np.array([[10, 10, 4, 10]]))
    array([[ 2.,  1., nan,  2.]])
    """
    shown = np.where(assessed >= FEW, rates(fulfilled, assessed), np.nan)
    return pd.DataFrame(shown).rank(axis=1, method="min", ascending=False).to_numpy(dtype="float64")
