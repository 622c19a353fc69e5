"""What a chart is given: a table with the columns that it draws, and a language that there is."""

from collections.abc import Sequence

import pandas as pd

from effeval.columns import LANGUAGES
from effeval.edition import unknown
from effeval.errors import ParameterError

TALLIES = ("due", "assessed", "fulfilled", "rate")
INTERVAL = ("rate_low", "rate_high")


def check(table: pd.DataFrame, needed: Sequence[str], *, of: str, lang: str) -> None:
    """Refuse a table that lacks what is drawn, before anything is drawn.

    Parameters
    ----------
    table : pandas.DataFrame
    needed : sequence of str
        Columns.
    of : str
        What makes such a table, to be named in the message.
    lang : str

    Raises
    ------
    ParameterError
        It is no table, a column is missing, or there is no such language.

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


def made_by(*by: str) -> str:
    """The call that tallies by these columns."""
    names = ", ".join(f'"{name}"' for name in by)
    return f"effeval.fulfilment(…, by={names if len(by) == 1 else f'[{names}]'})"
