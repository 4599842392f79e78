"""Reference of the coarse operator."""

import numpy as np

from sciml.kernels._stencil import Array, VariableStencil

__all__ = ["stencil_coarsen"]


def stencil_coarsen(stencil: VariableStencil, ratio: tuple[int, int, int]) -> VariableStencil:
    """Coarse faces and diagonal; see the package function."""
    surplus = stencil.d.copy()
    for axis in range(3):
        surplus -= stencil[axis] + np.roll(stencil[axis], 1, axis)
    surplus[surplus <= 1e-13 * stencil.d] = 0
    faces = [_coarse_faces(stencil[axis], axis, ratio) for axis in range(3)]
    d = _children(surplus, ratio) * (0.5 if max(ratio) > 1 else 1.0)
    for axis in range(3):
        d += faces[axis] + np.roll(faces[axis], 1, axis)
    return VariableStencil(faces[0], faces[1], faces[2], d)


def _children(values: Array, ratio: tuple[int, int, int]) -> Array:
    for axis in range(3):
        values = np.add.reduceat(values, np.arange(0, values.shape[axis], ratio[axis]), axis=axis)
    return values


def _coarse_faces(c: Array, axis: int, ratio: tuple[int, int, int]) -> Array:
    n = c.shape[axis]
    last = np.minimum(np.arange(ratio[axis] - 1, n + ratio[axis] - 1, ratio[axis]), n - 1)
    outer = c.take(last, axis=axis)
    across = (1 if axis == 0 else ratio[0], 1 if axis == 1 else ratio[1], 1 if axis == 2 else ratio[2])
    result = _children(outer, across) / ratio[axis]
    return result if result.shape[axis] > 1 else np.zeros_like(result)
