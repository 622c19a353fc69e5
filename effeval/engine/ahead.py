"""The next items of a generator made in a thread while one is worked on."""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")


class Ahead(Generic[Item]):
    """Items of a generator, a few of them made before they are asked for; to be used as a context.

    Parameters
    ----------
    items : generator
        Begins at once, runs in a thread of its own, and is closed with the context.
    count : int
        Items made ahead at most.

    Examples
    --------
    >>> with Ahead((number**2 for number in range(4)), count=2) as squares:
    ...     list(squares)
    [0, 1, 4, 9]
    """

    def __init__(self, items: Generator[Item, None, None], *, count: int):
        self._items, self._end = items, object()
        self._pool = ThreadPoolExecutor(1)
        self._coming = deque(self._next() for _ in range(count))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._items.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Item:
        item = self._coming.popleft().result()
        self._coming.append(self._next())
        if item is self._end:
            raise StopIteration
        return item

    def _next(self) -> Future:
        return self._pool.submit(next, self._items, self._end)
