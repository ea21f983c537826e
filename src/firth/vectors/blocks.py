"""Cutting the rows of a matrix into blocks, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

# 16 MiB of float32. In a search, smaller blocks cost more selections; larger were no faster.
NUMBERS_PER_BLOCK = 1 << 22


def row_blocks(rows: int, columns: int) -> Iterator[slice]:
    """Cut `rows` of `columns` numbers each into slices of about `NUMBERS_PER_BLOCK` numbers.

    Examples
    --------
    >>> list(row_blocks(3, NUMBERS_PER_BLOCK // 2))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    step = max(1, NUMBERS_PER_BLOCK // max(1, columns))
    for start in range(0, rows, step):
        yield slice(start, min(rows, start + step))


def in_threads(work: Callable[[slice], None], parts: list[slice], threads: int) -> None:
    """Call a function with each part, in some threads if there are several parts."""
    if len(parts) > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))
    else:
        for part in parts:
            work(part)
