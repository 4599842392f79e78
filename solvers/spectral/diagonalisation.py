"""Dense diagonalisation of one axis, for ends and spacings that no fast transform fits."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.pde.axis import AxisFactor

__all__ = ["Modes", "modes_of"]


@dataclass(frozen=True, eq=False)
class Modes:
    """Solutions of K v = lam M v: columns of V with V' M V = 1 and V' K V = diag(lam).

    Parameters
    ----------
    V : ndarray, shape (n, n)
    eigenvalues : ndarray of float64, shape (n,)
        Ascending.
    """

    V: NDArray[Any]
    eigenvalues: NDArray[np.float64]

    def forward(self, v: NDArray[Any], axis: int) -> NDArray[Any]:
        """V' v along `axis`."""
        return _along(self.V.T, v, axis)

    def inverse(self, v: NDArray[Any], axis: int) -> NDArray[Any]:
        """V v along `axis`."""
        return _along(self.V, v, axis)


def modes_of(factor: AxisFactor) -> Modes:
    """Diagonalise a factor in O(n^3) operations.

    Notes
    -----
    With S = M^-1/2 the matrix S K S = Q diag(lam) Q' is symmetric and V = S Q.

    References
    ----------
    R. E. Lynch, J. R. Rice, D. H. Thomas, "Direct solution of partial difference equations by
    tensor product methods", Numerische Mathematik 6, 1964.

    Examples
    --------
    >>> d, c, m = np.array([2.0, 2.0]), np.array([1.0, 0.0]), np.ones(2)
    >>> modes_of(AxisFactor("cell", "robin", "robin", False, 1.0, 0.0, d, c, m)).eigenvalues
    array([1., 3.])
    """
    s = 1.0 / np.sqrt(factor.mass)
    values, Q = np.linalg.eigh(s[:, None] * factor.matrix() * s)
    return Modes(s[:, None] * Q, values)


def _along(B: NDArray[Any], v: NDArray[Any], axis: int) -> NDArray[Any]:
    """B v along `axis` as matrix products on contiguous blocks."""
    n = v.shape[axis]
    blocks = v.reshape(int(np.prod(v.shape[:axis])), n, -1)
    product = blocks[:, :, 0] @ B.T if blocks.shape[2] == 1 else B @ blocks
    return np.asarray(product.reshape(v.shape))
