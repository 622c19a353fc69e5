"""Settings as people type them, in words of a command and cells of a workbook: 8 %, 0,08, best."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effeval.errors import MethodologyError, ParameterError
from effeval.law import Value
from effeval.methodology import Methodology
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
    found, refused = {}, []
    for at, (path, value) in enumerate(zip(paths, values, strict=True)):
        read = _figure(path, value)
        if isinstance(read, tuple):
            refused.append(Refused(at, *read))
        else:
            found[at] = int(read) if read.is_integer() else read
    return found, refused


def _figure(path: str, value: object) -> float | tuple[str, str]:
    """The number, or what is wrong with it and what would be right; each is read alone, whatever stands beside it."""
    text = (as_text(value) or "").strip()
    share, growth = text.endswith("%"), path.endswith(f".{SHARE}")
    write = WRITE.get(path.rpartition(".")[2], WRITE[""])
    if isinstance(value, list | dict):
        return "is not a number", write
    read = numbers(pd.Series([text[:-1].strip() if share else value], dtype="object"))
    if read.refused:
        finding = read.refused[0]
        return finding.message, write if finding.fix == FIGURE else finding.fix
    number = float(read.values.iloc[0])
    if np.isnan(number):  # "n/a", "-" and the like, which stand for an empty cell elsewhere
        return "is not a number", write
    if growth and not share and abs(number) >= 1:
        both = f"{number:g} % or {number * 100:g} %"
        return f"could be {both}", f"write {both}, with the sign"
    return round(number / 100, 12) if share else number


def read_settings(settings: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """Settings of a file, figures read as people type them, and what is wrong with those.

    Examples
    --------
    >>> read_settings({"13.1.at_least": "8 %", "13.1.judge": "best"})
    ({'13.1.at_least': 0.08, '13.1.judge': 'best'}, [])
    >>> print(*read_settings({"13.1.at_least": 8})[1])
    13.1.at_least = 8 could be 8 % or 800 %
      To fix: write 8 % or 800 %, with the sign
    """
    typed = [path for path in settings if is_figure(str(path))]
    found, refused = figures(typed, [settings[path] for path in typed])
    faults = [
        f"{typed[one.at]} = {settings[typed[one.at]]} {one.message}\n  To fix: {one.fix}" for one in refused
    ]
    values = {typed[at]: value for at, value in found.items()}
    return {
        path: values.get(path, value)
        for path, value in settings.items()
        if path in values or path not in typed
    }, faults


def fraction(text: str, *, of: str) -> float:
    """A share as it is typed: 0.2, 0,2 or 20 %; ``of`` is how the parameter is called.

    Raises
    ------
    ParameterError
        It is not a number, or without the sign could be a hundred times as much.

    Examples
    --------
    >>> fraction("20 %", of="--spread"), fraction("0,2", of="--spread")
    (0.2, 0.2)
    """
    read = _figure(f".{SHARE}", text)
    if isinstance(read, tuple):
        raise ParameterError(f"{of} {text!r} {read[0]}.\nTo fix: {read[1]}")
    return read


def written(path: str, value: Value) -> Value:
    """A setting as it can be typed or stand in a file, to be read as the same value.

    Examples
    --------
    >>> written("13.1.at_least", 0.1), written("13.1.at_least", 1.5), written("13.1.judge", "best")
    (0.1, '150 %', 'best')
    """
    sign = path.endswith(f".{SHARE}") and not isinstance(value, str) and abs(value) >= 1
    return f"{value * 100:.15g} %" if sign else value


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


def without_effect(methodology: Methodology, settings: Mapping[str, Value]) -> list[str]:
    """What is wrong with the order of settings: those that later ones undo.

    ``growth.at_least`` sets what ``13.1.at_least`` set before it; the other way round a criterion differs from its rule.

    Examples
    --------
    >>> law = Methodology.load("order-35")
    >>> without_effect(law, {"growth.at_least": 0.2, "13.1.at_least": 0.3})
    []
    >>> print(*without_effect(law, {"13.1.at_least": 0.3, "growth.at_least": 0.2}))
    13.1.at_least = 0.3 has no effect, as growth.at_least = 0.2 comes after it.
    To fix: leave one of them out, or set the rule first and then what differs from it
    """
    last = {one: path for path in settings for one in _set_by(methodology, path)}
    faults = []
    for path, value in settings.items():
        after = dict.fromkeys(last[one] for one in _set_by(methodology, path))
        if after and all(settings[other] != value for other in after):
            undone = " and ".join(f"{other} = {settings[other]}" for other in after)
            comes = "comes" if len(after) == 1 else "come"
            message = f"{path} = {value} has no effect, as {undone} {comes} after it."
            faults.append(
                f"{message}\nTo fix: leave one of them out, or set the rule first and then what differs from it"
            )
    return faults


def _set_by(methodology: Methodology, path: str) -> list[str]:
    """Paths of the criteria that a path sets, of a criterion or of a rule."""
    owner, _, name = path.rpartition(".")
    return [
        f"{c.id}.{name}" for c in methodology.criteria if owner in (c.id, c.rule) and name in c.parameters
    ]
