"""Projects and observations as arrays, judged measure by measure: the core of ``assess``, whatever the data come from.

No table and no file is known here. A rule looks at one project's own years only, so any block of projects, with
all observations of each, is judged as the whole would be.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from effeval.comparing import compared, scores
from effeval.errors import MethodologyError
from effeval.law import Criterion
from effeval.methodology import Methodology
from effeval.panel import MARKS, Panel
from effeval.rules import RULES, Finding

VALUES = ("plan", "actual", "attainment", "score", "support_paid")
_LAID = dict.fromkeys(("plan", "actual", "support_paid"), np.float64)
_LAID |= {"state": np.int8, "year": np.int16, "place": np.int8}
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
        Cells of the panel that have an observation; fewer than observations, if one is there twice.
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
        shape = self.panel.marks["support_year"].shape[0], len(self.panel.years)
        if part.shape != shape:
            part = np.broadcast_to(part, shape)
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
    return _cells(block, *_grouped(block.measure))


def _grouped(measure: np.ndarray) -> tuple[np.ndarray, dict[int, slice]]:
    """Positions by measure, in their order, and where each measure's are among them."""
    order = np.argsort(measure.astype(np.int16), kind="stable")  # sixteen bits are sorted by radix
    count = np.bincount(measure)
    stop = np.cumsum(count)
    return order, {
        id: slice(int(stop[id] - count[id]), int(stop[id])) for id in np.flatnonzero(count).tolist()
    }


def _cells(block: Block, order: np.ndarray, bounds: dict[int, slice]) -> dict[int, Cells]:
    """All projects are laid out on end, measure after measure, each over the years of its measure."""
    marks = {name: block.marks[name].take(order)[:, None] for name in MARKS}
    years = _years(block, marks["support_year"], bounds)
    base, cell, place_of = np.empty(len(order), dtype=np.intp), 0, {}
    for id, own in bounds.items():
        width, number = len(years[id]), own.stop - own.start
        base[order[own]] = cell + np.arange(number) * width - years[id][0]  # to which the year is added
        place_of[id] = slice(cell, cell + number * width), (number, width)
        cell += number * width
    place = base.take(block.owner) + block.year
    reported = np.zeros(cell, dtype=bool)
    reported[place] = True
    row = np.zeros(cell, dtype=np.intp)  # of the observation in each cell
    row[place] = np.arange(len(place))
    figures, series = Laid(block.figures), {}  # years end alike, so as many years are the same years
    found = {}
    for id, own in bounds.items():
        references = series.setdefault(len(years[id]), Laid(partial(block.references, years=years[id])))
        part, shape = place_of[id]
        panel = Panel(
            years[id],
            {name: mark[own] for name, mark in marks.items()},
            _laid_out(figures, row[part], reported[part], shape),
            references,
        )
        there, members = reported[part].reshape(shape), order[own]
        judged = _judged(panel, there, block.completed.take(members), block.terminated.take(members))
        some = _of_measure(panel, judged, members, int(np.count_nonzero(there)))
        if len(some.owner):
            found[id] = some
    return found


def _years(block: Block, support: np.ndarray, bounds: dict[int, slice]) -> dict[int, np.ndarray]:
    """The calendar years of each measure: one early year of a project does not widen the panels of the others."""
    first = np.full(max(bounds, default=0) + 1, block.last_year, dtype=np.intp)
    np.minimum.at(first, block.measure.take(block.owner), block.year.astype(np.intp))  # casting there is slow
    return {
        id: np.arange(int(min(first[id], support[own].min())), block.last_year + 1)
        for id, own in bounds.items()
    }


def _of_measure(panel: Panel, judged: np.ndarray, members: np.ndarray, observations: int) -> Cells:
    """The judged cells of the panel of a measure; ``members`` are positions in the block of its projects."""
    everything = bool(judged.all())
    flat = np.arange(judged.size) if everything else np.flatnonzero(judged)
    project = flat // len(panel.years)
    column = flat - project * len(panel.years)  # divmod takes ten times as long
    return Cells(panel, project, column, members.take(project), observations, None if everything else flat)


class Laid(dict):
    """Columns laid out at their first use."""

    def __init__(self, lay_out: Callable[[str], np.ndarray]):
        super().__init__()
        self.lay_out = lay_out

    def __missing__(self, name: str) -> np.ndarray:
        self[name] = self.lay_out(name)
        return self[name]


def _laid_out(figures: Laid, row: np.ndarray, reported: np.ndarray, shape: tuple[int, int]) -> Laid:
    """Figures in the cells of a panel, NaN where none is reported; only those that its criteria look at."""
    empty = np.flatnonzero(~reported)

    def laid(name: str) -> np.ndarray:
        if len(empty) == len(row):
            return np.full(shape, np.nan)
        values = figures[name].take(row)
        values[empty] = np.nan
        return values.reshape(shape)

    return Laid(laid)


def _judged(panel: Panel, reported: np.ndarray, completed: np.ndarray, terminated: np.ndarray) -> np.ndarray:
    """Reported years and those of the reporting period; the panel ends with the data, so no period passes it."""
    years, support, term_end = (
        panel.years,
        panel.marks["support_year"][:, 0],
        panel.marks["term_end_year"][:, 0],
    )
    own_last = np.full(len(support), -np.inf)
    for number, year in enumerate(years.tolist()):  # a maximum along so short an axis takes longer
        own_last = np.where(reported[:, number], year, own_last)
    end = np.where(completed, np.maximum(support + COMPLETED_FOR, own_last), years[-1])
    end = np.where(np.isnan(term_end), end, term_end)
    end = np.where(terminated, own_last, end)
    return reported | ((years >= support[:, None]) & (years <= end[:, None]))


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
    alike, first = _alike(methodology)
    measure = alike.take(block.measure)
    order, bounds = _grouped(measure)
    found = _cells(replace(block, measure=measure), order, bounds)
    count = np.zeros(len(measure), dtype=np.intp)
    for id, some in found.items():
        count += np.bincount(some.owner, minlength=len(count)) * len(criteria[id])
    laid, start = {name: np.empty(count.sum(), dtype=kind) for name, kind in _LAID.items()}, 0
    for id, some in found.items():  # cell by cell, criterion by criterion
        step = len(criteria[id])
        own = {"year": some.panel.years.take(some.year), "support_paid": some.support}
        for place, criterion in enumerate(criteria[id]):
            shown = compared(**vars(some.find(criterion)), methodology=methodology)
            for name, values in (shown | own | {"place": place}).items():
                laid[name][start + place : start + step * len(some.owner) : step] = values
        start += step * len(some.owner)
    by_project = _by_project(order, count)
    laid = {name: column.take(by_project) for name, column in laid.items()}
    place = laid.pop("place")
    laid |= scores(laid["plan"], laid["actual"], laid["state"], methodology=methodology)
    return Judged(
        owner=np.repeat(np.arange(len(count), dtype=np.int32), count),
        criterion=np.repeat(first.take(block.measure), count) + place,
        values={name: laid.pop(name) for name in VALUES},
        first=place == 0,
        observations=sum(some.observations for some in found.values()),
        count=count,
        **laid,
    )


def _alike(methodology: Methodology) -> tuple[np.ndarray, np.ndarray]:
    """By measure: the first measure whose criteria read the same, to be judged at once; and its first criterion.

    Measures 1, 3 and 5 of Order No. 35, say, are. Fewer and longer arrays take less time.
    """
    alike, first = np.zeros((2, max(measure.id for measure in methodology.measures) + 1), dtype=np.int16)
    readings: dict[tuple, int] = {}
    number = 0
    for measure in methodology.measures:
        reading = tuple((criterion.rule, criterion.settings) for criterion in measure.criteria)
        alike[measure.id], first[measure.id] = readings.setdefault(reading, measure.id), number
        number += len(measure.criteria)
    return alike, first


def _by_project(members: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Order that takes rows from by measure and project to by project; the rows of a project stand together."""
    start, own = np.empty(len(count), dtype=np.intp), count.take(members)
    start[members] = np.cumsum(own) - own
    start -= np.cumsum(count) - count
    order = np.repeat(start, count)
    order += np.arange(len(order))
    return order
