"""What effeval raises, and the faults that a :class:`DataError` carries."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

SHOWN_ROWS = 20


class EffevalError(Exception):
    """Root of everything that effeval raises on purpose."""


class MethodologyError(EffevalError):
    """A methodology, a setting or a reading of the law is not usable."""


class ReportError(EffevalError):
    """A report could not be made."""


class ClusterError(EffevalError):
    """The workers of a cluster could not finish what nothing was wrong with."""


class ParameterError(EffevalError):
    """A parameter of a notebook or command has a value that is not allowed."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong (or, as a warning, worth knowing) in a data set.

    Attributes
    ----------
    table : str
        Table of the contract: projects, observations or reference.
    message : str
        What is wrong, without the place.
    fix : str
        What would be right.
    file : str
        File name, with the sheet for a workbook.
    row : int or None
        Row as the user sees it in the file; the heading is row 1. None: the table as a whole.
    column : str or None
        Column name; None: the row or the table as a whole.
    value : str or None
        The offending value as text.

    Examples
    --------
    >>> print(Fault("projects", "is not a KATO region", "see effeval.regions()", "projects.csv", 7, "kato", "99"))
    projects.csv, row 7, kato = '99': is not a KATO region
    """

    table: str
    message: str
    fix: str
    file: str = ""
    row: int | None = None
    column: str | None = None
    value: str | None = None

    @property
    def kind(self) -> tuple[str, str | None, str, str]:
        """What two faults share when they differ in the row and value alone."""
        return self.file or self.table, self.column, self.message, self.fix

    def __str__(self) -> str:
        place = [self.file or self.table]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(self.column if self.value is None else f"{self.column} = {self.value!r}")
        return f"{', '.join(place)}: {self.message}"


class DataError(EffevalError):
    """A data set that cannot be judged; lists every fault.

    Parameters
    ----------
    faults : sequence of Fault
        All faults, at least one.

    Attributes
    ----------
    faults : tuple of Fault
        Every fault; the message shows at most 20 rows of the same kind and counts the rest.

    Examples
    --------
    >>> print(DataError([Fault("projects", "is empty", "fill it in", "projects.csv", 3, "measure")]))
    1 fault in the data; nothing was computed.
    projects.csv, row 3, measure: is empty
      To fix: fill it in
    """

    def __init__(self, faults):
        self.faults = tuple(faults)
        super().__init__(self._text())

    def __reduce__(self):
        return type(self), (self.faults,)

    def _text(self) -> str:
        count = len(self.faults)
        lines = [f"{count:,} fault{'' if count == 1 else 's'} in the data; nothing was computed."]
        order = {}
        for fault in self.faults:
            order.setdefault(fault.kind, len(order))
        for _, same in groupby(sorted(self.faults, key=lambda f: order[f.kind]), key=lambda f: f.kind):
            lines += _same_kind(list(same))
        return "\n".join(lines)


def expect(value: object, kind: type, *, fix: str) -> None:
    """Refuse what is of another kind, such as a path where the data that ``load`` makes of it are asked for.

    Raises
    ------
    ParameterError

    Examples
    --------
    >>> expect("order-35", dict, fix="load it")
    Traceback (most recent call last):
    effeval.errors.ParameterError: A dict is asked for, not 'order-35' (str).
    To fix: load it
    """
    if not isinstance(value, kind):
        given = f"{value!r} (str)" if isinstance(value, str) else _one(type(value))
        message = f"{_one(kind)} is asked for, not {given}."
        raise ParameterError(f"{message[0].upper()}{message[1:]}\nTo fix: {fix}")


def _one(kind: type) -> str:
    name = "text" if kind is str else kind.__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def unknown(what: str, word: str, known: Iterable) -> str:
    """A sentence that says that there is no such thing, and what comes near.

    Examples
    --------
    >>> unknown("language", "kz", ["kk", "ru", "en"])
    "There is no language 'kz'. Near: kk"
    """
    import difflib

    known = [str(item) for item in known]
    near = difflib.get_close_matches(str(word), known, n=5, cutoff=0.5) or known[:8]
    return f"There is no {what} {word!r}. Near: {', '.join(near)}"


def _same_kind(faults: list[Fault]) -> list[str]:
    lines = [str(fault) for fault in faults[:SHOWN_ROWS]]
    if len(faults) > SHOWN_ROWS:
        lines.append(f"  … and {len(faults) - SHOWN_ROWS:,} more rows with the same fault")
    return [*lines, f"  To fix: {faults[0].fix}"]
