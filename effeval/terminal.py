"""What the command line says: results on stdout, everything else on stderr. rich is imported when needed."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def say(text: str) -> None:
    """A line on stderr."""
    print(text, file=sys.stderr, flush=True)


def show_table(frame, *, note: str) -> None:
    """A data frame of texts on stdout, with a note below.

    Fitted to the terminal; never cut when it goes to a file or another program.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console() if sys.stdout.isatty() else Console(width=1000)
    table = Table(box=SIMPLE_HEAD)
    for name in frame.columns:
        table.add_column(Text(str(name)), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(str(cell)) for cell in row))
    console.print(table)
    print(note)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on stderr what is going on, if a person is watching."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(f"{what} …"):
        yield


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int], None]]:
    """A bar on stderr with time left; what is called with each finished thing and how many there are moves it."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reports", total=None)

        def advance(done: str, total: int) -> None:
            progress.update(task, total=total)
            progress.console.print(done, soft_wrap=True, highlight=False, markup=False)
            progress.advance(task)

        yield advance
