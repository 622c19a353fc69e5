"""Judged rows as Parquet, part after part, written while the next part is judged."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from effeval.columns import columns
from effeval.comparing import STATES
from effeval.engine.arrow import array, arrow, pc, texts
from effeval.engine.intake import Projects
from effeval.judging import VALUES, Judged
from effeval.methodology import Methodology
from effeval.recorded import head

EMPTY = ("plan", "actual", "attainment", "score")  # may be; to note of each cell that it is not costs time
PLAIN = ("measure", "plan", "actual", "attainment", "support_paid")
STEPS = {"year": "DELTA_BINARY_PACKED"}  # in half the time of codes, which all other columns are written as
REPEATED = ("measure", "plan", "support_paid")  # the same in several rows on end, so that compressing pays
DICTIONARY_BYTES = 16_000_000
AT_ONCE = 2  # parts that wait to be written
PAGE_ROWS, BATCH_ROWS = 10**7, 2**17  # pages end by bytes alone; small batches cost more than encoding


class Output:
    """A Parquet file of judged rows; to be used as a context.

    Parameters
    ----------
    path : path or None
        None writes nothing.
    methodology : Methodology
        Names the criteria.
    filesystem : optional
        What opens the path, if it is none of this machine.
    """

    def __init__(self, path: str | Path | None, *, methodology: Methodology, filesystem: Any = None):
        self.path, self.filesystem, self.methodology = path, filesystem, methodology
        self._criteria = texts([criterion.id for criterion in methodology.criteria])
        self._states = texts(STATES.tolist())
        self._writer: pq.ParquetWriter | None = None
        self._pool = ThreadPoolExecutor(1)
        self._coming: deque[Future] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        try:
            while self._coming and kind is None:
                self._coming.popleft().result()
        finally:
            self._pool.shutdown(cancel_futures=True)  # after an error, parts that wait are not written
            if self._writer is not None:
                self._writer.add_key_value_metadata(head(self.methodology))
                self._writer.close()

    def add(self, projects: Projects, judged: Judged) -> None:
        """Write the rows of a part; returns at once, unless parts before are not written yet."""
        if self.path is None:
            return
        while len(self._coming) >= AT_ONCE:
            self._coming.popleft().result()
        self._coming.append(self._pool.submit(self._write, projects, judged))

    def _write(self, projects: Projects, judged: Judged) -> None:
        table = self._table(projects, judged)
        if self._writer is None:
            coded = [name for name in table.column_names if name not in {*PLAIN, *STEPS}]
            self._writer = pq.ParquetWriter(
                self.path,
                table.schema,
                filesystem=self.filesystem,
                use_dictionary=coded,
                column_encoding=STEPS,
                dictionary_pagesize_limit=DICTIONARY_BYTES,
                compression={name: "snappy" if name in REPEATED else "none" for name in table.column_names},
                max_rows_per_page=PAGE_ROWS,
                write_batch_size=BATCH_ROWS,
                write_statistics=False,  # to find the least of all texts takes as long as to write them
                store_schema=False,  # texts are read as texts, however they are stored
            )
        self._writer.write_table(table, row_group_size=max(len(table), 1))

    def _table(self, projects: Projects, judged: Judged) -> pa.Table:
        each = judged.count  # a project's rows follow one another
        found = {
            "project_id": _coded(judged.owner, projects.ids),
            "year": arrow(judged.year.astype(np.int64)),
            "measure": arrow(np.repeat(projects.measure.astype(np.int64), each)),
            "criterion": _coded(judged.criterion, self._criteria),
            "state": _coded(judged.state, self._states),
        }
        for name in VALUES:
            found[name] = arrow(judged.values[name], nan_is_empty=name in EMPTY)
        for name, text in projects.texts.items():
            found[name] = _coded(np.repeat(array(text.indices), each), text.dictionary)
        for name, column in projects.extra.items():
            found[name] = pc.take(column, arrow(judged.owner))
        fields = [
            pa.field(name, found[name].type, nullable=name in EMPTY or name in projects.extra)
            for name in [*columns("assessed"), *projects.extra]
        ]
        return pa.table([found[field.name] for field in fields], schema=pa.schema(fields))


def _coded(codes: np.ndarray, words: pa.Array) -> pa.DictionaryArray:
    """A text of each row; the codes are our own, so that none need be looked at."""
    return pa.DictionaryArray.from_arrays(arrow(codes), words, safe=False)
