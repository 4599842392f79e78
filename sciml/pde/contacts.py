"""What surrounds the unknowns: boundary sides and fixed cells as conductances to known values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels.stencil_faces.numpy import harmonic_mean
from sciml.mesh import AXES, Grid, sides
from sciml.pde.layout import Layout, cut

__all__ = ["Contact", "contacts", "prescribed_values"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contact:
    """Exchange of some unknowns with the outside; their rows gain ``area * (conductance (u - value) - inflow)``.

    Parameters
    ----------
    side : str
        Name of the side, or "fixed".
    index : tuple
        The unknowns, as an index into the box of unknowns.
    conductance, value, inflow : ndarray
        Broadcastable over them; conductance [coefficient / length^2], inflow [source].
    area : ndarray
        Fraction of a full face each of them owns there; 0 where there is no unknown.
    """

    side: str
    index: tuple[Any, ...]
    conductance: Array
    value: Array
    inflow: Array
    area: Array

    @property
    def pins(self) -> NDArray[np.bool_]:
        """Which of the unknowns feel the known value."""
        return self.area * self.conductance > 0

    def add_to_diagonal(self, d: Array) -> None:
        """Add the conductances to the diagonal `d`, in place."""
        d[self.index] += self.area * self.conductance

    def add_to_source(self, b: Array) -> None:
        """Add the known part to the right-hand side `b` (..., *shape), in place."""
        b[(..., *self.index)] += self.area * (self.conductance * self.value + self.inflow)

    def driven(self, u: Array) -> Array:
        """What the value outside and `u` would drive through each face alone: `heat_in` without cancellation."""
        return np.asarray(self.area * self.conductance * (np.abs(self.value) + np.abs(u[(..., *self.index)])))

    def heat_in(self, u: Array) -> Array:
        """What flows in per unknown, divided by the volume of a full cell, for `u` of shape (..., *shape)."""
        return np.asarray(self.area * (self.conductance * (self.value - u[(..., *self.index)]) + self.inflow))


def contacts(
    grid: Grid, place: Layout, coefficient: tuple[Array, ...], prescribed: Array | None
) -> list[Contact]:
    """Everything the unknowns of `grid` touch, periodic sides left out.

    Raises
    ------
    InputError
        If boundary data are not finite or a transfer coefficient is negative.
    """
    found = [
        _side_contact(grid, place, side, coefficient[AXES.index(side[0])], prescribed)
        for side in sides(grid.ndim)
        if grid.boundary[side].kind != "periodic"
    ]
    if grid.fixed is not None and place.unknown is not None and prescribed is not None:
        fixed = np.nonzero(grid.fixed[place.window])
        for axis in range(grid.ndim):
            found.extend(_fixed_contacts(grid, place, axis, coefficient[axis], prescribed, fixed))
    return found


def prescribed_values(grid: Grid) -> Array | None:
    """Values of Dirichlet nodes and fixed cells over ``grid.shape``, 0 elsewhere; None when there are none.

    A node shared by two Dirichlet sides takes the value of the later axis, at the ends of one
    axis the plus side; a fixed node keeps its own value.
    """
    owned = [s for s in sides(grid.ndim) if grid.location == "node" and grid.boundary[s].kind == "dirichlet"]
    if not owned and grid.fixed is None:
        return None
    values = np.zeros(grid.shape)
    for side in owned:
        values[_layer(grid, AXES.index(side[0]), side[1], 0)] = grid.side_values(side)
    if grid.fixed is not None:
        np.copyto(values, grid.fixed_value, where=grid.fixed)
    if grid.mask is not None:
        values[~grid.mask] = 0.0
    return values


def _layer(grid: Grid, axis: int, sign: str, depth: int) -> tuple[slice, ...]:
    """Index of the layer `depth` points inside a side."""
    at = depth if sign == "-" else grid.shape[axis] - 1 - depth
    return tuple(slice(at, at + 1) if a == axis else slice(None) for a in range(grid.ndim))


def _side_contact(grid: Grid, place: Layout, side: str, k: Array, prescribed: Array | None) -> Contact:
    axis, sign = AXES.index(side[0]), side[1]
    h = grid.spacing[axis]
    end = slice(0, 1) if sign == "-" else slice(place.shape[axis] - 1, place.shape[axis])
    index = tuple(end if a == axis else slice(None) for a in range(grid.ndim))
    across = tuple(slice(None) if a == axis else s for a, s in enumerate(place.window))

    def layer(field: Array, depth: int) -> Array:
        """The part of a field over the grid that faces the unknowns of this side."""
        return cut(cut(field, _layer(grid, axis, sign, depth)), across)

    kind = grid.boundary[side].kind
    zero = np.zeros([1] * grid.ndim)
    value, inflow = cut(grid.side_values(side), across), zero
    if kind == "neumann":
        conductance, value, inflow = zero, zero, value / h
    elif kind == "robin":
        conductance = _robin(grid, side, cut(_transfer(grid, side), across), layer(k, 0), h)
    elif grid.location == "node":
        assert prescribed is not None  # every dirichlet side of a node grid has prescribed values
        conductance = harmonic_mean(layer(k, 0), layer(k, 1)) * place.scale[axis]
        value = layer(prescribed, 0)
    else:
        conductance = 2.0 * layer(k, 0) * place.scale[axis]
    area = place.area(axis)
    if place.unknown is not None:
        area = area * place.unknown[index]
    return Contact(side, index, conductance, value, inflow, area)


def _transfer(grid: Grid, side: str) -> Array:
    H = grid.side_values(side, "transfer")
    if H.min() < 0:
        raise InputError(f"transfer coefficient on side {side} goes down to {H.min()}; expected numbers >= 0")
    return H


def _robin(grid: Grid, side: str, H: Array, k: Array, h: float) -> Array:
    """Conductance between the unknown and the outside: at a node H, at a cell H behind half a cell.

    1 / (h / (2 k) + 1 / H), written without dividing by H or k, which may be 0.
    """
    if grid.location == "node":
        return H / h
    resistance = np.asarray(2.0 * k + H * h)
    return H * np.divide(2.0 * k, resistance, out=np.zeros_like(resistance), where=resistance > 0) / h


def _fixed_contacts(
    grid: Grid, place: Layout, axis: int, k: Array, prescribed: Array, fixed: tuple[NDArray[np.int64], ...]
) -> Iterator[Contact]:
    """Contacts along `axis` between fixed cells and the unknowns before and after them."""
    n = place.shape[axis]
    if n == 1:
        return
    assert place.unknown is not None  # fixed cells are not unknown
    k, values = np.broadcast_to(k, grid.shape)[place.window], prescribed[place.window]
    area = np.broadcast_to(place.area(axis), place.shape)
    for step in (-1, 1):
        there = fixed[axis] + step
        inside = (there >= 0) & (there < n) | place.periodic[axis]
        index = tuple(there % n if a == axis else f for a, f in enumerate(fixed))
        touching = inside & place.unknown[index]
        at, index = (tuple(f[touching] for f in cells) for cells in (fixed, index))
        conductance = harmonic_mean(k[at], k[index]) * place.scale[axis]
        yield Contact("fixed", index, conductance, values[at], np.zeros(1), area[at])
