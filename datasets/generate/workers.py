"""Tasks for several processes, which end with the one that started them."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.synchronize import Event
from threading import Thread
from typing import TypeVar

__all__ = ["in_processes"]

Task = TypeVar("Task")
Result = TypeVar("Result")

# How often a worker looks whether it should stop.
SECONDS = 0.2


def in_processes(function: Callable[[Task], Result], tasks: Sequence[Task], workers: int) -> Iterator[Result]:
    """Results in the order in which they come; one worker or one task stays in this process.

    Parameters
    ----------
    function : callable
        Of one task; both are sent to other processes.
    workers : int
        Number of processes.

    Raises
    ------
    OSError
        If a process was killed.

    Examples
    --------
    >>> list(in_processes(abs, [-1, 2], workers=1))
    [1, 2]
    """
    if workers == 1 or len(tasks) < 2:
        yield from map(function, tasks)
        return
    context = get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(min(workers, len(tasks)), context, _follow, (stop,)) as pool:
        futures = [pool.submit(function, task) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            raise OSError("a worker was killed, perhaps for want of memory") from None
        except BaseException:  # Ctrl-C or an error: what the others are at is not waited for
            stop.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _follow(stop: Event) -> None:
    """Leave Ctrl-C to the process that started this one, and end when it says so or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_watch, args=(stop,), daemon=True).start()


def _watch(stop: Event) -> None:
    parent = parent_process()
    while parent is not None and parent.is_alive() and not stop.wait(SECONDS):
        pass
    os._exit(1)
