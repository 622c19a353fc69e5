"""Where tables lie: Parquet files, one or several for a table, in a folder here or wherever fsspec reaches (s3://…)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from effeval.columns import INPUT_TABLES
from effeval.engine.checked import Unusual
from effeval.errors import ParameterError

Column = pq.ColumnChunkMetaData
BUFFER = 2**19  # bytes read at once of a column here: whole ones need memory that the system must clear first


@dataclass(frozen=True)
class Store:
    """A folder. Pickles as its name alone, so that any machine that reaches it can open its files.

    Attributes
    ----------
    root : str
        A path, or an address such as s3://bucket/data.
    """

    root: str

    @property
    def far(self) -> bool:
        """Whether it is reached through fsspec."""
        return is_address(self.root)

    @property
    def filesystem(self) -> Any:
        """What opens its files; None for files of this machine.

        Raises
        ------
        ParameterError
            fsspec, or what it needs for this kind of address, is not installed.
        """
        if not self.far:
            return None
        try:
            from fsspec.core import url_to_fs

            return url_to_fs(self.root)[0]
        except (ImportError, ValueError) as error:  # an unknown protocol is a ValueError
            fix = "pip install 'effeval[cluster]', and what fsspec names for this address, such as s3fs"
            raise ParameterError(f"{self.root} cannot be opened ({error}).\nTo fix: {fix}") from error

    def path(self, name: str) -> str:
        """The full name of something in it."""
        return f"{self.root.rstrip('/')}/{name}" if self.far else os.path.join(self.root, name)

    def exists(self, name: str) -> bool:
        path = self.path(name)
        return self.filesystem.exists(path) if self.far else os.path.exists(path)

    def files(self, table: str) -> list[str]:
        """The files of a table: ``TABLE.parquet``, or all Parquet files in a folder of that name; by name."""
        path = self.path(f"{table}.parquet")
        if not self.far and os.path.isfile(path):
            return [path]
        if not self.far:
            found = [str(part) for part in Path(path).rglob("*.parquet") if part.is_file()]
        else:
            files = self.filesystem
            found = [files.unstrip_protocol(part) for part in files.find(path) if part.endswith(".parquet")]
        return sorted(part for part in found if not _hidden(part.rpartition(f"{table}.parquet")[2]))

    def parquet(self, path: str, *, coded: Sequence[str] = ()) -> pq.ParquetFile:
        """One of its files, opened; some columns of text are read as codes.

        Far away every reading costs time, so that whole columns are read there.
        """
        how = {"pre_buffer": True} if self.far else {"pre_buffer": False, "buffer_size": BUFFER}
        return pq.ParquetFile(path, filesystem=self.filesystem, read_dictionary=list(coded), **how)

    def open(self, path: str, mode: str) -> IO[bytes]:
        """Any of its files, for reading ("rb") or writing ("wb")."""
        return self.filesystem.open(path, mode) if self.far else open(path, mode)

    def digest(self, path: str) -> str:
        """SHA-256 of one of its files, in hexadecimal digits."""
        import hashlib

        total = hashlib.sha256()
        with self.open(path, "rb") as file:
            while piece := file.read(2**20):
                total.update(piece)
        return total.hexdigest()


def check_apart(source: str, output: str) -> None:
    """Refuse to write rows over the tables that they are judged from.

    Raises
    ------
    ParameterError
    """
    tables = {Store(source).path(f"{table}.parquet") for table in INPUT_TABLES}
    if output in tables:
        raise ParameterError(f"{output} is a table of the data.\nTo fix: name another output")


def absolute(place: str | os.PathLike[str]) -> str:
    """A path as other processes and machines see it; an address as it is.

    Examples
    --------
    >>> absolute("s3://bucket/data/"), absolute("data").startswith(os.sep) or os.name == "nt"
    ('s3://bucket/data', True)
    """
    text = os.fspath(place)
    return text.rstrip("/") if is_address(text) else str(Path(text).resolve())


def is_address(text: str) -> bool:
    """Whether a text is an address for fsspec, no path of this machine.

    Examples
    --------
    >>> is_address("s3://bucket/data"), is_address("data/sample"), is_address("C:\\\\data")
    (True, False, False)
    """
    return "://" in text


def _hidden(name: str) -> bool:
    """Parts that begin so are notes or not finished, by the custom of those that write Parquet in parts."""
    return any(part.startswith((".", "_")) for part in name.replace("\\", "/").split("/") if part)


@dataclass(frozen=True)
class Group:
    """A group of rows of a Parquet file, as its head describes it.

    Attributes
    ----------
    path : str
    number : int
        In the file.
    rows, size : int
        Rows, and bytes before compression.
    first, last : str or None
        The least and the greatest ``project_id``; None where the head does not say.
    last_year : int or None
        The greatest ``year``; None where the head does not say.
    """

    path: str
    number: int
    rows: int
    size: int
    first: str | None
    last: str | None
    last_year: int | None


def heads(store: Store, paths: Sequence[str]) -> tuple[list[pa.Schema], tuple[Group, ...]]:
    """The schema of each file, and all groups that have rows: by identifier where all heads tell, else as they lie.

    Raises
    ------
    Unusual
        A file cannot be read.
    """
    schemas, groups = [], []
    for path in paths:
        try:
            with store.parquet(path) as file:
                schemas.append(file.schema_arrow)
                groups += [_group(path, file.metadata, number) for number in range(file.num_row_groups)]
        except (OSError, ValueError) as error:  # what pyarrow raises are ValueErrors
            raise Unusual(f"{path}: {error}") from error
    groups = [group for group in groups if group.rows]
    if all(group.first is not None for group in groups):
        groups.sort(key=lambda group: (group.first, group.last))
    return schemas, tuple(groups)


def _group(path: str, metadata: pq.FileMetaData, number: int) -> Group:
    group = metadata.row_group(number)
    columns = {(column := group.column(i)).path_in_schema: column for i in range(group.num_columns)}
    first, last = _range(columns.get("project_id"), str)
    _, year = _range(columns.get("year"), int)
    return Group(path, number, group.num_rows, group.total_byte_size, first, last, year)


def _range(column: Column | None, kind: type) -> tuple[Any, Any]:
    """The least and greatest value that the head of a group states for a column, if of the kind looked for."""
    if column is None or not column.is_stats_set or not column.statistics.has_min_max:
        return None, None
    low, high = column.statistics.min, column.statistics.max
    return (low, high) if isinstance(low, kind) and isinstance(high, kind) else (None, None)
