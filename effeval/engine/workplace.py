"""A folder for what is not finished beside the output, here or at an address; in the end its files are the output."""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from effeval.engine.store import Store, absolute, is_address
from effeval.errors import ParameterError

PART = "part-{:05}.parquet"
IS_PART = re.compile(r"part-[0-9]{5,}\.parquet")


@dataclass(frozen=True)
class Workplace:
    """Where files are written before they count.

    Attributes
    ----------
    store : Store
        The folder of what is not finished.
    output : str or None
        The folder that the finished files will be.
    """

    store: Store
    output: str | None

    def finish(self, paths: Sequence[str]) -> None:
        """Make files of the workplace the output, in their order; what was there before goes.

        A folder of this machine changes in one step. At an address the old files are removed first, then the new
        ones take their names.
        """
        names = [PART.format(number) for number in range(len(paths))]
        if not self.store.far:
            done, old = self.store.path("done"), self.store.path("old")
            os.mkdir(done)
            for path, name in zip(paths, names, strict=True):
                os.replace(path, os.path.join(done, name))
            if os.path.exists(self.output):
                os.replace(self.output, old)
            os.replace(done, self.output)
            return
        files = self.store.filesystem
        if files.exists(self.output):
            files.rm(self.output, recursive=True)
        files.makedirs(self.output, exist_ok=True)
        for path, name in zip(paths, names, strict=True):
            files.mv(path, f"{self.output}/{name}")


@contextmanager
def workplace(output: str | None, *, folder: str | os.PathLike[str] | None = None) -> Iterator[Workplace]:
    """A workplace, gone at the end.

    Parameters
    ----------
    output : str or None
        As :func:`effeval.engine.store.absolute` gives it.
    folder : path or address, optional
        Where the workplace is made. Default: where the output will be, or here if there is none.

    Raises
    ------
    ParameterError
        There is no folder for the output, or a folder of this name holds something else than parts.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with workplace(f"{folder}/judged.parquet") as place:
    ...         _ = Path(place.store.path("any.parquet")).write_bytes(b"rows")
    ...         place.finish([place.store.path("any.parquet")])
    ...     sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*"))
    ['judged.parquet', 'judged.parquet/part-00000.parquet']
    """
    if output is not None:
        _check(output)
    if folder is None:
        folder = os.curdir if output is None else _parent(output)
    folder = absolute(folder)
    _need(folder)
    store = Store(Store(folder).path(f".effeval-{uuid4().hex}"))
    if store.far:
        files = store.filesystem
        files.makedirs(store.root, exist_ok=True)
    else:
        os.mkdir(store.root)
    try:
        yield Workplace(store, output)
    finally:
        if not store.far:
            shutil.rmtree(store.root, ignore_errors=True)  # a try that was given up may still write there
        elif files.exists(store.root):
            files.rm(store.root, recursive=True)


def _parent(place: str) -> str:
    return place.rpartition("/")[0] if is_address(place) else os.path.dirname(place)


def _check(output: str) -> None:
    """Refuse a place where the output cannot be put."""
    if is_address(output):
        files = Store(output).filesystem
        strange = (
            [path.rpartition("/")[2] for path in files.ls(output, detail=False)]
            if files.isdir(output)
            else []
        )
    else:
        _need(_parent(output))
        strange = os.listdir(output) if os.path.isdir(output) else []
    strange = sorted(name for name in strange if not IS_PART.fullmatch(name))
    if strange:
        message = f"{output} is a folder that holds {strange[0]}, no rows that effeval wrote."
        raise ParameterError(f"{message}\nTo fix: name another")


def _need(folder: str) -> None:
    """Refuse a folder of this machine that is not there; addresses need none."""
    if not is_address(folder) and not os.path.isdir(folder):
        raise ParameterError(f"The folder {folder} does not exist.\nTo fix: make it first, or name another")
