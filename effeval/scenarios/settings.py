"""A table of scenarios, one a row, taken apart: which criteria each touches, by which reading and threshold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effeval.edition import SETTINGS
from effeval.errors import MethodologyError, ParameterError, unknown
from effeval.law import Criterion, Value
from effeval.methodology import Methodology
from effeval.scenarios.board import THRESHOLDS, threshold_of
from effeval.scenarios.interpretations import AS_GIVEN, options


@dataclass(frozen=True, eq=False)
class Part:
    """Scenarios that read one criterion alike.

    Attributes
    ----------
    rows : numpy.ndarray of int
        Positions of the scenarios.
    methodology : Methodology
        The reading; what it says of other criteria and of the threshold does not count.
    thresholds : numpy.ndarray of float64
        Of each scenario; empty where it is as given.
    """

    rows: np.ndarray
    methodology: Methodology
    thresholds: np.ndarray


@dataclass(frozen=True, eq=False)
class _Column:
    """One column: which of its distinct settings each scenario takes (−1: none), or numbers for one path."""

    code: np.ndarray
    settings: tuple[Mapping[str, Value], ...]
    path: str | None = None
    numbers: np.ndarray | None = None


class Scenarios:
    """Scenarios as columns of settings; made by :func:`read_scenarios`."""

    def __init__(self, methodology: Methodology, columns: list[_Column], count: int):
        self.methodology, self.columns, self.count = methodology, columns, count
        self._laws: dict[frozenset, Methodology] = {}

    def parts(self, criterion: Criterion) -> Iterator[Part]:
        """The scenarios, grouped by how they read one criterion."""
        thresholds = np.full(self.count, np.nan)
        codes, choices = [], []
        name = threshold_of(criterion)
        for column in self.columns:
            if column.path is not None:
                if _on(column.path, criterion, name):
                    thresholds = np.where(np.isnan(column.numbers), thresholds, column.numbers)
                continue
            own = [_own(settings, criterion) for settings in column.settings]
            for place, settings in enumerate(own):
                if name in settings:
                    thresholds = np.where(column.code == place, settings.pop(name), thresholds)
            if any(own):
                codes.append(column.code)
                choices.append([*own, {}])  # the last for code -1
        stacked = np.stack(codes, axis=1) if codes else np.zeros((self.count, 0), dtype=np.intp)
        kinds, which = np.unique(stacked, axis=0, return_inverse=True)
        for number, kind in enumerate(kinds):
            rows = np.flatnonzero(which == number)
            merged = {
                k: v for choice, place in zip(choices, kind, strict=True) for k, v in choice[place].items()
            }
            yield Part(rows, self._law(criterion, merged), thresholds[rows])

    def _law(self, criterion: Criterion, settings: Mapping[str, Value]) -> Methodology:
        paths = {k if k in SETTINGS else f"{criterion.id}.{k}": value for k, value in settings.items()}
        key = frozenset(paths.items())
        if key not in self._laws:
            self._laws[key] = self.methodology.replace(paths) if paths else self.methodology
        return self._laws[key]


def read_scenarios(methodology: Methodology, scenarios: pd.DataFrame) -> Scenarios:
    """Check a table of scenarios (see :func:`effeval.scenarios.outcomes`) and take it apart.

    Raises
    ------
    MethodologyError
        A path or value that is not allowed; every fault is named.
    ParameterError
        A reading that a question does not offer, or a column twice.
    """
    if not scenarios.columns.is_unique:
        raise ParameterError(
            "A column of the scenarios stands twice.\nTo fix: name each path or question once"
        )
    asked = {question.id for question in methodology.questions}
    faults, columns = [], []
    for name in scenarios.columns:
        cells = scenarios[name]
        try:
            columns.append(_answers(methodology, cells) if name in asked else _values(methodology, cells))
        except MethodologyError as error:
            faults.append(str(error))
    if faults:
        raise MethodologyError("\n".join(faults))
    return Scenarios(methodology, columns, len(scenarios))


def _answers(methodology: Methodology, cells: pd.Series) -> _Column:
    """A column of answers to one question."""
    offered = {option.id: option.settings for option in options(methodology).get(cells.name, ())}
    offered = {AS_GIVEN: {}} | offered
    given = cells.where(cells.notna(), AS_GIVEN)
    wrong = [value for value in pd.unique(given) if value not in offered]
    if wrong:
        lines = [unknown(f"reading of {cells.name}", value, offered) for value in wrong]
        raise ParameterError("\n".join([*lines, f"To fix: one of {', '.join(offered)}"]))
    places = {id: place for place, id in enumerate(offered)}
    code = given.map(places).to_numpy(dtype=np.intp)
    return _Column(code, tuple(offered.values()))


def _values(methodology: Methodology, cells: pd.Series) -> _Column:
    """A column of values of one path."""
    path, known = str(cells.name), cells.dropna()
    if path.rpartition(".")[2] in THRESHOLDS:
        numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
        odd = list(cells[numbers.isna() & cells.notna()])
        ends = [numbers.min(), numbers.max()] if numbers.notna().any() else [1.0]
        for value in [*odd, *ends]:
            methodology.replace({path: value})  # refuses what is no such path or no such value
        return _Column(np.empty(0), (), path, numbers.to_numpy())
    code, values = pd.factorize(cells)
    if known.empty:
        values = []
        if path not in paths_of(methodology):
            raise MethodologyError(unknown("setting", path, paths_of(methodology)))
    settings = [{path: value.item() if isinstance(value, np.generic) else value} for value in values]
    for one in settings:
        methodology.replace(one)
    return _Column(np.asarray(code), tuple(settings))


def paths_of(methodology: Methodology) -> list[str]:
    rules = [f"{c.rule}.{name}" for c in methodology.criteria for name, _ in c.settings]
    return list(dict.fromkeys([*methodology.settings, *rules]))


def _on(path: str, criterion: Criterion, name: str | None) -> bool:
    owner, _, last = path.rpartition(".")
    return last == name and owner in (criterion.id, criterion.rule)


def _own(settings: Mapping[str, Value], criterion: Criterion) -> dict[str, Value]:
    """What some settings set in one criterion, by name of the parameter, and ``missing``."""
    found = {}
    for path, value in settings.items():
        owner, _, name = path.rpartition(".")
        if path == "missing" or (owner in (criterion.id, criterion.rule) and name in criterion.parameters):
            found[name] = value
    return found
