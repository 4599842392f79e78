"""One face for every operator a solver may be given."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._errors import InputError
from sciml.pde.matrix import EPS, MatrixOperator, narrowed
from sciml.pde.operator import StencilOperator

__all__ = ["EPS", "MatrixFreeOperator", "MatrixOperator", "SystemOperator", "as_operator", "rounding_floor"]


@dataclass(frozen=True, eq=False)
class MatrixFreeOperator:
    """A LinearOperator: products only; taken to be symmetric and regular.

    Parameters
    ----------
    operator : LinearOperator or anything with `shape` and `matvec`
    """

    operator: Any

    @property
    def shape(self) -> tuple[int, int]:
        """Matrix shape (N, N)."""
        n = int(self.operator.shape[0])
        return n, n

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """Always float64."""
        return np.dtype(np.float64)

    @property
    def nullspace(self) -> None:
        """Unknown, so none is assumed."""
        return None

    def matvec(self, x: ArrayLike) -> NDArray[np.float64]:
        """A x in float64."""
        return np.asarray(self.operator.matvec(np.asarray(x, dtype=np.float64)), dtype=np.float64).reshape(np.shape(x))


SystemOperator: TypeAlias = StencilOperator | MatrixOperator | MatrixFreeOperator


def as_operator(A: Any) -> SystemOperator:
    """`A` as one of the three operator classes.

    Parameters
    ----------
    A : StencilOperator, sparse array or matrix, LinearOperator, or dense array, shape (N, N)

    Raises
    ------
    InputError
        If `A` is not square, not real, or holds NaN or infinities.
    TypeError
        If `A` is none of these.

    Examples
    --------
    >>> as_operator(np.eye(3)).shape
    (3, 3)
    """
    if isinstance(A, SystemOperator):
        return A
    from scipy.sparse import csr_array, issparse

    if issparse(A) or isinstance(A, np.ndarray):
        _check_square(A)
        foreign: Any = A
        matrix: Any = csr_array(foreign, dtype=np.float64, copy=True)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        if not np.all(np.isfinite(matrix.data)):
            raise InputError("the matrix holds NaN or infinite entries; expected numbers")
        return MatrixOperator(narrowed(matrix), block=_block_of(A))
    if hasattr(A, "shape") and hasattr(A, "matvec"):
        _check_square(A)
        return MatrixFreeOperator(A)
    raise TypeError(f"A is a {type(A).__name__}; expected LinearSystem.A, a sparse or dense array, or a LinearOperator")


def rounding_floor(A: SystemOperator, x: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Relative residual that rounding alone leaves: eps || |A| |x| + |b| || / ||b||.

    Every term of b - A x is rounded once, so no method can promise less in float64. For a
    stencil |A| |x| = 2 D |x| - A |x| since only its diagonal D is positive. For a product-only
    operator ||A x|| stands in, a lower estimate.
    """
    size = float(np.linalg.norm(b))
    if size == 0.0:
        return 0.0
    if isinstance(A, StencilOperator):
        terms = 2 * A.diagonal() * np.abs(x) - A.matvec(np.abs(x))
    elif isinstance(A, MatrixOperator):
        terms = A.absolute @ np.abs(x)
    else:
        terms = np.abs(A.matvec(x))
    return EPS * float(np.linalg.norm(terms + np.abs(b))) / size


def _check_square(A: Any) -> None:
    if len(A.shape) != 2 or A.shape[0] != A.shape[1]:
        raise InputError(f"the matrix has shape {tuple(A.shape)}; expected a square one, one equation an unknown")
    if A.shape[0] == 0:
        raise InputError("the matrix has no rows; expected at least one unknown")
    dtype = getattr(A, "dtype", None)
    if dtype is not None and np.dtype(dtype).kind not in "fiub":
        raise InputError(f"the matrix has dtype {np.dtype(dtype)}; expected real numbers")


def _block_of(A: Any) -> int:
    """Unknowns of a node: the edge of square blocks, 1 for other formats."""
    rows, columns = getattr(A, "blocksize", (1, 1))
    return int(rows) if rows == columns else 1
