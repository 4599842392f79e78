"""Fluxes through the faces of a grid, from a solution."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.kernels.stencil_faces.numpy import harmonic_mean
from sciml.mesh import AXES, Grid
from sciml.pde.contacts import contacts
from sciml.pde.fields import read_coefficient
from sciml.pde.layout import layout
from sciml.pde.system import GridSystem

__all__ = ["grid_flux"]

Array = NDArray[np.float64]


def grid_flux(system: GridSystem, x: ArrayLike) -> list[Array]:
    """Flux density ``-k du/dx_a`` through every face, positive in the direction of the axis.

    Parameters
    ----------
    system : GridSystem
        Made by `poisson` on a grid.
    x : ndarray, shape (*system.A.grid_shape) or (batch, *system.A.grid_shape)
        Solution of it.

    Returns
    -------
    list of ndarray
        For axis a the shape of the grid (after a batch axis) with n_a + 1 faces: the lower side,
        the faces between neighbours, the upper side. 0 through faces of obstacles.

    Notes
    -----
    Interior faces and cell-grid sides carry the fluxes of the discrete system. A Dirichlet side of a
    node grid has no face in it; there the two nearest faces are extrapolated to the side.

    Examples
    --------
    >>> from sciml.mesh import Boundary, Grid
    >>> from sciml.pde import poisson
    >>> grid = Grid((2,), boundary={"x-": Boundary("dirichlet", 1.0)})
    >>> grid_flux(poisson(grid, 3.0, 0.0), np.array([0.75, 0.25]))
    [array([3., 3., 3.])]
    """
    grid, data = system.domain, system.data()
    u = system.expand(np.asarray(x, dtype=np.float64))
    k = read_coefficient(grid, data.coefficient)
    faces = [_inner_flux(grid, axis, k[axis], u) for axis in range(grid.ndim)]
    _fill_sides(system, k, u, faces)
    return faces


def _at(values: Array, axis: int, ndim: int, where: slice) -> Array:
    """A view of the last `ndim` axes of `values` cut along `axis`."""
    index: tuple[Any, ...] = (..., where, *[slice(None)] * (ndim - 1 - axis))
    view: Array = values[index]
    return view


def _inner_flux(grid: Grid, axis: int, k: Array, u: Array) -> Array:
    """Fluxes between neighbours, the wrapping face twice on a periodic axis, 0 on other sides."""
    ndim, n = grid.ndim, grid.shape[axis]
    lead = u.shape[: u.ndim - ndim]
    q = np.zeros(lead + tuple(m + (a == axis) for a, m in enumerate(grid.shape)))
    k = np.broadcast_to(k, grid.shape)
    before, after = slice(0, n - 1), slice(1, n)
    conductance = harmonic_mean(_at(k, axis, ndim, before), _at(k, axis, ndim, after)) / grid.spacing[axis]
    _at(q, axis, ndim, after)[...] = conductance * (_at(u, axis, ndim, before) - _at(u, axis, ndim, after))
    if grid.is_periodic(axis) and n > 1:
        first, last = slice(0, 1), slice(n - 1, n)
        conductance = harmonic_mean(_at(k, axis, ndim, last), _at(k, axis, ndim, first)) / grid.spacing[axis]
        wrap = conductance * (_at(u, axis, ndim, last) - _at(u, axis, ndim, first))
        _at(q, axis, ndim, first)[...] = wrap
        _at(q, axis, ndim, slice(n, n + 1))[...] = wrap
    return q


def _fill_sides(system: GridSystem, k: tuple[Array, ...], u: Array, faces: list[Array]) -> None:
    grid = system.domain
    whole = replace(
        layout(grid), window=(slice(None),) * grid.ndim, shape=grid.shape,
        weights=tuple(np.ones(n) for n in grid.shape), unknown=grid.mask,
    )
    for contact in contacts(replace(grid, fixed=None), whole, k, system.prescribed):
        axis, is_upper = AXES.index(contact.side[0]), contact.side[1] == "+"
        q, n = faces[axis], grid.shape[axis]
        if grid.location == "node" and grid.boundary[contact.side].kind == "dirichlet":
            outward = _extrapolated(grid, axis, is_upper, np.broadcast_to(k[axis], grid.shape), q)
        else:
            outward = contact.heat_in(u) * (-grid.spacing[axis] if is_upper else grid.spacing[axis])
        _at(q, axis, grid.ndim, slice(n, n + 1) if is_upper else slice(0, 1))[...] = outward


def _extrapolated(grid: Grid, axis: int, is_upper: bool, k: Array, q: Array) -> Array:
    """Flux half a spacing beyond the last face, linear where the two nearest faces are open."""
    n, ndim = grid.shape[axis], grid.ndim
    depths = (n - 1, n - 2, n - 3) if is_upper else (1, 2, 0)
    near = _at(q, axis, ndim, slice(n - 1, n) if is_upper else slice(1, 2))
    if n < 3:
        return near
    next_one = _at(q, axis, ndim, slice(n - 2, n - 1) if is_upper else slice(2, 3))
    is_open = np.all([_at(k, axis, ndim, slice(d, d + 1)) > 0 for d in depths], axis=0)
    return np.where(is_open, 1.5 * near - 0.5 * next_one, near)
