"""What is to be judged, with what, and what came of it: the same on this machine and on any other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from effeval.engine import intake
from effeval.engine.arrow import pc
from effeval.engine.checked import Unusual
from effeval.engine.intake import Projects
from effeval.engine.output import Output
from effeval.engine.parts import Files, Part
from effeval.engine.store import Group
from effeval.engine.tallies import Tally
from effeval.judging import Block, Judged, judge
from effeval.methodology import Methodology


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was judged.

    Attributes
    ----------
    rows, projects : int
        Judged rows, and projects that have one.
    synthetic : bool
        Some project is made up, which its identifier says (SYN-…).
    tallies : tuple of pyarrow.Table
        Fulfilment by each grouping asked for, as :func:`effeval.fulfilment` gives it.
    """

    rows: int
    projects: int
    synthetic: bool
    tallies: tuple[pa.Table, ...]


@dataclass(frozen=True, eq=False)
class Done:
    """What came of some parts; two add up, if no project stands in both.

    Attributes
    ----------
    rows, projects : int
    synthetic : bool
    tallies : tuple of Tally
    """

    rows: int
    projects: int
    synthetic: bool
    tallies: tuple[Tally, ...]

    def __add__(self, other: "Done") -> "Done":
        tallies = tuple(a + b for a, b in zip(self.tallies, other.tallies, strict=True))
        rows, projects = self.rows + other.rows, self.projects + other.projects
        return Done(rows, projects, self.synthetic or other.synthetic, tallies)

    def outcome(self) -> Outcome:
        return Outcome(
            self.rows, self.projects, self.synthetic, tuple(tally.finished() for tally in self.tallies)
        )


@dataclass(frozen=True, eq=False)
class Task:
    """All but the parts and the place of the result. Pickles, and is small.

    Attributes
    ----------
    files : Files
    reference : dict
        Columns of ``reference`` by name and calendar year.
    last_year : int
        Last year in the observations of the whole data set.
    methodology : Methodology
    by : sequence of sequences of str
        Groupings to add up by.
    """

    files: Files
    reference: dict[str, dict[int, float]]
    last_year: int
    methodology: Methodology
    by: Sequence[Sequence[str]]

    def without_groups(self) -> "Task":
        """The same task for files that are named otherwise; it is smaller."""
        return replace(self, files=replace(self.files, groups={}))

    def tallies(self) -> tuple[Tally, ...]:
        """A tally for each grouping, still empty.

        Raises
        ------
        ParameterError
            An unknown column to group by.
        """
        names = self.files.names["projects"]
        return tuple(Tally(some, methodology=self.methodology, names=names) for some in self.by)

    def output(self, path: str | Path | None, *, filesystem: Any = None) -> Output:
        """What writes the judged rows; a context that ends when all are written."""
        return Output(path, methodology=self.methodology, filesystem=filesystem)

    def run(self, parts: Iterable[Part], output: Output) -> Done:
        """Judge part after part; the last are written in the meantime, and after it."""
        tallies, rows, projects, synthetic = self.tallies(), 0, 0, False
        for part in parts:
            judged = self.judged(part)
            rows += len(judged.owner)
            projects += int(np.count_nonzero(judged.count))
            synthetic = synthetic or part.projects.synthetic
            for tally in tallies:
                tally.add(part.projects, judged)
            output.add(part.projects, judged)
        return Done(rows, projects, synthetic, tallies)

    def judged(self, part: Part) -> Judged:
        """The rows of a part."""
        self.check_needs(part.projects)
        block = Block(
            measure=part.projects.measure,
            marks=part.projects.marks,
            completed=part.projects.has_status("completed"),
            terminated=part.projects.has_status("terminated"),
            owner=part.owner,
            year=part.year,
            figures=lambda name: part.figures.get(name, part.empty),
            references=self.references,
            last_year=self.last_year,
        )
        judged = judge(block, self.methodology)
        if judged.observations != len(part.owner):
            raise Unusual("project_id, year")
        return judged

    def check_needs(self, projects: Projects) -> None:
        """Measures that the methodology has not, and figures that the files have not, are for ``load`` to name."""
        present = set(np.flatnonzero(np.bincount(projects.measure)).tolist())
        for measure in self.methodology.measures:
            if measure.id in present:
                present.discard(measure.id)
                needed = {name for criterion in measure.criteria for name in criterion.figures}
                known = {c.reference for c in measure.criteria if c.reference is not None}
                if needed - set(self.files.names["observations"]) or known - set(self.reference):
                    raise Unusual("a column is missing")
        if present:
            raise Unusual("measure")

    def references(self, name: str, years: np.ndarray) -> np.ndarray:
        """A column of ``reference`` for some years, NaN where it has none."""
        return np.array([self.reference[name].get(year, np.nan) for year in years.tolist()])


def task_of(files: Files, methodology: Methodology, by: Sequence[Sequence[str]]) -> Task:
    """The task of judging some files, with what stands in the small table.

    Raises
    ------
    Unusual
    """
    reference = intake.read_reference(files.whole("reference"))
    return Task(files, reference, _last_year(files), methodology, by)


def _last_year(files: Files) -> int:
    """The last year of the observations: as Parquet states it, or else by reading the years."""
    groups: tuple[Group, ...] = files.groups["observations"]
    found: list[Any] = [group.last_year for group in groups]
    if None in found:
        only = Files(files.store, files.groups, {"observations": ["project_id", "year"]}, files.regions)
        found = [pc.max(some["year"]).as_py() for some in only.read("observations", rows=10**6)]
    if not found or any(not isinstance(year, int | float) or year != year for year in found):  # noqa: PLR0124 - NaN
        raise Unusual("year")
    return int(max(found))
