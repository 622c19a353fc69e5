"""Words of the form as people write them: folded, so that only what is said counts, not how it is typed.

Case, spaces, line breaks, hyphens, Latin look-alikes and Kazakh letters that a keyboard lacks all fold to
one spelling. The words stand in ``resources/form_words.csv``.
"""

import csv
import re
import unicodedata
from functools import cache, lru_cache

from effeval.packaged import RESOURCES

FIELDS = (  # in the order in which a heading is tried; "ignored" are columns of no use to us
    "ignored",
    "project_id",
    "score_sum",
    "support_paid",
    "tnved",
    "kato",
    "category",
    "status",
    "applicant",
    "sector",
    "number",
)
LEAVES = ("plan", "actual", "score")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
HYPHENS = r"[-\u2010\u2011\u2012\u2013]"
PARTS = re.compile(rf"[\n/|>:;,.()\u2013\u2014\u2192\u00bb]|\s{HYPHENS}\s")
ORDINAL = "(?:st|nd|rd|th|[^\\W\\d_]{1,2})?"  # as in 1st


@cache
def _table() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    with (RESOURCES / "form_words.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return tuple(
        (row["kind"], row["value"], tuple(map(str.strip, row["words"].split(" | ")))) for row in rows
    )


@cache
def _letters() -> dict[int, str]:
    pairs = [(value, words[0].split()) for kind, value, words in _table() if kind == "letter"]
    return {ord(letter): value for value, letters in pairs for letter in letters}


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case, one spelling for look-alike and Kazakh letters, single spaces, nothing invisible.

    Examples
    --------
    >>> fold("\u041d\u0430\u049b\u0442\u044b") == fold("HA\u043a\u0442\u044b\u00a0")
    True
    """
    plain = unicodedata.normalize("NFKC", text).translate(INVISIBLE).casefold()
    return " ".join(plain.translate(_letters()).split())


def squeeze(text: str) -> str:
    """Folded letters, digits and the marks that mean something, without anything between them.

    Examples
    --------
    >>> squeeze("1 -\\u00a0 2 b") == squeeze("12B")
    True
    """
    return re.sub(r"[^\w\u2211%]|_", "", fold(text))


def tokens(text: str) -> list[str]:
    """Folded words; a hyphenated one is one word.

    Examples
    --------
    >>> len(tokens("one two-\\nthree, four"))
    3
    """
    return re.findall(r"[^\W_]+", re.sub(rf"(?<=\w){HYPHENS}\s*(?=\w)", "", fold(text)))


@cache
def squeezed(kind: str, value: str | None = None) -> tuple[str, ...]:
    """The words of a kind, squeezed; those that must stand alone keep their leading "="."""
    return tuple(
        ("=" if word.startswith("=") else "") + squeeze(word)
        for each, name, words in _table()
        if each == kind and value in (None, name)
        for word in words
        if squeeze(word)
    )


def has(text: str, kind: str) -> bool:
    """Whether a word of the kind occurs anywhere in the text."""
    plain = squeeze(text)
    return any(word in plain for word in squeezed(kind))


@lru_cache(maxsize=8192)
def role(text: str) -> str | None:
    """What a heading cell stands for: a field, plan, actual, score, criterion or effects; None for none.

    Examples
    --------
    >>> role("Applicant"), role("Criterion 1: plan"), role("Funds actually allocated"), role("Effects")
    ('applicant', 'plan', 'support_paid', 'effects')
    """
    plain = squeeze(text) or fold(text)
    for field in FIELDS:
        if any(_fits(plain, word) for word in squeezed("heading", field)):
            return field
    parts = [part for part in map(squeeze, PARTS.split(text.replace("-\n", ""))) if part]
    for part in reversed(parts):
        for leaf in LEAVES:
            if any(part.startswith(word) for word in squeezed("leaf", leaf)):
                return leaf
    for leaf in LEAVES:
        if plain.endswith(squeezed("leaf", leaf)):
            return leaf
    if any(word in plain for word in squeezed("criterion")):
        return "criterion"
    return "effects" if any(word in plain for word in squeezed("group")) else None


def _fits(plain: str, word: str) -> bool:
    return plain == word[1:] if word.startswith("=") else word in plain


@lru_cache(maxsize=4096)
def criterion_position(text: str, measure: int) -> int | None:
    """Which criterion of the measure a heading names: "13.2", "2nd criterion", "Plan 2"; None if none.

    Examples
    --------
    >>> [criterion_position(text, 13) for text in ("13.2 wage", "Criterion 1", "Plan")]
    [2, 1, None]
    """
    named = re.search(rf"(?<![\d.]){measure}\.(\d)(?![\d.])", text)
    if named:
        return int(named[1])
    plain, words = squeeze(text), "|".join(squeezed("criterion"))
    found = re.search(rf"(\d+){ORDINAL}(?:{words})|(?:{words})(?:no)?(\d+)", plain)
    if found is None:
        leaves = "|".join(word for leaf in LEAVES for word in squeezed("leaf", leaf))
        found = re.fullmatch(rf"(?:{leaves})()(\d)", plain)
    return int(found[1] or found[2]) if found else None


@cache
def _phrases(kind: str) -> list[tuple[str, list[str]]]:
    rows = [(value, words) for each, value, words in _table() if each == kind]
    return [(value, tokens(word)) for value, words in rows for word in words]


@lru_cache(maxsize=8192)
def choice(text: str, kind: str) -> str | None:
    """The category or status that the words say, None if they say none or more.

    Examples
    --------
    >>> choice("Small business", "category"), choice("completed", "status"), choice("not completed", "status")
    ('small', 'completed', None)
    """
    noise = {word for _, phrase in _phrases("noise") for word in phrase}
    for said in (tokens(text), [word for word in tokens(text) if word not in noise]):
        found = {value for value, phrase in _phrases(kind) if phrase == said}
        if len(found) == 1:
            return found.pop()
    return None


@lru_cache(maxsize=8192)
def begins(text: str, kind: str) -> bool:
    """Whether the text begins with a word of the kind (as a whole word)."""
    said = tokens(text)
    return any(phrase and said[: len(phrase)] == phrase for _, phrase in _phrases(kind))


def values(kind: str) -> list[tuple[str, str]]:
    """Value and word of every entry of a kind."""
    return [(value, word) for each, value, words in _table() if each == kind for word in words]
