"""The assembled problem A u = b and its way back to the domain."""

from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeAlias, TypeGuard, TypeVar

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import to_device, to_host
from sciml._errors import InputError
from sciml.mesh import Grid, Mesh
from sciml.pde.matrix import MatrixOperator
from sciml.pde.operator import StencilOperator

__all__ = ["Component", "GridSystem", "LinearSystem", "MeshSystem", "Problem", "is_on_mesh"]

Domain = TypeVar("Domain", bound=Grid | Mesh)
Operator = TypeVar("Operator", bound=StencilOperator | MatrixOperator)


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
class LinearSystem(Generic[Domain, Operator]):
    """A u = b on the unknowns of a domain.

    Parameters
    ----------
    A : StencilOperator or MatrixOperator
        Over the unknowns: on a grid a stencil over a box (Dirichlet nodes of a node grid are not part of it),
        on a mesh a sparse matrix over the vertices that are not on Dirichlet boundaries.
    b : ndarray, shape (*A.grid_shape), (unknowns,) or one of these after a batch axis
        Right-hand side, boundary data folded in, projected on floating components, 0 in inactive cells.
    domain : Grid or Mesh
        Where it came from.
    index : tuple of slice or ndarray
        Where the unknowns lie in a field: the box inside ``domain.shape``, or the vertices.
    prescribed : ndarray, shape of a field
        Values of what is not unknown (Dirichlet nodes, fixed cells; 0 in obstacles and unknowns);
        None when there is none.
    components : tuple of Component
        The floating components, largest first.
    problem : Problem, optional
        The data it was made from, for fluxes and balances.
    """

    A: Operator
    b: NDArray[np.float64]
    domain: Domain
    index: tuple[slice | NDArray[np.int32], ...]
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

    def to(self, device: str) -> Self:
        """The system with A, b and the prescribed values on the CPU or on the current CUDA device.

        Fluxes and balances are computed on the CPU: from the system that is there.

        Parameters
        ----------
        device : {"cpu", "cuda"}

        Raises
        ------
        InputError
            If there is no such device, or A is a sparse matrix.
        MissingDependencyError
            If CuPy is not installed.

        Examples
        --------
        >>> from sciml.mesh import Grid
        >>> from sciml.pde import poisson
        >>> poisson(Grid((8, 8))).to("cpu").A.device
        'cpu'
        """
        if not isinstance(self.A, StencilOperator):
            raise InputError("A is a sparse matrix, whose solvers run on the CPU; only systems on grids go to a device")
        A: Any = self.A.to(device)
        if A is self.A:
            return self
        move = to_host if device == "cpu" else to_device
        return replace(self, A=A, b=move(self.b), prescribed=move(self.prescribed))

    @property
    def field_shape(self) -> tuple[int, ...]:
        """Shape of a field on the domain: that of the grid, or the number of vertices."""
        return self.domain.shape if isinstance(self.domain, Grid) else (self.domain.n_points,)

    def expand(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unknowns (batch..., *b.shape) as a field (batch..., *field_shape), prescribed values in place."""
        shape = self.field_shape
        if self.prescribed is None and x.shape[-len(shape) :] == shape:
            return x
        field = np.zeros_like(x, shape=x.shape[: x.ndim - len(shape)] + shape, dtype=np.float64)
        if self.prescribed is not None:
            field += self.prescribed
        inside: tuple[Any, ...] = (..., *self.index)
        field[inside] += x
        return field


GridSystem: TypeAlias = LinearSystem[Grid, StencilOperator]
MeshSystem: TypeAlias = LinearSystem[Mesh, MatrixOperator]


def is_on_mesh(system: GridSystem | MeshSystem) -> TypeGuard[MeshSystem]:
    """Whether the domain of `system` is a Mesh."""
    return isinstance(system.domain, Mesh)
