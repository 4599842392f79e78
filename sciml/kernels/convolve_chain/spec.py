"""Signature, inputs and tolerances of chains of convolutions."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.convolve_chain import convolve_chain
from sciml.kernels.convolve_chain.chain import Chain, Field, Step, Weight
from sciml.kernels.convolve_chain.links import Links
from sciml.kernels.convolve_chain.numpy import convolve_chain as reference

__all__ = ["SPEC", "chains"]


def links(rng: np.random.Generator, points: int, sources: int, taps: int, count: int) -> Links:
    """Links at random, some of them twice; an entry that few points have."""
    target, tap, source = (rng.integers(0, n, count) for n in (points, taps, sources))
    tap[target > 0] %= max(1, taps - 1)
    return Links(target, tap, source, (np.arange(points) % 2, np.arange(sources) // 2 % 2), taps)


def example(rng: np.random.Generator, channels: int, data: int) -> Chain:
    """Two ways from the first field to the last one, one over few points; the data of one enters the other."""
    sizes = ((9, data), (9, channels), (4, data), (4, channels), (4, data), (9, channels))
    weights = tuple(Weight(*shape) for shape in (
        (channels, 9, data, False), (data, 2, data, False), (channels, 4, channels, False), (data, 3, channels, False),
        (data, 4, channels, True), (channels, 1, data, False),
    ))
    down, up, along = links(rng, 4, 9, 2, 30), links(rng, 9, 4, 4, 40), links(rng, 9, 9, 9, 80)
    point = np.arange(9)
    same = Links(point, 0 * point, point, (0 * point, 0 * point), 1)
    steps = (
        Step(0, 1, 0, None, 1, along), Step(0, 2, 1, None, 1, down), Step(1, 3, 2, None, 1, links(rng, 4, 9, 4, 50)),
        Step(3, 4, 3, 2, -1, links(rng, 4, 4, 3, 12)), Step(4, 5, 4, 1, 1, up),
        Step(0, 5, 5, 5, 1, same, constant=True),
    )
    return Chain(tuple(Field(*size) for size in sizes), weights, steps)


def chains(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Chain, Array, Array, Array]]:
    """A chain, x, weights and constants; the last is large enough for two slabs."""
    for samples, channels, data in ((1, 16, 3), (2, 24, 8), (2, 56, 40), (700, 8, 8)):
        chain = example(rng, channels, data)
        x = np.zeros((samples, 9, -(-data // 8) * 8), dtype)
        x[..., :data] = rng.standard_normal((samples, 9, data))
        weights = rng.standard_normal(sum(w.size for w in chain.weights)).astype(dtype)
        yield chain, x, weights, rng.standard_normal(channels).astype(dtype)


def run(chain: Chain, x: Array, weights: Array, constants: Array) -> tuple[Array, Array]:
    kept = np.empty_like(x, shape=(len(x), chain.kept))
    return convolve_chain(chain, x, weights, constants, kept=kept), kept


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    yield from chains(rng, dtype)


SPEC = KernelSpec(
    name="convolve_chain",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 2e-6, "float64": 4e-15},
)
