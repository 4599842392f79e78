"""Sparse kernels on torch tensors, forward and backward, with what torch itself offers.

A graph of 50000 nodes with 20 neighbours on average, drawn uniformly, so that nothing is near in memory, and 32
channels in float32 (`Settings.size` gives as many nodes as a cube of that edge has cells); for the stencil a cube of
192^3 cells (`Settings.size` replaces 192) with variable coefficients, its gradients by the field and by all
coefficients.

Torch and our kernels use the same number of threads. Runs alternate and the fastest of each method counts. `copies` is
its time as a multiple of copying one array of the size of the values of all edges (for the stencil, of the cells) into
another, on one thread. Outputs and gradients are compared with those of the last method in float64: `error` is the
largest difference, relative to the largest number.
"""

import gc
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from sciml.bench import Settings, Table
from sciml.bench.tables import Row
from sciml.kernels import threads
from sciml.kernels.torch import (
    Pattern,
    TensorStencil,
    csr_matmul,
    segment_reduce,
    segment_softmax,
    stencil_apply,
)

__all__ = ["run"]

NODES, NEIGHBOURS, CHANNELS, CELLS = 50_000, 20, 32, 192
TOLERANCE = 1e-4


class Way(NamedTuple):
    """A method: its name and the function of the inputs that is differentiated."""

    name: str
    apply: Callable[..., Tensor]


class Task(NamedTuple):
    """A table: title, methods (the last one is the reference), their inputs and the size that a copy has."""

    title: str
    ways: list[Way]
    inputs: tuple[Tensor, ...]
    copied: int


def tasks(settings: Settings) -> Iterator[Task]:
    """One after the other, each with its own arrays."""
    nodes = NODES if settings.size is None else settings.size**3
    rng = np.random.default_rng(settings.seed)
    row = np.sort(rng.integers(0, nodes, NEIGHBOURS * nodes))
    pattern = Pattern.from_rows(np.searchsorted(row, np.arange(nodes + 1)), rng.integers(0, nodes, len(row)))
    rows, columns = torch.from_numpy(row), pattern.columns.long()
    size = f"{pattern.entries} edges, {CHANNELS} channels"
    generator = torch.Generator().manual_seed(settings.seed)
    messages = torch.randn(pattern.entries, CHANNELS, generator=generator)
    x = torch.randn(nodes, CHANNELS, generator=generator)
    values = torch.randn(pattern.entries, generator=generator)
    yield Task(f"sum over edges: {size}", list(_sums(pattern, rows)), (messages,), messages.numel())
    yield Task(f"softmax over edges: {size}", list(_softmaxes(pattern, rows)), (messages,), messages.numel())
    yield Task(
        f"sparse product, gradients by values and operand: {size}", list(_products(pattern, rows, columns)),
        (values, x), messages.numel(),
    )
    yield Task(
        f"sparse product, gradient by operand: {size}", list(_products_of(pattern, rows, columns, values)), (x,),
        messages.numel(),
    )
    yield _stencil(settings.size or CELLS, generator)


def _sums(pattern: Pattern, rows: Tensor) -> Iterator[Way]:
    m, lengths = pattern.shape[0], torch.diff(pattern.starts.long())
    yield Way("sciml segment_reduce", lambda v: segment_reduce(pattern.starts, v))
    yield Way("torch.segment_reduce", lambda v: torch.segment_reduce(v, "sum", lengths=lengths, axis=0, unsafe=True))
    yield Way("torch index_add", lambda v: torch.zeros(m, v.shape[1], dtype=v.dtype).index_add_(0, rows, v))


def _softmaxes(pattern: Pattern, rows: Tensor) -> Iterator[Way]:
    yield Way("sciml segment_softmax", lambda v: segment_softmax(pattern.starts, v))

    def scattered(v: Tensor) -> Tensor:
        zeros = torch.zeros(pattern.shape[0], v.shape[1], dtype=v.dtype)
        index = rows[:, None].expand_as(v)
        largest = zeros.scatter_reduce(0, index, v.detach(), "amax", include_self=False)
        powers = (v - largest[rows]).exp()
        return powers / zeros.index_add(0, rows, powers)[rows]

    yield Way("torch scatter_reduce, index_add", scattered)


def _products(pattern: Pattern, rows: Tensor, columns: Tensor) -> Iterator[Way]:
    yield Way("sciml csr_matmul", lambda v, x: csr_matmul(pattern, v, x))
    yield Way("torch gather, multiply, index_add", lambda v, x: _gathered(rows, columns, v, x))


def _products_of(pattern: Pattern, rows: Tensor, columns: Tensor, values: Tensor) -> Iterator[Way]:
    m, n = pattern.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of beta state
        A = torch.sparse_csr_tensor(pattern.starts, pattern.columns, values, (m, n), check_invariants=False)
    yield Way("sciml csr_matmul", lambda x: csr_matmul(pattern, values, x))
    yield Way("torch.sparse", lambda x: A @ x)
    yield Way("torch gather, multiply, index_add", lambda x: _gathered(rows, columns, values.to(x.dtype), x))


def _gathered(rows: Tensor, columns: Tensor, values: Tensor, x: Tensor) -> Tensor:
    return torch.zeros_like(x).index_add_(0, rows, values[:, None] * x[columns])


def _stencil(n: int, generator: torch.Generator) -> Task:
    parts = [torch.rand(n, n, n, generator=generator) for _ in range(4)]
    for axis in range(3):
        parts[axis].select(axis, n - 1).zero_()
    u = torch.randn(n, n, n, generator=generator)

    def rolled(u: Tensor, *parts: Tensor) -> Tensor:
        y = parts[3] * u
        for axis, c in enumerate(parts[:3]):
            y = y - c * u.roll(-1, axis) - (c * u).roll(1, axis)
        return y

    ways = [Way("sciml stencil_apply", lambda u, *parts: stencil_apply(TensorStencil(*parts), u)), Way("torch", rolled)]
    return Task(f"stencil of seven points: {n}^3 cells", ways, (u, *parts), u.numel())


def once(way: Way, inputs: tuple[Tensor, ...], g: Tensor) -> tuple[tuple[float, float], list[Tensor]]:
    """Seconds forward and backward; output and gradients."""
    leaves = [value.detach().requires_grad_() for value in inputs]
    gc.collect()
    begin = time.perf_counter()
    y = way.apply(*leaves)
    forward = time.perf_counter()
    y.backward(g)
    end = time.perf_counter()
    return (forward - begin, end - forward), [y.detach(), *(leaf.grad for leaf in leaves if leaf.grad is not None)]


def measure(task: Task, repeats: int) -> Table:
    """Alternating runs; the fastest of each."""
    doubles = tuple(value.double() for value in task.inputs)
    g = torch.randn_like(task.ways[-1].apply(*task.inputs))
    _, expected = once(task.ways[-1], doubles, g.double())
    errors = {way.name: _error(once(way, task.inputs, g)[1], expected) for way in task.ways}  # compiles, too
    runs: dict[str, list[tuple[float, float]]] = {way.name: [] for way in task.ways}
    for _ in range(repeats):
        for way in task.ways:
            runs[way.name].append(once(way, task.inputs, g)[0])
    best = {name: min(seconds, key=sum) for name, seconds in runs.items()}
    copy, fastest = _copy(task.copied, repeats), min(map(sum, best.values()))
    rows: list[Row] = [
        {
            "method": name, "forward_seconds": forward, "backward_seconds": backward,
            "total_seconds": forward + backward, "times_fastest": (forward + backward) / fastest,
            "copies": (forward + backward) / copy, "error": errors[name],
            "status": "agrees" if errors[name] <= TOLERANCE else "differs",
        }
        for name, (forward, backward) in best.items()
    ]
    return Table(task.title, rows)


def _error(found: list[Tensor], expected: list[Tensor]) -> float:
    pairs = zip(found, expected, strict=True)
    return max(float((a - e).abs().max() / e.abs().max()) for a, e in pairs)


def _copy(size: int, repeats: int) -> float:
    source, target, seconds = np.ones(size, np.float32), np.ones(size, np.float32), []
    for _ in range(repeats):
        begin = time.perf_counter()
        np.copyto(target, source)
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


@contextmanager
def _torch_threads(n: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def run(settings: Settings) -> list[Table]:
    """A table a function."""
    with threads(settings.threads), _torch_threads(settings.threads):
        return [measure(task, settings.repeats) for task in tasks(settings)]
