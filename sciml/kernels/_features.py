"""What the learned cycle sees of an operator: local, free of scale, the same for every axis and either direction.

All arrays are over a box (n0, n1, n2); 1-D and 2-D boxes have axes of length 1. Every feature is a ratio of
conductances or a share of cells, between 0 and 1 (logarithms between -2 and 1), so that units, the size of the box and
the level do not matter.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import VariableStencil

__all__ = [
    "CELL", "CHILD", "FACE", "SURPLUS", "Faces", "block_sums", "cell_features", "child_features", "coarse_faces",
    "face_features", "faces_of", "surplus_features",
]

Array = NDArray[np.float64]
Ratio = tuple[int, int, int]

# Number of features of a cell (its sweeps), of a child (its share in the correction), of a coarse face, and of what a
# coarse cell holds beyond its faces.
CELL, CHILD, FACE, SURPLUS = 6, 7, 9, 5


class Faces(NamedTuple):
    """An operator over a box, and how much of each cell is active.

    c : faces above each cell, one array an axis
    s : surplus, what the diagonal holds beyond the faces
    volume : share of active volume
    """

    c: tuple[Array, Array, Array]
    s: Array
    volume: Array

    @property
    def around(self) -> list[Array]:
        """The six faces of each cell."""
        return [face for axis in range(3) for face in (self.c[axis], np.roll(self.c[axis], 1, axis))]

    @property
    def d(self) -> Array:
        """Diagonal."""
        return np.asarray(self.s + sum(self.around))


def faces_of(stencil: VariableStencil) -> Faces:
    """The finest level as features see it; rounding in the diagonal counts as no surplus."""
    c0, c1, c2, d = (np.asarray(part, np.float64) for part in stencil)
    faces = Faces((c0, c1, c2), d, (d > 0).astype(np.float64))
    surplus = d - sum(faces.around)
    return faces._replace(s=np.where(surplus > 1e-13 * d, surplus, 0.0))


def cell_features(fine: Faces) -> Array:
    """Features of the relaxation of each cell, shape (n0, n1, n2, CELL).

    The shares of the diagonal that are surplus, largest and smallest face; the share of active volume; the probability
    of a random walk over the faces to be back after two steps; and the diagonal beside the largest one around.
    """
    d = fine.d
    live = [axis for axis in range(3) if d.shape[axis] > 1]
    faces = [face for axis in live for face in (fine.c[axis], np.roll(fine.c[axis], 1, axis))] or [np.zeros_like(d)]
    others = [other for axis in live for other in (np.roll(d, -1, axis), np.roll(d, 1, axis))] or [d]
    back = sum(c * _share(c, d) * _share(np.ones_like(d), other) for c, other in zip(faces, others, strict=True))
    largest = np.maximum.reduce([np.where(c > 0, other, 0.0) for c, other in zip(faces, others, strict=True)])
    return np.stack([
        _share(fine.s, d), _share(np.maximum.reduce(faces), d), _share(np.minimum.reduce(faces), d),
        fine.volume, back, _share(d, d + largest),
    ], axis=-1)


def child_features(fine: Faces, ratio: Ratio) -> Array:
    """Features of each cell as a child of its block, shape (n0, n1, n2, CHILD).

    Its diagonal and its faces within the block beside their means over active children; the shares of the diagonal
    that are faces within the block, surplus, and largest face; the shares of active volume and of active children.
    """
    d = fine.d
    inner = np.zeros_like(d)
    for axis in range(3):
        within = _within(fine.c[axis], axis, ratio[axis])
        inner += within + np.roll(within, 1, axis)
    active = (d > 0).astype(np.float64)
    count = _spread(active, ratio)
    mean, mean_inner = (_share(_spread(values, ratio), count) for values in (d, inner))
    largest = np.maximum.reduce(fine.around)
    return np.stack([
        _share(d, d + mean), _share(inner, inner + mean_inner), _share(inner, d), _share(fine.s, d),
        _share(largest, d), fine.volume, count / (ratio[0] * ratio[1] * ratio[2]),
    ], axis=-1)


def coarse_faces(fine: Faces, ratio: Ratio) -> Faces:
    """The coarse operator of piecewise constant transfers: see `sciml.kernels.stencil_coarsen`."""
    c0, c1, c2 = (_rows(_halves(fine.c[axis], axis, ratio)[0], axis, ratio) / ratio[axis] for axis in range(3))
    for axis, c in enumerate((c0, c1, c2)):
        if c.shape[axis] == 1:
            c[...] = 0  # a cell alone on a periodic axis
    size = ratio[0] * ratio[1] * ratio[2]
    return Faces((c0, c1, c2), block_sums(fine.s, ratio) / 2, block_sums(fine.volume, ratio) / size)


def face_features(fine: Faces, coarse: Faces, axis: int, ratio: Ratio) -> Array:
    """Features of the coarse faces along `axis`, shape (N0, N1, N2, FACE).

    With the fine faces a coarse one is made of and those behind them, within either block: conductance in series
    beside the sum, as share and as logarithm; what is behind on the weaker and on the stronger side; how evenly
    fine faces contribute; shares of active volume on both sides; and the share of the face in both diagonals.
    """
    r = ratio[axis]
    crossing, behind = _halves(fine.c[axis], axis, ratio)
    ahead = np.roll(behind, -1, axis)
    total, squares = _rows(crossing, axis, ratio), _rows(crossing * crossing, axis, ratio)
    series = _rows(_in_series(crossing, behind, ahead, r), axis, ratio)
    left, right = (_rows(part, axis, ratio) for part in (behind, ahead))
    weaker, stronger = np.minimum(left, right), np.maximum(left, right)
    count = ratio[0] * ratio[1] * ratio[2] // r
    v, D = coarse.volume, coarse.d
    v_next, D_next = np.roll(v, -1, axis), np.roll(D, -1, axis)
    base = coarse.c[axis]
    quotient = np.where(base > 0, _share(series, base), 1.0)
    return np.stack([
        _share(series, series + base), np.log(np.maximum(quotient, 1e-4)) / 4.6,
        _share(weaker, weaker + total), _share(stronger, stronger + total), _share(total * total, count * squares),
        np.minimum(v, v_next), np.maximum(v, v_next),
        _share(base, np.maximum(D, D_next)), _share(base, np.minimum(D, D_next)),
    ], axis=-1)


def surplus_features(fine: Faces, coarse: Faces, ratio: Ratio) -> Array:
    """Features of the surplus of each coarse cell, shape (N0, N1, N2, SURPLUS).

    Its share in the diagonal; the share of children that have some; of active volume; the surplus of the children
    beside the faces within the block; and how evenly the children contribute.
    """
    s = fine.s
    size = ratio[0] * ratio[1] * ratio[2]
    total, squares = block_sums(s, ratio), block_sums(s * s, ratio)
    having = block_sums((s > 0).astype(np.float64), ratio)
    inner = sum(block_sums(_within(fine.c[axis], axis, ratio[axis]), ratio) for axis in range(3))
    return np.stack([
        _share(coarse.s, coarse.d), having / size, coarse.volume, _share(total, total + inner),
        _share(total * total, size * squares),
    ], axis=-1)


def _share(a: Array, b: Array) -> Array:
    """a / b, 0 where b is 0."""
    return np.divide(a, b, out=np.zeros_like(b), where=b > 0)


def _within(c: Array, axis: int, r: int) -> Array:
    """The faces inside blocks, 0 for those between them."""
    if r == 1:
        return np.zeros_like(c)
    even = np.arange(c.shape[axis]) % 2 == 0
    return np.asarray(c * even.reshape([-1 if a == axis else 1 for a in range(3)]))


def padded(a: Array, ratio: Ratio) -> Array:
    """With zeros up to whole blocks, as (N0, r0, N1, r1, N2, r2)."""
    full = np.pad(a, [(0, -n % r) for n, r in zip(a.shape, ratio, strict=True)])
    n0, n1, n2 = full.shape
    return full.reshape(n0 // ratio[0], ratio[0], n1 // ratio[1], ratio[1], n2 // ratio[2], ratio[2])


def block_sums(a: Array, ratio: Ratio) -> Array:
    """Sums over blocks of `ratio` cells, fewer at the end."""
    return np.asarray(padded(a, ratio).sum(axis=(1, 3, 5)))


def _spread(a: Array, ratio: Ratio) -> Array:
    """The sum over its block, in each child."""
    sums = block_sums(a, ratio)
    for axis in range(3):
        sums = np.repeat(sums, ratio[axis], axis)
    return sums[: a.shape[0], : a.shape[1], : a.shape[2]]


def _halves(c: Array, axis: int, ratio: Ratio) -> tuple[Array, Array]:
    """Faces between a block and the next one along `axis`, and those within: one entry a block along it."""
    n, r = c.shape[axis], ratio[axis]
    last = np.minimum(np.arange(r - 1, n + r - 1, r), n - 1)
    crossing = c.take(last, axis)
    if r == 1:
        return crossing, np.zeros_like(crossing)
    within = np.minimum(np.arange(0, n, 2), max(n - 2, 0))  # a cell alone in the last block: the face before it
    return crossing, c.take(within, axis)


def _rows(a: Array, axis: int, ratio: Ratio) -> Array:
    """Sums over the rows of a block, the axis itself being coarse already."""
    r0, r1, r2 = (1 if a_ == axis else ratio[a_] for a_ in range(3))
    return block_sums(a, (r0, r1, r2))


def _in_series(crossing: Array, behind: Array, ahead: Array, r: int) -> Array:
    """One over the resistance from centre to centre: the face, and half of what is behind it on either side."""
    if r == 1:
        return crossing
    tiny = np.finfo(np.float64).tiny
    resistance = 1 / np.maximum(crossing, tiny) + 0.5 / np.maximum(behind, tiny) + 0.5 / np.maximum(ahead, tiny)
    return np.where((crossing > 0) & (behind > 0) & (ahead > 0), 1 / resistance, 0.0)
