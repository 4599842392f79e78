"""Signature, inputs and tolerances of gradients of chains."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.convolve_chain import convolve_chain
from sciml.kernels.convolve_chain.chain import Chain, pitch
from sciml.kernels.convolve_chain.spec import chains
from sciml.kernels.convolve_chain_gradient import convolve_chain_gradient
from sciml.kernels.convolve_chain_gradient.numpy import convolve_chain_gradient as reference

__all__ = ["SPEC"]


def run(chain: Chain, x: Array, weights: Array, constants: Array, g: Array) -> tuple[Any, ...]:
    kept = np.empty_like(x, shape=(len(x), chain.kept))
    convolve_chain(chain, x, weights, constants, kept=kept)
    by_x = np.empty_like(x)
    return *convolve_chain_gradient(chain, x, weights, kept, g, by_x=by_x), by_x


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for chain, x, weights, constants in chains(rng, dtype):
        shape = len(x), chain.fields[-1].points, pitch(chain.fields[-1].channels)
        yield chain, x, weights, constants, rng.standard_normal(shape).astype(dtype)


SPEC = KernelSpec(
    name="convolve_chain_gradient",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 5e-6, "float64": 1e-14},
)
