"""Generated point clouds for tests and benchmarks of neighbour searches."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["clouds", "crystals"]

Points = NDArray[np.floating]


def clouds(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Points, Points]]:
    """Points and queries: uniform, clustered, with outliers, flat, on a lattice (ties), tiny.

    Coordinates are multiples of 1/1024, so that squared distances are exact and ties are real ones.
    """
    for d in (1, 2, 3):
        yield from ((_dyadic(a, dtype), _dyadic(b, dtype)) for a, b in (
            (rng.random((150, d)), rng.uniform(-1, 2, (20, d))),
            (0.01 * rng.standard_normal((120, d)) + rng.integers(0, 3, (120, 1)), rng.random((9, d))),
            (np.concatenate([rng.random((90, d)), [[1e3] * d]]), rng.uniform(0, 500, (9, d))),
            (rng.random((60, d)) * ([1.0] * (d - 1) + [0.0]), rng.random((9, d))),
            (rng.random((2, d)), rng.random((1, d))),
        ))
    lattice = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    yield rng.permutation(lattice).astype(dtype), lattice[::7].astype(dtype)
    yield _dyadic(rng.random((700, 3)) ** 6, dtype), _dyadic(rng.random((50, 3)), dtype)


def _dyadic(points: NDArray[np.float64], dtype: DTypeLike) -> Points:
    return (np.round(points * 1024) / 1024).astype(dtype)


def crystals(
    rng: np.random.Generator,
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], tuple[bool, ...], float]]:
    """Positions, cell, periodic axes, cutoff: skewed, thin, smaller than the cutoff, atoms outside of the cell."""
    for n, cutoff, periodic in (
        (1, 1.8, (True, True, True)), (3, 1.3, (True, False, True)), (12, 0.7, (False, True, False)),
        (40, 0.4, (True, True, True)), (30, 0.5, (False, False, False)), (100, 0.4, (True, True, False)),
    ):
        cell = np.eye(3) + rng.uniform(-0.45, 0.45, (3, 3))
        yield rng.uniform(-1, 2, (n, 3)) @ cell, cell, periodic, cutoff
        cell = np.diag([0.3, 1.0, 5.0]) @ cell
        yield rng.random((n, 3)) @ cell, cell, periodic, cutoff
