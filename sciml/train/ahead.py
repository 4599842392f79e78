"""Batches in the order of the sampler, read ahead by threads where that is asked for."""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from sciml.train.ranks import Ranks
from sciml.train.sampler import Sampler
from sciml.train.task import Task

__all__ = ["Portion", "batches"]

AHEAD = 2  # batches a thread keeps ready


class Portion(NamedTuple):
    """What a process does in a step.

    Parameters
    ----------
    batches : list
        To be evaluated one after the other; none where there are more processes than samples.
    shares : list of float
        Part of each batch in the samples of the step, those of all processes.
    most : int
        Batches of the process that has most.
    """

    batches: list[Any]
    shares: list[float]
    most: int


def batches(
    task: Task, sampler: Sampler, first: int, batch_size: int, workers: int, ranks: Ranks
) -> Generator[Portion, None, None]:
    """Batches of the steps from `first` on, without end; those of a step are at most `batch_size` samples each.

    What is read, and in which order it comes, does not depend on `workers`.
    """
    indices = task.indices("train")

    def read(step: int) -> Portion:
        epoch, chosen = sampler.batch(step)
        own = ranks.shard(chosen)
        parts = [part for part in np.split(own, np.arange(batch_size, len(own), batch_size)) if len(part)]
        most = -(-len(chosen) // (batch_size * ranks.size))
        found = [task.batch(indices[part], epoch) for part in parts]
        return Portion(found, [len(part) / len(chosen) for part in parts], most)

    if workers == 0:
        step = first
        while True:
            yield read(step)
            step += 1
    pool = ThreadPoolExecutor(workers, thread_name_prefix="batches")
    try:
        waiting: deque[Future[Portion]] = deque(pool.submit(read, first + k) for k in range(AHEAD * workers))
        step = first + len(waiting)
        while True:
            yield waiting.popleft().result()
            waiting.append(pool.submit(read, step))
            step += 1
    finally:
        pool.shutdown(cancel_futures=True)
