"""From a folder of Parquet files to judged rows and tallies, in blocks of projects."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from effeval.classifiers import region_codes
from effeval.columns import INPUT_TABLES
from effeval.engine import intake
from effeval.engine.intake import Projects, Unusual
from effeval.engine.memory import check_memory, projects_at_once
from effeval.engine.output import Output
from effeval.engine.parts import Files, NotInOrder, Part, in_order, put_in_order
from effeval.engine.tallies import Tally
from effeval.errors import ParameterError
from effeval.judging import Block, Judged, check_measures, judge
from effeval.methodology import Methodology
from effeval.placing import replacing


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


def assess_parquet(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str] | None,
    *,
    methodology: Methodology,
    by: Sequence[Sequence[str]] = (),
    memory: int | None = None,
    at_once: int | None = None,
) -> Outcome:
    """Judge a data set kept as Parquet, in blocks of projects; the rows are those of :func:`effeval.assess`.

    Parameters
    ----------
    source : path
        A folder with projects.parquet, observations.parquet and reference.parquet.
    output : path or None
        Parquet file of the judged rows; None writes none.
    methodology : Methodology
    by : sequence of sequences of str
        Groupings to add up by, each as for :func:`effeval.fulfilment` (not by ``project_id`` or ``state``).
    memory : int, optional
        Bytes that the process may take. Rows in the order of identifiers are read once, others are put in order
        in memory or, where they do not fit, in files beside the output. Default: no bound.
    at_once : int, optional
        Projects judged at once; by default as many as memory allows.

    Returns
    -------
    Outcome

    Raises
    ------
    DataError
        What :func:`effeval.load` raises for these data: every fault. To find them all, the data are read as a whole.
    MethodologyError
        A measure of the data has no criteria in the methodology.
    ParameterError
        An unknown column to group by, too little memory, or, with a bound of memory, data that must be mended
        as they are read (codes without their zeros, numbers as text).

    Notes
    -----
    What is worth knowing but no fault (the warnings of :func:`effeval.load`) is not looked for. Without a bound of
    memory, data that must be mended are read and judged as a whole.

    Examples
    --------
    >>> import effeval as ee
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     for name, columns in {
    ...         "projects": {
    ...             "project_id": ["A"], "applicant": ["Example"], "measure": [8], "kato": ["75"], "oked": ["24"],
    ...             "category": ["small"], "support_year": [2024], "status": ["implementing"]},
    ...         "observations": {
    ...             "project_id": ["A"], "year": [2024], "support_paid": [100.0], "export_value": [120.0]},
    ...         "reference": {"year": [2024], "wage_growth_forecast": [0.1], "source": ["example"]},
    ...     }.items():
    ...         pq.write_table(pa.table(columns), f"{folder}/{name}.parquet")
    ...     found = assess_parquet(folder, None, methodology=ee.Methodology.load(), by=[["region", "year"]])
    >>> found.rows, found.tallies[0].select(["region", "year", "fulfilled"]).to_pylist()
    (1, [{'region': '75', 'year': 2024, 'fulfilled': 1}])
    """
    if memory is not None:
        check_memory(memory)
    size = projects_at_once(memory) if at_once is None else at_once
    place = nullcontext() if output is None else replacing(output)
    with place as target:
        try:
            task = _task(Path(source), methodology, by, target)
            try:
                return task.run(in_order(task.files, size=size))
            except NotInOrder:
                folder = Path.cwd() if target is None else target.parent
                return task.run(put_in_order(task.files, size=size, memory=memory, folder=folder))
        except Unusual as unusual:
            why = "" if memory is None else str(unusual)
            return _as_a_whole(Path(source), target, methodology=methodology, by=by, why=why)


@dataclass(frozen=True, eq=False)
class _Task:
    """All but the parts: what they are judged with, and where the results go."""

    files: Files
    reference: dict[str, dict[int, float]]
    last_year: int
    methodology: Methodology
    by: Sequence[Sequence[str]]
    output: Path | None

    def run(self, parts: Iterator[Part]) -> Outcome:
        """Judge part after part; the next is read and the last written in the meantime."""
        names = self.files.names["projects"]
        tallies = [Tally(some, methodology=self.methodology, names=names) for some in self.by]
        rows, projects, synthetic = 0, 0, False
        with Output(self.output, methodology=self.methodology) as output, closing(_ahead(parts)) as coming:
            for part in coming:
                judged = self.judged(part)
                rows += len(judged.owner)
                projects += int(np.count_nonzero(np.diff(judged.owner, prepend=-1)))
                synthetic = synthetic or part.projects.synthetic
                for tally in tallies:
                    tally.add(part.projects, judged)
                output.add(part.projects, judged)
        return Outcome(rows, projects, synthetic, tuple(tally.finished() for tally in tallies))

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
        present = set(np.unique(projects.measure).tolist())
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


def _task(source: Path, methodology: Methodology, by: Sequence[Sequence[str]], output: Path | None) -> _Task:
    """What stands in the heads of the files, and the small table.

    Raises
    ------
    Unusual
    """
    paths = {name: source / f"{name}.parquet" for name in INPUT_TABLES}
    if any(not path.is_file() or path.with_suffix(".csv").exists() for path in paths.values()):
        raise Unusual("the tables are not all Parquet files")
    try:
        names = {name: intake.wanted(pq.read_schema(path), name) for name, path in paths.items()}
        with pq.ParquetFile(paths["reference"]) as file:
            reference = file.read(columns=names["reference"])
        last_year = _last_year(paths["observations"])
    except (OSError, ValueError) as error:  # what pyarrow raises are ValueErrors
        raise Unusual(str(error)) from error
    files = Files(paths["projects"], paths["observations"], names, frozenset(region_codes()))
    return _Task(files, intake.read_reference(reference), last_year, methodology, by, output)


def _last_year(path: Path) -> int:
    """The last year of the observations: as Parquet states it, or else by reading the years."""
    with pq.ParquetFile(path) as file:
        column = file.schema_arrow.names.index("year")
        groups = [file.metadata.row_group(number).column(column) for number in range(file.num_row_groups)]
        if groups and all(
            g.path_in_schema == "year" and g.is_stats_set and g.statistics.has_min_max for g in groups
        ):
            found = max(group.statistics.max for group in groups)
        else:
            found = pc.max(file.read(columns=["year"])["year"]).as_py()
    if not isinstance(found, int | float) or found != found:  # noqa: PLR0124 - NaN
        raise Unusual("year")
    return int(found)


def _ahead(parts: Iterator[Part]) -> Iterator[Part]:
    """The same parts, each made ready while the one before is worked on."""
    end = object()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, parts, end)
        while (part := coming.result()) is not end:
            coming = pool.submit(next, parts, end)
            yield part


def _as_a_whole(
    source: Path, target: Path | None, *, methodology: Methodology, by: Sequence[Sequence[str]], why: str
) -> Outcome:
    """The way of ``load``, ``assess`` and ``fulfilment``; only to find all faults, where memory is bounded.

    ``why`` says what could not be read in blocks; empty where the data may be judged as a whole.
    """
    from effeval.aggregation import fulfilment
    from effeval.dataset import load
    from effeval.scoring import assess

    data = load(source, methodology=methodology)
    check_measures(data.projects["measure"], methodology)
    if why:
        fix = "leave the bound of memory out, or write the tables anew as they are read"
        raise ParameterError(f"{source} cannot be judged in blocks as it stands ({why}).\nTo fix: {fix}")
    assessed = assess(data, methodology)
    if target is not None:
        assessed.to_parquet(target, index=False)
    tallies = [
        pa.Table.from_pandas(fulfilment(assessed, some, methodology=methodology), preserve_index=False)
        for some in by
    ]
    plain = tuple(_plain(table) for table in tallies)
    return Outcome(len(assessed), assessed["project_id"].nunique(), data.synthetic, plain)


def _plain(table: pa.Table) -> pa.Table:
    """Texts as Arrow's usual ones, without what pandas notes."""
    kinds = [pa.string() if pa.types.is_large_string(field.type) else field.type for field in table.schema]
    return table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True))))
