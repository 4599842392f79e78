"""One level of an algebraic hierarchy: its matrices in the precision of cycles, and its smoother."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR, Split, csr_of
from sciml.kernels._stencil import Array
from sciml.kernels.csr_chebyshev import csr_chebyshev
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.csr_slice import csr_slice
from sciml.kernels.csr_split import csr_split
from sciml.kernels.sliced_gauss_seidel import Chunks
from sciml.solvers.algebraic.ordering import Numbering, permuted
from sciml.solvers.algebraic.sliced import Rows, gauss_seidel, product

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
    P, R : CSR or Sliced
        Interpolation and its transpose, stored: products with rows are faster than scattered sums.
    chunks : list of ndarray, optional
        What threads may share; None for natural order.
    sweeps : int
    """

    A: Split[Any]
    P: Rows
    R: Rows
    chunks: Chunks | None
    sweeps: int

    def before(self, b: Array, x: Array, r: Array, zero: bool) -> None:
        """Smooth x and write the residual r = b - A x."""
        for sweep in range(self.sweeps):
            gauss_seidel(self.A, b, x, r, self.chunks, zero=zero and sweep == 0)
        if zero and self.sweeps == 1:
            product(self.A.upper, x, r, scale=-1.0)
            return
        r[...] = x / self.A.inverse.reshape(-1, *[1] * (x.ndim - 1))
        np.subtract(b, r, out=r)
        product(self.A.lower, x, r, b=r, scale=-1.0)
        product(self.A.upper, x, r, b=r, scale=-1.0)

    def after(self, b: Array, x: Array, work: Array) -> None:
        """The adjoint of the smoothing before."""
        for _ in range(self.sweeps):
            gauss_seidel(self.A, b, x, work, self.chunks, backward=True)


@dataclass(frozen=True, eq=False)
class ChebyshevLevel:
    """A level smoothed by polynomials, which are self-adjoint.

    Parameters
    ----------
    A : CSR, n rows
    inverse : ndarray, shape (n,)
        1 / a_ii.
    P, R : CSR or Sliced
    degree : int
    lmax : float
        Bound of the eigenvalues of D^-1 A: its largest sum of absolute values in a row.
    """

    A: CSR
    inverse: Array
    P: Rows
    R: Rows
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
    A: Any, P: Any, place: Numbering | None, smoother: Smoother, sweeps: int, dtype: DTypeLike
) -> Level:
    """The level of the csr_array A, to be taken in a numbering (None as it is), and of P, which is in it already."""

    def stored(matrix: CSR) -> Rows:
        return matrix if place is None else csr_slice(matrix, place.ends)

    order = None if place is None else place.order
    restriction = csr_of(P.T.tocsr(), dtype)
    transfers = stored(csr_of(P, dtype)), restriction if place is None else csr_slice(restriction)
    if smoother == "gauss_seidel":
        lower, upper, inverse = csr_split(csr_of(A), order, dtype)
        parts: Split[Any] = Split(stored(lower), stored(upper), inverse)
        return GaussSeidelLevel(parts, *transfers, None if place is None else place.chunks, sweeps)
    A = permuted(A, order, order)
    inverse = 1 / A.diagonal()
    lmax = float((abs(A).sum(axis=1) * inverse).max())
    return ChebyshevLevel(csr_of(A, dtype), inverse.astype(dtype), *transfers, sweeps, lmax)


def single_holds(A: Any) -> bool:
    """Whether the diagonal of A lies well inside the range of float32."""
    d = A.diagonal()
    return bool(d.min() > SMALLEST and d.max() < LARGEST)
