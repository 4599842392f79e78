"""Hierarchies built by PyAMG, and the cycle over them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sciml.solvers._operator import SystemOperator
from sciml.solvers.krylov.preconditioner import linear_operator

__all__ = ["Cycle", "Hierarchy", "Kind", "build_hierarchy", "suited_kind"]

Cycle = Literal["V", "W"]
Kind = Literal["ruge_stuben", "smoothed_aggregation"]
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Levels of an algebraic multigrid method as a preconditioner.

    Parameters
    ----------
    A : operator, shape (N, N)
    kept : ndarray of int64, shape (m,), optional
        Active rows, over which the levels were built; None for all.
    levels : list
        PyAMG's levels with ``A, P, R, presmoother, postsmoother``; none when it could not build them.
    coarse_solver : callable
        ``coarse_solver(A, b)``.
    cycle : {"V", "W"}
    """

    A: SystemOperator
    kept: NDArray[np.int64] | None
    levels: list[Any]
    coarse_solver: Any
    cycle: Cycle = "V"

    def apply(self, r: Vector, z: Vector) -> None:
        """z = M r: one cycle from zero; NaN where the levels are no use, which ends an iteration as a breakdown."""
        z[...] = 0.0
        if not self.levels:
            z[...] = np.nan
            return
        with np.errstate(all="ignore"):
            if self.kept is None:
                self.descend(0, r, z)
            else:
                inner = np.zeros(len(self.kept))
                self.descend(0, r[self.kept], inner)
                z[self.kept] = inner

    def descend(self, depth: int, b: Vector, x: Vector) -> None:
        """One cycle for A x = b from `depth` downwards; overwrites `x`."""
        level = self.levels[depth]
        if depth == len(self.levels) - 1:
            try:
                x[...] = np.ravel(self.coarse_solver(level.A, b))
            except ValueError:  # the coarsest matrix holds NaN
                x[...] = np.nan
            return
        level.presmoother(level.A, x, b)
        coarse_b = level.R @ (b - level.A @ x)
        coarse_x = np.zeros_like(coarse_b)
        for _ in range(2 if self.cycle == "W" and depth < len(self.levels) - 2 else 1):
            self.descend(depth + 1, coarse_b, coarse_x)
        x += level.P @ coarse_x
        level.postsmoother(level.A, x, b)

    def aspreconditioner(self) -> Any:
        """One cycle for ``M=`` of SciPy's solvers."""
        return linear_operator(self.apply, self.A.shape[0])

    def summary(self) -> dict[str, Any]:
        """Unknowns and entries of every level, and the sum of entries over those of A."""
        entries = [int(level.A.nnz) for level in self.levels]
        return {
            "hierarchy": [{"unknowns": level.A.shape[0], "nonzeros": level.A.nnz} for level in self.levels],
            "operator_complexity": sum(entries) / max(sum(entries[:1]), 1),
        }


def suited_kind(matrix: Any) -> Kind:
    """Classical interpolation when couplings are negative but for a few, aggregation otherwise."""
    off = matrix.data[matrix.indices != np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))]
    positive, negative = off[off > 0].sum(), -off[off < 0].sum()
    return "ruge_stuben" if positive <= 0.1 * negative else "smoothed_aggregation"


def build_hierarchy(matrix: Any, kind: Kind, theta: float | None, sweeps: int, max_coarse: int, seed: int) -> Any:
    """PyAMG's hierarchy for `matrix` with Gauss-Seidel forward before and backward after, None where it fails.

    PyAMG starts its estimates of spectral radii from NumPy's global generator, which is seeded
    for the duration of the call, so that equal input gives equal hierarchies. For indefinite matrices
    it may divide by zero, warn of it and stop at NaN: what the cycles are worth shows in the iteration.
    """
    try:
        with seeded_globally(seed), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _build(matrix, kind, theta, sweeps, max_coarse)
    except (ValueError, ArithmeticError):
        return None


def _build(matrix: Any, kind: Kind, theta: float | None, sweeps: int, max_coarse: int) -> Any:
    import pyamg

    smoothers = {
        "presmoother": ("gauss_seidel", {"sweep": "forward", "iterations": sweeps}),
        "postsmoother": ("gauss_seidel", {"sweep": "backward", "iterations": sweeps}),
    }
    if kind == "ruge_stuben":
        strength = ("classical", {"theta": 0.25 if theta is None else theta})
        return pyamg.ruge_stuben_solver(matrix, strength=strength, max_coarse=max_coarse, **smoothers)
    strength = ("symmetric", {"theta": 0.08 if theta is None else theta})
    return pyamg.smoothed_aggregation_solver(matrix, strength=strength, max_coarse=max_coarse, **smoothers)


@contextmanager
def seeded_globally(seed: int) -> Iterator[None]:
    """NumPy's global generator seeded inside the block and as it was afterwards."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
