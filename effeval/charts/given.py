"""What a chart is given: a table with the columns that it draws, and a language that there is."""

from collections.abc import Sequence

import pandas as pd

from effeval.columns import LANGUAGES
from effeval.edition import unknown
from effeval.errors import ParameterError

TALLIES = ("due", "assessed", "fulfilled", "rate")
INTERVAL = ("rate_low", "rate_high")


def check(table: pd.DataFrame, needed: Sequence[str], *, of: str, lang: str, one: Sequence[str] = ()) -> None:
    """Refuse a table that lacks what is drawn, or is of more groups, before anything is drawn.

    Parameters
    ----------
    table : pandas.DataFrame
    needed : sequence of str
        Columns.
    of : str
        What makes such a table, to be named in the message.
    lang : str
    one : sequence of str
        Columns of which each combination has one row: others would be drawn over each other.

    Raises
    ------
    ParameterError
        It is no table, a column is missing, a group has several rows, or there is no such language.

    Examples
    --------
    >>> table = pd.DataFrame({"measure": [1], "rate": [0.5]})
    >>> check(table, ["region", "rate"], of='effeval.fulfilment(…, by="region")', lang="en")
    Traceback (most recent call last):
    effeval.errors.ParameterError: The table has no column 'region', only: measure, rate.
    To fix: draw what effeval.fulfilment(…, by="region") returns
    """
    if lang not in LANGUAGES:
        raise ParameterError(f"{unknown('language', lang, LANGUAGES)}\nTo fix: one of {', '.join(LANGUAGES)}")
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
