"""Tables in and out: where they are looked for, and how results are put in place."""

import difflib
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pandas as pd

from effeval.columns import INPUT_TABLES, columns
from effeval.errors import DataError, Fault, ParameterError
from effeval.methodology import Methodology
from effeval.placing import replacing
from effeval.reading.grids import Grid, from_frame, unreadable
from effeval.reading.textfiles import from_csv
from effeval.reading.workbooks import from_sheet, sheets, write_workbook
from effeval.recorded import write_parquet

__all__ = ["ENDINGS", "Source", "check_ending", "digest", "read", "replacing", "write", "written_on"]
SHOWN_NAMES = 10
ENDINGS = (".csv", ".parquet", ".xlsx")  # that results are written with


@dataclass(frozen=True, eq=False)
class Source:
    """What was found: the tables as they stand, and what is wrong with the files.

    Attributes
    ----------
    grids : dict of str to Grid
        Tables that could be read, by name.
    faults : tuple of Fault
        Tables that are missing or not readable, headings and rows that do not fit.
    paths : tuple of Path
        Files that were read; none for frames.
    """

    grids: dict[str, Grid]
    faults: tuple[Fault, ...]
    paths: tuple[Path, ...]


def read(source: str | os.PathLike[str] | Mapping[str, pd.DataFrame]) -> Source:
    """Find the three input tables and read them as they stand.

    Parameters
    ----------
    source : path or mapping
        A folder with ``NAME.csv`` or ``NAME.parquet`` (a file, or a folder of files) for projects, observations and
        reference; an ``*.xlsx``
        workbook with sheets of these names, or a folder with none of the tables but one such workbook; or the
        frames themselves by name. Other files, sheets and names are ignored.

    Returns
    -------
    Source
        Nothing is raised for bad data: what is wrong stands in ``faults``.

    Examples
    --------
    >>> found = read({"reference": pd.DataFrame({"year": [2024]})})
    >>> list(found.grids), [fault.table for fault in found.faults]
    (['reference'], ['projects', 'observations'])
    """
    if isinstance(source, Mapping):
        return _frames(source)
    path = Path(source)
    if path.is_dir():
        return _folder(path)
    if path.is_file() and path.suffix.lower() == ".xlsx":
        return _workbook(path)
    message = "is neither a folder nor an .xlsx workbook" if path.exists() else "does not exist"
    fix = "name a folder with projects, observations and reference as .csv or .parquet, or one .xlsx workbook"
    return Source({}, (Fault("", message, fix, str(path)),), ())


def _frames(frames: Mapping[str, pd.DataFrame]) -> Source:
    absent = [_absent(name, frames, "the mapping") for name in INPUT_TABLES if name not in frames]
    readers = {name: partial(from_frame, frames[name]) for name in INPUT_TABLES if name in frames}
    return _collect(readers, absent, ())


def _folder(path: Path) -> Source:
    names = sorted(
        entry.name for entry in path.iterdir() if entry.is_file() or entry.suffix.lower() == ".parquet"
    )
    books = [name for name in names if name.lower().endswith(".xlsx") and not name.startswith("~$")]
    ways = {".csv": from_csv, ".parquet": _from_parquet}
    there = {table: [f"{table}{end}" for end in ways if f"{table}{end}" in names] for table in INPUT_TABLES}
    if len(books) == 1 and not any(there.values()):
        return _workbook(path / books[0])
    readers, faults, paths = {}, [], []
    for table, found in there.items():
        if not found:
            faults.append(_absent(table, names, f"the folder {path}", endings=tuple(ways)))
        elif len(found) > 1:
            fix = "keep the one that counts, move the other away"
            faults.append(Fault(table, f"is there twice: {' and '.join(found)}", fix))
        else:
            file = path / found[0]
            paths += parts(file)
            readers[table] = partial(ways[file.suffix], file)
    return _collect(readers, faults, tuple(paths))


def _workbook(path: Path) -> Source:
    try:
        names = sheets(path)
    except DataError as error:
        return Source({}, error.faults, ())
    absent = [_absent(name, names, f"the workbook {path.name}") for name in INPUT_TABLES if name not in names]
    readers = {name: partial(from_sheet, path, name) for name in INPUT_TABLES if name in names}
    return _collect(readers, absent, (path,))


def _collect(
    readers: Mapping[str, Callable[..., Grid]], faults: Iterable[Fault], paths: tuple[Path, ...]
) -> Source:
    """Read every table, and gather what is wrong with all of them."""
    grids, faults = {}, list(faults)
    for table, reader in readers.items():
        try:
            grids[table] = reader(table=table)
            faults += grids[table].faults
        except DataError as error:
            faults += error.faults
    return Source(grids, tuple(faults), paths)


def _absent(table: str, names: Iterable[str], place: str, *, endings: tuple[str, ...] = ("",)) -> Fault:
    """The fault of a table that is not there, with what looks like it."""
    names = list(names)
    wanted = " or ".join(f"{table}{ending}" for ending in endings)
    rest = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    holds = f"{', '.join(names[:SHOWN_NAMES])}{rest}" if names else "nothing"
    plain = [name.strip().lower() for name in names]
    stems = dict(zip([Path(name).stem if any(endings) else name for name in plain], names, strict=True))
    near = difflib.get_close_matches(table, stems, n=1, cutoff=0.7)
    needed = ", ".join(name for name, column in columns(table).items() if column.required)
    fix = f"add it, with the columns {needed}"
    if near:
        fix = f"if {stems[near[0]]!r} is meant, save it as {wanted}"
    return Fault(table, f"is missing: {place} has no {wanted}; it holds {holds}", fix)


def parts(path: Path) -> list[Path]:
    """A file itself; of a folder the Parquet files in it by name, but for names that begin with a dot or an underscore.

    By custom those are not finished, or notes.
    """
    if not path.is_dir():
        return [path]
    found = [part for part in sorted(path.rglob("*.parquet")) if part.is_file()]
    return [part for part in found if not any(n.startswith((".", "_")) for n in part.relative_to(path).parts)]


def _from_parquet(path: Path, *, table: str) -> Grid:
    files, frames = parts(path), []
    for part in files:
        try:
            frames.append(pd.read_parquet(part))
        except (OSError, ValueError) as error:  # what pyarrow raises are ValueErrors
            message = f"cannot be read as Parquet ({str(error).splitlines()[0]})"
            fix = "write the file anew, or give the table as CSV"
            raise unreadable(table, part.relative_to(path.parent).as_posix(), message, fix=fix) from error
    if not frames:
        raise unreadable(
            table, path.name, "is a folder without a Parquet file", fix="put the files of the table in it"
        )
    for part, frame in zip(files, frames, strict=True):
        if set(frame.columns) != set(frames[0].columns):
            differing = sorted(map(str, set(frame.columns) ^ set(frames[0].columns)))
            message = f"has other columns than {files[0].name}: {', '.join(differing)}"
            fix = "write all files of the table with the same columns"
            raise unreadable(table, part.relative_to(path.parent).as_posix(), message, fix=fix)
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return from_frame(frame, table=table, file=path.name)


def write(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    about: Mapping[str, str] | None = None,
    judged_by: Methodology | None = None,
    sources: Sequence[Path] = (),
) -> None:
    """Write a table; the file appears complete or not at all.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its index is not written.
    path : path
        The ending chooses: .csv (UTF-8), .parquet, .xlsx (a sheet "data", infinity as the text "inf").
    about : mapping of str to str, optional
        Written as a sheet "about" of names and values; .csv and .parquet have no place for it.
    judged_by : Methodology, optional
        Of judged rows, recorded in the head of a .parquet file.
    sources : sequence of Path, optional
        Files that the table was made of, such as :attr:`Dataset.sources`: none of them is written over.

    Raises
    ------
    ParameterError
        Another ending, no such folder, one of the sources, or too many rows for a sheet.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write(pd.DataFrame({"region": ["63"], "rate": [0.5]}), Path(folder) / "rates.csv")
    ...     print((Path(folder) / "rates.csv").read_text(encoding="utf-8"))
    region,rate
    63,0.5
    <BLANKLINE>
    """
    ending = check_ending(path)
    if Path(path).resolve() in {source.resolve() for source in sources}:
        raise ParameterError(f"{path} is a file that was read.\nTo fix: name another output")
    with replacing(path) as temporary:
        if ending == ".csv":
            frame.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")
        elif ending == ".parquet" and judged_by is not None:
            write_parquet(frame, temporary, methodology=judged_by)
        elif ending == ".parquet":
            frame.to_parquet(temporary, index=False)
        else:
            write_workbook(frame, temporary, about={} if about is None else about)


def check_ending(path: str | os.PathLike[str]) -> str:
    """The ending of a file to write, in lower case.

    Raises
    ------
    ParameterError
        It is none that effeval writes.

    Examples
    --------
    >>> check_ending("Rates.XLSX")
    '.xlsx'
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        message = f"{Path(path).name!r} does not end in {', '.join(ENDINGS)}."
        raise ParameterError(f"{message}\nTo fix: name a file with one of these endings, such as result.xlsx")
    return ending


def digest(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with open(path, "rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def written_on() -> str:
    """The day that an output says it was written on, ISO; SOURCE_DATE_EPOCH sets another, for equal bytes.

    Examples
    --------
    >>> len(written_on())
    10
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    day = datetime.now() if seconds is None else datetime.fromtimestamp(int(seconds), tz=UTC)
    return day.date().isoformat()
