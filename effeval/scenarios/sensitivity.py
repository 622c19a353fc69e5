"""Which thresholds and readings the rate depends on most: variance-based sensitivity, and bands of ranks."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from effeval.errors import ParameterError
from effeval.scenarios.board import Board, check_board
from effeval.scenarios.draws import factors, scenarios_at
from effeval.scenarios.groups import groups_of, rates
from effeval.scenarios.outcomes import tallies

BAND = (0.05, 0.95)
_INDICES = ("S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high")


def sensitivity(
    board: Board,
    *,
    seed: int,
    draws: int = 1024,
    varied: pd.DataFrame | None = None,
    region: str | None = None,
) -> pd.DataFrame:
    """How much of the variance of the rate each threshold and each open question makes (Sobol' indices).

    All thresholds and readings vary at once, independently and evenly, in Saltelli's scheme with scrambled
    Sobol' points; the indices and their intervals are SALib's [1]_ [2]_.

    Parameters
    ----------
    board : Board
    seed : int
        Not negative; the same seed gives the same numbers.
    draws : int
        A power of two; draws × (factors + 2) scenarios are judged.
    varied : pandas.DataFrame, optional
        What varies, and how far; from :func:`effeval.scenarios.factors` (±20 % and all readings by default), or
        some of its rows.
    region : str, optional
        Code of the region whose rate it is; that of the country by default.

    Returns
    -------
    pandas.DataFrame
        One row a factor, the one with the highest total first: ``factor``, ``readings`` (0 for thresholds),
        ``S1``, its own share of the variance, and ``ST``, its share with all interactions, each with a 95 %
        bootstrap interval ``_low`` … ``_high``. Estimates: a share near zero may come out slightly negative. All
        empty where the rate is the same in every scenario, or where some scenario has nothing assessed: there is
        no variance to share then.

    Raises
    ------
    ParameterError
        ``board`` is none, ``draws`` is no power of two, ``seed`` is negative, nothing varies, or there is no such region.
    DataError
        A reading needs a column that is absent.

    References
    ----------
    .. [1] A. Saltelli et al., "Variance based sensitivity analysis of model output", Computer Physics
       Communications 181 (2010), 259-270.
    .. [2] T. Iwanaga, W. Usher, J. Herman, "Toward SALib 2.0", Socio-Environmental Systems Modelling 4 (2022).

    Examples
    --------
    The export of 90 fulfils a multiple up to 0.9 of the support of 100; nothing else can matter.

    >>> import effeval as ee
    >>> data = ee.example([100.0], [90.0])
    >>> board = Board(data, ee.Methodology.load("order-35"))
    >>> varied = factors(board.methodology, thresholds={"8.1.multiple": (0.5, 1.5), "13.1.at_least": (0.0, 0.2)})
    >>> sensitivity(board, seed=35, draws=1024, varied=varied.head(2))[["factor", "S1", "ST"]].round(1)
              factor   S1   ST
    0   8.1.multiple  1.0  1.0
    1  13.1.at_least  0.0  0.0
    """
    check_board(board)
    varied = factors(board.methodology) if varied is None else varied.reset_index(drop=True)
    groups = groups_of(board, () if region is None else "region")
    place = 0 if region is None else _place(groups.levels["region"], region)

    def rate(points: np.ndarray) -> np.ndarray:
        fulfilled, assessed = tallies(board, scenarios_at(board.methodology, varied, points), groups=groups)
        return rates(fulfilled, assessed)[:, place]

    found = sobol_indices(rate, len(varied), draws=draws, seed=seed)
    table = pd.concat([varied[["factor", "readings"]], found], axis=1)
    return table.sort_values("ST", ascending=False, kind="stable", na_position="last", ignore_index=True)


def sobol_indices(
    model: Callable[[np.ndarray], np.ndarray], count: int, *, draws: int, seed: int
) -> pd.DataFrame:
    """First-order and total indices of a model of so many factors in 0…1; columns as in :func:`sensitivity`.

    Parameters
    ----------
    model : callable
        From points, shape (scenarios, count), to results, shape (scenarios,).
    count, draws, seed : int

    Raises
    ------
    ParameterError
        ``draws`` is no power of two, ``seed`` is negative, or there is no factor.

    Examples
    --------
    >>> found = sobol_indices(lambda points: 2 * points[:, 0] + points[:, 1], 3, draws=256, seed=35)
    >>> found[["S1", "ST"]].round(1).abs().values.tolist()
    [[0.8, 0.8], [0.2, 0.2], [0.0, 0.0]]
    """
    _check(draws=draws, seed=seed, count=count)
    from SALib.analyze import sobol
    from SALib.sample import sobol as points_of

    problem = {"num_vars": count, "names": [f"x{n}" for n in range(count)], "bounds": [[0, 1]] * count}
    results = model(points_of.sample(problem, draws, calc_second_order=False, seed=seed))
    if np.isnan(results).any() or np.ptp(results) == 0:
        return pd.DataFrame(np.nan, index=range(count), columns=list(_INDICES))
    # SALib takes 0 for no seed and would draw anew each time; a list is always one
    found = sobol.analyze(problem, results, calc_second_order=False, seed=[seed])
    columns = {}
    for name in ("S1", "ST"):
        middle, half = found[name], found[f"{name}_conf"]
        columns |= {name: middle, f"{name}_low": middle - half, f"{name}_high": middle + half}
    return pd.DataFrame(columns)


def rank_bands(found: pd.DataFrame, *, by: str = "region") -> pd.DataFrame:
    """In which places each group ends up over many scenarios.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`effeval.scenarios.outcomes`, for example over random scenarios.
    by : str
        Its grouping column.

    Returns
    -------
    pandas.DataFrame
        One row a group in the order of ``found``: ``by``, ``scenarios`` in which it has a rank, ``rank_best``,
        ``rank_low`` (5 % of these scenarios are better), ``rank_median``, ``rank_high`` (5 % are worse),
        ``rank_worst``; empty where it never has a rank.

    Examples
    --------
    >>> found = pd.DataFrame({
    ...     "scenario": [0, 0, 1, 1], "region": ["10", "11"] * 2, "rank": pd.array([1, 2, 1, None], dtype="Int64")})
    >>> rank_bands(found)
      region  scenarios  rank_best  rank_low  rank_median  rank_high  rank_worst
    0     10          2        1.0       1.0          1.0        1.0         1.0
    1     11          1        2.0       2.0          2.0        2.0         2.0
    """
    ranks = found.assign(rank=found["rank"].astype("float64")).groupby(by, dropna=False, sort=False)["rank"]
    low, high = BAND
    table = {
        "scenarios": ranks.count(),
        "rank_best": ranks.min(),
        "rank_low": ranks.quantile(low, interpolation="nearest"),
        "rank_median": ranks.median(),
        "rank_high": ranks.quantile(high, interpolation="nearest"),
        "rank_worst": ranks.max(),
    }
    return pd.DataFrame(table).reset_index()


def _place(levels: pd.Series, region: str) -> int:
    places = np.flatnonzero(levels == region)
    if not len(places):
        known = ", ".join(levels.dropna())
        raise ParameterError(f"There is no region {region!r}.\nTo fix: one of {known}")
    return int(places[0])


def _check(*, draws: int, seed: int, count: int) -> None:
    faults = [
        f"{name} = {value!r} is no whole number.\nTo fix: such as {name}={fix}"
        for name, value, fix in (("draws", draws, 1024), ("seed", seed, 35))
        if not isinstance(value, int | np.integer)
    ]
    if faults:
        raise ParameterError("\n".join(faults))
    if draws < 2 or draws & (draws - 1):
        faults.append(f"draws = {draws} is no power of two.\nTo fix: such as 512 or 1024")
    if seed < 0:
        faults.append(f"seed = {seed} is negative.\nTo fix: 0 or more")
    if count == 0:
        faults.append(
            "Nothing varies.\nTo fix: give a threshold with a range, or a question with other readings"
        )
    if faults:
        raise ParameterError("\n".join(faults))
