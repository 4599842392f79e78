"""Conversion between natural and colour-split order (see `sciml.kernels._colour`)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import SplitMasked, SplitStencil, SplitVariable, split_shape, split_zeros
from sciml.kernels._device import dispatched, is_on_device
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array, ConstantStencil, Stencil, VariableStencil, stencil_wraps
from sciml.kernels.colour_layout.numba import count_others, merge_slab, split_excess, split_faces, split_slab

__all__ = [
    "colour_merge", "colour_split", "split_bytes", "split_labels", "split_masked", "split_operator", "split_stencil",
]


@dispatched
def split_stencil(stencil: Stencil, dtype: DTypeLike) -> SplitStencil:
    """The stencil as the sweeps want it: constant ones cast, variable ones in colour-split order.

    Inactive and padding cells get a diagonal of 1 (see SplitVariable).
    """
    if isinstance(stencil, ConstantStencil):
        return ConstantStencil(*(part.astype(dtype) for part in stencil))
    n0, n1, n2 = stencil.d.shape
    split = SplitVariable(*(split_zeros((n0, n1, n2), dtype) for _ in range(5)))
    run_slabs(split_faces, slabs(n0, stencil.d.size), *stencil, *split)
    return split


def split_masked(stencil: VariableStencil, c: Sequence[float], dtype: DTypeLike) -> SplitMasked | None:
    """The stencil as one array, None where other conductances than `c` are between active cells.

    Parameters
    ----------
    stencil : VariableStencil of float64
    c : sequence of 3 float
        Largest conductance along each axis.
    dtype : dtype
    """
    n0, wraps = len(stencil.d), stencil_wraps(stencil)
    parts, faces = slabs(n0, stencil.d.size), tuple(float(value) for value in c)
    if any(run_slabs(count_others, parts, *stencil, faces, wraps)):
        return None
    excess = split_zeros(stencil.d.shape, dtype)
    six = excess.dtype.type(2 * sum(faces))
    run_slabs(split_excess, parts, stencil.d, 2 * sum(faces), six, excess)
    return SplitMasked(np.array([*faces, six], dtype), np.array(wraps, dtype), excess)


def split_operator(stencil: VariableStencil, dtype: DTypeLike) -> SplitVariable | SplitMasked:
    """As one array on the CPU where that is possible."""
    if not is_on_device(stencil.d):
        found = split_masked(stencil, [float(c.max()) for c in stencil[:3]], dtype)
        if found is not None:
            return found
    split = split_stencil(stencil, dtype)
    assert isinstance(split, SplitVariable)
    return split


@dispatched
def colour_split(u: Array, x: Array, scale: float = 1.0, padding: int = 0) -> Array:
    """Write ``scale * u`` in colour-split order into `x` and return it.

    Parameters
    ----------
    u : ndarray, shape (n0, n1, n2)
        float32 or float64.
    x : ndarray, shape (2, n0, n1, ceil(n2 / 2))
        Of either precision.
    scale : float
        Factor applied on the way.
    padding : int
        What padding entries become.

    Examples
    --------
    >>> import numpy as np
    >>> colour_split(np.arange(3.0).reshape(1, 1, 3), np.empty((2, 1, 1, 2)))[:, 0, 0]
    array([[0., 2.],
           [1., 0.]])
    """
    run_slabs(split_slab, slabs(u.shape[0], u.size), u, u.dtype.type(scale), x.dtype.type(padding), x)
    return x


@dispatched
def split_labels(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Cluster numbers (n0, n1, n2) in colour-split order, -1 in padding."""
    x = np.empty(split_shape(labels.shape), np.int32)
    run_slabs(split_slab, slabs(labels.shape[0], labels.size), labels, np.int32(1), np.int32(-1), x)
    return x


def split_bytes(values: NDArray[np.int8]) -> NDArray[np.int8]:
    """Bytes (n0, n1, n2) in colour-split order, 0 in padding.

    Examples
    --------
    >>> split_bytes(np.array([[[1, 2, 3]]], np.int8))[:, 0, 0]
    array([[1, 3],
           [2, 0]], dtype=int8)
    """
    x = np.empty(split_shape(values.shape), np.int8)
    run_slabs(split_slab, slabs(values.shape[0], values.size), values, np.int8(1), np.int8(0), x)
    return x


@dispatched
def colour_merge(x: Array, u: Array, scale: float = 1.0, add: bool = False) -> Array:
    """Write (or add) ``scale * x`` in natural order into `u` and return it.

    Parameters
    ----------
    x : ndarray, shape (2, n0, n1, ceil(n2 / 2))
    u : ndarray, shape (n0, n1, n2)
        Either precision.
    scale : float
        Factor applied on the way.
    add : bool
        Add to `u` instead of overwriting it.

    Examples
    --------
    >>> import numpy as np
    >>> colour_merge(np.array([[0.0, 2.0], [1.0, 0.0]]).reshape(2, 1, 1, 2), np.empty((1, 1, 3)))
    array([[[0., 1., 2.]]])
    """
    run_slabs(merge_slab, slabs(u.shape[0], u.size), x, u.dtype.type(scale), 1 if add else 0, u)
    return u
