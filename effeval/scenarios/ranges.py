"""Rates and ranks of regions, or any groups, over the grid of readings."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from effeval.scenarios.board import Board, check_board
from effeval.scenarios.groups import Groups, groups_of, ranks, rates
from effeval.scenarios.interpretations import Grid
from effeval.scenarios.robustness import same_law, states_under
from effeval.scoring import FULFILLED, NOT_FULFILLED


def ranges(board: Board, *, by: str | Sequence[str] = "region", grid: Grid | None = None) -> pd.DataFrame:
    """How far the rate and the rank of each group depend on the reading of the law, and on missing figures.

    Parameters
    ----------
    board : Board
        Its methodology is the baseline.
    by : str or sequence of str
        Grouping columns, as in :func:`effeval.fulfilment`; none gives one row.
    grid : Grid, optional
        Readings of the board's methodology; all by default.

    Returns
    -------
    pandas.DataFrame
        One row a group: ``by``; under the baseline ``assessed``, ``fulfilled``, ``rate``; over all readings
        ``rate_least`` and ``rate_most``; ``rank`` (Int64; 1 is the highest rate, equal rates share it),
        ``rank_best`` and ``rank_worst``, empty where fewer than five were assessed; ``readings`` in which the
        group has a rate; ``rate_min`` and ``rate_max``: what missing figures could make of the baseline, all of
        them counted as not fulfilled or as fulfilled.

    Raises
    ------
    ParameterError
        ``board`` is none; a column of ``by`` is not there; the grid is of another methodology.
    DataError
        A reading needs a column that is absent.

    Examples
    --------
    In 2024 support of 150 is met by exports of 150 since 2023, but support of 50 is not met by the 30 of that year.

    >>> import effeval as ee
    >>> data = ee.example([100.0, 50.0], [120.0, 30.0], year=2023)
    >>> found = ranges(Board(data, ee.Methodology.load("order-35")), by="year")
    >>> found[["year", "assessed", "fulfilled", "rate", "rate_least", "rate_most"]]
       year  assessed  fulfilled  rate  rate_least  rate_most
    0  2023         1          1   1.0         1.0        1.0
    1  2024         1          1   1.0         0.0        1.0
    """
    check_board(board)
    grid = Grid(board.methodology) if grid is None else grid
    groups = groups_of(board, by)
    fulfilled, assessed = grid_tallies(board, grid, groups=groups)
    rate, rank = rates(fulfilled, assessed), pd.DataFrame(ranks(fulfilled, assessed))
    spread = pd.DataFrame(rate)
    table = groups.baseline[[*groups.by, "assessed", "fulfilled", "rate"]]
    found = {
        "rate_least": spread.min().to_numpy(),
        "rate_most": spread.max().to_numpy(),
        "rank": pd.array(rank.iloc[0], dtype="Int64"),
        "rank_best": pd.array(rank.min(), dtype="Int64"),
        "rank_worst": pd.array(rank.max(), dtype="Int64"),
        "readings": spread.notna().sum().to_numpy(),
    }
    return table.assign(**found, **groups.baseline[["rate_min", "rate_max"]])


def grid_tallies(board: Board, grid: Grid, *, groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Criteria fulfilled and assessed under every reading that can be, int64 of shape (readings, groups).

    A criterion is tallied once for each reading that differs for it, then looked up.
    """
    same_law(board, grid)
    count = len(groups.levels)
    shape = int(grid.valid.sum()), count
    fulfilled, assessed = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for criterion in board.layout.criteria:
        variants = grid.variants[criterion.id]
        code = groups.code[board.layout.rows[criterion.id]]
        under = states_under(board, variants)
        kept, lost = (
            np.stack([np.bincount(code[state == kind], minlength=count) for state in under])
            for kind in (FULFILLED, NOT_FULFILLED)
        )
        position = variants.position[grid.valid]
        fulfilled += kept[position]
        assessed += (kept + lost)[position]
    return fulfilled, assessed
