"""Rows of any order through files: sorted pieces, each divided at the same identifiers, and what lies between two."""

from bisect import bisect_left
from collections.abc import Generator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from effeval.engine.arrow import arrow, pc
from effeval.engine.checked import Unusual
from effeval.engine.intake import check_ids
from effeval.engine.memory import room
from effeval.engine.parts import ROWS_READ, Files, Part, sorted_parts
from effeval.engine.store import Store

SAMPLED = 200_000  # identifiers by which the projects are divided


def put_in_order(files: Files, *, size: int, memory: int | None, folder: Path) -> Generator[Part, None, None]:
    """Parts of files in any order, put in order in memory or, if they do not fit, through files in a folder.

    Raises
    ------
    Unusual
        As :func:`effeval.engine.parts.sorted_parts`.
    """
    if memory is None or files.size() <= room(memory):
        yield from sorted_parts(
            files.whole("projects"), files.whole("observations"), regions=files.regions, size=size
        )
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(dir=folder, prefix=".effeval-") as spilled:
        store = Store(spilled)
        total = sum(group.rows for group in files.groups["projects"])
        ids = sample(files, "projects", step=-(-total // SAMPLED))
        cuts = bounds(ids, count=-(-2 * files.size() // room(memory)))
        paths: dict[str, list[str]] = {"projects": [], "observations": []}
        for table, own in paths.items():
            for some in files.read(table, rows=size * ROWS_READ):
                own.append(store.path(f"{table}-{len(own)}.arrow"))
                spill(some, cuts, store, own[-1])
        for number in range(len(cuts) + 1):
            tables = [gather(store, paths[table], number) for table in ("projects", "observations")]
            yield from sorted_parts(*tables, regions=files.regions, size=size)


def sample(files: Files, table: str, *, step: int) -> list[str]:
    """Identifiers of a table, one of every ``step`` of each group of rows.

    Raises
    ------
    Unusual
        One is no text.
    """
    found = []
    for group in files.groups[table]:
        with files.store.parquet(group.path) as file:
            ids = file.read_row_group(group.number, columns=["project_id"])["project_id"]
        check_ids(ids)
        found += pc.take(ids, arrow(np.arange(0, len(ids), step))).to_pylist()
    return found


def bounds(ids: Sequence[str], *, count: int) -> list[str]:
    """Identifiers that divide the projects into so many spans of about the same size.

    Examples
    --------
    >>> bounds(["E", "A", "C", "B", "D", "F"], count=3)
    ['C', 'E']
    """
    ids = sorted(ids)
    return sorted({ids[len(ids) * number // count] for number in range(1, count)})


def spill(some: pa.Table, cuts: Sequence[str], store: Store, path: str) -> None:
    """Write rows sorted by identifier, a batch for each span between two cuts."""
    some = some.combine_chunks()
    some = pc.take(some, pc.sort_indices(some["project_id"])).combine_chunks()
    ids = some["project_id"]
    places = [0, *(bisect_left(ids, cut, key=lambda id: id.as_py()) for cut in cuts), len(some)]
    rows = some.to_batches()[0] if len(some) else _no_rows(some.schema)
    with store.open(path, "wb") as sink, pa.ipc.new_file(sink, some.schema) as writer:
        for start, stop in pairwise(places):
            writer.write_batch(rows.slice(start, stop - start))


def gather(store: Store, paths: Sequence[str], number: int) -> pa.Table:
    """The rows of one span of all pieces.

    Raises
    ------
    Unusual
        The pieces are of different types.
    """
    batches = []
    for path in paths:
        with store.open(path, "rb") as file:
            batches.append(pa.ipc.open_file(file).get_batch(number))
    try:
        return pa.Table.from_batches(batches)
    except ValueError as error:  # what pyarrow raises are ValueErrors
        raise Unusual(str(error)) from error


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.nulls(0, kind) for kind in schema.types], schema=schema)
