"""What a chart is given: a table with the columns that it draws, and a language that there is."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from effeval.columns import check_language
from effeval.errors import ParameterError, expect

TALLIES = ("due", "assessed", "fulfilled", "rate")
INTERVAL = ("rate_low", "rate_high")


def check(
    table: pd.DataFrame, needed: Sequence[str], *, of: str, lang: str, ax: Axes | None, names: Mapping | None = None,
    one: Sequence[str] = (),
) -> None:  # fmt: skip
    """Refuse what cannot be drawn, such as a table of more groups, before anything is.

    Parameters
    ----------
    table : pandas.DataFrame
    needed : sequence of str
        Columns.
    of : str
        What makes such a table, to be named in the message.
    lang : str
    ax : matplotlib.axes.Axes or None
    names : mapping, optional
    one : sequence of str
        Columns of which each combination has one row: others would be drawn over each other.

    Raises
    ------
    ParameterError
        It is no table, a column is missing, a group has several rows, there is no such language, or another
        parameter of the chart is of another kind.

    Examples
    --------
    >>> table = pd.DataFrame({"measure": [1], "rate": [0.5]})
    >>> check(table, ["region", "rate"], of='effeval.fulfilment(…, by="region")', lang="en", ax=None)
    Traceback (most recent call last):
    effeval.errors.ParameterError: The table has no column 'region', only: measure, rate.
    To fix: draw what effeval.fulfilment(…, by="region") returns
    """
    check_language(lang)
    for name in needed:
        expect(name, str, fix='one column, such as by="region"')
    if ax is not None:
        expect(ax, Axes, fix="ax is one of them, such as axes[0]; without it a new figure is made")
    if names is not None:
        expect(names, Mapping, fix='names are a mapping of codes to words, such as {"63": "East"}')
    fix = f"To fix: draw what {of} returns"
    if not isinstance(table, pd.DataFrame):
        raise ParameterError(f"A chart draws a table, not {type(table).__name__}.\n{fix}")
    absent = ", ".join(repr(name) for name in needed if name not in table.columns)
    if absent:
        there = ", ".join(map(str, table.columns)) or "none"
        raise ParameterError(f"The table has no column {absent}, only: {there}.\n{fix}")
    again = table.duplicated(list(one)) if one else pd.Series(dtype="bool")
    if again.any():
        group = ", ".join(f"{name} = {table.loc[again, name].iloc[0]}" for name in one)
        raise ParameterError(f"The table has several rows of {group}, as if it were grouped by more.\n{fix}")


def made_by(*by: str) -> str:
    """The call that tallies by these columns."""
    names = ", ".join(f'"{name}"' for name in by)
    return f"effeval.fulfilment(…, by={names if len(by) == 1 else f'[{names}]'})"
