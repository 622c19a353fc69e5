"""The methodology that rows were judged by, kept in the head of their Parquet files, so that no output names another."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from effeval.methodology import Methodology

KEY = "effeval.methodology"


def head(methodology: Methodology) -> dict[str, str]:
    """What the head of a Parquet file of judged rows says of the methodology.

    Examples
    --------
    >>> list(head(Methodology.load("order-35")))
    ['effeval.methodology']
    """
    return {KEY: json.dumps(methodology.to_document(), ensure_ascii=False)}


def write_parquet(rows: Any, path: str | os.PathLike[str], *, methodology: Methodology) -> None:
    """Write judged rows (a pandas.DataFrame) with the methodology in the head of the file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(rows, preserve_index=False)
    known = {key.decode(): text.decode() for key, text in (table.schema.metadata or {}).items()}
    pq.write_table(table.replace_schema_metadata(known | head(methodology)), path)


def recorded(files: Sequence[Path]) -> list[Methodology | None]:
    """The methodologies that Parquet files of judged rows name, each once; None for files that name none.

    Examples
    --------
    >>> import pandas as pd
    >>> from tempfile import TemporaryDirectory
    >>> law = Methodology.load("order-35").replace({"13.1.at_least": 0.08})
    >>> with TemporaryDirectory() as folder:
    ...     write_parquet(pd.DataFrame({"project_id": ["A"]}), Path(folder) / "a.parquet", methodology=law)
    ...     [found.changes() for found in recorded(sorted(Path(folder).iterdir()))]
    [{'13.1.at_least': 0.08}]
    """
    import pyarrow.parquet as pq

    texts = dict.fromkeys((pq.read_metadata(file).metadata or {}).get(KEY.encode()) for file in files)
    return [None if text is None else Methodology.from_document(json.loads(text)) for text in texts]
