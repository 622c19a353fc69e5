"""Between numpy and Arrow over the same memory: pyarrow's own ways import pandas, which takes longer than the rest."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from effeval.comparing import only

_OPTIONS = {  # of the kernels that are called with any
    "all": "ScalarAggregateOptions",
    "cast": "CastOptions",
    "index_in": "SetLookupOptions",
    "match_substring_regex": "MatchSubstringOptions",
    "sort_indices": "SortOptions",
    "starts_with": "MatchSubstringOptions",
    "utf8_rpad": "PadOptions",
    "utf8_slice_codeunits": "SliceOptions",
}


class _Compute:
    """Kernels of Arrow by name, options by keyword.

    ``pyarrow.compute`` makes a described function of each of three hundred when it is imported, which takes longer than
    judging ten thousand projects. Methods of arrays such as ``take`` import it too.

    Examples
    --------
    >>> pc.all(pc.starts_with(texts(["SYN-1", "SYN-2"]), pattern="SYN-")).as_py()
    True
    """

    def __getattr__(self, name: str) -> Callable[..., Any]:
        from pyarrow import _compute as kernels

        def call(*values: Any, **options: Any) -> Any:
            given = getattr(kernels, _OPTIONS[name])(**options) if options else None
            return kernels.call_function(name.rstrip("_"), list(values), given)  # and_ is a word of Python

        return call


pc = _Compute()


def arrow(values: np.ndarray, *, nan_is_empty: bool = False) -> pa.Array:
    """Numbers as an Arrow array over the same memory.

    Parameters
    ----------
    values : numpy.ndarray
        Integers or floats.
    nan_is_empty : bool
        NaN becomes an empty cell.

    Examples
    --------
    >>> arrow(np.array([1.5, np.nan]), nan_is_empty=True).to_pylist()
    [1.5, None]
    """
    values = np.ascontiguousarray(values)
    validity = None
    if nan_is_empty and values.dtype.kind == "f":
        known = ~np.isnan(values)
        if not known.all():
            validity = pa.py_buffer(np.packbits(known, bitorder="little"))
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(values)])


def array(column: pa.Array) -> np.ndarray:
    """Numbers or truth values without an empty cell as an array, numbers over the same memory.

    Examples
    --------
    >>> array(pa.array([3, 4, 5])[1:]).tolist(), array(pa.array([True, False])).tolist()
    ([4, 5], [True, False])
    """
    if column.null_count:
        raise ValueError("the column has empty cells")
    if not len(column):
        return np.empty(0, dtype=column.type.to_pandas_dtype())
    _, data = column.buffers()
    if pa.types.is_boolean(column.type):
        bits = np.frombuffer(data, dtype=np.uint8)
        return np.unpackbits(bits, bitorder="little", count=column.offset + len(column))[column.offset :] == 1
    kind = np.dtype(column.type.to_pandas_dtype())
    return np.frombuffer(data, dtype=kind, count=len(column), offset=column.offset * kind.itemsize)


def floats(column: pa.ChunkedArray, *, out: np.ndarray | None = None) -> np.ndarray:
    """Numbers as floats in one array, NaN where empty: one copy of however many pieces; made new, or in ``out``.

    Examples
    --------
    >>> floats(pa.chunked_array([[1.5, None], [2.5]])).tolist()
    [1.5, nan, 2.5]
    >>> floats(pa.chunked_array([[1, None], [2]])).tolist()
    [1.0, nan, 2.0]
    """
    found = np.empty(len(column)) if out is None else out
    kind, start = np.dtype(column.type.to_pandas_dtype()), 0
    for part in column.chunks:
        if not len(part):
            continue
        own, start = found[start : start + len(part)], start + len(part)
        bits, data = part.buffers()
        values = np.frombuffer(data, dtype=kind, count=len(part), offset=part.offset * kind.itemsize)
        if part.null_count:
            known = np.frombuffer(bits, dtype=np.uint8, offset=part.offset // 8)
            known = np.unpackbits(known, bitorder="little", count=part.offset % 8 + len(part))
            only(values, known[part.offset % 8 :], out=own)
        else:
            own[:] = values
    return found


def texts(words: Sequence[str | None]) -> pa.Array:
    """Texts as an Arrow array; None is empty.

    Examples
    --------
    >>> texts(["а", None, "bc"]).to_pylist()
    ['а', None, 'bc']
    """
    coded = [b"" if word is None else word.encode("utf-8") for word in words]
    ends = np.cumsum([0, *map(len, coded)], dtype=np.int32)
    known = np.array([word is not None for word in words], dtype=bool)
    buffers = [pa.py_buffer(part) for part in (np.packbits(known, bitorder="little"), ends, b"".join(coded))]
    return pa.Array.from_buffers(pa.string(), len(coded), buffers)
