"""Who makes the reports: kernels forked in threads, a pool of processes, or the workers of a Dask cluster."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from effeval import kernels
from effeval.cluster import connected
from effeval.reports.execution import Made, Order, import_papermill, make
from effeval.reports.plan import Report

PRELOAD = ("pyarrow.parquet", "effeval.scored", "effeval.reports.warm")  # before kernels are forked

Work = Callable[[Report], Made]
Produce = Callable[[Sequence[Report], Order, Path], Iterator[Made]]


@contextmanager
def crew(*, jobs: int, dask: str | None = None) -> Iterator[Produce]:
    """Those who make reports; what is given makes several at once, and gives each as it is finished.

    Parameters
    ----------
    jobs : int
        How many at once on this machine.
    dask : str, optional
        Address of a Dask scheduler, such as tcp://10.0.0.5:8786; its workers make the reports instead.

    Yields
    ------
    callable
        Takes reports, what they share, and the folder of :func:`effeval.scored.write_scored`. It raises
        ParameterError if there is no such scheduler, it has no workers, or ``distributed`` is not installed.
    """
    if dask is not None:
        yield partial(_on_cluster, address=dask)
    elif kernels.available():
        with ExitStack() as stack, ThreadPoolExecutor(1) as starter:
            # the process that kernels are forked from imports for seconds; the caller need not wait
            started = starter.submit(stack.enter_context, kernels.forking(PRELOAD))
            yield lambda reports, order, scored: _in_threads(
                reports, partial(make, order=order, scored=scored, options=_options(started)), jobs
            )
    else:
        yield partial(_in_processes, jobs=jobs)


def _options(started: Future) -> Mapping[str, object]:
    import_papermill()
    # saved at the end and when something breaks, not after each cell
    return started.result() | {"request_save_on_cell_execute": False}


def _in_threads(reports: Sequence[Report], work: Work, jobs: int) -> Iterator[Made]:
    pool = ThreadPoolExecutor(jobs + 1)  # one more: a kernel that starts or ends waits more than it works
    futures = [pool.submit(work, report) for report in reports]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        # Not waited for: after Ctrl-C, kernels at work end with the process that they are forked from.
        pool.shutdown(wait=False, cancel_futures=True)


def _in_processes(reports: Sequence[Report], order: Order, scored: Path, *, jobs: int) -> Iterator[Made]:
    """A pool; when a process of it dies, what was not finished is made again one at a time, to find the cause."""
    work = partial(make, order=order, scored=scored, options={})
    left = dict.fromkeys(reports)
    spawn = get_context("spawn")  # a fork of a process with threads may hang
    with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        futures = {pool.submit(work, report): report for report in reports}
        try:
            for future in as_completed(futures):
                made = future.result()
                del left[futures[future]]
                yield made
        except BrokenProcessPool:
            pass
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C, what has not begun is left
    for report in left:
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            try:
                yield pool.submit(work, report).result()
            except BrokenProcessPool:
                yield _lost(report, "The process that made it died (out of memory?).")


def _on_cluster(reports: Sequence[Report], order: Order, scored: Path, *, address: str) -> Iterator[Made]:
    """Workers need effeval and nothing else: the scored data travel to them."""
    with connected(address) as client:
        from distributed import CancelledError, KilledWorker, as_completed

        files = {path.name: path.read_bytes() for path in scored.iterdir()}
        sent = client.scatter(files, broadcast=True)
        futures = {client.submit(_remote, report, order, sent, pure=False): report for report in reports}
        for future in as_completed(futures):
            try:
                yield future.result()
            except KilledWorker:
                yield _lost(futures[future], "Every worker that tried it died.")
            except CancelledError:
                yield _lost(futures[future], "The cluster lost it: all workers that had its data are gone.")


def _remote(report: Report, order: Order, files: Mapping[str, bytes]) -> Made:
    with TemporaryDirectory(prefix="effeval-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return make(report, order, Path(folder), {})


def _lost(report: Report, why: str) -> Made:
    return Made(report, {}, {}, 0.0, why)
