"""The formulas of the form: what an inspector recomputes without Python."""

import numpy as np
import pandas as pd

from effeval.annex1.layout import INFINITE
from effeval.dataset import Dataset
from effeval.law import Criterion
from effeval.methodology import Methodology
from effeval.scoring import ROUNDING

_THRESHOLD = {"growth": "at_least", "return_on_support": "multiple", "coverage": "multiple"}


def threshold(criterion: Criterion, *, year: int) -> str | None:
    """Path on the sheet of parameters that the plan refers to; None where each project has a plan of its own.

    Examples
    --------
    >>> methodology = Methodology.load("order-35")
    >>> [threshold(methodology.criterion(id), year=2025) for id in ("13.1", "13.2", "8.1", "12.1")]
    ['13.1.at_least', 'wage_growth_forecast.2025', '8.1.multiple', None]
    """
    if criterion.reference is not None:
        return f"{criterion.reference}.{year}"
    name = _THRESHOLD.get(criterion.rule)
    return None if name is None else f"{criterion.id}.{name}"


def plans(criterion: Criterion, plan: pd.Series, *, cell: str | None) -> list[str | None]:
    """Formula of each plan over its threshold; None where it is empty or a figure of the project's own.

    Parameters
    ----------
    criterion : Criterion
    plan : pandas.Series
        Plans as assessed.
    cell : str or None
        Address of the threshold.

    Examples
    --------
    >>> criterion = Methodology.load("order-35").criterion("6.1")
    >>> plans(criterion, pd.Series([462600.0, np.nan]), cell="parameters!$B$7")
    ['=parameters!$B$7*231300', None]
    """
    if cell is None:
        return [None] * len(plan)
    if _THRESHOLD.get(criterion.rule) != "multiple":
        return [None if np.isnan(value) else f"={cell}" for value in plan]
    support = plan / criterion.parameters["multiple"]
    return [None if np.isnan(value) else f"={cell}*{value:.15G}" for value in support]


def scores(
    cells: pd.DataFrame, *, columns: tuple[str, str], first: int, methodology: Methodology, rounding: str
) -> list[str | None]:
    """Formula of each score; None where the criterion is not due.

    Parameters
    ----------
    cells : pandas.DataFrame
        ``plan``, ``actual``, ``state`` as assessed, and ``partial`` (see :func:`partial`), one row a row of
        the form.
    columns : tuple of str
        Letters of the columns of plan and actual.
    first : int
        Number of the first row in the sheet.
    methodology : Methodology
        ``scale`` and ``missing`` choose the formula.
    rounding : str
        Address of the tolerance of equality.

    Returns
    -------
    list of (str or None)

    Examples
    --------
    >>> cells = pd.DataFrame({"plan": [0.1], "actual": [0.2], "state": ["fulfilled"], "partial": [False]})
    >>> options = {"columns": ("H", "I"), "first": 9, "rounding": "parameters!$B$4"}
    >>> scores(cells, methodology=Methodology.load("order-35"), **options)[0]
    '=IF(COUNT(H9)=0,"",IF(I9="∞",1,IF(COUNT(I9)=0,"",IF(I9-H9>=-parameters!$B$4*MAX(1,ABS(H9)),1,0))))'
    """
    missing = '""' if methodology.missing == "excluded" else "0"
    proportional = methodology.scale == "proportional"
    found = []
    known = zip(cells["state"], cells["partial"], _slack(cells), strict=True)
    for row, (state, lacks, slack) in enumerate(known, start=first):
        if state == "not_due":
            found.append(None)
            continue
        plan, actual = f"{columns[0]}{row}", f"{columns[1]}{row}"
        slack = f"{rounding}*MAX(1,ABS({plan}))" if slack is None else slack
        score = reached = f"IF({actual}-{plan}>=-{slack},1,{missing if lacks else 0})"
        if proportional:
            score = f"IF({plan}>0,MIN(1,MAX(0,{actual}/{plan})),{reached})"
        if proportional and lacks:
            score = f"IF({actual}-{plan}>=-{slack},{score},{missing})"
        score = f'IF({actual}="{INFINITE}",1,IF(COUNT({actual})=0,{missing},{score}))'
        found.append(f"=IF(COUNT({plan})=0,{missing},{score})")
    return found


def partial(criterion: Criterion, projects: pd.DataFrame, data: Dataset, *, year: int) -> pd.Series:
    """Whether the actual figure is a sum with gaps: it can show a plan reached, not a plan missed.

    Parameters
    ----------
    criterion : Criterion
    projects : pandas.DataFrame
        Projects of the form, by ``project_id``.
    data : Dataset
    year : int

    Returns
    -------
    pandas.Series of bool
        A value a project.
    """
    settings = criterion.parameters
    if criterion.rule != "coverage" or settings["period"] != "cumulative":
        return pd.Series(False, index=projects.index)
    since = projects["support_year"]
    rows = data.observations[data.observations[settings["indicator"]].notna()]
    rows = rows[rows["project_id"].isin(projects.index) & (rows["year"] <= year)]
    rows = rows[rows["year"] >= rows["project_id"].map(since)]
    return rows.groupby("project_id").size().reindex(projects.index, fill_value=0) < year - since + 1


def _slack(cells: pd.DataFrame) -> list[str | None]:
    """The slack of rows that equality by plan alone would judge otherwise than ``assess``; None for the rest.

    Where the actual figure is a difference or a sum, the largest figure in it widens the tolerance, and the
    form does not show that figure.
    """
    plan, actual = (cells[name].to_numpy(dtype="float64") for name in ("plan", "actual"))
    fulfilled = (cells["state"] == "fulfilled").to_numpy()
    gap = plan - actual
    reached = gap <= ROUNDING * np.fmax(1.0, np.abs(plan))
    differs = ~np.isnan(gap) & (reached != fulfilled)
    found: list[str | None] = [None] * len(gap)
    for row in np.flatnonzero(differs):
        # a short literal, a little more than needed: it must not fall short of the gap
        found[row] = f"{gap[row] * 1.01:.2E}" if fulfilled[row] else "0"
    return found


def row_sum(letters: list[str], row: int) -> str:
    """Sum of the scores of a row; empty if nothing was scored.

    Examples
    --------
    >>> row_sum(["J", "M"], 9)
    '=IF(COUNT(J9,M9)=0,"",SUM(J9,M9))'
    """
    cells = ",".join(f"{letter}{row}" for letter in letters)
    return f'=IF(COUNT({cells})=0,"",SUM({cells}))'


def column_sum(letter: str, first: int, last: int) -> str:
    """Sum of a column for the total row; empty if it has no figure.

    Examples
    --------
    >>> column_sum("G", 9, 20)
    '=IF(COUNT(G9:G20)=0,"",SUM(G9:G20))'
    """
    cells = f"{letter}{first}:{letter}{last}"
    return f'=IF(COUNT({cells})=0,"",SUM({cells}))'
