"""Solve on the coarsest box: exactly when it is small, by a few cycles where two colours do not fit."""

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml._arrays import to_device
from sciml.kernels._stencil import Stencil, stencil_shape
from sciml.kernels.colour_layout import colour_merge, colour_split
from sciml.kernels.stencil_apply.numpy import diagonal, faces
from sciml.kernels.stencil_residual import stencil_residual
from sciml.solvers.multigrid.levels import Level, level
from sciml.solvers.multigrid.plain import PlainHierarchy

__all__ = ["Bottom", "DenseSolve", "PlainSolve", "Solve", "dense_matrix", "dense_solve", "pseudo_inverse"]


class Solve(Protocol):
    """Takes r and overwrites z, both (n0, n1, n2) float64."""

    name: ClassVar[str]

    def __call__(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None: ...


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


class DenseSolve:
    """Product with the pseudo-inverse, shape (N, N)."""

    name: ClassVar[str] = "dense"

    def __init__(self, inverse: NDArray[np.float64]) -> None:
        self.inverse = inverse

    def __call__(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        z[...] = (self.inverse @ r.ravel()).reshape(z.shape)

    def to_device(self) -> "DenseSolve":
        """The same with its matrix on the current CUDA device."""
        return DenseSolve(to_device(self.inverse))


def dense_solve(stencil: Stencil) -> DenseSolve:
    """The solve with the pseudo-inverse of a stencil."""
    return DenseSolve(pseudo_inverse(dense_matrix(stencil)))


class PlainSolve:
    """Four steps x += M (r - A x) with the cycle M of a plain hierarchy, for boxes two colours do not fit."""

    name: ClassVar[str] = "plain"

    def __init__(self, stencil: Stencil) -> None:
        self.stencil, self.hierarchy = stencil, PlainHierarchy(stencil)

    def __call__(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        rest, step = np.array(r), np.empty_like(r)
        z[...] = 0.0
        for _ in range(4):
            self.hierarchy.apply(rest, step)
            z += step
            stencil_residual(self.stencil, z, r, rest)


class Bottom:
    """Last level of a hierarchy, solved in natural order.

    Parameters
    ----------
    top : Level
        Its arrays `f` and `x`, and their shape.
    solve : Solve
    """

    def __init__(self, top: Level, solve: Solve) -> None:
        self.top, self.solve = top, solve
        self.r: NDArray[np.float64] = np.empty_like(top.f, shape=top.shape, dtype=np.float64)
        self.z = np.empty_like(self.r)

    @classmethod
    def setup(cls, stencil: Stencil, dtype: DTypeLike, solve: Solve) -> "Bottom":
        """For a stencil of float64, with arrays of `dtype`."""
        return cls(level(stencil, dtype, omega=1.0, sweeps=(0, 0), gamma=1), solve)

    def cycle(self, zero: bool = True) -> None:
        """Solve, whatever x holds."""
        colour_merge(self.top.f, self.r)
        self.solve(self.r, self.z)
        colour_split(self.z, self.top.x)

    def table(self) -> list[dict[str, object]]:
        """One row for the report."""
        return [{"shape": list(self.top.shape), "transfer": f"{self.solve.name} solve"}]
