"""From a folder of Parquet files to judged rows and tallies, in blocks of projects."""

import os
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path

import pyarrow as pa

from effeval.engine.checked import Unusual
from effeval.engine.memory import check_memory, projects_at_once
from effeval.engine.parts import NotInOrder, Part, ahead, files_of, in_order
from effeval.engine.spill import put_in_order
from effeval.engine.store import absolute, check_apart, is_address
from effeval.engine.task import Outcome, Task, task_of
from effeval.errors import ParameterError
from effeval.judging import check_measures
from effeval.methodology import Methodology
from effeval.placing import replacing
from effeval.recorded import write_parquet


def assess_parquet(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str] | None,
    *,
    methodology: Methodology | str = "order-35",
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
    methodology : Methodology or str
        By name or path, as :meth:`effeval.Methodology.load` takes it, it is read while the first rows are.
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
        There is no such methodology, or it has no criteria of a measure of the data.
    ParameterError
        An unknown column to group by, too little memory, or, with a bound of memory, data that must be mended
        as they are read (codes without their zeros, numbers as text).

    Notes
    -----
    What is worth knowing but no fault (the warnings of :func:`effeval.load`) is not looked for. Without a bound of
    memory, data that must be mended are read and judged as a whole.

    Examples
    --------
    >>> import pyarrow.parquet as pq
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
    ...     found = assess_parquet(folder, None, by=[["region", "year"]])
    >>> found.rows, found.tallies[0].select(["region", "year", "fulfilled"]).to_pylist()
    (1, [{'region': '75', 'year': 2024, 'fulfilled': 1}])
    """
    if memory is not None:
        check_memory(memory)
    size = projects_at_once(memory) if at_once is None else at_once
    if output is not None:
        check_apart(absolute(source), absolute(output))
    place = nullcontext() if output is None else replacing(output)
    with place as target:
        try:
            files = files_of(os.fspath(source))
            try:
                with ahead(in_order(files, size=size)) as parts:
                    return _outcome(task_of(files, law_of(methodology), by), parts, target)
            except NotInOrder:
                folder = Path.cwd() if target is None else target.parent
                with ahead(put_in_order(files, size=size, memory=memory, folder=folder)) as parts:
                    return _outcome(task_of(files, law_of(methodology), by), parts, target)
        except Unusual as unusual:
            why = "" if memory is None else str(unusual)
            return as_a_whole(os.fspath(source), target, methodology=law_of(methodology), by=by, why=why)


def law_of(methodology: Methodology | str) -> Methodology:
    """A methodology as it is, or read by its name or path."""
    return Methodology.load(methodology) if isinstance(methodology, str) else methodology


def _outcome(task: Task, parts: Iterable[Part], target: Path | None) -> Outcome:
    """What comes of all parts; the tallies are added up while the last rows are written."""
    with task.output(target) as output:
        return task.run(parts, output).outcome()


def as_a_whole(
    source: str, target: Path | None, *, methodology: Methodology, by: Sequence[Sequence[str]], why: str
) -> Outcome:
    """The way of ``load``, ``assess`` and ``fulfilment``; only to find all faults, where memory is bounded.

    ``why`` says what could not be read in blocks; empty where the data may be judged as a whole.
    """
    if is_address(source):
        fix = "copy the data to a folder here; effeval validate FOLDER then names every fault"
        raise ParameterError(
            f"{source} cannot be judged as it stands ({why or 'as load would'}).\nTo fix: {fix}"
        )
    from effeval.aggregation import fulfilment
    from effeval.dataset import load
    from effeval.scoring import assess

    data = load(source, methodology=methodology)
    check_measures(data.projects["measure"], methodology)
    if why:
        fix = "judge it without a bound of memory or a cluster, or write the tables anew as they are read"
        raise ParameterError(f"{source} cannot be judged in blocks as it stands ({why}).\nTo fix: {fix}")
    assessed = assess(data, methodology)
    if target is not None:
        write_parquet(assessed, target, methodology=methodology)
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
