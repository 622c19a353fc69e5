"""Projects with all their observations, part after part, in the order of identifiers.

Files whose rows are in that order are read once, from the front. Others are put in order first: in memory, or
where a bound of memory does not allow it in files of neighbouring identifiers, each of which fits.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from effeval.engine import intake
from effeval.engine.arrow import arrow, texts
from effeval.engine.intake import Projects, Unusual
from effeval.engine.memory import room

ROWS_READ = 6  # observations read at once for each project judged at once
SAMPLED = 200_000  # identifiers by which files of neighbouring ones are divided
MOST_FILES = 200  # of neighbouring identifiers, all open at once for each table
IN_MEMORY = 5  # times the size that Parquet states, where a whole table is held and put in order


class NotInOrder(Exception):
    """Rows are not in the order of identifiers, or an observation has no project."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some projects and all observations of each.

    Attributes
    ----------
    projects : Projects
        Sorted by identifier, after those of the parts before.
    owner, year : numpy.ndarray of int
        Position of the project, and year, of each observation.
    figures : mapping of str to numpy.ndarray of float64
    """

    projects: Projects
    owner: np.ndarray
    year: np.ndarray
    figures: Mapping[str, np.ndarray]

    @property
    def empty(self) -> np.ndarray:
        """A column of figures that the file has not."""
        return np.full(len(self.owner), np.nan)


@dataclass(frozen=True, eq=False)
class Files:
    """The two large tables as they lie there.

    Attributes
    ----------
    projects, observations : str
        Paths.
    names : dict of str to list of str
        Columns to read of each.
    regions : frozenset of str
    """

    projects: Path
    observations: Path
    names: dict[str, list[str]]
    regions: frozenset[str]

    def open(self, table: str) -> pq.ParquetFile:
        """A file of one of the tables."""
        return pq.ParquetFile(getattr(self, table))

    def read(self, table: str, *, rows: int) -> Iterator[pa.Table]:
        """Its rows from the front, so many at once, the last fewer."""
        with self.open(table) as file:
            for some in _of_size(_readable(self._batches(file, table, rows)), rows):
                intake.check_ids(some["project_id"])
                yield some

    def _batches(self, file: pq.ParquetFile, table: str, rows: int) -> Iterator[pa.RecordBatch]:
        """Group after group of rows: a reader of several keeps the bytes of all it has read."""
        for group in range(file.num_row_groups):
            yield from file.iter_batches(rows, row_groups=[group], columns=self.names[table])

    def size(self) -> int:
        """Bytes that both tables take in memory to be put in order."""
        total = 0
        for table in ("projects", "observations"):
            with self.open(table) as file:
                groups = range(file.metadata.num_row_groups)
                total += sum(file.metadata.row_group(g).total_byte_size for g in groups)
        return total * IN_MEMORY


def _readable(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same, with :class:`Unusual` for a file that breaks off."""
    while True:
        try:
            batch = next(batches)
        except StopIteration:
            return
        except (OSError, ValueError) as error:  # what pyarrow raises are ValueErrors
            raise Unusual(str(error)) from error
        yield batch


def _of_size(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    held, count = [], 0
    for batch in batches:
        while count + len(batch) >= rows:
            yield pa.Table.from_batches([*held, batch.slice(0, rows - count)])
            batch, held, count = batch.slice(rows - count), [], 0
        if len(batch):
            held, count = [*held, batch], count + len(batch)
    if held:
        yield pa.Table.from_batches(held)


def in_order(files: Files, *, size: int) -> Iterator[Part]:
    """Parts of files whose rows are in the order of identifiers.

    Raises
    ------
    NotInOrder
        They are not; parts before were right, but there may be observations that belong to them.
    Unusual
    """
    observed = files.read("observations", rows=size * ROWS_READ)
    held, before = next(observed), None
    for table in files.read("projects", rows=size):
        projects = intake.read_projects(table, regions=files.regions)
        ids = projects.ids
        if not intake.is_sorted(ids) or (before is not None and before >= ids[0].as_py()):
            raise NotInOrder
        before, own = ids[-1].as_py(), []
        while held is not None and held["project_id"][-1].as_py() <= before:
            own.append(held)
            held = next(observed, None)
        if held is not None:
            cut = bisect_right(held["project_id"], before, key=_value)
            own.append(held.slice(0, cut))
            held = held.slice(cut)
        yield _part(projects, pa.concat_tables(own) if own else pa.table({}), files)
    if held is not None:
        raise NotInOrder


def _value(scalar: pa.Scalar) -> str:
    return scalar.as_py()


def _part(projects: Projects, table: pa.Table, files: Files) -> Part:
    if not len(table):
        table = pa.table({"project_id": texts([]), "year": arrow(np.empty(0, dtype=np.int16))})
    owner = intake.owners(table["project_id"], projects.ids)
    if owner is None:
        raise NotInOrder
    return Part(projects, owner, intake.years(table), intake.figures(table))


def put_in_order(files: Files, *, size: int, memory: int | None, folder: Path) -> Iterator[Part]:
    """Parts of files in any order, put in order in memory or, if they do not fit, through files in a folder.

    Raises
    ------
    Unusual
        A project is there twice, an observation has none, or a cell is not as it should be.
    """
    if memory is None or files.size() <= room(memory):
        whole = (_whole(files, table) for table in ("projects", "observations"))
        yield from sorted_parts(*whole, regions=files.regions, size=size)
        return
    with TemporaryDirectory(dir=folder, prefix=".effeval-") as spilled:
        bounds = _bounds(files, count=min(MOST_FILES, -(-2 * files.size() // room(memory))))
        paths = {t: _spill(files, t, bounds, Path(spilled), rows=size) for t in ("projects", "observations")}
        for both in zip(paths["projects"], paths["observations"], strict=True):
            tables = [pa.ipc.open_file(path).read_all() for path in both]
            yield from sorted_parts(*tables, regions=files.regions, size=size)


def _whole(files: Files, table: str) -> pa.Table:
    with files.open(table) as file:
        return file.read(columns=files.names[table])


def sorted_parts(
    cases: pa.Table, observations: pa.Table, *, regions: frozenset[str], size: int
) -> Iterator[Part]:
    """Parts of tables that hold all there is between two identifiers, in any order.

    Raises
    ------
    Unusual
    """
    for table in (cases, observations):
        intake.check_ids(table["project_id"])
    cases = cases.take(pc.sort_indices(cases["project_id"]))
    projects = intake.read_projects(cases, regions=regions)
    if not intake.is_sorted(projects.ids):
        raise Unusual("project_id")
    owner, year = intake.owners(observations["project_id"], projects.ids), intake.years(observations)
    if owner is None:
        raise Unusual("project_id")
    figures = intake.figures(observations)
    part = (owner // size).astype(np.int16)
    order = np.argsort(part, kind="stable")  # sixteen bits are sorted by radix
    bounds = np.searchsorted(part[order], np.arange(-(-len(cases) // size) + 1))
    for number, start in enumerate(range(0, len(cases), size)):
        rows = order[bounds[number] : bounds[number + 1]]
        some = intake.read_projects(cases.slice(start, size), regions=regions)
        taken = {name: values.take(rows) for name, values in figures.items()}
        yield Part(some, owner[rows] - np.int32(start), year[rows], taken)


def _bounds(files: Files, *, count: int) -> list[str]:
    """Identifiers that divide the projects into so many files of about the same size."""
    with files.open("projects") as file:
        step, ids = -(-file.metadata.num_rows // SAMPLED), []
        for batch in file.iter_batches(columns=["project_id"]):
            ids += batch.column(0).take(arrow(np.arange(0, len(batch), step))).to_pylist()
    if any(not isinstance(id, str) for id in ids):
        raise Unusual("project_id")
    ids.sort()
    return sorted({ids[len(ids) * number // count] for number in range(1, count)})


def _spill(files: Files, table: str, bounds: list[str], folder: Path, *, rows: int) -> list[Path]:
    """Rows of a table in files of neighbouring identifiers; none is larger than memory allows."""
    paths = [folder / f"{table}-{number}.arrow" for number in range(len(bounds) + 1)]
    writers: list[pa.RecordBatchFileWriter] = []
    try:
        for some in files.read(table, rows=rows * ROWS_READ):
            some = some.combine_chunks().take(pc.sort_indices(some["project_id"]))
            writers = writers or [pa.ipc.new_file(path, some.schema) for path in paths]
            cuts = [
                0,
                *(bisect_left(some["project_id"], bound, key=_value) for bound in bounds),
                len(some),
            ]
            for writer, start, stop in zip(writers, cuts, cuts[1:], strict=False):
                writer.write_table(some.slice(start, stop - start))
    finally:
        for writer in writers:
            writer.close()
    return paths
