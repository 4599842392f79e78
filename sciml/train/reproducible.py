"""Threads and random numbers of torch for the time of a run, so that the same run gives the same bits."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from sciml._errors import InputError

__all__ = ["reproducible"]


@contextmanager
def reproducible(threads: int, seed: int, random: Tensor | None) -> Iterator[None]:
    """Run on `threads` threads with random numbers from `seed`, or going on from the state `random`.

    Sums on another number of threads are rounded otherwise. What was set before is set again afterwards.

    Raises
    ------
    InputError
        If torch does not take this number of threads.

    Examples
    --------
    >>> with reproducible(1, 0, None):
    ...     first = torch.rand(1)
    >>> with reproducible(1, 0, None):
    ...     bool(torch.rand(1) == first)
    True
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        if torch.get_num_threads() != threads:
            raise InputError(f"the run needs {threads} threads and torch gives {torch.get_num_threads()}")
        with torch.random.fork_rng():
            if random is None:
                torch.manual_seed(seed)
            else:
                torch.set_rng_state(random)
            yield
    finally:
        torch.set_num_threads(before)
