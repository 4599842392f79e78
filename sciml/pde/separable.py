"""Operators that are sums of Kronecker products: their one-dimensional factors."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import ConstantStencil, kernel_axes
from sciml.kernels.stencil_faces.numpy import harmonic_mean
from sciml.mesh import AXES, Grid
from sciml.pde.axis import AxisFactor
from sciml.pde.contacts import Contact
from sciml.pde.layout import Layout, cut

__all__ = ["axis_factors", "constant_stencil"]

Array = NDArray[np.float64]


def axis_factors(
    grid: Grid, place: Layout, coefficient: tuple[Array, ...], around: list[Contact], shift: Array
) -> tuple[AxisFactor, ...] | None:
    """One factor per axis, None when A is not a sum of Kronecker products.

    It is one when there are no obstacles or fixed cells, the shift is a number, each axis'
    coefficient varies along its own axis only and each side has one conductance.
    """
    if place.unknown is not None or shift.ndim:
        return None
    factors = []
    for axis, k in enumerate(coefficient):
        varies_elsewhere = any(n > 1 for a, n in enumerate(k.shape) if a != axis)
        ends = [c for c in around if c.side[0] == AXES[axis]]
        if varies_elsewhere or any(np.ptp(c.conductance) > 0 for c in ends):
            return None
        factors.append(_factor(grid, place, axis, k, ends, float(shift) if axis == 0 else 0.0))
    return tuple(factors)


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
