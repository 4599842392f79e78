"""Reference of the assembly."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Array, VariableStencil

__all__ = ["harmonic_mean", "stencil_faces"]

Float = TypeVar("Float", bound=np.floating)


def harmonic_mean(a: NDArray[Float], b: NDArray[Float]) -> NDArray[Float]:
    """2 a b / (a + b) for a, b >= 0 that broadcast; 0 where both are 0."""
    total = np.asarray(a + b)
    share: NDArray[Float] = np.divide(b, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray((a + a) * share, dtype=total.dtype)


def stencil_faces(
    coefficients: tuple[Array, Array, Array], scale: Array, wrap: Array, weights: tuple[Array, Array, Array]
) -> VariableStencil:
    """Face arrays and their sum; see the package function."""
    boxes = [m.reshape([-1 if a == axis else 1 for a in range(3)]) for axis, m in enumerate(weights)]
    faces: list[Array] = []
    d = np.zeros_like(coefficients[0])
    for axis, k in enumerate(coefficients):
        factor = np.full_like(boxes[axis], scale[axis])
        factor.reshape(-1)[-1] = wrap[axis]
        for other in {0, 1, 2} - {axis}:
            factor = factor * boxes[other]
        c = factor * harmonic_mean(k, np.roll(k, -1, axis))
        d += c + np.roll(c, 1, axis)
        faces.append(c)
    c0, c1, c2 = faces
    return VariableStencil(c0, c1, c2, d)
