"""One-dimensional factors of separable operators."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.boundary import BoundaryKind

__all__ = ["AxisFactor"]


@dataclass(frozen=True, eq=False)
class AxisFactor:
    """A symmetric tridiagonal (or periodic) matrix K with a diagonal mass M along one axis.

    A separable operator is ``sum_a K_a (x) prod_{b != a} M_b + shift prod_b M_b`` with the
    shift folded into the first factor's diagonal.

    Parameters
    ----------
    location : {"cell", "node"}
        Where the unknowns sit.
    left, right : str
        Boundary condition at either end.
    uniform : bool
        Equal spacing, constant coefficient and no robin end, so a fast transform diagonalises
        M^-1 K with eigenvalues ``c * lam_k``.
    c : float
        Interior conductance (coefficient / spacing^2); of use when `uniform`.
    shift : float
        Multiple of M contained in `diagonal`.
    diagonal, mass : ndarray, shape (n,)
        Diagonals of K (+ shift M) and M. M holds the fractions of a control volume; along the axis
        of a layered medium also the coefficient of the layers, which the other axes then lack.
    faces : ndarray, shape (n,)
        -K[i, i+1]; the last entry wraps and is 0 unless periodic.
    """

    location: Literal["cell", "node"]
    left: BoundaryKind
    right: BoundaryKind
    uniform: bool
    c: float
    shift: float
    diagonal: NDArray[np.float64]
    faces: NDArray[np.float64]
    mass: NDArray[np.float64]

    @property
    def n(self) -> int:
        """Number of unknowns along the axis."""
        return len(self.diagonal)

    def matrix(self) -> NDArray[np.float64]:
        """K (+ shift M) as a dense array (n, n)."""
        K = np.diag(self.diagonal)
        following = (np.arange(self.n) + 1) % self.n
        np.add.at(K, (np.arange(self.n), following), -self.faces)
        np.add.at(K, (following, np.arange(self.n)), -self.faces)
        return K
