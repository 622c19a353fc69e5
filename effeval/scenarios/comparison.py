"""What another threshold or another reading of the law changes: rates, verdicts, projects and money."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from effeval.aggregation import check_rows, fulfilment
from effeval.dataset import Dataset
from effeval.errors import ParameterError, expect
from effeval.methodology import Methodology, check_methodology
from effeval.scenarios.board import Board

KINDS = ("gained", "lost", "newly_judged", "no_longer_judged", "unchanged")
_KEY = ["project_id", "year", "criterion"]
_FOUND = ["plan", "actual", "attainment", "state", "score"]
_CHANGES = {"rate_change": "rate", "fulfilled_change": "fulfilled", "assessed_change": "assessed"}


def compare(
    data: Dataset, scenarios: Mapping[str, Methodology], by: str | Sequence[str] = ()
) -> pd.DataFrame:
    """Fulfilment under several methodologies, and what each changes against the first.

    Parameters
    ----------
    data : Dataset
    scenarios : mapping of str to Methodology
        Name of each; the first is the baseline.
    by : str or sequence of str
        Grouping columns, as in :func:`effeval.fulfilment`.

    Returns
    -------
    pandas.DataFrame
        One row a scenario and group: ``scenario``, the columns of ``by``, all of :func:`effeval.fulfilment`,
        then ``rate_change`` (a fraction), ``fulfilled_change`` and ``assessed_change`` (criteria) against the
        baseline of the same group. A rate that is empty on either side leaves its change empty.

    Raises
    ------
    ParameterError
        No scenario, or a grouping column that is not there.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0], [90.0])
    >>> law = ee.Methodology.load("order-35")
    >>> found = compare(data, {"in force": law, "softer": law.replace({"8.1.multiple": 0.9})})
    >>> found[["scenario", "assessed", "fulfilled", "rate", "rate_change", "fulfilled_change"]]
       scenario  assessed  fulfilled  rate  rate_change  fulfilled_change
    0  in force         1          0   0.0          0.0                 0
    1    softer         1          1   1.0          1.0                 1
    """
    expect(scenarios, Mapping, fix='name each of them: {"in force": law, "softer": softer}')
    if not scenarios:
        raise ParameterError("There is no scenario to compare.\nTo fix: name at least the baseline.")
    by = [by] if isinstance(by, str) else list(by)
    if "scenario" in by:
        raise ParameterError("compare adds the column scenario itself.\nTo fix: rename your own column.")
    for methodology in scenarios.values():
        check_methodology(methodology)
    board = Board(data, next(iter(scenarios.values())))
    tables = {}
    for name, methodology in scenarios.items():
        own = board if board.fits(methodology) else Board(data, methodology)
        tables[name] = fulfilment(own.assess(methodology), by, methodology=methodology)
    first = next(iter(tables.values()))
    parts = [_against(first, table, by).assign(scenario=name) for name, table in tables.items()]
    found = pd.concat(parts, ignore_index=True).astype({"scenario": "str"})
    return found[["scenario", *(name for name in found.columns if name != "scenario")]]


def rejudge(
    assessed: pd.DataFrame, data: Dataset | Board, before: Methodology, after: Methodology
) -> pd.DataFrame:
    """What :func:`effeval.assess` gives for another methodology, judging again only what it changes.

    Parameters
    ----------
    assessed : pandas.DataFrame
        All rows of ``assess(data, before)``.
    data : Dataset or Board
        A :class:`Board` of the data is much faster when many methodologies are tried one after another.
    before, after : Methodology
        Where the criteria themselves differ, everything is judged again.

    Returns
    -------
    pandas.DataFrame
        Equal to ``assess(data, after)``.

    Raises
    ------
    ParameterError
        ``assessed`` does not have the rows of these data.
    DataError
        A column that a criterion needs is absent.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0], [90.0])
    >>> law = ee.Methodology.load("order-35")
    >>> softer = law.replace({"8.1.multiple": 0.9})
    >>> rejudge(ee.assess(data, law), data, law, softer)["state"].tolist()
    ['fulfilled']
    """
    check_rows(assessed)
    for methodology in (before, after):
        check_methodology(methodology)
    board = data if isinstance(data, Board) else Board(data, before)
    if len(assessed) != len(board.layout.blank) or not assessed[_KEY].equals(board.layout.blank[_KEY]):
        message = "The judged rows are not those of these data."
        raise ParameterError(f"{message}\nTo fix: give all rows of assess(data, before)")
    if not board.fits(after):
        board = Board(board.data, after)
    return board.assess(after)


def transitions(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """How many verdicts change, in which way, and the projects and money behind them.

    Parameters
    ----------
    before, after : pandas.DataFrame
        The same rows of :func:`effeval.assess` under two methodologies.

    Returns
    -------
    pandas.DataFrame
        One row a ``kind``: gained (not_fulfilled → fulfilled), lost (fulfilled → not_fulfilled),
        newly_judged, no_longer_judged, unchanged (the same verdict, or none on both sides). ``count`` (rows),
        ``projects`` (distinct), ``support_paid`` (thousand tenge, each project and year once); zeros if none.
        ``count`` adds up to all rows, the other two do not.

    Raises
    ------
    ParameterError
        The two are not about the same projects, years and criteria.

    Examples
    --------
    >>> before = pd.DataFrame({
    ...     "project_id": ["A", "A", "B"], "year": 2024, "criterion": ["13.1", "13.2", "13.1"],
    ...     "state": ["not_fulfilled", "fulfilled", "no_data"], "support_paid": [10.0, 10.0, 5.0]})
    >>> transitions(before, before.assign(state=["fulfilled", "fulfilled", "no_data"]))
                   kind  count  projects  support_paid
    0            gained      1         1          10.0
    1              lost      0         0           0.0
    2      newly_judged      0         0           0.0
    3  no_longer_judged      0         0           0.0
    4         unchanged      2         2          15.0
    """
    kinds = _kinds(before, after)
    rows = before[["project_id", "year", "support_paid"]].assign(kind=kinds)
    of_projects = rows.drop_duplicates(["kind", "project_id"]).groupby("kind").size()
    money = rows.drop_duplicates(["kind", "project_id", "year"]).groupby("kind")["support_paid"].sum()
    counts = rows.groupby("kind").size()
    table = pd.DataFrame({"count": counts, "projects": of_projects, "support_paid": money})
    table = table.reindex(pd.Index(KINDS, name="kind", dtype="str")).fillna(0.0).reset_index()
    return table.astype({"count": "int64", "projects": "int64"})


def flips(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The rows whose verdict changes, with both states and both plans and actual figures.

    :func:`effeval.scenarios.causes` adds which parameter turns each.

    Parameters
    ----------
    before, after : pandas.DataFrame
        As in :func:`transitions`.

    Returns
    -------
    pandas.DataFrame
        ``project_id``, ``year``, ``criterion``, ``kind``, ``state_before``, ``state_after``, ``plan_before``,
        ``plan_after``, ``actual_before``, ``actual_after`` (units of the criterion), then grouping columns.
        A row that no side judges (not_due → no_data) is none of them.

    Raises
    ------
    ParameterError
        As in :func:`transitions`.

    Examples
    --------
    >>> before = pd.DataFrame({
    ...     "project_id": ["A", "B"], "year": 2024, "criterion": "13.1", "plan": [0.1, 0.1], "actual": [0.09, 0.2],
    ...     "attainment": [0.9, 2.0], "state": ["not_fulfilled", "fulfilled"], "score": [0.0, 1.0]})
    >>> found = flips(before, before.assign(plan=0.08, state="fulfilled"))
    >>> found[["project_id", "kind", "state_before", "state_after", "plan_before", "plan_after"]]
      project_id    kind   state_before state_after  plan_before  plan_after
    0          A  gained  not_fulfilled   fulfilled          0.1        0.08
    """
    kinds = _kinds(before, after)
    changed = kinds != "unchanged"
    old, new = before[changed].reset_index(drop=True), after[changed].reset_index(drop=True)
    both = {
        f"{name}_{side}": frame[name]
        for name in ("state", "plan", "actual")
        for side, frame in {"before": old, "after": new}.items()
    }
    found = new[_KEY].assign(kind=pd.Series(kinds[changed], dtype="str"), **both)
    return pd.concat([found, new.drop(columns=[*_KEY, *_FOUND])], axis=1)


def _against(first: pd.DataFrame, table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """A table with its changes against the baseline; a group that is not there counted nothing there."""
    columns = list(_CHANGES.values())
    if by:
        base = table[by].merge(first[[*by, *columns]], on=by, how="left", validate="1:1")[columns]
    else:
        base = first[columns]
    counts = ["fulfilled", "assessed"]
    base = base.assign(**base[counts].fillna(0).astype("int64"))
    return table.assign(**{change: table[name] - base[name] for change, name in _CHANGES.items()})


def _kinds(before: pd.DataFrame, after: pd.DataFrame) -> np.ndarray:
    for frame in (before, after):
        check_rows(frame, needed=[*_KEY, "state"])
    keys = [frame[_KEY].reset_index(drop=True) for frame in (before, after)]
    if not keys[0].equals(keys[1]):
        message = "Before and after are not about the same projects, years and criteria."
        raise ParameterError(f"{message}\nTo fix: judge the same data twice, select the same rows of both")
    kept = [frame["state"].to_numpy() == "fulfilled" for frame in (before, after)]
    judged = [frame["state"].isin(["fulfilled", "not_fulfilled"]).to_numpy() for frame in (before, after)]
    both = judged[0] & judged[1]
    gained, lost = both & ~kept[0] & kept[1], both & kept[0] & ~kept[1]
    return np.select([gained, lost, judged[1] & ~judged[0], judged[0] & ~judged[1]], KINDS[:4], KINDS[4])
