"""Settings as people type them, in words of a command and cells of a workbook: 8 %, 0,08, best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effeval.errors import MethodologyError
from effeval.law import Value
from effeval.reading.cells import as_text
from effeval.reading.parsing import FIGURE, numbers

SHARE = "at_least"  # a growth, as a fraction of the base figure
FIGURES = (SHARE, "multiple", "after", "years", "base_shift")
WRITE = {SHARE: "write 8 % or 0.08", "": "write a number such as 2"}


@dataclass(frozen=True)
class Refused:
    """A value that cannot be read, or could mean two things.

    Attributes
    ----------
    at : int
        Its position among the values.
    message, fix : str
    """

    at: int
    message: str
    fix: str


def is_figure(path: str) -> bool:
    """Whether the setting of that path is a number; the others are words.

    Examples
    --------
    >>> is_figure("13.1.at_least"), is_figure("13.1.judge"), is_figure("scale")
    (True, False, False)
    """
    return path.rpartition(".")[2] in FIGURES


def figures(paths: Sequence[str], values: Sequence[object]) -> tuple[dict[int, Value], list[Refused]]:
    """Numbers of settings by position, and the values that are refused.

    A growth of 1 and more without the sign could be 8 % or 800 %, so that it is refused.

    Parameters
    ----------
    paths : sequence of str
    values : sequence
        Of each path: texts, or numbers as a spreadsheet has them.

    Examples
    --------
    >>> found, refused = figures(["13.1.at_least", "13.2.at_least", "8.1.multiple"], ["8 %", "8", "1,5"])
    >>> found, [(one.at, one.message, one.fix) for one in refused]
    ({0: 0.08, 2: 1.5}, [(1, 'could be 8 % or 800 %', 'write 8 % or 800 %, with the sign')])
    """
    texts = [(as_text(value) or "").strip() for value in values]
    shares = [text.endswith("%") for text in texts]
    bare = [text[:-1].strip() if s else value for text, s, value in zip(texts, shares, values, strict=True)]
    read = numbers(pd.Series(bare, dtype="object"))
    write = [WRITE.get(path.rpartition(".")[2], WRITE[""]) for path in paths]
    refused = [
        Refused(int(at), finding.message, write[at] if finding.fix == FIGURE else finding.fix)
        for finding in read.refused
        for at in finding.rows
    ]
    told, found = {one.at for one in refused}, {}
    for at, (path, share, value) in enumerate(zip(paths, shares, read.values.tolist(), strict=True)):
        if np.isnan(value):
            if at not in told:  # "n/a", "-" and the like, which stand for an empty cell elsewhere
                refused.append(Refused(at, "is not a number", write[at]))
            continue
        if path.endswith(f".{SHARE}") and not share and abs(value) >= 1:
            both = f"{value:g} % or {value * 100:g} %"
            refused.append(Refused(at, f"could be {both}", f"write {both}, with the sign"))
            continue
        value = round(value / 100, 12) if share else value
        found[at] = int(value) if value.is_integer() else value
    return found, refused


def written(path: str, value: Value) -> str:
    """A setting as it can be typed, for :func:`parse_settings` to read.

    Examples
    --------
    >>> written("13.1.at_least", 0.1), written("13.1.at_least", 1.5), written("13.1.judge", "best")
    ('0.1', '150 %', 'best')
    """
    sign = path.endswith(f".{SHARE}") and not isinstance(value, str) and abs(value) >= 1
    return f"{value * 100:.15g} %" if sign else str(value)


def parse_settings(pairs: Iterable[str]) -> dict[str, Value]:
    """``PATH=VALUE`` words of the command line as a mapping for :meth:`Methodology.replace`.

    Raises
    ------
    MethodologyError
        All words without "=", without a path or without a value, paths that are given twice with different
        values, and numbers that cannot be read or could mean two things.

    Examples
    --------
    >>> parse_settings(["13.1.at_least=8 %", "8.1.multiple=1,5", "scale=proportional"])
    {'13.1.at_least': 0.08, '8.1.multiple': 1.5, 'scale': 'proportional'}
    """
    pairs = list(pairs)
    parts = [tuple(part.strip() for part in pair.partition("=")) for pair in pairs]
    faults = [
        f"{pair!r} is not a setting.\nTo fix: PATH=VALUE, such as 13.1.at_least=0.08"
        for pair, part in zip(pairs, parts, strict=True)
        if not all(part)
    ]
    numeric = [
        (pair, part) for pair, part in zip(pairs, parts, strict=True) if all(part) and is_figure(part[0])
    ]
    found, refused = figures([path for _, (path, _, _) in numeric], [value for _, (_, _, value) in numeric])
    faults += [f"{numeric[one.at][0]!r} {one.message}.\nTo fix: {one.fix}" for one in refused]
    values = {numeric[at][0]: value for at, value in found.items()}
    settings: dict[str, Value] = {}
    for pair, (path, equals, value) in zip(pairs, parts, strict=True):
        read = values.get(pair) if is_figure(path) else value
        if not (path and equals and value) or read is None:
            continue
        if settings.setdefault(path, read) != read:
            faults.append(f"{path} is set to {settings[path]} and to {read}.\nTo fix: set it once")
    if faults:
        raise MethodologyError("\n".join(faults))
    return settings
