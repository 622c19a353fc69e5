"""Cells of the form as values: figures, rates, codes, names of regions and sectors, words of a choice."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from effeval.annex1.words import INVISIBLE, choice, fold, squeeze, squeezed, tokens, values
from effeval.classifiers import regions, sectors
from effeval.columns import LANGUAGES
from effeval.reading.cells import SPACES, as_text
from effeval.reading.codes import codes
from effeval.reading.parsing import COMMA_OR_THOUSANDS, LOOSE, POINT_OR_THOUSANDS, numbers

# A bare figure above is no growth that anyone plans or reaches, but per cent without the sign.
HIGHEST_PLAN = 1.0
HIGHEST_ACTUAL = 5.0
LONGEST_MARK = 20  # characters of a mark for an empty cell, such as "n/a"
UNSEEN = re.compile("[" + "".join(map(chr, INVISIBLE)) + "]")
DASHES = re.compile(r"[-_\u2010-\u2015\u2212]+")
NO_RATE = "write it with the sign, such as 10 %, or as a fraction, such as 0.10"
NAMED_CODE = re.compile(r"\d(?:[\d\u00a0\u202f\u2009 ]*\d)?")


@dataclass(frozen=True)
class Refusal:
    """A cell that cannot be read: its position in the list, what is wrong and what would be right."""

    at: int
    message: str
    fix: str


@dataclass(frozen=True, eq=False)
class Figures:
    """Figures read; ``bare`` are rates above their limit, wrong unless the cell shows them as per cent."""

    values: np.ndarray
    refused: list[Refusal]
    bare: list[int]


def clean(cell: object) -> object:
    """A cell without invisible characters and white space around it; "" if it is empty or says so.

    Examples
    --------
    >>> clean(" \\u2014 "), clean("n/a"), clean("\\u00a0a "), clean(0.0)
    ('', '', 'a', 0.0)
    """
    return _cleaned(cell) if type(cell) is str and cell else cell


@lru_cache(maxsize=65536)
def _cleaned(cell: str) -> str:
    text = (cell if cell.isascii() or not UNSEEN.search(cell) else cell.translate(INVISIBLE)).strip()
    if len(text) > LONGEST_MARK:
        return text
    return "" if DASHES.fullmatch(text) or fold(text) in _folded("empty") else text


@cache
def _folded(kind: str) -> frozenset[str]:
    return frozenset(fold(word) for _, word in values(kind))


def figures(
    cells: Sequence[object], *, rate: np.ndarray, infinite: np.ndarray, limit: np.ndarray, comma: bool
) -> Figures:
    """Read the figures of a form, all columns at once, so that one shows what commas mean in another.

    Parameters
    ----------
    cells : sequence
        Cleaned.
    rate : numpy.ndarray of bool
        The cell is a rate of growth: "10 %" is 0.10.
    infinite : numpy.ndarray of bool
        The cell may hold the sign of infinity: growth from nothing.
    limit : numpy.ndarray of float
        Highest absolute rate that a cell without the percent sign may have.
    comma : bool
        A comma is a decimal comma.

    Examples
    --------
    >>> rate = np.array([False, True, False, True, False])
    >>> read = figures([1.5, "10 %", "1 234,5", "10", ""], rate=rate, infinite=rate,
    ...                limit=np.where(rate, 5, np.inf), comma=True)
    >>> read.values.tolist(), [refusal.at for refusal in read.refused]
    ([1.5, 0.1, 1234.5, nan, nan], [3])
    """
    found = np.array([cell if type(cell) is float else np.nan for cell in cells], dtype="float64")
    odd = [at for at, cell in enumerate(cells) if type(cell) is not float and cell != ""]
    endless = [
        at
        for at in odd
        if infinite[at] and isinstance(cells[at], str) and fold(cells[at]) in _folded("infinity")
    ]
    with np.errstate(invalid="ignore"):
        bare = np.flatnonzero(np.abs(found) > limit).tolist()
    found[endless] = np.inf
    odd = [at for at in odd if at not in set(endless)]
    percent = {at for at in odd if rate[at] and isinstance(cells[at], str) and cells[at][1:].endswith("%")}
    bodies = [cells[at][:-1].rstrip() if at in percent else cells[at] for at in odd]
    read, refused = _mixed(bodies, comma=comma)
    refused = [Refusal(odd[refusal.at], refusal.message, refusal.fix) for refusal in refused]
    for at, value in zip(odd, read, strict=True):
        if at in percent and not np.isnan(value):
            value = float(Decimal(repr(float(value))).scaleb(-2))  # exact, as 0.1 * v would not be
        elif abs(value) > limit[at]:
            refused.append(no_rate(at))
            value = np.nan
        found[at] = value
    return Figures(found, refused, bare)


def no_rate(at: int) -> Refusal:
    """The refusal of a rate that may be in per cent or not."""
    return Refusal(at, "could be per cent or a fraction: it is a rate of growth", NO_RATE)


def _mixed(cells: list[object], *, comma: bool) -> tuple[np.ndarray, list[Refusal]]:
    """Cells that are no plain numbers."""
    if not cells:
        return np.array([]), []
    column = pd.Series(cells, dtype="object")
    text = column[[isinstance(cell, str) for cell in cells]].astype("str")
    commas = text.str.fullmatch(LOOSE) & text.str.contains(",", regex=False)
    commas &= ~text.str.fullmatch(COMMA_OR_THOUSANDS)
    # Where commas are decimal commas, a point before three digits is more likely to part thousands.
    doubtful = text.index[text.str.fullmatch(POINT_OR_THOUSANDS)] if comma or commas.any() else []
    fix = "write it without a point, or with a comma, as the other figures"
    refused = [Refusal(at, "could be a fraction or thousands (1.234 or 1234)", fix) for at in doubtful]
    read = numbers(column.drop(doubtful), semicolon=comma)
    kept = column.index.drop(doubtful)
    for finding in read.refused:
        refused += [Refusal(int(kept[row]), finding.message, finding.fix) for row in finding.rows]
    return read.values.reindex(column.index).to_numpy(), refused


def _each(cells: Sequence[object], read: Callable[[list], list]) -> tuple[list[str | None], list[Refusal]]:
    """Read each different cell once; ``read`` gives a value, None for empty, or a pair of message and fix."""
    different = list({(type(cell), cell): cell for cell in cells})
    answers = dict(zip(different, read([cell for _, cell in different]), strict=True))
    found = [answers[type(cell), cell] for cell in cells]
    refused = [Refusal(at, *answer) for at, answer in enumerate(found) if isinstance(answer, tuple)]
    return [None if isinstance(answer, tuple) else answer for answer in found], refused


def coded(cells: Sequence[object], *, kind: str) -> tuple[list[str | None], list[Refusal]]:
    """Read codes, with or without a name beside them, or the name of a region or sector alone.

    Parameters
    ----------
    cells : sequence
        Cleaned.
    kind : str
        kato (nine digits), oked (of which the first two, the sector, are given) or tnved.

    Examples
    --------
    >>> coded([63.0, "630000000 East Kazakhstan Region", "Almaty Region", ""], kind="kato")[0]
    ['630000000', '630000000', '190000000', None]
    >>> coded(["24.10", "Manufacture of basic metals"], kind="oked")[0]
    ['24', '24']
    """
    return _each(cells, lambda different: _coded(different, kind))


def _coded(cells: list[object], kind: str) -> list:
    apart = [_apart(as_text(cell) or "", kind) for cell in cells]
    digits = pd.Series([code for code, _ in apart], dtype="object")
    read = codes(digits.where(digits != "", None), kind=kind)
    refused = {int(row): (f.message, f.fix) for f in read.refused for row in f.rows}
    answers = []
    for at, ((code, name), value) in enumerate(zip(apart, read.values, strict=True)):
        places = _named(name, kind) if name else frozenset()
        if at in refused:
            answers.append(refused[at])
        elif not code and not name:
            answers.append(None)
        elif not code:
            answers.append(_only(places, kind))
        elif len(places) == 1 and value[:2] not in places:
            other = next(iter(places))
            message = f"has a code of {value[:2]}, but the name is that of {other}"
            answers.append((message, "keep the one that is right"))
        else:
            answers.append(value[:2] if kind == "oked" else value)
    return answers


def _apart(text: str, kind: str) -> tuple[str, str]:
    """Code and name of a cell that holds one or both; a text with several numbers is left whole."""
    text = " ".join(text.split())
    if kind == "oked" and (dotted := re.match(r"\d{2}(?:\.\d{1,2}){1,2}(?![\d.])", text)):
        text = dotted[0].replace(".", "") + text[dotted.end() :]
    numbers_in = NAMED_CODE.findall(text)
    if len(numbers_in) > 1 or (numbers_in and re.search(r"[.,eE+-]\d|\d[.,]\d", text)):
        return text, ""
    code = re.sub(f"[{SPACES}]", "", numbers_in[0]) if numbers_in else ""
    name = text.replace(numbers_in[0], " ") if numbers_in else text
    words = [word for word in re.split(r"[\s,;:()]+", name) if squeeze(word) not in squeezed("code")]
    name = " ".join(words).strip(" .-\u2013\u2014/")
    if name and not any(map(str.isalpha, name)) or not (code or name):
        return text, ""  # signs such as "%" are neither code nor name
    return code, name


def _only(places: frozenset[str], kind: str):
    """The code of the one place or sector that a name stands for."""
    what, where = ("region", "effeval.regions()") if kind == "kato" else ("sector", "effeval.sectors()")
    wanted = {"kato": "the KATO code", "oked": "two digits of OKED", "tnved": "the commodity code"}[kind]
    fix = f"write {wanted}" if kind == "tnved" else f"write {wanted}; see {where}"
    if len(places) == 1:
        return next(iter(places)) + ("0000000" if kind == "kato" else "")
    if not places:
        return (f"is no code and no name of a {what}" if kind != "tnved" else "is no code"), fix
    return f"is the name of more than one {what}: {', '.join(sorted(places))}", fix


def _named(name: str, kind: str) -> frozenset[str]:
    """First two digits of the regions or sectors that a name may stand for."""
    if kind == "tnved":
        return frozenset()
    plain = squeeze(name)
    exact = {code for code, known in _known(kind) if known == plain}
    if exact or kind == "oked":
        return frozenset(exact)
    sort, stem = _stem(name)
    return frozenset(c for c, kinds, known in _stems() if known == stem and sort in (None, kinds))


@cache
def _known(kind: str) -> list[tuple[str, str]]:
    table, column = (regions(), "region") if kind == "kato" else (sectors(), "sector")
    named = [(row[column], row[f"name_{lang}"]) for _, row in table.iterrows() for lang in LANGUAGES]
    return [(code, squeeze(name)) for code, name in named + (values("place") if kind == "kato" else [])]


@cache
def _stems() -> list[tuple[str, str, str]]:
    named = [(row, row[f"name_{lang}"]) for _, row in regions().iterrows() for lang in LANGUAGES]
    return [(row["region"], row["kind"], _stem(name)[1]) for row, name in named]


def _stem(name: str) -> tuple[str | None, str]:
    """Whether a name says that it is a city or a region, and the rest of it."""
    said = tokens(name)
    sorts = {sort for sort in ("city", "region") for word in said if word in _folded(sort)}
    rest = "".join(word for word in said if word not in _folded("city") | _folded("region"))
    return (sorts.pop() if len(sorts) == 1 else None if not sorts else "both"), rest


def is_region(text: str) -> bool:
    """Whether a text is the name of a region and nothing else."""
    return bool(_named(text, "kato"))


def chosen(
    cells: Sequence[object], *, kind: str, allowed: Sequence[str]
) -> tuple[list[str | None], list[Refusal]]:
    """Read words of a choice (category, status) in any of the languages.

    Examples
    --------
    >>> chosen(["Small", "", "tiny"], kind="category", allowed=["small", "medium", "large"])[0]
    ['small', None, None]
    """
    words = {value: word for value, word in reversed(values(kind))}
    fix = "write " + ", ".join(f"{words[value]} ({value})" for value in allowed)
    refusal = (f"is not known as a {kind}", fix)
    return _each(
        cells,
        lambda different: [
            None if cell == "" else (choice(cell, kind) if isinstance(cell, str) else None) or refusal
            for cell in different
        ],
    )


def written(cells: Sequence[object]) -> list[str | None]:
    """Read text; a number becomes its digits, an empty cell None."""
    return [as_text(cell) if cell != "" else None for cell in cells]
