"""How much memory may be taken, and how many projects are judged at once within it."""

import ctypes
import platform
import re

from effeval.errors import ParameterError

TRIM, MMAP = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
KEPT, LARGE = (
    2**28,
    2**25,
)  # bytes: freed memory that the process keeps, and what comes from the system of its own
UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
MOST_PROJECTS, FEWEST_PROJECTS = 30_000, 500  # judged at once
BASE = 360_000_000  # of Python, its libraries and the buffers of the files
PER_PROJECT = 12_000  # bytes, with six years and two criteria
LEAST = BASE + FEWEST_PROJECTS * PER_PROJECT


def size_of(text: str) -> int:
    """Bytes of a size as people write it.

    Raises
    ------
    ParameterError
        It is no size, or less than effeval needs.

    Examples
    --------
    >>> size_of("2GB"), size_of("512 MiB")
    (2000000000, 536870912)
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)", text.strip(), re.IGNORECASE)
    if found is None or found[2].upper() not in UNITS:
        raise ParameterError(f"{text!r} is no size of memory.\nTo fix: write 2GB or 800MB")
    return check_memory(int(float(found[1]) * UNITS[found[2].upper()]))


def check_memory(memory: int) -> int:
    """The same bound, if effeval can keep it."""
    if memory < LEAST:
        raise ParameterError(
            f"{memory:,} bytes of memory are too few.\nTo fix: give at least {LEAST / 1e6:.0f}MB"
        )
    return memory


def projects_at_once(memory: int | None) -> int:
    """Projects of one block; the bound is on the whole process.

    Examples
    --------
    >>> projects_at_once(None), projects_at_once(480_000_000)
    (30000, 10000)
    """
    if memory is None:
        return MOST_PROJECTS
    return min(MOST_PROJECTS, (memory - BASE) // PER_PROJECT)


def room(memory: int) -> int:
    """Bytes for data beside what the process takes anyway.

    Examples
    --------
    >>> room(1_360_000_000)
    1000000000
    """
    return memory - BASE


def keep_freed_memory() -> None:
    """Let this process keep memory that it has freed, for the next arrays; where the C library is glibc.

    Else the largest arrays of each part come from the system anew, which has to clear them first. Workers of Dask start
    with MALLOC_TRIM_THRESHOLD_ so low that every array does: that takes as long as judging. The setting stays as long as
    the process; a notebook then keeps up to KEPT bytes that it does not use.
    """
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        library.mallopt(TRIM, KEPT)
        library.mallopt(MMAP, LARGE)
