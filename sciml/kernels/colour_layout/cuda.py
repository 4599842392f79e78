"""Launches of the conversion between natural and colour-split order on a device."""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import SplitStencil, SplitVariable, split_shape, split_zeros
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, ConstantStencil, Stencil, stencil_shape

__all__ = ["PROGRAM", "colour_merge", "colour_split", "split_labels", "split_stencil"]

PROGRAM = Program(__package__, "stencil", "colour", types=("REAL", "CYCLE"))


def _padded(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """The box with the padding of its rows."""
    n0, n1, n2 = shape
    return n0, n1, n2 + n2 % 2


def split_stencil(stencil: Stencil, dtype: DTypeLike) -> SplitStencil:
    """See the package function."""
    if isinstance(stencil, ConstantStencil):
        return ConstantStencil(*(part.astype(dtype) for part in stencil))
    shape, d = stencil_shape(stencil), stencil.d
    split = SplitVariable(*(split_zeros(shape, dtype, like=d) for _ in range(5)))
    PROGRAM.launch("split_faces", _padded(shape), (d.dtype, dtype), *shape, stencil, split)
    return split


def colour_split(u: Array, x: Array, scale: float = 1.0, padding: int = 0) -> Array:
    """See the package function."""
    factor, rest = u.dtype.type(scale), x.dtype.type(padding)
    PROGRAM.launch("split_real", _padded(u.shape), (u.dtype, x.dtype), *u.shape, u, factor, rest, x)
    return x


def split_labels(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """See the package function."""
    x = np.empty_like(labels, shape=split_shape(labels.shape))
    # No number of the types left open is in this kernel: those that solves use are already compiled.
    PROGRAM.launch("split_int", _padded(labels.shape), ("float64", "float32"), *labels.shape, labels, 1, -1, x)
    return x


def colour_merge(x: Array, u: Array, scale: float = 1.0, add: bool = False) -> Array:
    """See the package function."""
    PROGRAM.launch("merge_real", u.shape, (u.dtype, x.dtype), *u.shape, x, u.dtype.type(scale), add, u)
    return u
