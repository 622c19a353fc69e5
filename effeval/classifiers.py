"""Regions (KATO) and sectors (OKED divisions) with their names, and codes that went out of use."""

from __future__ import annotations

import csv
from functools import cache
from typing import TYPE_CHECKING

from effeval.columns import LANGUAGES
from effeval.errors import ParameterError
from effeval.packaged import RESOURCES

if TYPE_CHECKING:
    import pandas as pd

NAMED = {"region": "regions", "sector": "sectors"}  # columns whose codes have names, and the tables of these


@cache
def _read(name: str) -> pd.DataFrame:
    import pandas as pd  # not before a table is asked for: codes alone are had without it

    with (RESOURCES / f"{name}.csv").open(encoding="utf-8") as lines:
        return pd.read_csv(lines, dtype="str")


def _table(name: str) -> pd.DataFrame:
    return _read(name).copy()


def regions() -> pd.DataFrame:
    """The 20 regions of the first level of KATO.

    Returns
    -------
    pandas.DataFrame
        ``region`` (two digits), ``kato`` (nine), ``name_kk``, ``name_ru``, ``name_en``, ``kind`` (region or
        city) and ``since`` (ISO date from which it is a region, empty where it always was), by code.

    Examples
    --------
    >>> regions().set_index("region").loc["63", "name_en"]
    'East Kazakhstan Region'
    >>> len(regions())
    20
    """
    return _table("regions")


def region_codes() -> list[str]:
    """The two digits of each region, in the order of :func:`regions`.

    Examples
    --------
    >>> region_codes()[:2]
    ['10', '11']
    """
    with (RESOURCES / "regions.csv").open(encoding="utf-8") as lines:
        return [row["region"] for row in csv.DictReader(lines)]


def sectors() -> pd.DataFrame:
    """Divisions 10 to 33 of OKED (section C, manufacturing), which follow NACE Rev. 2.

    The Kazakh names are the project's own wording and say so in ``name_kk_source``.

    Returns
    -------
    pandas.DataFrame
        ``sector`` (two digits), ``name_kk``, ``name_ru``, ``name_en`` and a source column for each.

    Examples
    --------
    >>> sectors().set_index("sector").loc["24", "name_en"]
    'Manufacture of basic metals'
    """
    return _table("sectors")


def kato_changes() -> pd.DataFrame:
    """KATO codes that stand for another place, or for none, since the reforms of 2018 and 2022.

    Returns
    -------
    pandas.DataFrame
        ``old_kato``, ``old_name``, ``new_kato``, ``new_name_kk``, ``new_name_ru``, ``effective`` (ISO date).
        The list is not complete: units whose old code is not established are left out.

    Examples
    --------
    >>> changes = kato_changes().set_index("old_kato")
    >>> changes.loc["632800000", "new_kato"]
    '101000000'
    """
    return _table("kato_changes")


def names(column: str, *, lang: str) -> dict[str, str]:
    """Names of regions or sectors by code, for labels.

    Parameters
    ----------
    column : str
        region or sector.
    lang : str
        kk, ru or en.

    Raises
    ------
    ParameterError
        Another column or language.

    Examples
    --------
    >>> names("region", lang="kk")["71"]
    'Астана қ.'
    """
    if column not in NAMED or lang not in LANGUAGES:
        message = f"There are no names of {column!r} in the language {lang!r}."
        fix = f"the column is one of {', '.join(NAMED)}, the language one of {', '.join(LANGUAGES)}"
        raise ParameterError(f"{message}\nTo fix: {fix}")
    table = _read(NAMED[column])
    return dict(zip(table[column], table[f"name_{lang}"], strict=True))
