"""The one table of columns: names, kinds, units and labels of every table of the contract.

Schema, labels of charts and tables, the data package and the documentation derive from
``resources/columns.csv``; nothing else lists columns.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from effeval.errors import ParameterError, unknown
from effeval.packaged import RESOURCES

INPUT_TABLES = ("projects", "observations", "reference")
LANGUAGES = ("kk", "ru", "en")
SYNTHETIC_PREFIX = "SYN-"  # project ids that begin so are made up; every output shows the id
OPEN = float("inf")


def check_language(lang: str, *, of: str = "lang") -> None:
    """Refuse a language that there is no word of; ``of`` is how the parameter is called.

    Raises
    ------
    ParameterError

    Examples
    --------
    >>> check_language("kz")
    Traceback (most recent call last):
    effeval.errors.ParameterError: There is no language 'kz'. Near: kk
    To fix: lang is one of kk, ru, en
    """
    if lang not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise ParameterError(f"{unknown('language', lang, LANGUAGES)}\nTo fix: {of} is one of {known}")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    table, name : str
    kind : str
        text, number, count, year, choice, measure, or a code: bin, kato, oked, tnved.
    unit : str
        Unit in English, empty for none; rates are fractions.
    required : bool
        The column must be there.
    empty : bool
        Cells may be empty ("not reported").
    allowed : str
        A range ``low..high`` (an open end is left out), or choices ``a|b|c``; empty: anything.
    description : str
    labels : tuple of str
        Heading in Kazakh, Russian and English.
    """

    table: str
    name: str
    kind: str
    unit: str
    required: bool
    empty: bool
    allowed: str
    description: str
    labels: tuple[str, str, str]

    @property
    def choices(self) -> tuple[str, ...]:
        """Allowed words, empty where any value or a range is allowed."""
        return tuple(self.allowed.split("|")) if "|" in self.allowed else ()

    @property
    def range(self) -> tuple[float, float] | None:
        """Lowest and highest allowed number, both included; None where there is no range."""
        if ".." not in self.allowed:
            return None
        low, high = self.allowed.split("..")
        return (float(low) if low else -OPEN, float(high) if high else OPEN)

    def label(self, lang: str) -> str:
        """Heading in one of the three languages."""
        return self.labels[LANGUAGES.index(lang)]


@cache
def _all() -> tuple[Column, ...]:
    with (RESOURCES / "columns.csv").open(encoding="utf-8") as lines:
        return tuple(
            Column(
                table=row["table"],
                name=row["name"],
                kind=row["kind"],
                unit=row["unit"],
                required=row["required"] == "yes",
                empty=row["empty"] == "yes",
                allowed=row["allowed"],
                description=row["description"],
                labels=tuple(row[f"label_{lang}"] for lang in LANGUAGES),
            )
            for row in csv.DictReader(lines)
        )


def columns(table: str) -> dict[str, Column]:
    """Columns of one table by name, in the contract's order.

    Parameters
    ----------
    table : str
        projects, observations, reference, assessed, fulfilment or verdicts.

    Raises
    ------
    KeyError
        There is no such table.

    Examples
    --------
    >>> list(columns("reference"))
    ['year', 'wage_growth_forecast', 'source']
    >>> columns("observations")["wage"].unit
    'tenge a month'
    >>> columns("projects")["support_year"].range
    (1950.0, 2100.0)
    """
    found = {column.name: column for column in _all() if column.table == table}
    if not found:
        raise KeyError(table)
    return found


def indicators() -> tuple[str, ...]:
    """Figures of ``observations`` that a criterion may be about, in the contract's order.

    Examples
    --------
    >>> indicators()[:3]
    ('support_paid', 'wage', 'sales_volume')
    """
    return tuple(name for name, column in columns("observations").items() if column.kind == "number")


def computed_names() -> set[str]:
    """Names that results give to what is computed, so that no column of the user's own is carried under them.

    Examples
    --------
    >>> sorted({"region", "rate", "verdict", "programme"} & computed_names())
    ['rate', 'region', 'verdict']
    """
    results = {**columns("assessed"), **columns("fulfilment"), **columns("verdicts")}
    return set(results) - set(columns("projects"))


def extra_names(names: Iterable[str]) -> list[str]:
    """Columns of ``projects`` of the user's own that are carried into results: neither the contract's nor computed.

    Examples
    --------
    >>> extra_names(["project_id", "region", "programme"])
    ['programme']
    """
    known = {*columns("projects"), *computed_names()}
    return [name for name in names if name not in known]
