"""The assembled problem A u = b and its way back to the domain."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh import Grid
from sciml.pde.operator import StencilOperator

__all__ = ["Component", "LinearSystem", "Problem"]


@dataclass(frozen=True)
class Component:
    """One floating component: its size, the mean of b removed there, and its relative defect.

    defect = |sum of b| / sum of |b| over the component before projection (0 when b = 0).
    """

    cells: int
    mean: float
    defect: float


@dataclass(frozen=True, eq=False)
class Problem:
    """Coefficient, source and shift as the caller gave them (references, not copies)."""

    coefficient: Any
    source: Any
    shift: Any


@dataclass(frozen=True, eq=False)
class LinearSystem:
    """A u = b on the unknowns of a domain.

    Parameters
    ----------
    A : StencilOperator
        Over the box of unknowns (Dirichlet nodes of a node grid are not part of it).
    b : ndarray, shape (*A.grid_shape) or (batch, *A.grid_shape)
        Right-hand side, boundary data folded in, projected on floating components, 0 in inactive cells.
    domain : Grid
        Where it came from.
    window : tuple of slice
        Box of unknowns inside ``domain.shape``.
    prescribed : ndarray, shape domain.shape
        Values of what is not unknown (Dirichlet nodes, fixed cells; 0 in obstacles and unknowns);
        None when there is none.
    components : tuple of Component
        The floating components, largest first.
    problem : Problem, optional
        The data it was made from, for fluxes and balances.
    """

    A: StencilOperator
    b: NDArray[np.float64]
    domain: Grid
    window: tuple[slice, ...]
    prescribed: NDArray[np.float64] | None = None
    components: tuple[Component, ...] = ()
    problem: Problem | None = None

    def data(self) -> Problem:
        """The data the system was made from.

        Raises
        ------
        InputError
            If the system was put together by hand.
        """
        if self.problem is None:
            raise InputError("this LinearSystem does not know its coefficient; make it with sciml.pde.poisson")
        return self.problem

    def expand(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unknowns (batch..., *A.grid_shape) as a field (batch..., *domain.shape), prescribed values in place."""
        if self.prescribed is None and x.shape[-self.domain.ndim :] == self.domain.shape:
            return x
        lead = x.shape[: x.ndim - self.domain.ndim]
        field = np.zeros(lead + self.domain.shape)
        if self.prescribed is not None:
            field += self.prescribed
        inside: tuple[Any, ...] = (..., *self.window)
        field[inside] += x
        return field
