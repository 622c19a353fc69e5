"""Projects and observations as arrays, judged measure by measure: the core of ``assess``, whatever the data come from.

No table and no file is known here. A rule looks at one project's own years only, so any block of projects, with
all observations of each, is judged as the whole would be.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from effeval.comparing import compare
from effeval.errors import MethodologyError
from effeval.law import Criterion
from effeval.methodology import Methodology
from effeval.panel import MARKS, Panel
from effeval.rules import RULES, Finding

VALUES = ("plan", "actual", "attainment", "score")
COMPLETED_FOR = 2  # years after the support year that completed projects report at least


@dataclass(frozen=True, eq=False)
class Block:
    """Some projects and all their observations.

    Attributes
    ----------
    measure : numpy.ndarray of int
        Of each project, as the two below.
    marks : dict of str to numpy.ndarray of float
        ``support_year``, ``commissioning_year``, ``term_end_year``; NaN where empty.
    completed, terminated : numpy.ndarray of bool
    owner : numpy.ndarray of int
        Position of the project of each observation.
    year : numpy.ndarray of int
        Of each observation.
    figures : callable
        The values of a column of ``observations``, float64, NaN where empty, by its name.
    references : callable
        A column of ``reference`` for given calendar years, NaN where empty, by its name and the years.
    last_year : int
        Last year in the observations of the whole data set.
    """

    measure: np.ndarray
    marks: dict[str, np.ndarray]
    completed: np.ndarray
    terminated: np.ndarray
    owner: np.ndarray
    year: np.ndarray
    figures: Callable[[str], np.ndarray]
    references: Callable[[str, np.ndarray], np.ndarray]
    last_year: int


@dataclass(frozen=True, eq=False)
class Cells:
    """The judged cells of one measure, project by project and year by year.

    Attributes
    ----------
    panel : Panel
    project, year : numpy.ndarray of int
        Row and column in the panel of each cell.
    owner : numpy.ndarray of int
        Position in the block of the project of each cell.
    observations : int
        Cells that have an observation; fewer than observations, if one is there twice.
    """

    panel: Panel
    project: np.ndarray
    year: np.ndarray
    owner: np.ndarray
    observations: int
    _flat: np.ndarray | None = field(repr=False)

    @property
    def support(self) -> np.ndarray:
        """Support paid to the project in the year of each cell, empty is 0."""
        return np.nan_to_num(self.pick(self.panel.figures["support_paid"]), nan=0.0)

    def pick(self, part: np.ndarray) -> np.ndarray:
        """The judged cells of an array over the panel, or one that can be broadcast to it."""
        part = np.broadcast_to(part, (self.panel.marks["support_year"].shape[0], len(self.panel.years)))
        return part.ravel() if self._flat is None else part.ravel().take(self._flat)

    def within(self, years: Collection[int]) -> "Cells":
        """The judged cells of some years."""
        kept = np.isin(self.panel.years[self.year], list(years))
        project, year = self.project[kept], self.year[kept]
        flat = project * len(self.panel.years) + year
        return replace(self, project=project, year=year, owner=self.owner[kept], _flat=flat)

    def find(self, criterion: Criterion) -> Finding:
        """What the rule of a criterion finds in the judged cells, shape (cells,)."""
        finding = RULES[criterion.rule](self.panel, **criterion.parameters)
        return Finding(**{name: _picked(self, part) for name, part in vars(finding).items()})


def _picked(cells: Cells, part: np.ndarray | float | bool) -> np.ndarray | float | bool:
    return cells.pick(part) if isinstance(part, np.ndarray) else part


def check_measures(present: Iterable[int], methodology: Methodology) -> None:
    """Refuse measures that have no criteria in the methodology.

    Raises
    ------
    MethodologyError
        Every such measure.
    """
    absent = sorted(set(present) - {measure.id for measure in methodology.measures})
    if absent:
        raise MethodologyError(f"{methodology.id} has no measure {', '.join(map(str, absent))}.")


def cells(block: Block) -> dict[int, Cells]:
    """The judged cells of each measure of a block; only of measures in which something is judged."""
    order, bounds = _grouped(block.measure)
    local = np.empty(len(order), dtype=np.intp)  # position of each project among those of its measure
    for id, (start, stop) in bounds.items():
        local[order[start:stop]] = np.arange(stop - start)
    rows, row_bounds = _grouped(block.measure[block.owner])
    found = {}
    for id, (start, stop) in bounds.items():
        own = rows[slice(*row_bounds.get(id, (0, 0)))]
        some = _of_measure(block, order[start:stop], own, local)
        if len(some.owner):
            found[id] = some
    return found


def _grouped(measure: np.ndarray) -> tuple[np.ndarray, dict[int, tuple[int, int]]]:
    """Positions by measure, in their order, and where each measure's begin and end."""
    order = np.argsort(measure.astype(np.int16), kind="stable")  # sixteen bits are sorted by radix
    ids, starts = np.unique(measure[order], return_index=True)
    stops = np.append(starts[1:], len(order))[: len(ids)]
    return order, {int(id): (int(a), int(b)) for id, a, b in zip(ids, starts, stops, strict=True)}


def _of_measure(block: Block, members: np.ndarray, rows: np.ndarray, local: np.ndarray) -> Cells:
    """Panel of one measure and its judged cells."""
    marks = {name: block.marks[name][members][:, None] for name in MARKS}
    year = block.year[rows]
    first = int(min(year.min(initial=block.last_year), marks["support_year"].min()))
    years = np.arange(min(first, block.last_year), block.last_year + 1)
    shape = len(members), len(years)
    place = local[block.owner[rows]] * len(years) + (year - years[0])
    reported = np.zeros(shape, dtype=bool)
    reported.ravel()[place] = True
    regular = len(place) == reported.size and bool((place == np.arange(len(place))).all())

    def figures(name: str) -> np.ndarray:
        values = block.figures(name).take(rows)
        if regular:
            return values.reshape(shape)
        laid = np.full(shape, np.nan)
        laid.ravel()[place] = values
        return laid

    panel = Panel(years, marks, Laid(figures), Laid(lambda name: block.references(name, years)))
    judged = _judged(panel, reported, block.completed[members], block.terminated[members])
    everything = bool(judged.all())
    flat = np.arange(judged.size) if everything else np.flatnonzero(judged)
    project, column = np.divmod(flat, len(years))
    count = len(rows) if regular else int(reported.sum())
    return Cells(panel, project, column, members[project], count, None if everything else flat)


class Laid(dict):
    """Columns laid out at their first use."""

    def __init__(self, lay_out: Callable[[str], np.ndarray]):
        super().__init__()
        self.lay_out = lay_out

    def __missing__(self, name: str) -> np.ndarray:
        self[name] = self.lay_out(name)
        return self[name]


def _judged(panel: Panel, reported: np.ndarray, completed: np.ndarray, terminated: np.ndarray) -> np.ndarray:
    """Reported years and those of the reporting period; the panel ends with the data, so no period passes it."""
    support, term_end = panel.marks["support_year"], panel.marks["term_end_year"]
    own_last = np.where(reported, panel.years, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    at_least = np.maximum(support + COMPLETED_FOR, own_last)
    open_end = np.where(completed[:, None], at_least, panel.years[-1])
    end = np.where(np.isnan(term_end), open_end, term_end)
    end = np.where(terminated[:, None], own_last, end)
    return reported | ((panel.years >= support) & (panel.years <= end))


@dataclass(frozen=True, eq=False)
class Rows:
    """Where the result of each cell and criterion stands: by project, year and criterion.

    Attributes
    ----------
    count : numpy.ndarray of int
        Rows of each project.
    first : dict of int to numpy.ndarray of int
        By measure: row of the first criterion of each cell; those of the others follow it.
    """

    count: np.ndarray
    first: dict[int, np.ndarray]


def rows(found: dict[int, Cells], criteria: dict[int, tuple[Criterion, ...]], *, projects: int) -> Rows:
    """Number the rows of all cells and criteria; a project stands in one measure, so no sorting is needed."""
    cells_of = np.zeros(projects, dtype=np.intp)
    size = np.zeros(projects, dtype=np.intp)
    for id, some in found.items():
        own = np.bincount(some.owner, minlength=projects)
        cells_of += own
        size += own * len(criteria[id])
    start, first = np.cumsum(size) - size, {}
    for id, some in found.items():
        each = cells_of[some.owner]
        before = np.arange(len(some.owner))
        before -= np.repeat(before[_begins(some.owner)], each[_begins(some.owner)])
        first[id] = start[some.owner] + before * len(criteria[id])
    return Rows(size, first)


def _begins(owner: np.ndarray) -> np.ndarray:
    """Where another project begins among cells sorted by project."""
    return np.flatnonzero(np.diff(owner, prepend=-1))


@dataclass(frozen=True, eq=False)
class Judged:
    """The judged rows of a block, one array a column.

    Attributes
    ----------
    owner : numpy.ndarray of int32
        Position in the block of the project of each row.
    year : numpy.ndarray of int16
    criterion : numpy.ndarray of int16
        Position in ``Methodology.criteria``.
    state : numpy.ndarray of int8
        Position in ``effeval.comparing.STATES``.
    values : dict of str to numpy.ndarray of float64
        ``plan``, ``actual``, ``attainment``, ``score`` and ``support_paid``; NaN where empty.
    first : numpy.ndarray of bool
        The first row of each project and year.
    observations : int
        Observations that were met, each project and year once.
    """

    owner: np.ndarray
    year: np.ndarray
    criterion: np.ndarray
    state: np.ndarray
    values: dict[str, np.ndarray]
    first: np.ndarray
    observations: int


def judge(block: Block, methodology: Methodology) -> Judged:
    """Judge all criteria of a block of projects.

    Parameters
    ----------
    block : Block
        Its measures are all in the methodology.
    methodology : Methodology

    Returns
    -------
    Judged
        Rows by project (in the order of the block), year and criterion.
    """
    criteria = {measure.id: measure.criteria for measure in methodology.measures}
    ids = [criterion.id for criterion in methodology.criteria]
    found = cells(block)
    numbered = rows(found, criteria, projects=len(block.measure))
    count = int(numbered.count.sum())
    state, criterion = np.empty(count, dtype=np.int8), np.empty(count, dtype=np.int16)
    first = np.zeros(count, dtype=bool)
    values = {name: np.empty(count) for name in VALUES}
    of_first = np.zeros(count, dtype=np.int16), np.zeros(count)  # year and support, at first rows only
    for id, some in found.items():
        years, support = some.panel.years[some.year].astype(np.int16), some.support
        at = numbered.first[id]
        first[at], of_first[0][at], of_first[1][at] = True, years, support
        for number, own in enumerate(criteria[id]):
            at = numbered.first[id] + number
            compared = compare(**vars(some.find(own)), methodology=methodology)
            criterion[at], state[at] = ids.index(own.id), compared["state"]
            for name in VALUES:
                values[name][at] = compared[name]
    owner = np.repeat(np.arange(len(block.measure), dtype=np.int32), numbered.count)
    cells_of = np.diff(np.flatnonzero(first), append=count)  # rows of each project and year
    year, values["support_paid"] = (np.repeat(part[first], cells_of) for part in of_first)
    observations = sum(some.observations for some in found.values())
    return Judged(owner, year, criterion, state, values, first, observations)
