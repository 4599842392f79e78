"""Hierarchies built with PyAMG: interpolation and Galerkin matrices of every level."""

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sciml.solvers.algebraic.aggregation import aggregated

__all__ = ["Coarsening", "Kind", "Matrices", "build_matrices", "renewed"]

Kind = Literal["ruge_stuben", "smoothed_aggregation"]
Matrices = list[tuple[Any, Any]]

MAX_LEVELS = 20


@dataclass(frozen=True, eq=False)
class Coarsening:
    """What decides on the levels.

    Parameters
    ----------
    kind : {"ruge_stuben", "smoothed_aggregation"}
    theta : float, optional
        Strength of couplings on the finest level, see `AMG`.
    max_coarse : int
        Size at which coarsening ends.
    seed : int
        Of the vectors that spectral radii are estimated from.
    near_nullspace : ndarray, shape (N, m), optional
        Vectors that A nearly annihilates.
    block : int
        Unknowns of a node, for aggregation.
    """

    kind: Kind
    theta: float | None
    max_coarse: int
    seed: int
    near_nullspace: NDArray[np.float64] | None = None
    block: int = 1


def build_matrices(matrix: Any, how: Coarsening) -> Matrices:
    """(A, P) of every level in CSR, finest first, P of the last one None; one level of NaN where PyAMG fails.

    For indefinite matrices it may divide by zero, warn of it and stop at NaN: what the cycles are worth
    shows in the iteration.
    """
    from threadpoolctl import threadpool_limits

    # one thread of BLAS: equal input gives equal hierarchies on any number of threads
    try:
        with (
            threadpool_limits(1, user_api="blas"), np.errstate(all="ignore"), warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            return [(_csr(A), _csr(P)) for A, P in _build(matrix, how)]
    except (ValueError, ArithmeticError):
        return [(matrix * np.nan, None)]


def renewed(matrices: Matrices, matrix: Any) -> Matrices:
    """The same interpolation for another matrix: Galerkin matrices R A P of its values."""
    levels: Matrices = []
    for _, P in matrices[:-1]:
        levels.append((matrix, P))
        matrix = _csr(P.T.tocsr() @ (matrix @ P))
    return [*levels, (matrix, None)]


def _build(matrix: Any, how: Coarsening) -> Matrices:
    if how.kind == "ruge_stuben":
        import pyamg

        hierarchy = pyamg.ruge_stuben_solver(
            matrix, strength=("classical", {"theta": 0.25 if how.theta is None else how.theta}), presmoother=None,
            postsmoother=None, max_coarse=how.max_coarse, max_levels=MAX_LEVELS,
        )
        return [(level.A, getattr(level, "P", None)) for level in hierarchy.levels]
    theta = 0.08 if how.theta is None else how.theta
    blocks = matrix.tobsr((how.block, how.block)) if how.block > 1 else matrix
    return aggregated(blocks, how.near_nullspace, theta, how.max_coarse, MAX_LEVELS, how.seed)


def _csr(matrix: Any) -> Any:
    if matrix is None:
        return None
    from scipy.sparse import csr_array

    return csr_array(matrix)
