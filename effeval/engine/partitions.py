"""``assess`` on a Dask cluster: spans of identifiers are judged where there is room, what they give adds up as a tree."""

import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from effeval import __version__
from effeval.cluster import connected
from effeval.engine.checked import Unusual
from effeval.engine.memory import check_memory, projects_at_once
from effeval.engine.parts import Files, NotInOrder, Part, Span, ahead, files_of, in_order, sorted_parts
from effeval.engine.run import as_a_whole, law_of
from effeval.engine.spill import SAMPLED, bounds, gather, sample, spill
from effeval.engine.store import Group, Store, absolute, check_apart, is_address
from effeval.engine.task import Done, Outcome, Task, task_of
from effeval.engine.workplace import workplace
from effeval.errors import ClusterError, ParameterError
from effeval.methodology import Methodology

if TYPE_CHECKING:
    from distributed import Client

SPAN_ROWS = 600_000  # observations of a span, at least: 100,000 projects of six years
SPAN_PROJECTS = 100_000  # of a span, where rows must be put in order first
FAN_IN = 8  # results that are added up at once


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster.

    Attributes
    ----------
    address : str
        Of the scheduler, such as tcp://10.0.0.5:8786; ``local`` starts workers on this machine.
    folder : path or address, optional
        That every worker reaches, for what is not finished. Default: where the output will be.
    """

    address: str
    folder: str | os.PathLike[str] | None = None


def assess_on_cluster(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str] | None,
    *,
    cluster: Cluster,
    methodology: Methodology | str = "order-35",
    by: Sequence[Sequence[str]] = (),
    memory: int | None = None,
) -> Outcome:
    """Judge a data set kept as Parquet on a Dask cluster; rows and tallies are those of one machine.

    Parameters
    ----------
    source : path or address
        A folder, or an address for fsspec such as s3://bucket/data, that every worker reaches. Of projects,
        observations and reference each is a file NAME.parquet, or a folder of that name with any number of files.
    output : path or address, or None
        Folder of the judged rows that every worker reaches: part-00000.parquet, part-00001.parquet, … in the order
        of rows; None writes none.
    cluster : Cluster
    methodology : Methodology or str
        As for :func:`effeval.engine.assess_parquet`.
    by : sequence of sequences of str
        Groupings to add up by, as for :func:`effeval.engine.assess_parquet`.
    memory : int, optional
        Bytes that judging may take in each worker. Rows that do not lie in the order of ``project_id`` are put in
        order through files, some 100,000 projects at once.

    Returns
    -------
    Outcome

    Raises
    ------
    DataError, MethodologyError, ParameterError
        As :func:`effeval.engine.assess_parquet` with a bound of memory. ParameterError also if there is no such
        scheduler, or a worker has another version of effeval or does not reach the files.
    ClusterError
        Every worker that tried some part died.

    Notes
    -----
    A span of neighbouring identifiers is a task, of at least 600,000 observations; whole groups of rows are read for
    it, so files in parts of up to a million rows are best. When a worker dies, others do its tasks again.
    """
    size, law = projects_at_once(None if memory is None else check_memory(memory)), law_of(methodology)
    source, output = absolute(source), None if output is None else absolute(output)
    if output is not None:
        check_apart(source, output)
    with connected(cluster.address) as client, workplace(output, folder=cluster.folder) as place:
        try:
            task = task_of(files_of(source), law, by)
            task.tallies()  # which refuse unknown columns before any work is done
            _check_workers(client, [task.files.groups["observations"][0].path, place.store.root])
            written = _Work(client, task, place.store, output is not None, size).run()
        except Unusual as unusual:
            as_a_whole(source, None, methodology=law, by=by, why=str(unusual) or "it cannot be read")
            raise
        if output is not None:
            place.finish([path for _, path in sorted(written.files)])
    return written.done.outcome()


@dataclass(frozen=True, eq=False)
class Written:
    """What came of some spans, and the numbers and files of those that wrote one."""

    done: Done
    files: tuple[tuple[int, str], ...]

    def __add__(self, other: "Written | Refused") -> "Written | Refused":
        if isinstance(other, Refused):
            return other
        return Written(self.done + other.done, self.files + other.files)


@dataclass(frozen=True, eq=False)
class Refused:
    """Why some span could not be judged: a result, since workers report what is raised as a mishap of theirs."""

    why: Unusual | NotInOrder

    def __add__(self, other: "Written | Refused") -> "Refused":
        return self


@dataclass(frozen=True, eq=False)
class _Work:
    """What the client knows; only tasks and names of files travel."""

    client: "Client"
    task: Task
    store: Store
    keeps: bool  # whether rows are written
    size: int

    def run(self) -> Written:
        """All spans.

        Raises
        ------
        Unusual, ClusterError
        """
        from distributed import KilledWorker

        parts = spans(self.task.files)
        try:
            if parts is not None:
                try:
                    return self.judged([self.task.files.within(span) for span in parts])
                except NotInOrder:
                    pass  # the heads of the files did not tell
            return self.judged(self.pieces())
        except KilledWorker as error:
            fix = "give workers more memory, write the tables in smaller groups of rows, and run it again"
            raise ClusterError(
                f"Every worker that tried {error.task} died (out of memory?).\nTo fix: {fix}"
            ) from error

    def judged(self, spans: "Sequence[Files | Pieces]") -> Written:
        """Judge spans, and add up what came of them."""
        task = self.task.without_groups()
        common = {"size": self.size, "store": self.store, "keeps": self.keeps, "pure": False}
        futures = [
            self.client.submit(judge_span, task, span, number, **common) for number, span in enumerate(spans)
        ]
        every = list(futures)
        try:
            while len(futures) > 1:
                some = [futures[first : first + FAN_IN] for first in range(0, len(futures), FAN_IN)]
                futures = [self.client.submit(_sum, few, pure=False) for few in some]
                every += futures
            found = futures[0].result()
        finally:
            self.client.cancel(every)
        if isinstance(found, Refused):
            raise found.why
        return found

    def pieces(self) -> "list[Pieces]":
        """Put rows in order through files: pieces divided at the same identifiers."""
        files = self.task.files
        total = sum(group.rows for group in files.groups["projects"])
        alone = {
            t: [(files.of(table=t, group=g), t) for g in files.groups[t]]
            for t in ("projects", "observations")
        }
        ids = self.each(sample, alone["projects"], step=-(-total // SAMPLED))
        cuts = bounds([id for some in ids for id in some], count=-(-total // SPAN_PROJECTS))
        paths = {t: self.each(spill_group, some, cuts=cuts, store=self.store) for t, some in alone.items()}
        return [Pieces(paths, number) for number in range(len(cuts) + 1)]

    def each(self, work: Callable[..., Any], arguments: Sequence[tuple], **common: Any) -> list:
        """The results of the same work for each of some arguments."""
        return self.client.gather(
            [self.client.submit(work, *some, pure=False, **common) for some in arguments]
        )


@dataclass(frozen=True)
class Pieces:
    """What lies between two identifiers in the files of :func:`effeval.engine.spill.spill`."""

    paths: dict[str, list[str]]
    number: int


def judge_span(
    task: Task, span: Files | Pieces, number: int, *, size: int, store: Store, keeps: bool
) -> Written | Refused:
    """Judge a span on a worker; each try writes a file of its own, so that a try given up does no harm."""
    name = f"{number}-{uuid4().hex}.parquet"
    path = store.path(name) if keeps else None
    try:
        rows = task.output(path, filesystem=store.filesystem)
        with ahead(_parts(task, span, size, store)) as parts, rows as output:
            done = task.run(parts, output)
    except (Unusual, NotInOrder) as why:
        return Refused(why)
    return Written(done, ((number, path),) if path is not None and store.exists(name) else ())


def _parts(task: Task, span: Files | Pieces, size: int, store: Store) -> Generator[Part, None, None]:
    if isinstance(span, Files):
        return in_order(span, size=size)
    cases, observations = (gather(store, span.paths[t], span.number) for t in ("projects", "observations"))
    return sorted_parts(cases, observations, regions=task.files.regions, size=size)


def spill_group(files: Files, table: str, *, cuts: Sequence[str], store: Store) -> str:
    """Write a group of rows sorted and divided, on a worker; its name."""
    path = store.path(f"{table}-{uuid4().hex}.arrow")
    spill(files.whole(table), cuts, store, path)
    return path


def _sum(some: Sequence[Written | Refused]) -> Written | Refused:
    return reduce(add, some)


def spans(files: Files) -> list[Span] | None:
    """Spans for which few groups of rows are read; None if the heads do not tell, or tell that rows lie mixed.

    Observations of the project with which one group ends and the next begins belong to the first span: its reader
    stops at the first batch of the next group.
    """
    for table in ("projects", "observations"):
        groups = files.groups[table]
        if any(group.first is None for group in groups) or _mixed(groups):
            return None
    ends, rows = [], 0
    for group in files.groups["observations"][:-1]:
        rows += group.rows
        if rows >= SPAN_ROWS:
            ends, rows = [*ends, group.last], 0
    bounds = [None, *dict.fromkeys(ends), None]
    return [Span(after, until) for after, until in pairwise(bounds)]


def _mixed(groups: Sequence[Group]) -> bool:
    return any(one.last > next.first for one, next in pairwise(groups))


def _check_workers(client: "Client", paths: Sequence[str]) -> None:
    """Refuse workers that would judge by other rules, or do not reach what must be read and written."""
    faults = []
    try:
        seen = client.run(_seen, paths)
    except ModuleNotFoundError as error:
        fix = "install the same effeval, with the extra cluster, on every machine"
        raise ParameterError(f"A worker has no {error.name}.\nTo fix: {fix}") from error
    for worker, (version, missing) in seen.items():
        if version != __version__:
            faults.append(f"Worker {worker} has effeval {version}, this machine has {__version__}.")
        faults += [f"Worker {worker} does not reach {path}." for path in missing]
    if faults:
        fix = "install the same effeval everywhere; data and output in a folder all machines share, or at s3://…"
        raise ParameterError("\n".join([*faults, f"To fix: {fix}"]))


def _seen(paths: Sequence[str]) -> tuple[str, list[str]]:
    return __version__, [path for path in paths if not is_address(path) and not os.path.exists(path)]
