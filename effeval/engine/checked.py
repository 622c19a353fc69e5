"""A column of an Arrow table as a typed array, its cells checked as strictly as ``load`` checks them.

What needs no mending passes. Everything else, faults and what ``load`` would mend alike, is :class:`Unusual`: then
``load`` decides and says what is wrong, in its own words.
"""

import numpy as np
import pyarrow as pa

from effeval.columns import Column
from effeval.engine.arrow import array, arrow, floats, pc

DIGITS = {
    "kato": "^([0-9]{9}|[0-9]{4}|[0-9]{2})$",
    "oked": "^[0-9]{2,5}$",
    "tnved": "^([0-9]{4,8}|[0-9]{10})$",
}
LARGEST = np.finfo(np.float64).max  # above it is infinity only
_BYTES = np.arange(256)
GRAPHIC = (_BYTES > 0x20) & (_BYTES < 0x7F)  # signs of ASCII that are no white space
LETTER = (_BYTES >= 0xC3) & (_BYTES <= 0xDF)  # begins a character of two bytes, none of which is white space


class Unusual(Exception):
    """Something that is wrong, or that ``load`` would mend; the text names the column."""


def as_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array, however many pieces it has."""
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def check_text(column: pa.ChunkedArray | pa.Array, of: Column) -> None:
    """Refuse what is no text, and empty cells where there may be none."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)):
        raise Unusual(of.name)
    if column.null_count and not of.empty:
        raise Unusual(of.name)


def texts(column: pa.ChunkedArray, of: Column) -> pa.Array:
    """A column of text as one array, empty only where it may be."""
    check_text(column, of)
    return as_array(column if column.type == pa.string() else pc.cast(column, target_type=pa.string()))


def trimmed(column: pa.ChunkedArray, of: Column) -> pa.Array:
    """Text without white space around it, empty texts and errors of Excel."""
    text = texts(column, of)
    if _plain_ends(text):
        return text
    plain = pc.equal(pc.utf8_trim_whitespace(text), text)
    if not pc.all(plain, min_count=0).as_py() or pc.min(pc.binary_length(text)).as_py() == 0:
        raise Unusual(of.name)
    if pc.any(pc.starts_with(text, pattern="#")).as_py():
        raise Unusual(of.name)
    return text


def _plain_ends(text: pa.Array) -> bool:
    """Whether every text begins and ends with a sign that is surely no white space, and does not begin with "#".

    Nearly all do, and a look at the bytes at both ends takes a tenth of the time of trimming each.

    Examples
    --------
    >>> [_plain_ends(pa.array([text])) for text in ("Қ-1 ЖШС", "#REF!", "7 ", "a\u2007", "")]
    [True, False, False, False, False]
    """
    _, ends, data = text.buffers()
    if data is None or not len(text):
        return False
    ends = np.frombuffer(ends, dtype=np.int32)[text.offset : text.offset + len(text) + 1]
    data = np.frombuffer(data, dtype=np.uint8)
    if (np.diff(ends) < 2).any():
        return False
    first, last = data.take(ends[:-1]), data.take(ends[1:] - 1)
    begin = (GRAPHIC | LETTER).take(first) & (first != ord("#"))
    end = GRAPHIC.take(last) | LETTER.take(data.take(ends[1:] - 2))
    return bool(begin.all() and end.all())


def check_pattern(text: pa.Array, name: str) -> None:
    """Refuse codes that do not have the digits of their kind."""
    if pc.all(pc.match_substring_regex(text, pattern=DIGITS[name]), min_count=0).as_py() is False:
        raise Unusual(name)


def check_digits(text: pa.Array, name: str, *, length: int) -> None:
    """As :func:`check_pattern` for so many digits, in a tenth of the time."""
    asked = arrow(np.array([length], dtype=np.int32))[0]  # made of an int it would import pandas
    plain = pc.and_(pc.ascii_is_decimal(text), pc.equal(pc.binary_length(text), asked))
    if not pc.all(plain, min_count=0).as_py():
        raise Unusual(name)


def as_codes(column: pa.ChunkedArray, of: Column) -> pa.DictionaryArray:
    """A column of few different texts as codes; its dictionary holds what occurs, and nothing else."""
    if not pa.types.is_dictionary(column.type) or column.null_count:
        return pc.dictionary_encode(texts(column, of))
    check_text(column, of)
    coded = as_array(column.unify_dictionaries())
    words, codes = coded.dictionary, array(coded.indices)
    words = words if words.type == pa.string() else pc.cast(words, target_type=pa.string())
    occurs = np.bincount(codes, minlength=len(words)) > 0
    if words.null_count:
        raise Unusual(of.name)
    if not occurs.all():
        words, codes = (
            pc.take(words, arrow(np.flatnonzero(occurs))),
            (np.cumsum(occurs, dtype=np.int32) - 1).take(codes),
        )
    return pa.DictionaryArray.from_arrays(arrow(codes), words)


def numbers(column: pa.ChunkedArray, of: Column, *, out: np.ndarray | None = None) -> np.ndarray:
    """Numbers, finite and within the range of the column, as float64; NaN where empty. Made new, or in ``out``."""
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)):
        raise Unusual(of.name)
    values = floats(pc.cast(column, target_type=pa.float64()) if pa.types.is_null(kind) else column, out=out)
    low, high = of.range if of.range is not None else (-np.inf, np.inf)
    if (values < low).any() or (values > min(high, LARGEST)).any():
        raise Unusual(of.name)
    return values


def whole(column: pa.ChunkedArray, of: Column) -> np.ndarray:
    """Whole numbers in the range of the column, none empty but where that is allowed (NaN)."""
    values = numbers(column, of)
    empty = np.isnan(values)
    broken = pa.types.is_floating(column.type) and ((np.trunc(values) != values) & ~empty).any()
    if broken or (empty.any() and not of.empty):
        raise Unusual(of.name)
    return values
