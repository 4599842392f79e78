"""Incomplete LU factorisation with threshold, of SuperLU."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.solvers._operator import MatrixFreeOperator, SystemOperator

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["IncompleteLU", "ilu"]


@dataclass(frozen=True, eq=False)
class IncompleteLU:
    """M = (L U)^-1, not symmetric.

    Parameters
    ----------
    factor : SuperLU
    """

    factor: Any

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """z = M r."""
        z[...] = self.factor.solve(r)

    def aspreconditioner(self) -> "LinearOperator":
        """M for SciPy's solvers."""
        from scipy.sparse.linalg import LinearOperator

        def transposed(r: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.asarray(self.factor.solve(np.ravel(r), "T"))

        return LinearOperator(self.factor.shape, matvec=self.factor.solve, rmatvec=transposed, dtype=np.float64)


def ilu(A: SystemOperator) -> IncompleteLU:
    """Incomplete LU of `A`, of a matrix with a larger diagonal when a pivot vanishes.

    Raises
    ------
    InputError
        For an operator that only knows products.

    Examples
    --------
    >>> from sciml.solvers._operator import as_operator
    >>> ilu(as_operator(np.array([[0.0, 1.0], [2.0, 0.0]]))).aspreconditioner() @ np.array([1.0, 2.0])
    array([1., 1.])
    """
    if isinstance(A, MatrixFreeOperator):
        raise InputError(
            "preconditioner ilu needs the entries of A and a LinearOperator gives products only; use no preconditioner"
        )
    from scipy.sparse import eye_array

    matrix: Any = A.tocsr().tocsc()
    largest = np.abs(matrix.data).max(initial=1e-300)
    for share in SHIFTS:
        try:
            return _factorised(matrix + share * largest * eye_array(matrix.shape[0], format="csc") if share else matrix)
        except RuntimeError:  # SuperLU found a vanishing pivot
            continue
    raise AssertionError("a matrix dominated by its diagonal has no vanishing pivot")


# Multiples of max|A| added to the diagonal until all pivots survive the dropping of entries.
SHIFTS = (0.0, 1e-3, 1e-2, 1e-1, 1.0, 1e3)


def _factorised(matrix: Any) -> IncompleteLU:
    from scipy.sparse.linalg import spilu

    return IncompleteLU(spilu(matrix, drop_tol=1e-4, fill_factor=10))
