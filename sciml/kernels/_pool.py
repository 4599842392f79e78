"""One thread pool for all CPU kernels: serial ``nogil`` functions over slabs of the first axis."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

__all__ = ["get_threads", "run_slabs", "run_tasks", "slabs", "threads", "usable_cores"]

# Below this many array elements a second thread costs more than it saves (13 microseconds a dispatch).
SERIAL_BELOW = 50_000


def usable_cores() -> int:
    """Cores this process may run on (affinity respected).

    Examples
    --------
    >>> usable_cores() >= 1
    True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


class _Pool:
    """The process-wide pool; rebuilt after a fork and when the width changes."""

    def __init__(self) -> None:
        self.width = usable_cores()
        self._executor: ThreadPoolExecutor | None = None
        self._owner = -1

    def executor(self) -> ThreadPoolExecutor:
        if self._executor is None or self._owner != os.getpid():
            self._executor = ThreadPoolExecutor(max(1, self.width - 1), thread_name_prefix="sciml")
            self._owner = os.getpid()
        return self._executor

    def resize(self, width: int) -> None:
        if width != self.width:
            if self._executor is not None and self._owner == os.getpid():
                self._executor.shutdown(wait=True)
            self._executor = None
            self.width = width


_POOL = _Pool()


def get_threads() -> int:
    """Number of threads the kernels use.

    Examples
    --------
    >>> get_threads() >= 1
    True
    """
    return _POOL.width


@contextmanager
def threads(n: int | None) -> Iterator[None]:
    """Run the kernels on `n` threads inside the block (None: leave as it is).

    Raises
    ------
    ValueError
        If `n` is smaller than 1.

    Examples
    --------
    >>> with threads(1):
    ...     get_threads()
    1
    """
    if n is not None and n < 1:
        raise ValueError(f"threads was {n}; expected a whole number >= 1")
    before = _POOL.width
    _POOL.resize(before if n is None else n)
    try:
        yield
    finally:
        _POOL.resize(before)


def slabs(n: int, size: int, minimum: int = 1, threads: int | None = None) -> list[tuple[int, int]]:
    """Cut ``range(n)`` into one slab a thread, or a single one for small work.

    Parameters
    ----------
    n : int
        Length of the first axis.
    size : int
        Number of array elements touched; below `SERIAL_BELOW` there is one slab.
    minimum : int
        Smallest slab length.
    threads : int, optional
        At most so many of those of the pool.

    Examples
    --------
    >>> slabs(10, 100)
    [(0, 10)]
    """
    most = _POOL.width if threads is None else min(threads, _POOL.width)
    count = 1 if size < SERIAL_BELOW else min(most, max(1, n // minimum))
    bounds = [n * k // count for k in range(count + 1)]
    return list(pairwise(bounds))


def run_slabs(kernel: Callable[..., Any], parts: list[tuple[int, int]], *args: Any) -> list[Any]:
    """Call ``kernel(lo, hi, *args)`` for every slab, concurrently; results in slab order."""
    return run_tasks(kernel, [(lo, hi, *args) for lo, hi in parts])


def run_tasks(kernel: Callable[..., Any], tasks: list[tuple[Any, ...]]) -> list[Any]:
    """Call ``kernel(*task)`` for every task, concurrently; results in order.

    The caller's thread takes the last one, so a single task costs no dispatch at all.
    """
    if not tasks:
        return []
    if len(tasks) == 1:
        return [kernel(*tasks[0])]
    executor = _POOL.executor()
    futures = [executor.submit(kernel, *task) for task in tasks[:-1]]
    last = kernel(*tasks[-1])
    return [future.result() for future in futures] + [last]
