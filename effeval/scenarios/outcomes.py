"""Many scenarios in arrays: criteria fulfilled by group under each, without judging every row anew."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from effeval.law import Criterion
from effeval.scenarios.board import Board, threshold_of
from effeval.scenarios.groups import Groups, groups_of, ranks, rates
from effeval.scenarios.settings import read_scenarios
from effeval.scoring import FULFILLED, NOT_FULFILLED, states


def outcomes(board: Board, scenarios: pd.DataFrame, *, by: str | Sequence[str] = "region") -> pd.DataFrame:
    """Fulfilment by group under many scenarios at once, with ranks.

    Equal to judging anew for every scenario, but thousands of thresholds cost a search in sorted turning points
    (see :func:`effeval.scenarios.break_even`), and a reading is judged once, however many scenarios take it.

    Parameters
    ----------
    board : Board
    scenarios : pandas.DataFrame
        One row a scenario, named by the index. A column is a PATH as in :meth:`Methodology.replace`
        (13.1.at_least, growth.at_least, missing …), or the id of an open question, whose values are ids of its
        alternatives ("a+b" where they go together; see :func:`effeval.scenarios.options`) or as_given. An empty
        cell leaves things as given. Columns to the right win over those to the left.
    by : str or sequence of str
        Grouping columns, as in :func:`effeval.fulfilment`; none gives one row a scenario.

    Returns
    -------
    pandas.DataFrame
        One row a scenario and group: ``scenario``, ``by``, ``assessed``, ``fulfilled`` (criteria), ``rate``
        (empty where nothing was assessed), ``rank`` (Int64; 1 is the highest rate, equal ones share it, empty
        where fewer than five were assessed).

    Raises
    ------
    MethodologyError
        A path or value that is not allowed.
    ParameterError
        A reading that a question does not offer; a column of ``by`` that is not there.
    DataError
        A reading needs a column that is absent.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0], [90.0])
    >>> board = Board(data, ee.Methodology.load("order-35"))
    >>> scenarios = pd.DataFrame({"8.1.multiple": [1.0, 0.9]}, index=["in force", "softer"])
    >>> outcomes(board, scenarios, by=())[["scenario", "assessed", "fulfilled", "rate"]]
       scenario  assessed  fulfilled  rate
    0  in force         1          0   0.0
    1    softer         1          1   1.0
    """
    groups = groups_of(board, by)
    fulfilled, assessed = tallies(board, scenarios, groups=groups)
    count = len(groups.levels)
    names = pd.Series(scenarios.index.repeat(count), name="scenario")
    levels = groups.levels.take(np.tile(np.arange(count), len(scenarios))).reset_index(drop=True)
    found = {
        "assessed": assessed.ravel(),
        "fulfilled": fulfilled.ravel(),
        "rate": rates(fulfilled, assessed).ravel(),
        "rank": pd.array(ranks(fulfilled, assessed).ravel(), dtype="Int64"),
    }
    return pd.concat([names, levels, pd.DataFrame(found)], axis=1)


def tallies(
    board: Board, scenarios: pd.DataFrame, *, groups: Groups, criteria: Sequence[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Criteria fulfilled and assessed, int64 of shape (scenarios, groups), of all criteria or of some.

    Parameters and errors as for :func:`outcomes`.
    """
    parsed = read_scenarios(board.methodology, scenarios)
    shape = len(scenarios), len(groups.levels)
    fulfilled, assessed = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    wanted = [c for c in board.layout.criteria if criteria is None or c.id in criteria]
    for criterion in wanted:
        code = groups.code[board.layout.rows[criterion.id]]
        for part in parsed.parts(criterion):
            read = part.methodology.criterion(criterion.id)
            given = np.full(len(part.rows), board.threshold(read))
            thresholds = np.where(np.isnan(part.thresholds), given, part.thresholds)
            missing = part.methodology.missing
            sums = _summed(board, read, missing, code=code, count=shape[1], thresholds=thresholds)
            fulfilled[part.rows] += sums[0]
            assessed[part.rows] += sums[1]
    return fulfilled, assessed


def _summed(
    board: Board, criterion: Criterion, missing: str, *, code: np.ndarray, count: int, thresholds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fulfilled and assessed of one criterion by group, for each threshold: shapes (thresholds, groups)."""
    if threshold_of(criterion) is None:
        state = states(**vars(board.finding(criterion)), missing=missing)
        one = [np.bincount(code[state == kind], minlength=count) for kind in (FULFILLED, NOT_FULFILLED)]
        return one[0][None, :], (one[0] + one[1])[None, :]
    points = board.points(criterion)
    kept = points.reaching(points.known, code=code, count=count, thresholds=thresholds)
    if missing == "not_fulfilled":
        return kept, np.broadcast_to(np.bincount(code[points.due], minlength=count), kept.shape)
    firm = np.bincount(code[points.known & ~points.gap], minlength=count)
    return kept, firm + points.reaching(
        points.known & points.gap, code=code, count=count, thresholds=thresholds
    )
