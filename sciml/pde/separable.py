"""Operators that are sums of Kronecker products: their one-dimensional factors."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import ConstantStencil, kernel_axes
from sciml.kernels.stencil_faces.numpy import harmonic_mean
from sciml.mesh import AXES, Grid
from sciml.pde.axis import AxisFactor
from sciml.pde.contacts import Contact, contacts
from sciml.pde.layout import Layout, cut

__all__ = ["axis_factors", "box_factors", "constant_stencil"]

Array = NDArray[np.float64]


def axis_factors(
    grid: Grid, place: Layout, coefficient: tuple[Array, ...], around: list[Contact], shift: Array
) -> tuple[AxisFactor, ...] | None:
    """One factor per axis, None when A is not a sum of Kronecker products.

    It is one when there are no obstacles or fixed cells, the shift is a number, each axis'
    coefficient varies along its own axis only and each side has one conductance; or for layers.
    """
    if place.unknown is not None or shift.ndim:
        return None
    if any(axis != other for axis, k in enumerate(coefficient) for other in _varying(k)):
        return _layer_factors(grid, place, coefficient, around) if shift == 0 else None
    if any(np.ptp(contact.conductance) > 0 for contact in around):
        return None
    return _factors(grid, place, coefficient, around, float(shift))


def _varying(k: Array) -> list[int]:
    return [axis for axis, n in enumerate(k.shape) if n > 1]


def _layer_factors(
    grid: Grid, place: Layout, coefficient: tuple[Array, ...], around: list[Contact]
) -> tuple[AxisFactor, ...] | None:
    """Factors of one coefficient that varies along one axis v, None when it does not or a robin side forbids it.

    The faces of the other axes lie within a layer, so their conductances are k_v times those of
    coefficient 1: A = K_v (x) M_b + (k_v M_v) (x) K_b, that is k_v joins the mass of v. A robin side
    on another axis does not scale with k_v.
    """
    k = coefficient[0]
    if any(other is not k for other in coefficient) or len(_varying(k)) != 1:
        return None
    v = _varying(k)[0]
    if any(grid.boundary[c.side].kind == "robin" and c.side[0] != AXES[v] and c.pins.any() for c in around):
        return None
    own = tuple(k if axis == v else np.array(1.0) for axis in range(grid.ndim))
    ends = contacts(grid, place, own, np.zeros(grid.shape))
    if any(np.ptp(contact.conductance) > 0 for contact in ends):
        return None
    factors = _factors(grid, place, own, ends, 0.0)
    line = cut(k, place.window).ravel()
    return tuple(replace(f, mass=f.mass * line) if axis == v else f for axis, f in enumerate(factors))


def box_factors(
    grid: Grid, place: Layout, coefficient: tuple[Array, ...], prescribed: Array | None
) -> tuple[AxisFactor, ...]:
    """Factors of the box that a grid nearly is: coefficient 1, no obstacles, no shift, mean robin ends.

    Coefficients given per axis keep the ratio of their maxima.
    """
    bare = replace(grid, mask=None, fixed=None)
    open_place = replace(place, unknown=None)
    largest = [1.0 if k is coefficient[0] else float(k.max() / coefficient[0].max()) for k in coefficient]
    ones = tuple(np.array(k) for k in largest)
    around = contacts(bare, open_place, ones, prescribed)
    ends = [replace(contact, conductance=np.full([1] * grid.ndim, contact.conductance.mean())) for contact in around]
    return _factors(bare, open_place, ones, ends, 0.0)


def constant_stencil(factors: tuple[AxisFactor, ...]) -> ConstantStencil | None:
    """The operator with one conductance per axis, None when the factors do not allow that."""
    c, wrap = np.zeros(3), np.zeros(3)
    diagonals = [np.zeros(1) for _ in range(3)]
    for axis, factor in zip(kernel_axes(len(factors)), factors, strict=True):
        inner = factor.faces[:-1]
        if np.any(factor.mass != 1.0) or np.any(inner != factor.c):
            return None
        c[axis] = factor.c if factor.n > 1 else 0.0
        wrap[axis] = factor.faces[-1]
        diagonals[axis] = factor.diagonal
    return ConstantStencil(c, wrap, *diagonals)


def _factors(
    grid: Grid, place: Layout, coefficient: tuple[Array, ...], around: list[Contact], shift: float
) -> tuple[AxisFactor, ...]:
    return tuple(
        _factor(grid, place, axis, k, [c for c in around if c.side[0] == AXES[axis]], shift if axis == 0 else 0.0)
        for axis, k in enumerate(coefficient)
    )


def _factor(grid: Grid, place: Layout, axis: int, k: Array, ends: list[Contact], shift: float) -> AxisFactor:
    n = place.shape[axis]
    line = np.broadcast_to(cut(k, place.window).ravel(), n)
    faces = harmonic_mean(line, np.roll(line, -1)) * place.scale[axis]
    if n == 1 or not place.periodic[axis]:
        faces[-1] = 0.0
    mass = place.weights[axis]
    diagonal = faces + np.roll(faces, 1) + shift * mass
    for end in ends:
        diagonal[0 if end.side[1] == "-" else -1] += end.conductance.flat[0]
    left, right = (grid.boundary[AXES[axis] + sign].kind for sign in "-+")
    uniform = k.size == 1 and "robin" not in (left, right)
    return AxisFactor(
        grid.location, left, right, uniform, float(k.flat[0]) * place.scale[axis], shift, diagonal, faces, mass
    )
