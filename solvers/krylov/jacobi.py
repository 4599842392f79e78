"""Diagonal scaling."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.solvers._operator import MatrixFreeOperator, SystemOperator
from sciml.solvers.krylov.preconditioner import linear_operator

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["Jacobi", "jacobi"]


@dataclass(frozen=True, eq=False)
class Jacobi:
    """M = |D|^-1; rows without a diagonal (inactive cells) are left as they are.

    Parameters
    ----------
    inverse : ndarray of float64, shape (N,)
    """

    inverse: NDArray[np.float64]

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """z = M r."""
        np.multiply(r, self.inverse, out=z)

    def aspreconditioner(self) -> "LinearOperator":
        """M for SciPy's solvers."""
        return linear_operator(self.apply, len(self.inverse))


def jacobi(A: SystemOperator) -> Jacobi:
    """The Jacobi preconditioner of `A`, positive definite whatever the signs of the diagonal.

    Raises
    ------
    InputError
        For an operator that only knows products.

    Examples
    --------
    >>> from sciml.solvers._operator import as_operator
    >>> jacobi(as_operator(np.diag([2.0, 4.0]))).inverse
    array([0.5 , 0.25])
    """
    if isinstance(A, MatrixFreeOperator):
        raise InputError(
            "jacobi needs the diagonal of A and a LinearOperator gives products only; use cg or another preconditioner"
        )
    d = np.abs(A.diagonal())
    return Jacobi(1.0 / np.where(d != 0, d, 1.0))
