"""Fulfilment of criteria by any grouping: tallies that add up first, division last."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from effeval.columns import columns
from effeval.errors import ParameterError, expect, unknown
from effeval.methodology import Methodology, check_methodology
from effeval.rates import EVERY_LEVEL, divided, levels

NEEDED = ("project_id", "year", "state", "score")  # of judged rows; others where they are grouped by
_TALLIES = ("due", "assessed", "fulfilled", "score")
_COUNTS = ("due", "assessed", "fulfilled", "projects")
VERDICTS = ("not_effective", "partly", "effective")


def fulfilment(
    assessed: pd.DataFrame, by: str | Sequence[str] = (), *, methodology: Methodology | None = None
) -> pd.DataFrame:
    """How far criteria are fulfilled, group by group.

    Parameters
    ----------
    assessed : pandas.DataFrame
        From :func:`effeval.assess`.
    by : str or sequence of str
        ``region``, ``district``, ``sector``, ``measure``, ``criterion``, ``category``, ``status``, ``year`` or any
        column of ``projects`` that was carried along; none gives one row for the whole.
    methodology : Methodology, optional
        Whose measures and criteria are listed when grouped by one of them alone; order-35 by default.

    Returns
    -------
    pandas.DataFrame
        The columns of ``by``, then ``due``, ``assessed``, ``fulfilled``, ``rate`` = fulfilled / assessed with its
        95 % Wilson interval ``rate_low`` … ``rate_high`` [1]_, ``rate_min`` and ``rate_max`` (what missing figures
        could make of it), ``coverage``, ``score``, ``max_score``, ``effectiveness``, ``projects`` (distinct) and
        ``support_paid`` (thousand tenge, each project and year once). Rates are fractions, empty where nothing
        was assessed. Grouped by region, measure or criterion alone every level has a row; an empty grouping
        value is a group of its own, the last.

    Raises
    ------
    ParameterError
        A column of ``by`` is not there or is named twice; ``assessed`` are no judged rows, or ``methodology`` is none.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
       American Statistical Association 22 (1927), 209-212.

    Examples
    --------
    >>> assessed = pd.DataFrame({
    ...     "project_id": ["A", "A", "B"], "year": [2023, 2024, 2024], "measure": 8, "criterion": "8.1",
    ...     "state": ["fulfilled", "not_fulfilled", "no_data"], "score": [1.0, 0.0, None],
    ...     "support_paid": [10.0, 0.0, 5.0]})
    >>> fulfilment(assessed, by="year")[["year", "due", "assessed", "fulfilled", "rate", "rate_min", "rate_max"]]
       year  due  assessed  fulfilled  rate  rate_min  rate_max
    0  2023    1         1          1   1.0       1.0       1.0
    1  2024    2         1          0   0.0       0.0       0.5
    """
    check_rows(assessed)
    if methodology is not None:
        check_methodology(methodology)
    by = [by] if isinstance(by, str) else list(by)
    _check_by(assessed, by)
    tallies = _tally(assessed, by)
    if len(by) == 1 and by[0] in EVERY_LEVEL:
        tallies = _every_level(tallies, by[0], methodology)
    table = _divide(tallies)
    return table[[*by, *columns("fulfilment")]]


def verdicts(assessed: pd.DataFrame) -> pd.DataFrame:
    """The verdict on each project and year with something assessed.

    Parameters
    ----------
    assessed : pandas.DataFrame
        From :func:`effeval.assess`.

    Returns
    -------
    pandas.DataFrame
        ``project_id``, ``year``, ``assessed``, ``fulfilled`` (criteria of that year), ``verdict`` (effective: all
        assessed are fulfilled; partly: some; not_effective: none), then ``measure`` and the grouping columns.

    Raises
    ------
    ParameterError
        ``assessed`` are no judged rows.

    Examples
    --------
    >>> assessed = pd.DataFrame({
    ...     "project_id": "A", "year": 2024, "measure": 3, "criterion": ["3.1", "3.2"], "plan": 1.0, "actual": 1.0,
    ...     "attainment": 1.0, "state": ["fulfilled", "not_fulfilled"], "score": [1.0, 0.0], "region": "63"})
    >>> verdicts(assessed)[["project_id", "year", "verdict", "region"]]
      project_id  year verdict region
    0          A  2024  partly     63
    """
    check_rows(assessed)
    by = ["project_id", "year"]
    judged = assessed[assessed["state"].isin(["fulfilled", "not_fulfilled"])]
    table = _tally(judged, by)[[*by, "assessed", "fulfilled"]]
    level = np.where(table["fulfilled"] == table["assessed"], 2, np.where(table["fulfilled"] > 0, 1, 0))
    table["verdict"] = pd.Series(np.array(VERDICTS, dtype=object)[level], index=table.index, dtype="str")
    own = ("criterion", "plan", "actual", "attainment", "state", "score")
    grouping = [name for name in judged.columns if name not in (*table.columns, *own)]
    return table.merge(judged.drop_duplicates(by)[[*by, *grouping]], on=by, how="left", validate="1:1")


def check_rows(
    rows: pd.DataFrame, *, needed: Sequence[str] = NEEDED, of: str = "assess(data, methodology)"
) -> None:
    """Refuse what cannot be rows of ``assess``, or of another call that gives these columns.

    Raises
    ------
    ParameterError
    """
    fix = f"{of} makes them"
    expect(rows, pd.DataFrame, fix=fix)
    absent = [name for name in needed if name not in rows.columns]
    if absent:
        raise ParameterError(f"Judged rows have no column {', '.join(absent)}.\nTo fix: {fix}")


def _check_by(assessed: pd.DataFrame, by: list[str]) -> None:
    figures = {"plan", "actual", "attainment", *columns("fulfilment")}
    allowed = [name for name in assessed.columns if name not in figures]
    for name in by:
        if name not in allowed:
            raise ParameterError(
                f"{unknown('column to group by', name, allowed)}\nTo fix: one of {', '.join(allowed)}"
            )
    if len(set(by)) < len(by):
        raise ParameterError(f"A column is named twice in by={by}.\nTo fix: name each column once.")


def _tally(assessed: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Counts and sums; due, assessed, fulfilled and score add up over any split of the rows."""
    state = assessed["state"]
    marks = pd.DataFrame(
        {
            "due": state != "not_due",
            "assessed": state.isin(["fulfilled", "not_fulfilled"]),
            "fulfilled": state == "fulfilled",
        }
    ).astype("int64")
    rows = pd.concat([assessed[by], marks, assessed["score"].fillna(0.0)], axis=1)
    if not by:
        totals = rows[list(_TALLIES)].sum().to_frame().T
        totals["projects"] = assessed["project_id"].nunique()
        totals["support_paid"] = _once(assessed, ["project_id", "year"])["support_paid"].sum()
        return totals
    grouped = _groupby(rows, by)[list(_TALLIES)].sum()
    grouped["projects"] = _groupby(_once(assessed, [*dict.fromkeys([*by, "project_id"])]), by).size()
    paid = _once(assessed, [*dict.fromkeys([*by, "project_id", "year"])])
    grouped["support_paid"] = _groupby(paid, by)["support_paid"].sum()
    return grouped.reset_index()


def _once(assessed: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    paid = assessed if "support_paid" in assessed else assessed.assign(support_paid=0.0)
    return paid.drop_duplicates(key)


def _groupby(frame: pd.DataFrame, by: list[str]):
    return frame.groupby(by, dropna=False, observed=True, sort=True)


def _every_level(tallies: pd.DataFrame, name: str, methodology: Methodology | None) -> pd.DataFrame:
    """A row for every region, measure or criterion; those without data count zero."""
    law = methodology if methodology is not None else Methodology.load("order-35")
    known = levels(name, law)
    present = tallies[name]
    other = [level for level in present.dropna() if level not in known]
    order = [*known, *other, *present[present.isna()]]
    filled = tallies.set_index(name).reindex(pd.Index(order, name=name, dtype=present.dtype))
    return filled.fillna(0).reset_index()


def _divide(tallies: pd.DataFrame) -> pd.DataFrame:
    table = tallies.astype(dict.fromkeys(_COUNTS, "int64") | {"score": "float64"})
    return table.assign(**divided({name: table[name].to_numpy() for name in _TALLIES}))
