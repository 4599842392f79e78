"""Batches in the order of the sampler, read ahead by threads where that is asked for."""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from sciml.train.sampler import Sampler
from sciml.train.task import Task

__all__ = ["batches"]

AHEAD = 2  # batches a thread keeps ready


def batches(
    task: Task, sampler: Sampler, first: int, batch_size: int, workers: int
) -> Generator[list[Any], None, None]:
    """Batches of the steps from `first` on, without end; those of a step are at most `batch_size` samples each.

    What is read, and in which order it comes, does not depend on `workers`.
    """
    indices = task.indices("train")

    def read(step: int) -> list[Any]:
        epoch, chosen = sampler.batch(step)
        cuts = np.arange(batch_size, len(chosen), batch_size)
        return [task.batch(indices[part], epoch) for part in np.split(chosen, cuts)]

    if workers == 0:
        step = first
        while True:
            yield read(step)
            step += 1
    pool = ThreadPoolExecutor(workers, thread_name_prefix="batches")
    try:
        waiting: deque[Future[list[Any]]] = deque(pool.submit(read, first + k) for k in range(AHEAD * workers))
        step = first + len(waiting)
        while True:
            yield waiting.popleft().result()
            waiting.append(pool.submit(read, step))
            step += 1
    finally:
        pool.shutdown(cancel_futures=True)
