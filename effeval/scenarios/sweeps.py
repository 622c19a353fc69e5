"""A threshold moved step by step: how many criteria are fulfilled at each value."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from effeval.errors import MethodologyError, ParameterError, unknown
from effeval.methodology import Methodology
from effeval.scenarios.board import THRESHOLDS, Board, check_board
from effeval.scenarios.groups import groups_of, rates
from effeval.scenarios.outcomes import tallies
from effeval.scenarios.settings import paths_of


def sweep(board: Board, path: str, values: Sequence[float], *, by: str | Sequence[str] = ()) -> pd.DataFrame:
    """Fulfilment of the criteria that a threshold bears on, for each value of it.

    Parameters
    ----------
    board : Board
        All else is as its methodology has it.
    path : str
        A threshold: 13.1.at_least, or growth.at_least for all criteria of the rule.
    values : sequence of float
        In the unit of the threshold: a fraction for at_least, times the support for multiple.
    by : str or sequence of str
        Grouping columns, as in :func:`effeval.fulfilment`.

    Returns
    -------
    pandas.DataFrame
        One row a value and group: ``threshold``, ``by``, ``assessed``, ``fulfilled`` (of these criteria alone),
        ``rate`` (empty where nothing was assessed), ``given`` (this is the value of the methodology of all the
        criteria that the path bears on).

    Raises
    ------
    ParameterError
        ``board`` is none; the path is no threshold, or there is no value.
    MethodologyError
        No such path or value.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0], [90.0])
    >>> sweep(Board(data, ee.Methodology.load("order-35")), "8.1.multiple", [0.8, 0.9, 1.0])
       threshold  assessed  fulfilled  rate  given
    0        0.8         1          1   1.0  False
    1        0.9         1          1   1.0  False
    2        1.0         1          0   0.0   True
    """
    check_board(board)
    touched = swept(board.methodology, path, values)
    groups = groups_of(board, by)
    scenarios = pd.DataFrame({path: np.asarray(values, dtype="float64")})
    fulfilled, assessed = tallies(board, scenarios, groups=groups, criteria=touched)
    count, name = len(groups.levels), path.rpartition(".")[2]
    given = {float(board.methodology.criterion(id).parameters[name]) for id in touched}
    levels = groups.levels.take(np.tile(np.arange(count), len(scenarios))).reset_index(drop=True)
    threshold = pd.Series(scenarios[path].repeat(count).to_numpy(), name="threshold")
    found = {"assessed": assessed.ravel(), "fulfilled": fulfilled.ravel()}
    table = pd.concat([threshold, levels, pd.DataFrame(found)], axis=1)
    return table.assign(
        rate=rates(fulfilled, assessed).ravel(), given=[{value} == given for value in threshold]
    )


def swept(methodology: Methodology, path: str, values: Sequence[float]) -> list[str]:
    """Criteria that a threshold bears on; refuses what :func:`sweep` would refuse, before anything is judged.

    Raises
    ------
    ParameterError
        The path is no threshold, or there is no value.
    MethodologyError
        No such path or value.

    Examples
    --------
    >>> swept(Methodology.load("order-35"), "growth.at_least", [0.05, 0.1])
    ['11.1', '11.2', '13.1', '13.3']
    """
    bearing = _bearing(methodology, path)
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ParameterError(f"values = {values!r} are no numbers.\nTo fix: a list, such as [0.05, 0.1]")
    if odd := [value for value in values if not isinstance(value, int | float | np.number)]:
        raise ParameterError(f"The value {odd[0]!r} is no number.\nTo fix: a fraction such as 0.08 for 8 %")
    if not len(values):
        raise ParameterError("There is no value to set the threshold to.\nTo fix: give one or more")
    odd = [value for value in values if not math.isfinite(value)]
    for value in [*odd, min(values), max(values)]:
        methodology.replace({path: float(value)})
    return bearing


def steps(
    methodology: Methodology, path: str, *, first: float = 0.0, last: float | None = None, count: int = 20
) -> list[float]:
    """Values of a threshold at even steps, to be swept.

    Parameters
    ----------
    methodology : Methodology
    path : str
        A threshold, as for :func:`sweep`.
    first, last : float
        The ends. By default from zero to twice the value as it is, of a rule twice the highest of its criteria.
    count : int
        How many steps, one or more; there is one value more.

    Raises
    ------
    ParameterError
        The path is no threshold, or the count is below one.
    MethodologyError
        No such path.

    Examples
    --------
    >>> steps(Methodology.load("order-35"), "13.1.at_least", count=4)
    [0.0, 0.05, 0.1, 0.15, 0.2]
    """
    if count < 1:
        raise ParameterError(f"{count} steps lead nowhere.\nTo fix: count is 1 or more")
    if last is None:
        name = path.rpartition(".")[2]
        given = max(float(methodology.criterion(id).parameters[name]) for id in _bearing(methodology, path))
        last = 2 * given if given > 0 else 1.0
    return [round(first + (last - first) * step / count, 12) for step in range(count + 1)]


def _bearing(methodology: Methodology, path: str) -> list[str]:
    """Criteria that a path bears on, if it is a threshold."""
    if path not in paths_of(methodology):
        raise MethodologyError(unknown("setting", path, paths_of(methodology)))
    owner, _, name = path.rpartition(".")
    if name not in THRESHOLDS:
        fix = f"a path that ends in .{' or .'.join(THRESHOLDS)}"
        raise ParameterError(f"{path} is no threshold, so it cannot be swept.\nTo fix: {fix}")
    return [c.id for c in methodology.criteria if owner in (c.id, c.rule)]
