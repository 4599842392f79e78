"""Generated radial basis functions for tests and benchmarks of kernels."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._csr_inputs import index_types
from sciml.kernels._radial import FAMILIES

__all__ = ["bases", "random_shapes"]

# Queries, centres, neighbours: one pair, several steps of the loops over pairs with a rest, none at all.
SIZES = ((1, 1, 1), (90, 40, 7), (0, 5, 2), (3, 600, 300))


def bases(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    """Queries, centres, shapes, neighbours, family, epsilon: every family and kind of matrix, one to four dimensions.

    The first query lies at its first centre, where some families have a cusp.
    """
    for number, family in enumerate(FAMILIES):
        for d in (1, 2, 3, 4):
            for kind in {1, d, d * (d + 1) // 2, d * d}:
                m, n, k = SIZES[(number + d + kind) % 4]
                index = index_types(dtype)[kind % len(index_types(dtype))]
                neighbours = rng.integers(0, n, (m, k)).astype(index)
                queries, centres = rng.random((m, d)).astype(dtype), rng.random((n, d)).astype(dtype)
                queries[:1] = centres[neighbours[:1, 0]]
                shapes = random_shapes(n, d, kind, rng).astype(dtype)
                yield queries, centres, shapes, neighbours, family, (None, 1e-8, 0.5)[(d + kind) % 3]


def random_shapes(n: int, d: int, kind: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Parameters of positive definite matrices."""
    if kind in (1, d):
        return rng.uniform(0.5, 4, (n, kind))
    B = rng.standard_normal((n, d, d))
    A = B @ B.swapaxes(1, 2) + 0.2 * np.eye(d)
    if kind == d * d:
        tilt = rng.standard_normal((n, d, d))
        return np.asarray((A + tilt - tilt.swapaxes(1, 2)).reshape(n, d * d))
    i, j = np.triu_indices(d)
    return np.asarray(A[:, i, j])
