"""What an algebraic hierarchy is built from: the rows with entries, and vectors that A nearly annihilates."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml.solvers._operator import MatrixFreeOperator, MatrixOperator, SystemOperator

__all__ = ["active_matrix", "checked_vectors"]


def active_matrix(A: SystemOperator) -> tuple[NDArray[np.int64] | None, Any]:
    """Indices of the rows that count (None for all) and the matrix over them, indices int32.

    Inactive cells of a stencil and empty rows of a matrix do not count.

    Raises
    ------
    InputError
        If there are no entries to look at or too many, A is not symmetric, or its diagonal not positive.
    """
    if isinstance(A, MatrixFreeOperator):
        raise InputError(
            "method amg needs the entries of A and a LinearOperator gives products only; use cg, minres or gmres"
        )
    if isinstance(A, MatrixOperator) and not A.is_symmetric:
        raise InputError("method amg needs a symmetric matrix; use gmres or direct for this one")
    if isinstance(A, MatrixOperator) and A.is_indefinite:
        raise InputError(
            "method amg needs a positive definite matrix, and a diagonal entry or the sum of all entries of this one "
            "is not positive; use minres, gmres or direct"
        )
    matrix = A.tocsr()
    if matrix.indices.dtype != np.int32:
        raise InputError(f"method amg takes fewer than {2**31} matrix entries, here are {matrix.nnz}; use multigrid")
    counts = np.diff(matrix.indptr) > 0
    active = getattr(A, "active", None)
    if active is not None:
        counts &= active.ravel()
    kept = None if counts.all() else np.flatnonzero(counts)
    if not counts.any():
        raise InputError("the matrix has no entries; expected a positive one on the diagonal at least")
    return kept, matrix if kept is None else matrix[kept][:, kept]


def checked_vectors(
    B: Any, n: int, kept: NDArray[np.int64] | None
) -> NDArray[np.float64] | None:
    """Near-null-space vectors as columns over the rows that count.

    Raises
    ------
    InputError
        If their shape does not fit or they are not finite.
    """
    if B is None:
        return None
    vectors = np.asarray(real_array("amg.near_nullspace", B), dtype=np.float64)
    if vectors.ndim not in (1, 2) or len(vectors) != n or vectors.size == 0:
        raise InputError(f"amg.near_nullspace has shape {vectors.shape}; expected ({n},) or ({n}, vectors)")
    if not np.all(np.isfinite(vectors)):
        raise InputError("amg.near_nullspace holds NaN or infinite entries; expected numbers")
    columns = vectors.reshape(n, -1)
    return columns if kept is None else columns[kept]
