"""A threshold moved step by step: how many criteria are fulfilled at each value."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from effeval.errors import ParameterError
from effeval.methodology import Methodology
from effeval.scenarios.board import THRESHOLDS, Board
from effeval.scenarios.groups import groups_of, rates
from effeval.scenarios.outcomes import tallies


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
        The path is no threshold, or there is no value.
    MethodologyError
        No such path or value.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.load({
    ...     "projects": pd.DataFrame({
    ...         "project_id": ["A"], "applicant": ["Example"], "measure": [8], "kato": ["75"], "oked": ["24"],
    ...         "category": ["small"], "support_year": [2024], "status": ["implementing"]}),
    ...     "observations": pd.DataFrame({
    ...         "project_id": ["A"], "year": [2024], "support_paid": [100.0], "export_value": [90.0]}),
    ...     "reference": pd.DataFrame({"year": [], "wage_growth_forecast": [], "source": []}),
    ... })
    >>> sweep(Board(data, ee.Methodology.load("order-35")), "8.1.multiple", [0.8, 0.9, 1.0])
       threshold  assessed  fulfilled  rate  given
    0        0.8         1          1   1.0  False
    1        0.9         1          1   1.0  False
    2        1.0         1          0   0.0   True
    """
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
    if path.rpartition(".")[2] not in THRESHOLDS or not len(values):
        message = f"{path} with {len(values)} values cannot be swept."
        raise ParameterError(
            f"{message}\nTo fix: a path that ends in .{' or .'.join(THRESHOLDS)}, and a value or more"
        )
    odd = [value for value in values if not math.isfinite(value)]
    for value in [*odd, min(values), max(values)]:
        methodology.replace({path: float(value)})
    owner = path.rpartition(".")[0]
    return [c.id for c in methodology.criteria if owner in (c.id, c.rule)]
