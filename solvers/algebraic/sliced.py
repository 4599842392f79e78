"""Products and sweeps of levels in either form: compressed rows, or slices of rows that are not coupled."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._csr import CSR, Split
from sciml.kernels._sliced import Sliced
from sciml.kernels._stencil import Array
from sciml.kernels.csr_gauss_seidel import csr_gauss_seidel
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.sliced_gauss_seidel import Chunks, sliced_gauss_seidel
from sciml.kernels.sliced_matmul import sliced_matmul
from sciml.pde.matrix import MatrixOperator

__all__ = ["Rows", "SlicedOperator", "gauss_seidel", "product"]

Rows: TypeAlias = CSR | Sliced


@dataclass(frozen=True, eq=False)
class SlicedOperator(MatrixOperator):
    """A matrix whose products are summed slice by slice."""

    sliced: Sliced = field(kw_only=True)

    def product(self, x: NDArray[np.float64], out: NDArray[np.float64]) -> NDArray[np.float64]:
        """Write A x for a vector."""
        return np.asarray(sliced_matmul(self.sliced, x, out), dtype=np.float64)


def product(A: Rows, x: Array, out: Array, b: Array | None = None, scale: float = 1.0) -> Array:
    """``out = b + scale A x``."""
    if isinstance(A, Sliced):
        return sliced_matmul(A, x, out, b=b, scale=scale)
    return csr_matmul(A, x, out, b=b, scale=scale)


def gauss_seidel(A: Split[Any], b: Array, x: Array, work: Array, chunks: Chunks | None, **sweep: bool) -> None:
    """A sweep over the rows of A, `backward` or not, from ``x = 0`` if `zero`; threads share what `chunks` says."""
    if isinstance(A.lower, Sliced):
        sliced_gauss_seidel(A, b, x, work, chunks=chunks, **sweep)
    else:
        csr_gauss_seidel(A, b, x, **sweep)
