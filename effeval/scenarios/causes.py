"""Which changed parameter turns each verdict that a scenario turns."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from effeval.errors import MethodologyError
from effeval.law import Criterion, Value
from effeval.methodology import Methodology, check_methodology
from effeval.scenarios.board import Board, check_board
from effeval.scenarios.comparison import flips


def causes(board: Board, after: Methodology) -> pd.DataFrame:
    """The rows whose verdict changes against the board's methodology, each with the parameters that change it.

    Parameters
    ----------
    board : Board
        Its methodology is the baseline.
    after : Methodology
        With the same criteria.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`effeval.flips`, then ``parameters``: the fewest changed parameters, by path, that
        alone turn the verdict into the one after. Those that it takes together are joined by ", ", sets of which
        each would do by " | ". The criterion's id stands for all, where its rule itself differs.

    Raises
    ------
    ParameterError
        The methodology has other criteria.
    DataError
        A column that a criterion needs is absent.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0], [90.0])
    >>> law = ee.Methodology.load("order-35")
    >>> after = law.replace({"8.1.multiple": 0.9, "8.1.period": "year", "9.1.multiple": 2})
    >>> causes(Board(data, law), after)[["project_id", "kind", "parameters"]]
      project_id    kind    parameters
    0          A  gained  8.1.multiple
    """
    check_board(board)
    check_methodology(after)
    before = board.assess(board.methodology)
    rejudged = board.assess(after)
    found = flips(before, rejudged)
    turned = np.zeros(len(before), dtype=bool)
    key = ["project_id", "year", "criterion"]
    turned[before.reset_index()[[*key, "index"]].merge(found[key], on=key)["index"]] = True
    parameters = np.full(len(before), "", dtype=object)
    for criterion in board.layout.criteria:
        rows = board.layout.rows[criterion.id]
        cells = np.flatnonzero(turned[rows])
        if len(cells):
            parameters[rows[cells]] = _causes(board, criterion, after, cells)
    return found.assign(parameters=pd.array(parameters[turned], dtype="str"))


def _causes(board: Board, criterion: Criterion, after: Methodology, cells: np.ndarray) -> np.ndarray:
    """For some cells of a criterion the smallest sets of changed parameters that give the state after."""
    changed = _changed(board.methodology, criterion, after)
    wanted = board.states(after.criterion(criterion.id), missing=after.missing)[cells]
    told = np.full(len(cells), "", dtype=object)
    if changed is None:
        return np.full(len(cells), criterion.id, dtype=object)
    for size in range(1, len(changed) + 1):
        open_, here = told == "", np.full(len(cells), "", dtype=object)
        if not open_.any():
            break
        for paths, law in _partly(board, changed, size):
            state = board.states(law.criterion(criterion.id), missing=law.missing)[cells]
            for cell in np.flatnonzero(open_ & (state == wanted)):
                here[cell] = f"{here[cell]} | {paths}" if here[cell] else paths
        told = np.where(open_, here, told)
    return told


def _partly(board: Board, changed: dict[str, Value], size: int) -> Iterator[tuple[str, Methodology]]:
    """The baseline with so many of the changes, in every way that the law allows."""
    for paths in combinations(changed, size):
        try:
            yield ", ".join(paths), board.altered({path: changed[path] for path in paths})
        except MethodologyError:
            continue  # these changes can only be made together with others


def _changed(before: Methodology, criterion: Criterion, after: Methodology) -> dict[str, Value] | None:
    """Parameters that bear on the state of a criterion and differ, with their new values; None: the rule does."""
    new = after.criterion(criterion.id)
    if new.rule != criterion.rule or set(new.parameters) != set(criterion.parameters):
        return None
    settings = dict(criterion.settings)
    changed = {f"{new.id}.{name}": value for name, value in new.settings if settings[name] != value}
    return changed | ({"missing": after.missing} if after.missing != before.missing else {})
