"""One linear system in the two forms that methods take: operator on a box, and sparse matrix."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml.pde import GridSystem

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Problem"]


class Problem:
    """A system, its sparse matrix without empty rows, and the residual everybody is judged by.

    Parameters
    ----------
    name : str
        Title of its table.
    system : GridSystem
        Operator and right-hand side.
    b : ndarray, shape (*A.grid_shape), optional
        Another right-hand side, e.g. noise; zeroed in obstacles and projected on floating components.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> problem = Problem("line", poisson(Grid((3,))))
    >>> problem.matrix.shape
    (3, 3)
    """

    def __init__(self, name: str, system: GridSystem, b: NDArray[np.float64] | None = None) -> None:
        self.name = name
        self.system = system
        self.A = system.A
        self.b = np.array(system.b if b is None else b)
        if self.A.active is not None:
            self.b[~self.A.active] = 0.0
        if self.A.nullspace is not None:
            self.A.nullspace.project(self.b)

    @property
    def shape(self) -> tuple[int, ...]:
        """Box of unknowns."""
        return self.A.grid_shape

    @cached_property
    def used(self) -> NDArray[np.bool_]:
        """Rows that are not empty (obstacles and single enclosed cells have empty ones), flat."""
        return self.A.diagonal() > 0

    @cached_property
    def matrix(self) -> "csr_array[Any]":
        """The matrix over the used rows, indices int32."""
        full = self.A.tocsr()
        if self.used.all():
            return full
        index = np.flatnonzero(self.used)
        return full[index][:, index].tocsr()

    @cached_property
    def definite(self) -> "csr_array[Any]":
        """`matrix` made regular: the diagonal of one cell of every floating component is doubled.

        The right-hand side sums to zero there, so the solution is the one that vanishes in that cell, and it
        satisfies the original equations. Methods that know nothing of null spaces are given this matrix.
        """
        nullspace = self.A.nullspace
        if nullspace is None:
            return self.matrix
        from scipy.sparse import diags_array

        first = np.zeros(1, dtype=np.int64)
        if nullspace.cells is not None and nullspace.starts is not None:
            first = nullspace.cells[nullspace.starts]
        extra = np.zeros(len(self.used))
        extra[first] = self.A.diagonal()[first]
        return (self.matrix + diags_array(extra[self.used])).tocsr()

    @cached_property
    def rhs(self) -> NDArray[np.float64]:
        """The right-hand side over the used rows."""
        return np.ascontiguousarray(self.b.ravel()[self.used])

    def reduced(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """`x` over the used rows, given there or on the box."""
        flat = np.asarray(x, dtype=np.float64).ravel()
        return flat if len(flat) == len(self.rhs) else flat[self.used]

    def residual(self, x: NDArray[np.float64]) -> float:
        """||b - A x|| / ||b|| in float64, by the sparse matrix."""
        r = self.rhs - self.matrix @ self.reduced(x)
        return float(np.linalg.norm(r) / np.linalg.norm(self.rhs))

    @staticmethod
    def noise(shape: Sequence[int], seed: int) -> NDArray[np.float64]:
        """Standard normal right-hand side: every frequency at once, no method is favoured."""
        return np.random.default_rng(seed).standard_normal(tuple(shape))
