"""Exchange through the facets of a named boundary: Neumann and Robin conditions."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._simplices import Pattern

__all__ = ["Contact", "facet_measures"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contact:
    """k du/dn = q + H (g - u) on some facets, in weak form.

    Parameters
    ----------
    name : str
        The boundary.
    facets : ndarray of int32, shape (k, d)
        Vertices of its lines (d = 2) or triangles (d = 3).
    weights : ndarray, shape (k,)
        w = measure / (d (d + 1)); the mass matrix of a facet is w (1 + delta_ab).
    transfer : ndarray, shape (k,)
        H >= 0 of each facet; 0 for Neumann conditions.
    known : ndarray, shape (k, d)
        q + H g at the vertices of each facet.
    """

    name: str
    facets: Indices
    weights: Array
    transfer: Array
    known: Array

    def load(self, n: int) -> Array:
        """Integrals of (q + H g) phi_i over the facets, shape (n,)."""
        return self._gathered(self.known, n)

    def product(self, u: Array) -> Array:
        """Integrals of H u phi_i, shape (n,)."""
        return self._gathered(self.transfer[:, None] * u[self.facets], len(u))

    def driven(self, u: Array) -> float:
        """What the inside and the outside would drive alone: integral of |q + H g| + H |u|."""
        sizes = np.abs(self.known) + self.transfer[:, None] * np.abs(u[self.facets])
        return float(self._gathered(sizes, len(u)).sum())

    def add_to_matrix(self, pattern: Pattern, data: Array) -> bool:
        """Add the integrals of H phi_i phi_j to the entries of a matrix, in place; False if an entry is missing."""
        d = self.facets.shape[1]
        numbered = pattern.number[self.facets]
        for a, b in product(range(d), repeat=2):
            inside = (numbered[:, a] >= 0) & (numbered[:, b] >= 0) & (self.transfer > 0)
            rows, columns = numbered[inside, a], numbered[inside, b]
            places = _places(pattern, rows, columns)
            if np.any(places < 0):
                return False
            values = (self.weights * self.transfer)[inside] * (2.0 if a == b else 1.0)
            np.add.at(data, places, values)
        return True

    def _gathered(self, z: Array, n: int) -> Array:
        local = self.weights[:, None] * (z.sum(axis=1, keepdims=True) + z)
        return np.asarray(np.bincount(self.facets.ravel(), weights=local.ravel(), minlength=n), dtype=np.float64)


def facet_measures(points: Array, facets: Indices) -> Array:
    """Lengths of lines or areas of triangles, shape (k,)."""
    edges = points[facets[:, 1:]] - points[facets[:, :1]]
    if edges.shape[1] == 1:
        return np.asarray(np.linalg.norm(edges[:, 0], axis=1))
    return np.asarray(np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1) / 2)


def _places(pattern: Pattern, rows: Indices, columns: Indices) -> NDArray[np.int64]:
    """Where the entries lie, by bisection of all rows at once; -1 where the pattern has none."""
    lo, hi = pattern.indptr[rows].astype(np.int64), pattern.indptr[rows + 1].astype(np.int64)
    ends = hi.copy()
    while np.any(lo < hi):
        middle = (lo + hi) // 2
        right = (lo < hi) & (pattern.indices[np.minimum(middle, len(pattern.indices) - 1)] < columns)
        lo, hi = np.where(right, middle + 1, lo), np.where(right, hi, middle)
    found = (lo < ends) & (pattern.indices[np.minimum(lo, len(pattern.indices) - 1)] == columns)
    return np.where(found, lo, -1)
