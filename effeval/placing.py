"""How results are put in place: complete, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from effeval.errors import ParameterError


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path in the same folder, put in place of ``path`` at the end; removed if anything fails.

    Raises
    ------
    ParameterError
        The folder does not exist, or the path is a folder.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "note.txt") as temporary:
    ...         _ = temporary.write_text("done", encoding="utf-8")
    ...     [entry.name for entry in Path(folder).iterdir()]
    ['note.txt']
    """
    path = Path(path)
    if path.is_dir():
        raise ParameterError(f"{path} is a folder.\nTo fix: name a file in it")
    if not path.parent.is_dir():
        message = f"The folder {path.parent} does not exist."
        raise ParameterError(f"{message}\nTo fix: make it first, or name another")
    temporary = path.with_name(f".{uuid4().hex}{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
