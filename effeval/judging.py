"""Projects and observations as arrays, judged measure by measure: the core of ``assess``, whatever the data come from.

No table and no file is known here. A rule looks at one project's own years only, so any block of projects, with
all observations of each, is judged as the whole would be.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from effeval.comparing import compare, only
from effeval.errors import MethodologyError
from effeval.law import Criterion
from effeval.methodology import Methodology
from effeval.panel import MARKS, Panel
from effeval.rules import RULES, Finding

VALUES = ("plan", "actual", "attainment", "score")
_FOUND = {"plan": np.float64, "actual": np.float64, "due": bool, "largest": np.float64, "at_least": bool}
_LAID = _FOUND | {"year": np.int16, "criterion": np.int16, "support_paid": np.float64, "first": bool}
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
        return np.fmax(self.pick(self.panel.figures["support_paid"]), 0.0)

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
    reported, source = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.intp)
    reported.ravel()[place], source.ravel()[place] = True, rows

    def figures(name: str) -> np.ndarray:
        values = block.figures(name)
        return only(values.take(source), reported) if len(rows) else np.full(shape, np.nan)

    panel = Panel(years, marks, Laid(figures), Laid(lambda name: block.references(name, years)))
    judged = _judged(panel, reported, block.completed[members], block.terminated[members])
    everything = bool(judged.all())
    flat = np.arange(judged.size) if everything else np.flatnonzero(judged)
    project = flat // len(years)
    column = flat - project * len(years)  # divmod takes ten times as long
    count = int(np.count_nonzero(reported))
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
    count : numpy.ndarray of int
        Rows of each project.
    """

    owner: np.ndarray
    year: np.ndarray
    criterion: np.ndarray
    state: np.ndarray
    values: dict[str, np.ndarray]
    first: np.ndarray
    observations: int
    count: np.ndarray


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
    found = cells(block)
    sizes = [len(some.owner) * len(criteria[id]) for id, some in found.items()]
    laid = {name: np.empty(sum(sizes), dtype=kind) for name, kind in _LAID.items()}
    ids, start = [criterion.id for criterion in methodology.criteria], 0
    for (id, some), size in zip(found.items(), sizes, strict=True):
        own = {name: column[start : start + size] for name, column in laid.items()}
        _lay(own, some, criteria[id], ids)
        start += size
    count = np.zeros(len(block.measure), dtype=np.intp)  # rows of each project
    for id, some in found.items():
        count += np.bincount(some.owner, minlength=len(count)) * len(criteria[id])
    order = _by_project(block.measure, count)
    laid = {name: column.take(order) for name, column in laid.items()}
    compared = compare(**{name: laid[name] for name in _FOUND}, methodology=methodology)
    values = {name: compared[name] for name in VALUES} | {"support_paid": laid["support_paid"]}
    owner = np.repeat(np.arange(len(count), dtype=np.int32), count)
    observations = sum(some.observations for some in found.values())
    own = (laid[name] for name in ("year", "criterion"))
    return Judged(owner, *own, compared["state"], values, laid["first"], observations, count)


def _lay(own: dict[str, np.ndarray], some: Cells, criteria: tuple[Criterion, ...], ids: list[str]) -> None:
    """Put what is found in the cells of a measure into columns: cell by cell, criterion by criterion."""
    year, support, step = some.panel.years[some.year], some.support, len(criteria)
    for number, criterion in enumerate(criteria):
        finding = vars(some.find(criterion))
        finding |= {
            "year": year,
            "support_paid": support,
            "criterion": ids.index(criterion.id),
            "first": number == 0,
        }
        for name, values in finding.items():
            own[name][number::step] = values


def _by_project(measure: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Order that takes rows from by measure and project to by project; the rows of a project stand together."""
    members, _ = _grouped(measure)
    start = np.empty(len(count), dtype=np.intp)
    start[members] = np.cumsum(count[members]) - count[members]
    order = np.arange(count.sum())
    order += np.repeat(start - (np.cumsum(count) - count), count)
    return order
