"""What a solution means: fluxes and balances, on grids and meshes."""

from typing import cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.pde.balance import Balance
from sciml.pde.grid_balance import grid_balance
from sciml.pde.grid_flux import grid_flux
from sciml.pde.system import GridSystem, MeshSystem, is_on_mesh

__all__ = ["boundary_balance", "flux"]

Array = NDArray[np.float64]


def boundary_balance(system: GridSystem | MeshSystem, x: ArrayLike) -> Balance:
    """Heat in through each side or named boundary and from the source for a solution `x`.

    Parameters
    ----------
    system : LinearSystem
        Made by `poisson`.
    x : ndarray, shape of ``system.b``, or with a batch axis before it
        Solution of it.

    Notes
    -----
    For an exact solution of the discrete system the terms add up to 0 except for rounding. On grids
    they belong to the control volumes of the unknowns; those of Dirichlet nodes are not part of it,
    and a Dirichlet side of a node grid counts at the faces half a spacing inside. On meshes they are
    integrals over the boundary, and consistent nodal reactions where values are prescribed; a vertex
    on two Dirichlet boundaries counts for the one that prescribes its value.

    Examples
    --------
    >>> from sciml.mesh import Boundary, box_mesh
    >>> from sciml.pde import poisson
    >>> from sciml.solvers import solve
    >>> walls = {"x-": Boundary("dirichlet", 1.0), "y-": Boundary("neumann"), "y+": Boundary("neumann")}
    >>> system = poisson(box_mesh((4, 3)).with_conditions(walls), 3.0, 0.0)
    >>> balance = boundary_balance(system, solve(system.A, system.b).x)
    >>> {name: round(float(value), 12) + 0 for name, value in balance.terms.items()}
    {'x+': -3.0, 'x-': 3.0, 'y-': 0.0, 'y+': 0.0, 'source': 0.0}
    """
    if is_on_mesh(system):
        from sciml.pde.p1.balance import mesh_balance

        return mesh_balance(system, x)
    return grid_balance(cast(GridSystem, system), x)


@overload
def flux(system: GridSystem, x: ArrayLike) -> list[Array]: ...
@overload
def flux(system: MeshSystem, x: ArrayLike) -> Array: ...
def flux(system: GridSystem | MeshSystem, x: ArrayLike) -> list[Array] | Array:
    """Flux density -k grad u of a solution: through the faces of a grid, in the cells of a mesh.

    Parameters
    ----------
    system : LinearSystem
        Made by `poisson`.
    x : ndarray, shape of ``system.b``, or with a batch axis before it
        Solution of it.

    Returns
    -------
    list of ndarray, or ndarray
        On a grid, for axis a an array of the shape of the grid (after a batch axis) with n_a + 1 faces:
        the lower side, the faces between neighbours, the upper side; positive in the direction of the
        axis; 0 through faces of obstacles. On a mesh an array (n_cells, ndim), after a batch axis.

    Notes
    -----
    On a grid interior faces and cell-grid sides carry the fluxes of the discrete system. A Dirichlet
    side of a node grid has no face in it; there the two nearest faces are extrapolated to the side.

    Examples
    --------
    >>> from sciml.mesh import Boundary, Grid
    >>> from sciml.pde import poisson
    >>> grid = Grid((2,), boundary={"x-": Boundary("dirichlet", 1.0)})
    >>> flux(poisson(grid, 3.0, 0.0), np.array([0.75, 0.25]))
    [array([3., 3., 3.])]
    """
    if is_on_mesh(system):
        from sciml.pde.p1.flux import mesh_flux

        return mesh_flux(system, x)
    return grid_flux(cast(GridSystem, system), x)
