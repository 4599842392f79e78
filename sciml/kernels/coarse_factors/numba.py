"""CPU version: coarse cells that are not amid plain ones are gathered in lists, and loops go over these."""

from typing import Any

import numpy as np

from sciml.kernels._exponential import logarithm, power
from sciml.kernels._face_lists import busy_blocks, surplus_of
from sciml.kernels._numba import compiled, inner
from sciml.kernels._small_net import SIZE, answer

__all__ = ["factor_slab", "gather_volume"]

CELLS = np.uint64(SIZE)
# Rows of a list. Of the faces along an axis: up to four fine ones, and those behind and ahead of each of them; the
# coarse face, volume and diagonal here and beyond. Of the surplus: what is there, of how many children, and so on.
CROSSING, BEHIND, AHEAD, BASE, V, V_NEXT, D, D_NEXT = (SIZE * row for row in (0, 4, 8, 12, 13, 14, 15, 16))
TOTAL, SQUARES, HAVING, INSIDE = (SIZE * row for row in (0, 1, 2, 3))
SERIES, LEFT, RIGHT, SUM, SUM_SQUARES, FEATURES, ANSWERS, ROWS = (
    SIZE * row for row in (17, 18, 19, 20, 21, 22, 31, 32)
)


@inner
def _gather_face(c: Any, axis: int, shape: Any, ratio: Any, cell: Any, data: Any, at: int) -> None:
    """The fine faces between a block and the next one along an axis, and those behind them within either block."""
    _, n1, n2 = shape
    n, r, own = shape[axis], ratio[axis], cell[axis]
    stride = n1 * n2 if axis == 0 else (n2 if axis == 1 else 1)
    u, v = (1 if axis == 0 else 0), (1 if axis == 2 else 2)  # the axes across
    U, V_ = (n2 if axis == 0 else n1 * n2), (n2 if axis == 2 else 1)
    most_u, most_v = min(ratio[u], shape[u] - ratio[u] * cell[u]), min(ratio[v], shape[v] - ratio[v] * cell[v])
    corner = ratio[u] * cell[u] * U + ratio[v] * cell[v] * V_
    crossing = min(r * own + r - 1, n - 1) * stride
    behind = min(2 * own, max(n - 2, 0)) * stride
    ahead = min(2 * (own + 1) if r * (own + 1) < n else 0, max(n - 2, 0)) * stride
    to = np.uint64(at)
    for a in range(2):
        for b in range(2):
            if a < most_u and b < most_v:
                row = corner + a * U + b * V_
                data[np.uint64(CROSSING) + to] = c[np.uint64(row + crossing)]
                data[np.uint64(BEHIND) + to] = c[np.uint64(row + behind)] if r == 2 else 0.0
                data[np.uint64(AHEAD) + to] = c[np.uint64(row + ahead)] if r == 2 else 0.0
            else:
                data[np.uint64(CROSSING) + to] = 0.0
                data[np.uint64(BEHIND) + to] = 0.0
                data[np.uint64(AHEAD) + to] = 0.0
            to += CELLS


@inner
def _gather_surplus(flat: Any, shape: Any, ratio: Any, cell: Any, data: Any, at: int) -> None:
    """Sums over the children of their surplus, its squares, of those that have some, and of faces within the block."""
    c0, c1, c2, d = flat
    n0, n1, n2 = shape
    r0, r1, r2 = ratio
    I, J, K = cell  # noqa: E741
    total = squares = having = inside = 0.0
    for i in range(r0 * I, min(r0 * I + r0, n0)):
        a = (i - 1 if i > 0 else n0 - 1) * n1
        for j in range(r1 * J, min(r1 * J + r1, n1)):
            row, below, left = (i * n1 + j) * n2, (a + j) * n2, (i * n1 + (j - 1 if j > 0 else n1 - 1)) * n2
            for k in range(r2 * K, min(r2 * K + r2, n2)):
                p, q = np.uint64(row + k), np.uint64(row + (k - 1 if k > 0 else n2 - 1))
                s = surplus_of(d[p], c0[np.uint64(below + k)], c0[p], c1[np.uint64(left + k)], c1[p], c2[q], c2[p])
                total += s
                squares += s * s
                having += 1.0 if s > 0 else 0.0
                inside += (c0[p] if r0 == 2 and i % 2 == 0 else 0.0) + (c1[p] if r1 == 2 and j % 2 == 0 else 0.0)
                inside += c2[p] if r2 == 2 and k % 2 == 0 else 0.0
    data[TOTAL + at], data[SQUARES + at], data[HAVING + at], data[INSIDE + at] = total, squares, having, inside


@inner
def _sum_faces(data: Any, r: int, tiny: Any) -> None:
    """Over the fine faces of each coarse one: in series with half of what is behind, behind, ahead, squares."""
    real = data.dtype.type
    zero, half, one = real(0), real(0.5), real(1)
    for m in range(CELLS):
        for row in (SERIES, LEFT, RIGHT, SUM, SUM_SQUARES):
            data[np.uint64(row) + m] = 0
    for f in range(4):
        x, y, z = np.uint64(CROSSING + f * SIZE), np.uint64(BEHIND + f * SIZE), np.uint64(AHEAD + f * SIZE)
        for m in range(CELLS):
            c, b, a = data[x + m], data[y + m], data[z + m]
            resistance = one / max(c, tiny) + half / max(b, tiny) + half / max(a, tiny)
            series = one / resistance if min(c, min(b, a)) > 0 else zero
            data[np.uint64(SERIES) + m] += series if r == 2 else c
            data[np.uint64(LEFT) + m] += b
            data[np.uint64(RIGHT) + m] += a
            data[np.uint64(SUM) + m] += c
        for m in range(CELLS):
            data[np.uint64(SUM_SQUARES) + m] += data[x + m] * data[x + m]


@inner
def _share(a: Any, b: Any) -> Any:
    return a / b if b > 0 else b - b


@inner
def _face_features(data: Any, count: Any) -> None:
    """See `_features.face_features`, in its order."""
    real = data.dtype.type
    one, least, scale = real(1), real(1e-4), real(4.6)
    for m in range(CELLS):
        series, base, total = data[np.uint64(SERIES) + m], data[np.uint64(BASE) + m], data[np.uint64(SUM) + m]
        quotient = series / base if base > 0 else one
        data[np.uint64(FEATURES) + m] = _share(series, series + base)
        data[np.uint64(FEATURES + SIZE) + m] = logarithm(max(quotient, least)) / scale
        data[np.uint64(FEATURES + 4 * SIZE) + m] = _share(total * total, count * data[np.uint64(SUM_SQUARES) + m])
    for m in range(CELLS):
        left, right, total = data[np.uint64(LEFT) + m], data[np.uint64(RIGHT) + m], data[np.uint64(SUM) + m]
        weaker, stronger = min(left, right), max(left, right)
        data[np.uint64(FEATURES + 2 * SIZE) + m] = _share(weaker, weaker + total)
        data[np.uint64(FEATURES + 3 * SIZE) + m] = _share(stronger, stronger + total)
    for m in range(CELLS):
        v, w, d, e = (
            data[np.uint64(V) + m], data[np.uint64(V_NEXT) + m], data[np.uint64(D) + m], data[np.uint64(D_NEXT) + m],
        )
        base = data[np.uint64(BASE) + m]
        data[np.uint64(FEATURES + 5 * SIZE) + m] = min(v, w)
        data[np.uint64(FEATURES + 6 * SIZE) + m] = max(v, w)
        data[np.uint64(FEATURES + 7 * SIZE) + m] = _share(base, max(d, e))
        data[np.uint64(FEATURES + 8 * SIZE) + m] = _share(base, min(d, e))


@inner
def _surplus_features(data: Any, size: Any) -> None:
    """See `_features.surplus_features`, in its order."""
    for m in range(CELLS):
        total = data[np.uint64(TOTAL) + m]
        data[np.uint64(FEATURES) + m] = _share(data[np.uint64(BASE) + m], data[np.uint64(D) + m])
        data[np.uint64(FEATURES + SIZE) + m] = data[np.uint64(HAVING) + m] / size
        data[np.uint64(FEATURES + 2 * SIZE) + m] = data[np.uint64(V) + m]
        data[np.uint64(FEATURES + 3 * SIZE) + m] = _share(total, total + data[np.uint64(INSIDE) + m])
        data[np.uint64(FEATURES + 4 * SIZE) + m] = _share(total * total, size * data[np.uint64(SQUARES) + m])


@inner
def _multiply(data: Any, cells: Any, filled: int, coarse: Any) -> None:
    """The factors that the networks answered with."""
    for m in range(CELLS):
        data[np.uint64(ANSWERS) + m] = power(data[np.uint64(ANSWERS) + m])
    for m in range(filled):
        coarse[cells[m]] *= data[ANSWERS + m]


@inner
def _multiply_rest(out: Any, first: int, length: int, found: Any, count: int, amid: Any) -> None:
    """The factors amid plain cells, for all of a row but what was found."""
    for kind in range(4):
        done = 0
        for K in range(length):
            if done < count and found[done] == K:
                done += 1
            else:
                out[kind][first + K] *= amid[kind]


@inner
def _beyond(axis: int, cell: Any, box: Any) -> Any:
    """Where the cell above along an axis is, which wraps around."""
    I, J, K = cell  # noqa: E741
    N0, N1, N2 = box
    if axis == 0:
        return ((I + 1) % N0 * N1 + J) * N2 + K
    return (I * N1 + (J + 1) % N1) * N2 + K if axis == 1 else (I * N1 + J) * N2 + (K + 1) % N2


@compiled
def factor_slab(
    lo: int, hi: int, stencil: Any, plain: Any, ratio: Any, nets: Any, tiny: Any, volume: Any, diagonal: Any,
    amid: Any, coarse: Any,
) -> None:
    """Multiply faces and surplus of coarse planes lo..hi by what networks answer.

    volume, diagonal : of the coarse box before any factor
    amid : (4,) factors amid plain cells
    coarse : c0, c1, c2 and the surplus
    """
    shape, box = stencil[3].shape, volume.shape
    flat = stencil[0].reshape(-1), stencil[1].reshape(-1), stencil[2].reshape(-1), stencil[3].reshape(-1)
    out = coarse[0].reshape(-1), coarse[1].reshape(-1), coarse[2].reshape(-1), coarse[3].reshape(-1)
    P, W, B = plain.reshape(-1), volume.reshape(-1), diagonal.reshape(-1)
    _, N1, N2 = box
    r0, r1, r2 = ratio
    real, filled = nets[0][0].dtype.type, 0
    lists, hidden = np.zeros((4, ROWS), nets[0][0].dtype), np.empty(SIZE, nets[0][0].dtype)
    quiet, found, cells = np.empty(shape[2], np.uint8), np.empty(N2, np.int64), np.empty(SIZE, np.int64)
    for row in range(lo * N1, hi * N1 + 1):  # the last one, which is none, for what is left
        end = row == hi * N1
        I, J, done = row // N1, row % N1, 0  # noqa: E741
        count = 0 if end else busy_blocks(P, I, J, shape, ratio, ratio, quiet, found)
        if count < N2 and not end:
            _multiply_rest(out, row * N2, N2, found, count, amid)
        while done < count or (end and filled > 0):
            while done < count and filled < SIZE:
                cell = I, J, found[done]
                at = row * N2 + found[done]
                for kind in range(4):  # three axes, and the surplus
                    data = lists[kind]
                    if kind < 3:
                        _gather_face(flat[kind], kind, shape, ratio, cell, data, filled)
                        there = _beyond(kind, cell, box)
                        data[V_NEXT + filled], data[D_NEXT + filled] = W[there], B[there]
                    else:
                        _gather_surplus(flat, shape, ratio, cell, data, filled)
                    data[V + filled], data[D + filled], data[BASE + filled] = W[at], B[at], out[kind][at]
                cells[filled] = at
                done, filled = done + 1, filled + 1
            if filled < SIZE and not end:
                break
            for kind in range(4):
                data = lists[kind]
                if kind < 3:
                    _sum_faces(data, ratio[kind], tiny)
                    _face_features(data, real(r0 * r1 * r2 // ratio[kind]))
                else:
                    _surplus_features(data, real(r0 * r1 * r2))
                answer(nets[kind // 3], data, FEATURES, hidden, ANSWERS)
                _multiply(data, cells, filled, out[kind])
            filled = 0


@compiled
def gather_volume(lo: int, hi: int, d: Any, volume: Any, ratio: Any, out: Any) -> None:
    """Means over blocks, those at an end that are cut counting as whole; without `volume` active cells are whole."""
    n0, n1, n2 = d.shape
    r0, r1, r2 = ratio
    share = 1.0 / (r0 * r1 * r2)
    for I in range(lo, hi):  # noqa: E741
        for J in range(out.shape[1]):
            for K in range(out.shape[2]):
                out[I, J, K] = 0
            for i in range(r0 * I, min(r0 * I + r0, n0)):
                for j in range(r1 * J, min(r1 * J + r1, n1)):
                    for k in range(n2):
                        whole = volume[i, j, k] if volume.size > 0 else (1.0 if d[i, j, k] > 0 else 0.0)
                        out[I, J, k // r2] += share * whole
