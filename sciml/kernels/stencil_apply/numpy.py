"""Reference of the stencil product."""

import numpy as np

from sciml.kernels._stencil import Array, ConstantStencil, Stencil, VariableStencil

__all__ = ["diagonal", "faces", "neighbour_sum", "stencil_apply", "variable_stencil"]


def stencil_apply(stencil: Stencil, u: Array) -> Array:
    """A u; see the package function."""
    return diagonal(stencil) * u - neighbour_sum(stencil, u)


def diagonal(stencil: Stencil) -> Array:
    """Diagonal of A as an array of the box."""
    if isinstance(stencil, ConstantStencil):
        return stencil.d0[:, None, None] + stencil.d1[:, None] + stencil.d2
    return stencil.d


def faces(stencil: Stencil, axis: int) -> Array:
    """Face conductances along `axis` as an array of the box."""
    if not isinstance(stencil, ConstantStencil):
        return stencil[axis]
    shape = (len(stencil.d0), len(stencil.d1), len(stencil.d2))
    values = np.full(shape[axis], stencil.c[axis], dtype=stencil.d0.dtype)
    values[-1] = stencil.wrap[axis]
    index: list[slice | None] = [None] * 3
    index[axis] = slice(None)
    return np.broadcast_to(values[tuple(index)], shape)


def neighbour_sum(stencil: Stencil, u: Array) -> Array:
    """Sum over faces of c_f u_j."""
    total = np.zeros_like(u)
    for axis in range(3):
        c = faces(stencil, axis)
        total += c * np.roll(u, -1, axis) + np.roll(c * u, 1, axis)
    return total


def variable_stencil(stencil: Stencil) -> VariableStencil:
    """The same operator with face arrays (built when it is constant)."""
    if isinstance(stencil, VariableStencil):
        return stencil
    c0, c1, c2 = (np.array(faces(stencil, axis), order="C") for axis in range(3))  # one layout, one compiled variant
    return VariableStencil(c0, c1, c2, np.array(diagonal(stencil)))
