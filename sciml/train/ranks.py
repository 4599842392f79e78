"""Processes that train one model together, as ``torchrun`` starts them: each takes a part of every batch."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sciml._errors import InputError

__all__ = ["Ranks", "check_model", "joined_ranks"]

Value = TypeVar("Value")


@dataclass(frozen=True)
class Ranks:
    """One process among those that train together; a lone one asks nobody.

    Every method but `shard` is called by all of them in the same order.

    Parameters
    ----------
    rank, size : int
        Number of this process, and of all.
    local_size : int
        Processes on this machine.
    device : str
        Where messages lie.

    Examples
    --------
    >>> ranks = Ranks()
    >>> ranks.shard(np.arange(3)).tolist(), ranks.either(False, True), ranks.gather("a")
    ([0, 1, 2], [False, True], ['a'])
    >>> [Ranks(rank, 2).shard(np.arange(3)).tolist() for rank in range(2)]
    [[0, 1], [2]]
    """

    rank: int = 0
    size: int = 1
    local_size: int = 1
    device: str = "cpu"

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and shows."""
        return self.rank == 0

    def shard(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """The part of this process, perhaps none: those of all in turn are the whole."""
        return np.array_split(indices, self.size)[self.rank]

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over all processes; one message for each dtype."""
        if self.size == 1:
            return
        real = [torch.view_as_real(one) if one.is_complex() else one for one in tensors]
        for dtype in dict.fromkeys(one.dtype for one in real):
            group = [one for one in real if one.dtype == dtype]
            flat = torch.cat([one.flatten() for one in group])
            torch.distributed.all_reduce(flat)
            for one, part in zip(group, torch.split(flat, [one.numel() for one in group]), strict=True):
                one.copy_(part.view_as(one))

    def add_gradients(self, parameters: Sequence[nn.Parameter], total: float) -> float:
        """Add up gradients, and a number that is returned; weights that no process used stay without."""
        if self.size == 1:
            return total
        used = torch.tensor([total, *(one.grad is not None for one in parameters)], dtype=torch.float64)
        used = used.to(self.device)
        self.add([used])
        for one, count in zip(parameters, used[1:].tolist(), strict=True):
            if count and one.grad is None:
                one.grad = torch.zeros_like(one)
        self.add([one.grad for one in parameters if one.grad is not None])
        return float(used[0])

    def either(self, *flags: bool) -> list[bool]:
        """For each flag whether it is set in any process."""
        if self.size == 1:
            return list(flags)
        counts = torch.tensor(flags, dtype=torch.float32, device=self.device)
        self.add([counts])
        return [count > 0 for count in counts.tolist()]

    def agree(self, value: Value) -> Value:
        """What the first process says."""
        return self.gather(value)[0]

    def gather(self, value: Value) -> list[Value]:
        """What each process says."""
        if self.size == 1:
            return [value]
        found: list[Any] = [None] * self.size
        torch.distributed.all_gather_object(found, value)
        return found

    def share(self, tensors: Sequence[Tensor]) -> None:
        """Take over the values of the first process."""
        if self.size == 1:
            return
        for one in tensors:
            torch.distributed.broadcast(torch.view_as_real(one) if one.is_complex() else one, 0)


@contextmanager
def joined_ranks(device: str) -> Iterator[Ranks]:
    """The processes that ``torchrun`` started, by its environment; without it this one alone.

    A group of processes that exists already is taken as it is.

    Parameters
    ----------
    device : {"cpu", "cuda"}
        Messages go by gloo between CPUs, by NCCL between CUDA devices, of which each process takes one.

    Raises
    ------
    InputError
        If the environment is not complete, or there are more processes than devices.

    Examples
    --------
    >>> with joined_ranks("cpu") as ranks:
    ...     ranks.size
    1
    """
    size = _number("WORLD_SIZE", 1)
    if size == 1:
        yield Ranks()
        return
    rank, local, local_size = (_number(name) for name in ("RANK", "LOCAL_RANK", "LOCAL_WORLD_SIZE"))
    if device == "cuda":
        if local >= torch.cuda.device_count():
            raise InputError(f"{local_size} processes are started and there are {torch.cuda.device_count()} devices")
        torch.cuda.set_device(local)
    ranks = Ranks(rank, size, local_size, device)
    if torch.distributed.is_initialized():
        yield ranks
        return
    torch.distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    try:
        yield ranks
    finally:
        torch.distributed.destroy_process_group()


def check_model(model: nn.Module, ranks: Ranks) -> None:
    """Refuse layers that look at a batch as a whole, of which no process sees all.

    Raises
    ------
    InputError
        If there is one, and more than one process.
    """
    for name, layer in model.named_modules():
        if ranks.size > 1 and isinstance(layer, nn.modules.batchnorm._BatchNorm):
            raise InputError(
                f"layer {name} of the model takes means over the batch, of which each of {ranks.size} processes sees a "
                "part; train in one process"
            )


def _number(name: str, default: int | None = None) -> int:
    """A variable of ``torchrun``."""
    text = os.environ.get(name, "" if default is None else str(default))
    if not text.isdecimal():
        raise InputError(f"the environment has {name} = '{text}'; expected a whole number, as torchrun sets it")
    return int(text)
