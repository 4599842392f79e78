"""Generated simplex meshes for tests and benchmarks of kernels: jittered boxes, shuffled, with unused vertices."""

from collections.abc import Iterator
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices

__all__ = ["box_simplices", "coefficients", "simplex_meshes"]

Array = NDArray[np.float64]
SHAPES = ((1, 1), (2, 3), (5, 4), (100, 90), (1, 1, 1), (2, 1, 3), (15, 14, 13))


def box_simplices(shape: tuple[int, ...]) -> tuple[Array, Indices]:
    """The unit box of `shape` cells, each cut along its diagonal into d! simplices (H. W. Kuhn, 1960).

    Returns
    -------
    points : ndarray of float64, shape (n, d)
    cells : ndarray of int32, shape (d! prod(shape), d + 1)
        Positively oriented.

    Examples
    --------
    >>> box_simplices((1, 1))[1]
    array([[0, 2, 3],
           [0, 3, 1]], dtype=int32)
    """
    lines = [np.linspace(0.0, 1.0, n + 1) for n in shape]
    points = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, len(shape))
    number = np.arange(len(points), dtype=np.int32).reshape([n + 1 for n in shape])
    strides = [int(s) // number.itemsize for s in number.strides]
    corner = number[(slice(-1),) * len(shape)].ravel()
    blocks = []
    for order in permutations(range(len(shape))):
        # From the first corner to the last one axis after the other; odd orders turn the other way.
        path = np.concatenate([[0], np.cumsum([strides[axis] for axis in order])]).astype(np.int32)
        if np.linalg.det(np.eye(len(shape))[list(order)]) < 0:
            path[[-2, -1]] = path[[-1, -2]]
        blocks.append(corner[:, None] + path)
    cells = np.stack(blocks, axis=1).reshape(-1, len(shape) + 1)
    return points, np.ascontiguousarray(cells)


def simplex_meshes(rng: np.random.Generator) -> Iterator[tuple[Array, Indices]]:
    """Boxes with moved and renumbered vertices, cells in random order, one vertex without cells."""
    for shape in SHAPES:
        points, cells = box_simplices(shape)
        points += rng.uniform(-0.15, 0.15, points.shape) / np.array(shape)
        order = rng.permutation(len(points) + 1).astype(np.int32)
        moved = np.zeros((len(order), len(shape)))
        moved[order[:-1]] = points
        yield moved, np.ascontiguousarray(order[cells[rng.permutation(len(cells))]])


def coefficients(rng: np.random.Generator, m: int, ndim: int) -> Iterator[Array]:
    """One number, a number a cell, one tensor, a tensor a cell."""
    for rows in (1, m):
        yield np.exp(rng.standard_normal((rows, 1)))
        root = rng.standard_normal((rows, ndim, ndim))
        full = root @ root.swapaxes(1, 2)
        yield np.stack([full[:, a, b] for a in range(ndim) for b in range(a, ndim)], axis=1)
