"""A data set laid out once: panels measure by measure, and one row a project, year and criterion."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from effeval import judging
from effeval.columns import columns, extra_names
from effeval.comparing import STATES
from effeval.dataset import Dataset
from effeval.judging import Block, Cells
from effeval.law import Criterion
from effeval.methodology import Methodology
from effeval.panel import MARKS
from effeval.rules import Finding

__all__ = ["FOUND", "STATES", "Cells", "Layout", "extra_columns"]
FOUND = ("plan", "actual", "attainment", "state", "score")
_OF_PROJECT = ("project_id", "measure", "region", "district", "sector", "category", "status")


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
        judging.check_measures(projects["measure"], methodology)
        self.cells = {} if data.last_year is None else judging.cells(_block(data, projects))
        if years is not None:
            kept = {id: some.within(years) for id, some in self.cells.items()}
            self.cells = {id: some for id, some in kept.items() if len(some.owner)}
        self.criteria = tuple(c for id in self.cells for c in measures[id].criteria)
        self._number(projects, {id: measures[id].criteria for id in self.cells})

    def _number(self, projects: pd.DataFrame, criteria: dict[int, tuple[Criterion, ...]]) -> None:
        """Give every cell of every criterion its row: by project, year and criterion."""
        rows_of, first = _rows(self.cells, criteria, projects=len(projects))
        self.rows, count = {}, int(rows_of.sum())
        code, year, support = np.empty(count, dtype=np.intp), np.empty(count, dtype="int64"), np.empty(count)
        ids = [criterion.id for criterion in self.criteria]
        for id, some in self.cells.items():
            for number, criterion in enumerate(criteria[id]):
                at = self.rows[criterion.id] = first[id] + number
                code[at], year[at] = ids.index(criterion.id), some.panel.years[some.year]
                support[at] = some.support
        text = pd.array(ids, dtype="str").take(code) if ids else pd.array([], dtype="str")
        own = {"year": year, "criterion": text, "support_paid": support}
        self.blank = _blank(own, np.repeat(np.arange(len(projects)), rows_of), projects)

    def find(self, criterion: Criterion) -> Finding:
        """What the rule of a criterion finds in the judged cells of its measure, shape (cells,)."""
        return self.cells[criterion.measure].find(criterion)

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


def _block(data: Dataset, projects: pd.DataFrame) -> Block:
    """The whole data set as arrays; ``projects`` are sorted by identifier."""
    status, observations = projects["status"].to_numpy(), data.observations
    owner = pd.Index(projects["project_id"]).get_indexer(observations["project_id"])
    known = np.flatnonzero(owner >= 0)  # observations of other projects than those at hand do not count

    def figures(name: str) -> np.ndarray:
        if name not in observations:
            return np.full(len(known), np.nan)
        return observations[name].to_numpy()[known]

    def references(name: str, years: np.ndarray) -> np.ndarray:
        return data.reference.set_index("year")[name].reindex(years).to_numpy(dtype="float64")

    return Block(
        measure=projects["measure"].to_numpy(),
        marks={name: projects[name].to_numpy(dtype="float64", na_value=np.nan) for name in MARKS},
        completed=status == "completed",
        terminated=status == "terminated",
        owner=owner[known],
        year=observations["year"].to_numpy()[known],
        figures=figures,
        references=references,
        last_year=data.last_year,
    )


def _rows(
    found: dict[int, Cells], criteria: dict[int, tuple[Criterion, ...]], *, projects: int
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Rows of each project; and by measure the row of the first criterion of each cell, which the others follow.

    A project stands in one measure, so no sorting is needed.
    """
    cells_of = {id: np.bincount(some.owner, minlength=projects) for id, some in found.items()}
    count = sum((own * len(criteria[id]) for id, own in cells_of.items()), np.zeros(projects, dtype=np.intp))
    start, first = np.cumsum(count) - count, {}
    for id, some in found.items():
        step, before = len(criteria[id]), np.cumsum(cells_of[id]) - cells_of[id]
        first[id] = (start - before * step).take(some.owner) + np.arange(len(some.owner)) * step
    return count, first


def _blank(own: dict[str, object], owner: np.ndarray, projects: pd.DataFrame) -> pd.DataFrame:
    """The contract's columns in the contract's order, without what is judged."""
    kato, oked = projects["kato"].str, projects["oked"].str
    known = dict(projects.items()) | {"region": kato[:2], "district": kato[:4], "sector": oked[:2]}
    carried = (*_OF_PROJECT, *extra_columns(projects))
    found = own | {name: known[name].array.take(owner) for name in carried}
    found["measure"] = projects["measure"].to_numpy(dtype="int64").take(owner)
    found |= dict.fromkeys(FOUND, np.full(len(owner), np.nan))
    found["state"] = pd.array(STATES, dtype="str").take(np.zeros(len(owner), dtype=np.intp))
    return pd.DataFrame({name: found[name] for name in [*columns("assessed"), *extra_columns(projects)]})


def extra_columns(projects: pd.DataFrame) -> list[str]:
    """Columns of the user's own that are carried into results: neither the contract's nor derived ones."""
    return extra_names(projects.columns)
