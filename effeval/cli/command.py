"""A command that does not write over what it reads; all commands are of this kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer import Context
from typer.core import TyperCommand

from effeval.columns import INPUT_TABLES
from effeval.errors import ParameterError

# parameters that name files or folders to read, and files to write
READ = ("data", "forms", "scenario", "methodology", "baseline")
WRITTEN = ("output", "judged", "form", "save")
BOOKS = (".xlsx", ".xlsm")


class Command(TyperCommand):
    """Checks, before anything is computed, that no file to write is one to read."""

    def invoke(self, ctx: Context) -> Any:
        read = {
            file.resolve()
            for name in READ
            for place in _places(ctx.params.get(name))
            for file in _files(place)
        }
        written = [place for name in WRITTEN for place in _places(ctx.params.get(name))]
        for at, place in enumerate(written):
            if place.resolve() in read:
                raise ParameterError(f"{place} is a file that is read.\nTo fix: name another output")
            if place.resolve() in {other.resolve() for other in written[:at]}:
                raise ParameterError(f"{place} is named for two outputs.\nTo fix: name a file for each")
        return super().invoke(ctx)


def _places(value: Any) -> Iterator[Path]:
    """Paths of this machine in the value of a parameter."""
    for one in value if isinstance(value, list | tuple) else [value]:
        if isinstance(one, str | Path) and "://" not in str(one):
            yield Path(one)


def _files(place: Path) -> Iterator[Path]:
    """A file itself; of a folder its tables, or where it has none its workbooks."""
    if not place.is_dir():
        yield place
        return
    files = sorted(place.iterdir())
    tables = [file for file in files if file.stem in INPUT_TABLES]
    yield from tables or [file for file in files if file.suffix.lower() in BOOKS]
