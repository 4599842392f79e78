"""Incomplete Cholesky preconditioners: MIC(0) for stencils, IC(0) for matrices."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels._stencil import Stencil
from sciml.kernels.ic0 import ic0_apply, ic0_factor
from sciml.kernels.mic0 import mic0_apply, mic0_factor
from sciml.pde.operator import StencilOperator
from sciml.solvers._operator import MatrixOperator, SystemOperator
from sciml.solvers.krylov.preconditioner import linear_operator

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["MatrixFactor", "StencilFactor", "ic0", "mic0"]


@dataclass(frozen=True, eq=False)
class StencilFactor:
    """(M)IC(0) of a stencil.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil
    inverse_pivots : ndarray of float64, shape (n0, n1, n2)
    """

    stencil: Stencil
    inverse_pivots: NDArray[np.float64]

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """z = M r."""
        box = self.inverse_pivots.shape
        mic0_apply(self.stencil, self.inverse_pivots, r.reshape(box), z.reshape(box))

    def aspreconditioner(self) -> "LinearOperator":
        """M for SciPy's solvers."""
        return linear_operator(self.apply, self.inverse_pivots.size)


@dataclass(frozen=True, eq=False)
class MatrixFactor:
    """IC(0) of a matrix.

    Parameters
    ----------
    L : csr_array of float64, shape (N, N)
    """

    L: Any

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """z = M r."""
        ic0_apply(self.L, r, z)

    def aspreconditioner(self) -> "LinearOperator":
        """M for SciPy's solvers."""
        return linear_operator(self.apply, self.L.shape[0])


def mic0(A: SystemOperator) -> StencilFactor | MatrixFactor:
    """Modified incomplete Cholesky of a stencil; plain incomplete Cholesky of a matrix.

    Raises
    ------
    InputError
        For an operator that only knows products, or a matrix that is not symmetric with positive diagonal.
    """
    if isinstance(A, StencilOperator):
        return StencilFactor(A.stencil, mic0_factor(A.stencil))
    return ic0(A)


def ic0(A: SystemOperator) -> StencilFactor | MatrixFactor:
    """Incomplete Cholesky without fill-in; raises as `mic0`.

    Examples
    --------
    >>> from sciml.solvers._operator import as_operator
    >>> ic0(as_operator(np.array([[4.0, 2.0], [2.0, 5.0]]))).L.toarray()
    array([[2., 0.],
           [1., 2.]])
    """
    if isinstance(A, StencilOperator):
        return StencilFactor(A.stencil, mic0_factor(A.stencil, tau=0.0))
    if not isinstance(A, MatrixOperator):
        raise InputError(
            "incomplete Cholesky needs the entries of A and a LinearOperator gives products only; use cg or minres"
        )
    if not A.is_symmetric or not np.all(A.diagonal() > 0):
        raise InputError(
            "incomplete Cholesky needs a symmetric matrix with positive diagonal; use gmres or minres for this one"
        )
    from scipy.sparse import csr_array, tril

    return MatrixFactor(ic0_factor(csr_array(tril(A.csr, format="csr"))))
