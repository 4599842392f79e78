"""Energy balance on grids."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.mesh import sides
from sciml.pde.balance import RESOLVED, Balance
from sciml.pde.contacts import contacts
from sciml.pde.fields import read_coefficient, read_shift, read_source
from sciml.pde.layout import cut, layout
from sciml.pde.system import GridSystem

__all__ = ["grid_balance"]

Array = NDArray[np.float64]


def grid_balance(system: GridSystem, x: ArrayLike) -> Balance:
    """Heat in through each side and from the source for a solution `x`.

    Parameters
    ----------
    system : GridSystem
        Made by `poisson`.
    x : ndarray, shape (*system.A.grid_shape) or (batch, *system.A.grid_shape)
        Solution of it.

    Notes
    -----
    The terms belong to the control volumes of the unknowns, so for an exact solution of the discrete
    system they add up to 0 except for rounding. On node grids the control volumes of Dirichlet nodes
    are not part of them: a Dirichlet side counts at the faces half a spacing inside.

    Examples
    --------
    >>> from sciml.mesh import Boundary, Grid
    >>> from sciml.pde import poisson
    >>> grid = Grid((2,), boundary={"x-": Boundary("dirichlet", 1.0)})
    >>> balance = grid_balance(poisson(grid, 3.0, 0.0), np.array([0.75, 0.25]))
    >>> {name: float(value) for name, value in balance.terms.items()}
    {'x-': 3.0, 'x+': -3.0, 'source': 0.0}
    """
    grid, data = system.domain, system.data()
    u = np.asarray(x, dtype=np.float64)
    place = layout(grid)
    volume = float(np.prod(grid.spacing))
    around = contacts(grid, place, read_coefficient(grid, data.coefficient), system.prescribed)
    names = [side for side in sides(grid.ndim) if grid.boundary[side].kind != "periodic"]
    lead = u.shape[: u.ndim - grid.ndim]

    def total(density: Array) -> Array:
        return np.asarray(volume * density.reshape((*lead, -1)).sum(axis=-1))

    terms = dict.fromkeys([*names, *(["fixed"] if grid.fixed is not None else [])], np.zeros(lead))
    sizes = driven = np.zeros(lead)

    def add(name: str, density: Array) -> None:
        nonlocal sizes
        terms[name] = terms.get(name, np.zeros(lead)) + total(density)
        sizes = sizes + total(np.abs(density))

    for contact in around:
        add(contact.side, contact.heat_in(u))
        driven = driven + total(contact.driven(u))
    b = place.times_volume(read_source(grid, place, data.source))
    add("source", b)
    sigma = cut(read_shift(grid, data.shift), place.window)
    if np.any(sigma > 0):
        add("shift", -place.times_volume(sigma * u))
    if system.components:
        for contact in around:
            contact.add_to_source(b)
        add("projected", system.b - b)
    return Balance(terms, np.maximum(0.5 * sizes, RESOLVED * driven))
