"""From a data set and a methodology to one judged row a project, criterion and year."""

import pandas as pd

from effeval.comparing import (
    FULFILLED,
    NO_DATA,
    NOT_DUE,
    NOT_FULFILLED,
    ROUNDING,
    STATES,
    compare,
    reaches,
    states,
)
from effeval.dataset import Dataset, require_columns
from effeval.layout import Layout, extra_columns
from effeval.methodology import Methodology

__all__ = [
    "FULFILLED",
    "NOT_DUE",
    "NOT_FULFILLED",
    "NO_DATA",
    "ROUNDING",
    "STATES",
    "assess",
    "compare",
    "extra_columns",
    "reaches",
    "states",
]


def assess(data: Dataset, methodology: Methodology) -> pd.DataFrame:
    """Judge every criterion of every project in every year of its reporting period (point 11 of the methodology).

    Parameters
    ----------
    data : Dataset
        From :func:`effeval.load`.
    methodology : Methodology

    Returns
    -------
    pandas.DataFrame
        Sorted by ``project_id``, ``year``, ``criterion``, with ``measure``, ``plan``, ``actual``, ``attainment``,
        ``state``, ``score``, the grouping columns ``region``, ``district``, ``sector``, ``category``, ``status``,
        ``support_paid`` (thousand tenge of that project and year, empty is 0), then the columns of ``projects``
        that are not the contract's own. Units of plan and actual are the criterion's: fractions for growth,
        thousand tenge, jobs or the physical unit.

    Raises
    ------
    ParameterError
        ``data`` is no data set, or ``methodology`` none, but a path, say, or a name.
    DataError
        A column that a criterion needs is absent.
    MethodologyError
        A measure of the data has no criteria in the methodology.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0, 50.0], [90.0, 60.0], year=2023)
    >>> assess(data, ee.Methodology.load("order-35"))[["year", "plan", "actual", "state"]]
       year   plan  actual          state
    0  2023  100.0    90.0  not_fulfilled
    1  2024  150.0   150.0      fulfilled
    """
    require_columns(data, methodology)
    layout = Layout(data, methodology)
    found = {}
    for criterion in layout.criteria:
        finding = layout.find(criterion)
        found[criterion.id] = compare(**vars(finding), methodology=methodology)
    return layout.assessed(layout.spread(found))
