"""Projects with all their observations, part after part, in the order of identifiers.

Files whose rows are in that order are read once, from the front. Others are put in order first: in memory, or
where a bound of memory does not allow it through files of sorted pieces (:mod:`effeval.engine.spill`).
"""

from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import pyarrow as pa

from effeval.classifiers import region_codes
from effeval.columns import INPUT_TABLES
from effeval.engine import intake
from effeval.engine.ahead import Ahead
from effeval.engine.arrow import arrow, pc, texts
from effeval.engine.checked import Unusual
from effeval.engine.intake import Projects
from effeval.engine.memory import keep_freed_memory
from effeval.engine.store import Group, Store, heads

WORKING = 3  # threads: one reads, one judges, one writes; to read with several, more processors are needed
ROWS_READ = 3  # observations read at once for each project judged at once; what is read of one part waits for the rest
READY = 3  # parts read before they are judged: some take longer than others
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


@dataclass(frozen=True)
class Span:
    """Neighbouring identifiers: those after one, until and with another; None is no end.

    Examples
    --------
    >>> Span("B", "D").cut(pa.record_batch({"project_id": ["A", "B", "C", "D", "E"]}))["project_id"].to_pylist()
    ['C', 'D']
    """

    after: str | None = None
    until: str | None = None

    @property
    def everything(self) -> bool:
        return self.after is None and self.until is None

    def meets(self, group: Group) -> bool:
        """Whether a group of rows may hold such identifiers."""
        above = self.after is None or group.last is None or group.last > self.after
        return above and (self.until is None or group.first is None or group.first <= self.until)

    def cut(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """The rows with such identifiers, of rows in the order of identifiers."""
        ids = rows["project_id"]
        start = 0 if self.after is None else bisect_right(ids, self.after, key=_value)
        stop = len(rows) if self.until is None else bisect_right(ids, self.until, key=_value)
        return rows.slice(start, stop - start)


@dataclass(frozen=True, eq=False)
class Files:
    """The tables as they lie there, or what they hold of a span of identifiers.

    Attributes
    ----------
    store : Store
    groups : dict of str to tuple of Group
        Groups of rows to read of each table.
    names : dict of str to list of str
        Columns to read of each.
    regions : frozenset of str
        Codes of the regions there are.
    span : Span
    """

    store: Store
    groups: dict[str, tuple[Group, ...]]
    names: dict[str, list[str]]
    regions: frozenset[str]
    span: Span = Span()

    def within(self, span: Span) -> "Files":
        """The same files, as far as they hold a span of identifiers."""
        groups = {table: tuple(filter(span.meets, some)) for table, some in self.groups.items()}
        return replace(self, groups=groups, span=span)

    def of(self, *, table: str, group: Group) -> "Files":
        """One group of rows alone."""
        return replace(self, groups={table: (group,)})

    def read(self, table: str, *, rows: int) -> Iterator[pa.Table]:
        """Rows from the front, so many at once, the last fewer.

        Raises
        ------
        Unusual
            A file breaks off, or an identifier is empty or no text.
        NotInOrder
            A span is to be read of files that do not lie in the order of identifiers.
        """
        tables = _of_size(self._batches(table, rows), rows)
        while (some := _readable(tables)) is not None:
            if table != "reference":
                intake.check_ids(some["project_id"])
            yield some

    def whole(self, table: str) -> pa.Table:
        """All rows of a table."""
        found = list(self.read(table, rows=max(1, sum(group.rows for group in self.groups[table]))))
        return found[0] if found else self.nothing(table)

    def nothing(self, table: str) -> pa.Table:
        """A table of no rows."""
        coded = [name for name in self.names[table] if name in intake.CODED]
        with self.store.parquet(self.store.files(table)[0], coded=coded) as file:
            return file.schema_arrow.empty_table().select(self.names[table])

    def _batches(self, table: str, rows: int) -> Iterator[pa.RecordBatch]:
        """Group after group of rows: a reader of several keeps the bytes of all it has read."""
        names = self.names[table]
        coded = [name for name in names if name in intake.CODED]
        for path, groups in groupby(self.groups[table], key=lambda group: group.path):
            with self.store.parquet(path, coded=coded) as file:
                for group in groups:
                    found = file.iter_batches(
                        rows, row_groups=[group.number], columns=names, use_threads=pa.cpu_count() > WORKING
                    )
                    yield from found if self.span.everything else self._cut(found)

    def _cut(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows of the span of a group; what comes after it is not read."""
        before = None
        for batch in batches:
            intake.check_ids(batch["project_id"])
            ids = batch["project_id"]
            if not intake.is_rising(ids) or (before is not None and ids[0].as_py() < before):
                raise NotInOrder
            before = ids[-1].as_py()
            some = self.span.cut(batch)
            if len(some):
                yield some
            if self.span.until is not None and before > self.span.until:
                return

    def size(self) -> int:
        """Bytes that both tables take in memory to be put in order."""
        return IN_MEMORY * sum(group.size for some in self.groups.values() for group in some)


def files_of(source: str) -> Files:
    """What stands in the heads of the files of a folder.

    Raises
    ------
    Unusual
    ParameterError
        There is no way to open such an address.
    """
    store = Store(source)
    paths = {name: store.files(name) for name in INPUT_TABLES}
    if any(not some or store.exists(f"{name}.csv") for name, some in paths.items()):
        raise Unusual("the tables are not all Parquet files")
    names, groups = {}, {}
    for table, some in paths.items():
        schemas, groups[table] = heads(store, some)
        found = [intake.wanted(schema, table) for schema in schemas]
        if any(set(own) != set(found[0]) for own in found):
            raise Unusual(f"the files of {table} have different columns")
        names[table] = found[0]
    return Files(store, groups, names, frozenset(region_codes()))


def _readable(tables: Iterator[pa.Table]) -> pa.Table | None:
    """The next table, None at the end; :class:`Unusual` for a file that breaks off or is of other types."""
    try:
        return next(tables, None)
    except (OSError, ValueError, TypeError) as error:  # what pyarrow raises are these
        raise Unusual(str(error)) from error


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


def in_order(files: Files, *, size: int) -> Generator[Part, None, None]:
    """Parts of files whose rows are in the order of identifiers.

    Raises
    ------
    NotInOrder
        They are not; parts before were right, but there may be observations that belong to them.
    Unusual
    """
    observed = files.read("observations", rows=size * ROWS_READ)
    held, before = next(observed, None), None
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
        yield _part(projects, pa.concat_tables(own) if own else pa.table({}))
    if held is not None:
        raise NotInOrder


def ahead(parts: Generator[Part, None, None]) -> Ahead[Part]:
    """Parts read from now on, while those before are judged, with memory that this process keeps for the next."""
    keep_freed_memory()
    return Ahead(parts, count=READY)


def _value(scalar: pa.Scalar) -> str:
    return scalar.as_py()


def _part(projects: Projects, table: pa.Table) -> Part:
    if not len(table):
        table = pa.table({"project_id": texts([]), "year": arrow(np.empty(0, dtype=np.int16))})
    owner = intake.owners(table["project_id"], projects.ids)
    if owner is None:
        raise NotInOrder
    return Part(projects, owner, intake.years(table), intake.figures(table))


def sorted_parts(
    cases: pa.Table, observations: pa.Table, *, regions: frozenset[str], size: int
) -> Generator[Part, None, None]:
    """Parts of tables that hold all there is between two identifiers, in any order.

    Raises
    ------
    Unusual
        A project is there twice, an observation has none, or a cell is not as it should be.
    """
    for table in (cases, observations):
        intake.check_ids(table["project_id"])
    cases = pc.take(cases, pc.sort_indices(cases["project_id"]))
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
