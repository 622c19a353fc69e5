"""How far each project is from its threshold: where the verdict turns, and what it would have needed."""

import numpy as np
import pandas as pd

from effeval.aggregation import check_rows
from effeval.errors import ParameterError
from effeval.law import Criterion
from effeval.layout import Cells
from effeval.scenarios.board import Board, check_board, threshold_of

WITHIN = 0.1  # a near miss reaches at least nine tenths of the plan; our choice
_RESULT = ("plan", "actual", "attainment", "state")
_OWN = ("threshold", "break_even", "figure", "needed", "gap")


def break_even(board: Board) -> pd.DataFrame:
    """For every verdict the threshold at which it turns, and the figure that would have been needed.

    Parameters
    ----------
    board : Board

    Returns
    -------
    pandas.DataFrame
        One row a project, year and criterion that is fulfilled or not fulfilled under the board's methodology:
        ``project_id``, ``year``, ``measure``, ``criterion``, ``plan``, ``actual``, ``attainment``, ``state``, then

        * ``threshold``: the parameter as it is (``at_least`` or ``multiple``), ``break_even``: the highest value
          of it at which the criterion is fulfilled, for growth the growth itself, for support how many times it
          was reached; rounding as in :func:`effeval.assess`, so that the very next double is too high. Empty for
          criteria whose plan stands in the data. Where figures of a sum are missing the verdict does not turn to
          not fulfilled above it, but to no_data;
        * ``figure``: what was reached, in the unit of the indicator (growth: the figure itself, in tonnes or
          thousand tenge, not its growth; income against support: income, but the sum of its growth where that
          is added up; exports against support: their sum), ``needed``: what it would have had to be, other
          things equal, and ``gap`` = needed − figure: above zero is lacking, below is to spare. Growth from a
          base of zero has no needed figure: any would do;

        and the grouping columns of :func:`effeval.assess`. Where a figure is missing
        (``missing: not_fulfilled``) all but ``threshold`` are empty.

    Raises
    ------
    ParameterError
        ``board`` is none.
    DataError
        A column that a criterion needs is absent.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0], [90.0])
    >>> found = break_even(Board(data, ee.Methodology.load("order-35")))
    >>> found[["state", "threshold", "break_even", "figure", "needed", "gap"]].round(9)
               state  threshold  break_even  figure  needed   gap
    0  not_fulfilled        1.0         0.9    90.0   100.0  10.0
    """
    check_board(board)
    assessed = board.assess(board.methodology)
    values = {name: np.full(len(assessed), np.nan) for name in _OWN}
    for known in board.layout.criteria:
        rows = board.layout.rows[known.id]
        for name, part in _distances(board, board.methodology.criterion(known.id)).items():
            values[name][rows] = part
    shown = assessed[["plan", "actual"]].notna().all(axis=1)
    values |= {name: np.where(shown, values[name], np.nan) for name in _OWN if name != "threshold"}
    names = ["project_id", "year", "measure", "criterion", *_RESULT]
    rest = [name for name in assessed.columns if name not in (*names, "score")]
    frame = pd.concat([assessed[names].assign(**values), assessed[rest]], axis=1)
    return frame[assessed["state"].isin(["fulfilled", "not_fulfilled"])].reset_index(drop=True)


def near_misses(found: pd.DataFrame, *, within: float = WITHIN) -> pd.DataFrame:
    """Verdicts not fulfilled that came near: the actual figure reached almost all of the plan.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`break_even`.
    within : float
        Share of the plan that may lack: 0.1 takes a growth of 9 % where 10 % was asked for. A tenth by default.

    Returns
    -------
    pandas.DataFrame
        These rows, the nearest first. A plan that is not above zero has no attainment, so no near miss.

    Raises
    ------
    ParameterError
        ``found`` is something else, or ``within`` is no share.

    Examples
    --------
    >>> found = pd.DataFrame({"state": ["not_fulfilled"] * 3, "attainment": [0.92, 0.5, 0.97]})
    >>> near_misses(found)
               state  attainment
    0  not_fulfilled        0.97
    1  not_fulfilled        0.92
    """
    check_rows(found, needed=("state", "attainment"), of="break_even(board)")
    if not isinstance(within, int | float | np.number) or not 0 <= within <= 1:
        raise ParameterError(f"within = {within!r} is no share.\nTo fix: from 0 to 1, such as 0.1 for 10 %")
    near = (found["state"] == "not_fulfilled") & (found["attainment"] >= 1 - within)
    return found[near].sort_values("attainment", ascending=False, kind="stable", ignore_index=True)


def _distances(board: Board, criterion: Criterion) -> dict[str, np.ndarray]:
    """The columns of :func:`break_even` that are its own, for the judged cells of one criterion."""
    finding = board.scaled(criterion)
    base, grown = _base(board.layout.cells[criterion.measure], criterion)
    plan, actual = finding.plan, finding.actual
    with np.errstate(invalid="ignore", over="ignore"):
        figure, needed = (base * (1 + x) if grown else base + x for x in (actual, plan))
        found = {"figure": figure, "needed": needed, "gap": needed - figure}
    if grown:
        found = {name: np.where(base > 0, values, np.nan) for name, values in found.items()}
    if threshold_of(criterion) is not None:
        found["threshold"] = np.full(len(plan), board.threshold(criterion))
        found["break_even"] = board.points(criterion).at
    return found


def _base(cells: Cells, criterion: Criterion) -> tuple[np.ndarray, bool]:
    """What plan and actual are counted from, in the unit of the indicator, and whether as growth."""
    panel, named = cells.panel, criterion.parameters
    if criterion.rule == "growth_vs_reference":
        return panel.previous(named["indicator"])[cells.project, cells.year], True
    difference = named.get("measure_as") == "difference"
    if criterion.rule != "growth" and not difference:
        return np.zeros(len(cells.project)), False
    base = panel.at(named["indicator"], panel.marks["support_year"] + named["base_shift"])
    return base[cells.project, 0], not difference
