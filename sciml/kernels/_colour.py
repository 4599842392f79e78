"""Colour-split storage: the red and the black cells of a box in two dense arrays.

Cell (i, j, k) is red when i + j + k is even. A box (n0, n1, n2) is stored as (2, n0, n1, M),
M = ceil(n2 / 2), colour first. In row (i, j) with parity p = (i + j) & 1 the cells with even k
are ``x[p, i, j, :]`` and those with odd k are ``x[1 - p, i, j, :]``; so all neighbours of a cell
in the four adjacent rows sit at the same position of the other colour, and every access of a
sweep is contiguous. When n2 is odd the last odd-k entry of a row is padding and stays 0.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._device import is_on_device
from sciml.kernels._stencil import ConstantStencil

__all__ = ["SplitMasked", "SplitStencil", "SplitVariable", "SplitWeights", "split_shape", "split_zeros"]


class SplitVariable(NamedTuple):
    """Face conductances, diagonal and surplus in colour-split storage, each of shape (2, n0, n1, M).

    Faces belong to the cell below them, as in VariableStencil; inactive and padding cells have
    zero faces and a diagonal of 1, so that sweeps leave them at 0 without asking. The surplus s is
    what the diagonal holds beyond the faces (0 in most cells). Residuals use it instead of d,
    f - s u + sum of c (u_j - u_i): in single precision d u - sum of c u_j would lose all that
    counts where conductances are a million times those around, and fluxes between two cells would
    not cancel when residuals are summed.
    """

    c0: NDArray[np.floating]
    c1: NDArray[np.floating]
    c2: NDArray[np.floating]
    d: NDArray[np.floating]
    s: NDArray[np.floating]


class SplitMasked(NamedTuple):
    """The same conductance c[axis] between any two active cells beside each other: an operator of one array.

    c : (4,) conductance along each axis, and what six of them add up to
    wraps : (3,) 1 for periodic axes, 0 for others
    e : (2, n0, n1, M) what the diagonal holds beyond six faces; minus six faces where nothing is active

    Whatever faces lead out of the mask is a difference in the diagonal, since values are 0 where nothing is active,
    and stay so. Residuals are f - (e + h) u + sum of c (u_j - u) over the neighbours that are not 0, h being the
    conductances to those that are: e + h is the surplus of SplitVariable, and 0 in most cells.
    """

    c: NDArray[np.floating]
    wraps: NDArray[np.floating]
    e: NDArray[np.floating]


class SplitWeights(NamedTuple):
    """How the cells of a level deviate from one relaxation for all, in bytes and colour-split storage.

    omega : (sweeps, 2, n0, n1, M) int8; cell i moves by base + step omega[t, i] in sweep t before the correction, and
        in the same sweep, which is the last but t, after it
    scale : (2, n0, n1, M) int8; cell i counts 1 + scale[i] / 128 in sums over its block, and takes as much of the
        correction; -128 is none, as where nothing is active
    base, step : over-relaxation where the byte is 0, and what one more adds; all of it stays in (0, 2)
    """

    omega: NDArray[np.int8]
    scale: NDArray[np.int8]
    base: float
    step: float


SplitStencil: TypeAlias = ConstantStencil | SplitVariable


def split_shape(shape: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Shape of the colour-split array of a box.

    Examples
    --------
    >>> split_shape((4, 3, 5))
    (2, 4, 3, 3)
    """
    n0, n1, n2 = shape
    return 2, n0, n1, (n2 + 1) // 2


# One entry is enough; a cache line keeps the rows aligned.
GUARD = 16


def split_zeros(
    shape: tuple[int, int, int], dtype: DTypeLike, like: NDArray[Any] | None = None
) -> NDArray[np.floating]:
    """Colour-split array of the box `shape`, all 0, where `like` lives (by default on the CPU).

    On the CPU there are readable entries before and after it: sweeps read one entry beyond the first and the last
    row (and discard what they make of it). On any device they read planes across an end that does not wrap
    (times 0, hence finite numbers everywhere).

    Examples
    --------
    >>> split_zeros((4, 3, 5), np.float32).shape
    (2, 4, 3, 3)
    """
    full = split_shape(shape)
    if is_on_device(like):
        return np.zeros_like(like, shape=full, dtype=dtype)
    buffer = np.zeros(full[0] * full[1] * full[2] * full[3] + 2 * GUARD, dtype)
    return buffer[GUARD:-GUARD].reshape(full)
