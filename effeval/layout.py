"""A data set laid out once: panels measure by measure, and one row a project, year and criterion."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effeval.columns import columns
from effeval.dataset import Dataset
from effeval.errors import MethodologyError
from effeval.law import Criterion
from effeval.methodology import Methodology
from effeval.panel import MARKS, Panel
from effeval.rules import RULES, Finding

STATES = np.array(["not_due", "no_data", "fulfilled", "not_fulfilled"], dtype=object)
FOUND = ("plan", "actual", "attainment", "state", "score")
_OF_PROJECT = ("project_id", "measure", "region", "district", "sector", "category", "status")


@dataclass(frozen=True)
class Cells:
    """The judged cells of one measure, project by project and year by year.

    Attributes
    ----------
    panel : Panel
    project, year : numpy.ndarray of int
        Row and column in the panel of each cell.
    owner : numpy.ndarray of int
        Position of its project among all projects, sorted by identifier.
    """

    panel: Panel
    project: np.ndarray
    year: np.ndarray
    owner: np.ndarray

    @property
    def support(self) -> np.ndarray:
        """Support paid to the project in the year of each cell, empty is 0."""
        return np.nan_to_num(self.panel.figures["support_paid"][self.project, self.year], nan=0.0)


class Layout:
    """A data set laid out once as panels and rows, to be judged any number of times.

    Parameters
    ----------
    data : Dataset
    methodology : Methodology
        Says which measures and criteria there are; their parameters do not matter here.
    years : collection of int, optional
        Only these years get rows; figures of the others are still known. All years by default.

    Attributes
    ----------
    cells : dict of int to Cells
        By measure; only measures of the data in which something is judged.
    rows : dict of str to numpy.ndarray of int
        By criterion: rows of the result, in the order of the cells of its measure.
    blank : pandas.DataFrame
        What :func:`assess` gives, nothing judged yet.

    Raises
    ------
    MethodologyError
        A measure of the data has no criteria in the methodology.
    """

    def __init__(self, data: Dataset, methodology: Methodology, *, years: Collection[int] | None = None):
        projects = data.projects.sort_values("project_id", ignore_index=True)
        measures = {measure.id: measure for measure in methodology.measures}
        present = sorted(set(projects["measure"]))
        unknown = [id for id in present if id not in measures]
        if unknown:
            raise MethodologyError(f"{methodology.id} has no measure {', '.join(map(str, unknown))}.")
        owner = pd.Index(projects["project_id"]).get_indexer(data.observations["project_id"])
        cells = {} if data.last_year is None else {id: _cells(data, projects, owner, id) for id in present}
        if years is not None:
            cells = {id: _within(some, years) for id, some in cells.items()}
        self.cells = {id: some for id, some in cells.items() if len(some.owner)}
        self.criteria = tuple(c for id in self.cells for c in measures[id].criteria)
        self._number(projects)

    def _number(self, projects: pd.DataFrame) -> None:
        """Give every cell of every criterion its row: by project, year and criterion."""
        ids, counts = [criterion.id for criterion in self.criteria], {}
        for criterion in self.criteria:
            counts[criterion.measure] = counts.get(criterion.measure, 0) + 1
        sizes = {id: len(some.owner) for id, some in self.cells.items()}
        count = np.repeat([counts[id] for id in sizes], list(sizes.values())).astype(np.intp)
        first = np.repeat(np.cumsum([0, *counts.values()])[: len(sizes)], list(sizes.values()))
        cell = np.repeat(np.arange(len(count)), count)
        code = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count, count) + first[cell]
        owner = _joined([some.owner for some in self.cells.values()])[cell]
        # each part is sorted, and a project stands in one part: a stable sort by project is enough
        order = np.argsort(owner, kind="stable")
        row = np.empty_like(order)
        row[order] = np.arange(len(order))
        self.rows = {id: row[code == number] for number, id in enumerate(ids)}
        owner, cell = owner[order], cell[order]
        own = {
            "year": _joined([some.panel.years[some.year] for some in self.cells.values()])[cell],
            "criterion": pd.array(ids, dtype="str").take(code[order]) if ids else pd.array([], dtype="str"),
            "support_paid": _joined([some.support for some in self.cells.values()])[cell],
        }
        self.blank = _blank(own, owner, projects)

    def find(self, criterion: Criterion) -> Finding:
        """What the rule of a criterion finds in the judged cells of its measure, shape (cells,)."""
        some = self.cells[criterion.measure]
        finding = RULES[criterion.rule](some.panel, **criterion.parameters)
        shape = finding.due.shape
        parts = {name: np.broadcast_to(part, shape) for name, part in vars(finding).items()}
        return Finding(**{name: part[some.project, some.year] for name, part in parts.items()})

    def spread(self, found: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Results by criterion put into their rows: one array a column of :data:`FOUND`."""
        values = {name: np.full(len(self.blank), np.nan) for name in FOUND}
        values["state"] = np.zeros(len(self.blank), dtype=np.int8)
        for id, columns_ in found.items():
            for name, part in columns_.items():
                values[name][self.rows[id]] = part
        return values

    def assessed(self, values: dict[str, np.ndarray]) -> pd.DataFrame:
        """The rows with what was found in them."""
        state = pd.array(STATES, dtype="str").take(values["state"])
        return self.blank.assign(**(values | {"state": state}))


class _Laid(dict):
    """Columns laid out at their first use."""

    def __init__(self, lay_out: Callable[[str], np.ndarray]):
        super().__init__()
        self.lay_out = lay_out

    def __missing__(self, name: str) -> np.ndarray:
        self[name] = self.lay_out(name)
        return self[name]


def _cells(data: Dataset, projects: pd.DataFrame, owner: np.ndarray, measure: int) -> Cells:
    """Panel of one measure and its judged cells; ``owner`` is the position of each observation's project."""
    members = np.flatnonzero(projects["measure"].to_numpy() == measure)
    part = projects[[*MARKS, "status"]].iloc[members]
    marks = {name: part[name].to_numpy(dtype="float64", na_value=np.nan)[:, None] for name in MARKS}
    place = np.searchsorted(members, owner)
    rows = np.flatnonzero(np.append(members, -1)[place] == owner)
    year = data.observations["year"].to_numpy()[rows]
    first = int(min(year.min(initial=data.last_year), np.nanmin(marks["support_year"])))
    years = np.arange(min(first, data.last_year), data.last_year + 1)
    shape, where = (len(members), len(years)), (place[rows], year - years[0])
    reported = np.zeros(shape, dtype=bool)
    reported[where] = True

    def figures(name: str) -> np.ndarray:
        values = np.full(shape, np.nan)
        if name in data.observations:
            values[where] = data.observations[name].to_numpy()[rows]
        return values

    def references(name: str) -> np.ndarray:
        return data.reference.set_index("year")[name].reindex(years).to_numpy(dtype="float64")

    panel = Panel(years, marks, _Laid(figures), _Laid(references))
    project, column = np.nonzero(_judged(panel, reported, part["status"].to_numpy()))
    return Cells(panel, project, column, members[project])


def _within(some: Cells, years: Collection[int]) -> Cells:
    """The judged cells of some years."""
    kept = np.isin(some.panel.years[some.year], list(years))
    return Cells(some.panel, some.project[kept], some.year[kept], some.owner[kept])


def _judged(panel: Panel, reported: np.ndarray, status: np.ndarray) -> np.ndarray:
    """Reported years and those of the reporting period; the panel ends with the data, so no period passes it."""
    support, term_end = panel.marks["support_year"], panel.marks["term_end_year"]
    own_last = np.where(reported, panel.years, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    open_end = np.where((status == "completed")[:, None], np.maximum(support + 2, own_last), panel.years[-1])
    end = np.where(np.isnan(term_end), open_end, term_end)
    end = np.where((status == "terminated")[:, None], own_last, end)
    return reported | ((panel.years >= support) & (panel.years <= end))


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.intp)


def _blank(own: dict[str, object], owner: np.ndarray, projects: pd.DataFrame) -> pd.DataFrame:
    """The contract's columns in the contract's order, without what is judged."""
    known = projects.assign(
        region=projects["kato"].str[:2], district=projects["kato"].str[:4], sector=projects["oked"].str[:2]
    )
    carried = {name: known[name].take(owner).array for name in [*_OF_PROJECT, *extra_columns(projects)]}
    empty = dict.fromkeys(FOUND, np.full(len(owner), np.nan))
    empty["state"] = pd.array(STATES, dtype="str").take(np.zeros(len(owner), dtype=np.intp))
    frame = pd.DataFrame(own | carried | empty)
    frame = frame.astype({"year": "int64", "measure": "int64", "support_paid": "float64"})
    return frame[[*columns("assessed"), *extra_columns(projects)]]


def extra_columns(projects: pd.DataFrame) -> list[str]:
    """Columns of the user's own that are carried into results: neither the contract's nor derived ones."""
    return [name for name in projects.columns if name not in {**columns("projects"), **columns("assessed")}]
