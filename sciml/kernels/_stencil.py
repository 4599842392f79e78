"""Plain-array form of a 7-point operator over three axes; 1-D and 2-D boxes get axes of length 1.

(A u)_i = d_i u_i - sum over faces c_f u_j. A face array holds at index i the face between
i and i + 1 along its axis; the last entry wraps around to index 0 and is 0 unless the axis is
periodic, so kernels may always wrap without asking.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Array", "ConstantStencil", "Stencil", "VariableStencil", "kernel_axes", "shape3", "stencil_shape", "stencil_wraps",
]

Array: TypeAlias = NDArray[np.floating]


class ConstantStencil(NamedTuple):
    """One conductance per axis; the diagonal is ``d0[i] + d1[j] + d2[k]``.

    c : (3,) face conductances (coefficient / spacing^2), 0 on an axis of length 1
    wrap : (3,) conductance of the wrapping face: c on a periodic axis, else 0
    d0, d1, d2 : (n0,), (n1,), (n2,) diagonal parts, boundary terms included
    """

    c: NDArray[np.float64]
    wrap: NDArray[np.float64]
    d0: Array
    d1: Array
    d2: Array


class VariableStencil(NamedTuple):
    """Face conductances c0, c1, c2 and the diagonal d, each of shape (n0, n1, n2).

    Inactive cells have zero faces and a zero diagonal.
    """

    c0: Array
    c1: Array
    c2: Array
    d: Array


Stencil: TypeAlias = ConstantStencil | VariableStencil


def kernel_axes(ndim: int) -> tuple[int, ...]:
    """Which of the three kernel axes the axes of an `ndim`-dimensional box become.

    The last axis stays last (contiguous rows), the first stays first (threads take slabs of it).

    Examples
    --------
    >>> kernel_axes(2)
    (0, 2)
    """
    return {1: (2,), 2: (0, 2), 3: (0, 1, 2)}[ndim]


def shape3(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Shape of a 1-D to 3-D box over the kernel axes.

    Examples
    --------
    >>> shape3((5, 7))
    (5, 1, 7)
    """
    full = [1, 1, 1]
    for axis, n in zip(kernel_axes(len(shape)), shape, strict=True):
        full[axis] = n
    return full[0], full[1], full[2]


def stencil_shape(stencil: Stencil) -> tuple[int, int, int]:
    """Box shape (n0, n1, n2) of a stencil."""
    if isinstance(stencil, ConstantStencil):
        return len(stencil.d0), len(stencil.d1), len(stencil.d2)
    n0, n1, n2 = stencil.d.shape
    return n0, n1, n2


def stencil_wraps(stencil: Stencil) -> tuple[bool, bool, bool]:
    """Which axes are periodic."""
    if isinstance(stencil, ConstantStencil):
        w0, w1, w2 = (bool(w) for w in stencil.wrap)
    else:
        w0, w1, w2 = bool(stencil.c0[-1].any()), bool(stencil.c1[:, -1].any()), bool(stencil.c2[:, :, -1].any())
    return w0, w1, w2
