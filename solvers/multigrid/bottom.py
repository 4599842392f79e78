"""Solve on the coarsest box: exactly when it is small, by a few cycles when it is not."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Stencil, stencil_shape
from sciml.kernels.stencil_apply import stencil_apply
from sciml.kernels.stencil_apply.numpy import diagonal, faces, variable_stencil
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.coarsen import two_colours
from sciml.solvers.multigrid.plain import PlainHierarchy

__all__ = ["Solve", "cycled_solve", "dense_matrix", "dense_solve", "pseudo_inverse"]

# Takes r and overwrites z, both (n0, n1, n2) float64.
Solve: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64]], None]


def dense_matrix(stencil: Stencil) -> NDArray[np.float64]:
    """The operator as a dense array (N, N), cells in natural order."""
    shape = stencil_shape(stencil)
    index = np.arange(int(np.prod(shape))).reshape(shape)
    A = np.diag(np.array(np.broadcast_to(diagonal(stencil), shape), dtype=np.float64).ravel())
    for axis in range(3):
        c = np.array(faces(stencil, axis), dtype=np.float64).ravel()
        here, there = index.ravel(), np.roll(index, -1, axis).ravel()
        np.add.at(A, (here, there), -c)
        np.add.at(A, (there, here), -c)
    return A


def pseudo_inverse(A: NDArray[np.float64], cutoff: float = 1e-9) -> NDArray[np.float64]:
    """Symmetric pseudo-inverse of a symmetric positive semi-definite matrix, whatever its null space.

    Scaling to unit diagonal first makes the cutoff independent of jumps in the coefficient; rows
    without diagonal (inactive cells) stay zero.

    Examples
    --------
    >>> pseudo_inverse(np.array([[2.0, -2.0], [-2.0, 2.0]]))
    array([[ 0.125, -0.125],
           [-0.125,  0.125]])
    """
    d = np.diag(A)
    scale = np.where(d > 0, 1 / np.sqrt(np.where(d > 0, d, 1)), 0)
    values, vectors = np.linalg.eigh(scale[:, None] * A * scale)
    keep = values > cutoff
    half = scale[:, None] * vectors[:, keep] / np.sqrt(values[keep])
    return np.asarray(half @ half.T)


def dense_solve(stencil: Stencil) -> Solve:
    """Product with the pseudo-inverse."""
    inverse = pseudo_inverse(dense_matrix(stencil))

    def dense(r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        z[...] = (inverse @ r.ravel()).reshape(z.shape)

    return dense


def cycled_solve(stencil: Stencil) -> Solve:
    """Four steps x += M (r - A x) with the cycle M of a cluster hierarchy; each reduces by about ten."""
    fits = two_colours(stencil)
    hierarchy = ClusterHierarchy(variable_stencil(stencil)) if fits else PlainHierarchy(stencil)

    def cycles(r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        rest, step = np.array(r), np.empty_like(r)
        z[...] = 0.0
        for _ in range(4):
            hierarchy.apply(rest, step)
            z += step
            stencil_apply(stencil, z, out=rest)
            np.subtract(r, rest, out=rest)

    return cycles
