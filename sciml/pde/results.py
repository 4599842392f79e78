"""What a solution means: fluxes and balances, on grids and meshes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.pde.balance import Balance
from sciml.pde.grid_balance import grid_balance
from sciml.pde.grid_flux import grid_flux
from sciml.pde.system import GridSystem

__all__ = ["boundary_balance", "flux"]


def boundary_balance(system: GridSystem, x: ArrayLike) -> Balance:
    return grid_balance(system, x)


def flux(system: GridSystem, x: ArrayLike) -> list[NDArray[np.float64]]:
    return grid_flux(system, x)
