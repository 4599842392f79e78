"""CPU version: blocks that are not amid plain cells are gathered in lists, and loops go over these.

Of B blocks, child c of block b is entry c B + b of every row of a list. All but the surplus, which is a difference, are
ratios and computed in the precision of the networks.
"""

from typing import Any

import numpy as np

from sciml.kernels._exponential import power
from sciml.kernels._face_lists import busy_blocks
from sciml.kernels._numba import compiled, inner
from sciml.kernels._small_net import SIZE, answer

__all__ = ["weight_slab"]

# Rows of a list: what is gathered, what is made of it, what networks see and answer.
D, S, V, INSIDE, LOW, HIGH, BELOW, ABOVE = (SIZE * row for row in (0, 1, 2, 3, 4, 7, 10, 13))
LARGEST, SMALLEST, BACK, BEYOND, COUNT, MEAN, MEAN_INSIDE, OF_CELL, OF_CHILD, ANSWERS = (
    SIZE * row for row in (16, 17, 18, 19, 20, 21, 22, 23, 29, 38)
)
CELLS, ONE = np.uint64(SIZE), np.uint64(1)


@inner
def _take(source: Any, row: Any, shift: int, n2: int, step: int, found: Any, part: Any, data: Any, to: Any) -> None:
    """Entries ``step found[b] + shift`` of a row, which wraps around, for b in a part of what is found."""
    first, count = part
    for b in range(count):
        k = step * found[first + b] + shift
        k = k + n2 if k < 0 else (k - n2 if k >= n2 else k)
        data[to + b] = source[row + np.uint64(k)]


@inner
def _gather(
    flat: Any, V_: Any, shape: Any, ratio: Any, cell: Any, found: Any, part: Any, data: Any, at: int, wide: Any
) -> None:
    """Of each block found the child that is `cell` (i, j, dk), from entry `at` on: diagonals, faces, volume."""
    n0, n1, n2 = shape
    i, j, dk = cell
    step, count = ratio[2], part[1]
    row = (i * n1 + j) * n2
    to = np.uint64(at)
    _take(flat[3], np.uint64(row), dk, n2, step, found, part, wide, np.uint64(0))
    for b in range(count):
        data[np.uint64(D) + to + b] = wide[b]
    for axis in range(3):
        for side in range(2):
            hop = 2 * side - 1
            near = row
            if axis == 0:
                near = ((i + hop) % n0 * n1 + j) * n2
            elif axis == 1:
                near = (i * n1 + (j + hop) % n1) * n2
            shift = dk + hop if axis == 2 else dk
            line = SIZE * (3 * side + axis)
            a, s = (near, shift) if side == 0 else (row, dk)
            rest = wide[CELLS:]
            _take(flat[axis], np.uint64(a), s, n2, step, found, part, rest, np.uint64(0))
            for b in range(count):
                wide[b] -= rest[b]
                data[np.uint64(LOW + line) + to + b] = rest[b]
            _take(flat[3], np.uint64(near), shift, n2, step, found, part, data, np.uint64(BELOW + line) + to)
    if len(V_) > 0:
        _take(V_, np.uint64(row), dk, n2, step, found, part, data, np.uint64(V) + to)
    zero, one = data.dtype.type(0), data.dtype.type(1)
    for b in range(count):
        total = data[np.uint64(D) + to + b]
        data[np.uint64(S) + to + b] = wide[b] if wide[b] > 1e-13 * total else 0
        if len(V_) == 0:
            data[np.uint64(V) + to + b] = one if total > 0 else zero


@inner
def _inner_faces(ratio: Any, child: Any, count: Any, data: Any, at: int) -> None:
    """Sums of the faces of children within their blocks: those above the first of two, those below the second."""
    real = data.dtype.type
    x = np.uint64((LOW if child[0] else HIGH) + at)
    y = np.uint64((LOW if child[1] else HIGH) + SIZE + at)
    z = np.uint64((LOW if child[2] else HIGH) + 2 * SIZE + at)
    u, v, w = real(ratio[0] - 1), real(ratio[1] - 1), real(ratio[2] - 1)
    to = np.uint64(INSIDE + at)
    for b in range(count):
        data[to + b] = u * data[x + b] + v * data[y + b] + w * data[z + b]


@inner
def _fill(
    flat: Any, V_: Any, shape: Any, ratio: Any, I: int, J: int, found: Any, part: Any, blocks: int, b: int,  # noqa: E741
    data: Any, wide: Any, cells: Any,
) -> None:
    """Part of the blocks found in row (I, J) as blocks b, ... of a list; in `cells` where children are, -1 for none."""
    n0, n1, n2 = shape
    r0, r1, r2 = ratio
    at = b
    for di in range(r0):
        for dj in range(r1):
            for dk in range(r2):
                i, j = r0 * I + di, r1 * J + dj
                first, count = part
                inside = i < n0 and j < n1
                if inside:
                    _gather(flat, V_, shape, ratio, (i, j, dk), found, part, data, at, wide)
                    _inner_faces(ratio, (di, dj, dk), count, data, at)
                    row, half, odd = (i * n1 + j) * ((n2 + 1) // 2), n0 * n1 * ((n2 + 1) // 2), i + j + dk
                    to = np.uint64(at)
                    for m in range(count):
                        k = r2 * found[first + m]
                        cells[to + m] = row + ((k + dk) >> 1) + ((k + odd) & 1) * half
                # None where a side cuts a block. Of those found in a row, only the last one can end beyond it.
                start, stop = at, at + np.int64(count)
                if inside:
                    start = stop - (1 if r2 * found[first + count - ONE] + dk >= n2 else 0)
                for m in range(start, stop):
                    for line in range(0, LARGEST, SIZE):
                        data[line + m] = 0
                    cells[m] = -1
                at += blocks


@inner
def _look(data: Any, shape: Any, tiny: Any) -> None:
    """Largest and smallest face, chance to be back after two steps (times d), largest diagonal beyond a face."""
    zero = tiny - tiny
    for m in range(CELLS):
        data[np.uint64(LARGEST) + m] = 0
        data[np.uint64(SMALLEST) + m] = data[np.uint64(D) + m] if max(shape) > 1 else zero
        data[np.uint64(BACK) + m] = 0
        data[np.uint64(BEYOND) + m] = 0
    for axis in range(3):
        if shape[axis] == 1:
            continue
        for side in range(2):
            c = np.uint64(LOW + (3 * side + axis) * SIZE)
            e = np.uint64(BELOW + (3 * side + axis) * SIZE)
            for m in range(CELLS):
                face, other = data[c + m], data[e + m]
                data[np.uint64(LARGEST) + m] = max(data[np.uint64(LARGEST) + m], face)
                data[np.uint64(SMALLEST) + m] = min(data[np.uint64(SMALLEST) + m], face)
                data[np.uint64(BACK) + m] += face * (face / max(other, tiny))
                data[np.uint64(BEYOND) + m] = max(data[np.uint64(BEYOND) + m], other if face > 0 else zero)


@inner
def _means(data: Any, blocks: Any, children: int) -> None:
    """Active children of each block, and means over them of the diagonal and of the faces within the block."""
    zero, one = data.dtype.type(0), data.dtype.type(1)
    count, mean, inside = np.uint64(COUNT), np.uint64(MEAN), np.uint64(MEAN_INSIDE)
    for b in range(blocks):
        data[count + b] = 0
        data[mean + b] = 0
        data[inside + b] = 0
    for c in range(children):
        own, within = np.uint64(D) + np.uint64(c) * blocks, np.uint64(INSIDE) + np.uint64(c) * blocks
        for b in range(blocks):
            data[count + b] += one if data[own + b] > 0 else zero
            data[mean + b] += data[own + b]
            data[inside + b] += data[within + b]
    for b in range(blocks):
        share = one / max(data[count + b], one)
        data[mean + b] *= share
        data[inside + b] *= share
    for c in range(1, children):
        for row in (COUNT, MEAN, MEAN_INSIDE):
            first, here = np.uint64(row), np.uint64(row) + np.uint64(c) * blocks
            for b in range(blocks):
                data[here + b] = data[first + b]


@inner
def _features(data: Any, children: Any) -> None:
    """What the networks see: see `_features.cell_features` and `child_features`, in their order."""
    real = data.dtype.type
    zero, one, all_ = real(0), real(1), real(children)
    for m in range(CELLS):
        d, inside = data[np.uint64(D) + m], data[np.uint64(INSIDE) + m]
        share = one / d if d > 0 else zero
        data[np.uint64(OF_CELL + 0 * SIZE) + m] = data[np.uint64(S) + m] * share
        data[np.uint64(OF_CELL + 1 * SIZE) + m] = data[np.uint64(LARGEST) + m] * share
        data[np.uint64(OF_CELL + 2 * SIZE) + m] = data[np.uint64(SMALLEST) + m] * share
        data[np.uint64(OF_CELL + 3 * SIZE) + m] = data[np.uint64(V) + m]
        data[np.uint64(OF_CELL + 4 * SIZE) + m] = data[np.uint64(BACK) + m] * share
        data[np.uint64(OF_CELL + 5 * SIZE) + m] = d / (d + data[np.uint64(BEYOND) + m]) if d > 0 else zero
        data[np.uint64(OF_CHILD + 0 * SIZE) + m] = d / (d + data[np.uint64(MEAN) + m]) if d > 0 else zero
        mean = data[np.uint64(MEAN_INSIDE) + m]
        data[np.uint64(OF_CHILD + 1 * SIZE) + m] = inside / (inside + mean) if inside > 0 else zero
        data[np.uint64(OF_CHILD + 2 * SIZE) + m] = inside * share
        data[np.uint64(OF_CHILD + 3 * SIZE) + m] = data[np.uint64(S) + m] * share
        data[np.uint64(OF_CHILD + 4 * SIZE) + m] = data[np.uint64(LARGEST) + m] * share
        data[np.uint64(OF_CHILD + 5 * SIZE) + m] = data[np.uint64(V) + m]
        data[np.uint64(OF_CHILD + 6 * SIZE) + m] = data[np.uint64(COUNT) + m] / all_


@inner
def _round(data: Any, sweeps: int, base: Any, step: Any) -> None:
    """Logarithms of factors as steps away from the base, and the last ones as 128ths of a share."""
    real = data.dtype.type
    one, two, top = real(1), real(2), real(127)
    for t in range(sweeps + 1):
        z = np.uint64(ANSWERS + t * SIZE)
        b, u = (base, step) if t < sweeps else (one, one / real(128))
        for m in range(CELLS):
            e = power(data[z + m])
            away = (two * b * e / ((two - b) + b * e) - b) / u
            data[z + m] = np.rint(min(max(away, -top), top))
    z, none = np.uint64(ANSWERS + sweeps * SIZE), real(-128)
    for m in range(CELLS):
        data[z + m] = data[z + m] if data[np.uint64(D) + m] > 0 else none


@compiled
def weight_slab(
    lo: int, hi: int, stencil: Any, volume: Any, plain: Any, ratio: Any, nets: Any, base: Any, step: Any, tiny: Any,
    omega: Any, scale: Any,
) -> None:
    """Bytes of the blocks lo..hi along the first axis, but for those amid plain cells."""
    n0, n1, n2 = stencil[3].shape
    shape = n0, n1, n2
    r0, r1, r2 = ratio
    flat = stencil[0].reshape(-1), stencil[1].reshape(-1), stencil[2].reshape(-1), stencil[3].reshape(-1)
    V_, P, W, Z = volume.reshape(-1), plain.reshape(-1), omega.reshape(-1), scale.reshape(-1)
    children, sweeps, N1 = r0 * r1 * r2, len(omega), (n1 + r1 - 1) // r1
    blocks, cells = SIZE // children, np.full(SIZE, -1)
    data, hidden = np.zeros(ANSWERS + (sweeps + 1) * SIZE, nets[0][0].dtype), np.empty(SIZE, nets[0][0].dtype)
    wide, quiet, found = np.empty(2 * SIZE), np.empty(n2, np.uint8), np.empty((n2 + r2 - 1) // r2, np.int64)
    filled = 0
    for row in range(lo * N1, hi * N1 + 1):  # the last one, which is none, for what is left
        end = row == hi * N1
        I, J, done = row // N1, row % N1, 0  # noqa: E741
        count = 0 if end else busy_blocks(P, I, J, shape, ratio, (1, 1, 1), quiet, found)
        while done < count or (end and filled > 0):
            fits = min(count - done, blocks - filled)
            part = np.uint64(done), np.uint64(fits)
            if fits > 0:
                _fill(flat, V_, shape, ratio, I, J, found, part, blocks, filled, data, wide, cells)
            done, filled = done + fits, filled + fits
            if filled < blocks and not end:
                break
            _look(data, shape, tiny)
            _means(data, np.uint64(blocks), children)
            _features(data, children)
            for kind in range(2):
                answer(
                    nets[kind], data, OF_CELL if kind == 0 else OF_CHILD, hidden,
                    ANSWERS if kind == 0 else ANSWERS + sweeps * SIZE,
                )
            _round(data, sweeps, base, step)
            for m in range(SIZE):
                if cells[m] >= 0:
                    for t in range(sweeps):
                        W[t * scale.size + cells[m]] = np.int8(data[ANSWERS + t * SIZE + m])
                    Z[cells[m]] = np.int8(data[ANSWERS + sweeps * SIZE + m])
                cells[m] = -1
            filled = 0
