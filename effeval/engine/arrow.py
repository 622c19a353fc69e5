"""Arrays of numpy as Arrow's, without a copy, and without pandas, which ``pyarrow.array`` would import for it."""

import numpy as np
import pyarrow as pa


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
    if nan_is_empty:
        known = values == values  # noqa: PLR0124 - false for NaN
        if not known.all():
            validity = pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), len(values), [validity, pa.py_buffer(values)]
    )
