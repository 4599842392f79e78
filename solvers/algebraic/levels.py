"""One level of an algebraic hierarchy: its matrices in the precision of cycles, and its smoother."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR, Split, csr_of
from sciml.kernels._stencil import Array
from sciml.kernels.csr_chebyshev import csr_chebyshev
from sciml.kernels.csr_gauss_seidel import Chunks, csr_gauss_seidel
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.csr_split import csr_split
from sciml.solvers.algebraic.ordering import Order, permuted

__all__ = ["ChebyshevLevel", "GaussSeidelLevel", "Level", "Smoother", "build_level", "single_holds"]

Smoother = Literal["gauss_seidel", "chebyshev"]

# Cycles multiply and divide by diagonals, their residuals being scaled to 1; float32 ends at 1e-38 and 3e38.
SMALLEST, LARGEST = 1e-25, 1e30


@dataclass(frozen=True, eq=False)
class GaussSeidelLevel:
    """A level that sweeps forward before and backward after the coarse correction.

    Parameters
    ----------
    A : Split, n rows
    P, R : CSR
        Interpolation and its transpose, stored: products with rows are faster than scattered sums.
    chunks : list of ndarray, optional
        What threads may share; None for natural order.
    sweeps : int
    """

    A: Split
    P: CSR
    R: CSR
    chunks: Chunks | None
    sweeps: int

    def before(self, b: Array, x: Array, r: Array, zero: bool) -> None:
        """Smooth x and write the residual r = b - A x."""
        for sweep in range(self.sweeps):
            csr_gauss_seidel(self.A, b, x, zero=zero and sweep == 0, chunks=self.chunks)
        if zero and self.sweeps == 1:
            csr_matmul(self.A.upper, x, r, scale=-1.0)
            return
        r[...] = x / self.A.inverse.reshape(-1, *[1] * (x.ndim - 1))
        np.subtract(b, r, out=r)
        csr_matmul(self.A.lower, x, r, b=r, scale=-1.0)
        csr_matmul(self.A.upper, x, r, b=r, scale=-1.0)

    def after(self, b: Array, x: Array, work: Array) -> None:
        """The adjoint of the smoothing before."""
        for _ in range(self.sweeps):
            csr_gauss_seidel(self.A, b, x, backward=True, chunks=self.chunks)


@dataclass(frozen=True, eq=False)
class ChebyshevLevel:
    """A level smoothed by polynomials, which are self-adjoint.

    Parameters
    ----------
    A : CSR, n rows
    inverse : ndarray, shape (n,)
        1 / a_ii.
    P, R : CSR
    chunks : list of ndarray, optional
        Not needed, kept for other values on the same levels.
    degree : int
    lmax : float
        Bound of the eigenvalues of D^-1 A: its largest sum of absolute values in a row.
    """

    A: CSR
    inverse: Array
    P: CSR
    R: CSR
    chunks: Chunks | None
    degree: int
    lmax: float

    def before(self, b: Array, x: Array, r: Array, zero: bool) -> None:
        """Smooth x and write the residual r = b - A x."""
        csr_chebyshev(self.A, self.inverse, b, x, r, degree=self.degree, lmax=self.lmax, zero=zero)
        csr_matmul(self.A, x, r, b=b, scale=-1.0)

    def after(self, b: Array, x: Array, work: Array) -> None:
        """The same polynomial."""
        csr_chebyshev(self.A, self.inverse, b, x, work, degree=self.degree, lmax=self.lmax)


Level = GaussSeidelLevel | ChebyshevLevel


def build_level(
    A: Any, order: Order | None, P: Any, chunks: Chunks | None, smoother: Smoother, sweeps: int, dtype: DTypeLike
) -> Level:
    """The level of the csr_array A, to be taken in an order (None as it is), and of P, which is in it already."""
    transfers = csr_of(P, dtype), csr_of(P.T.tocsr(), dtype)
    if smoother == "gauss_seidel":
        return GaussSeidelLevel(csr_split(csr_of(A), order, dtype), *transfers, chunks, sweeps)
    A = permuted(A, order, order)
    inverse = 1 / A.diagonal()
    lmax = float((abs(A).sum(axis=1) * inverse).max())
    return ChebyshevLevel(csr_of(A, dtype), inverse.astype(dtype), *transfers, chunks, sweeps, lmax)


def single_holds(A: Any) -> bool:
    """Whether the diagonal of A lies well inside the range of float32."""
    d = A.diagonal()
    return bool(d.min() > SMALLEST and d.max() < LARGEST)
