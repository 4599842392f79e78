"""CPU version of the first coarse graph: faces added row by row where blocks are whole, cell by cell elsewhere."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner

MOST = 384  # entries a block may add: 8 clusters of at most 48 faces

__all__ = ["face_slab", "row_slab", "scaled", "surplus_slab"]


@inner
def scaled(w: Any, reach_i: Any, reach_j: Any) -> Any:
    """w / (1 + a_i / 2 + a_j / 2), a = min(1, w / m), with 1 / m given (0: nothing to compare with)."""
    one = w * 0 + 1
    return w / (one + (min(one, w * reach_i) + min(one, w * reach_j)) / 2)


@compiled
def face_slab(
    lo: int, hi: int, c0: Any, c1: Any, c2: Any, ratio: Any, reach: Any, F0: Any, F1: Any, F2: Any
) -> None:
    """Sum of the scaled faces above each block of the planes lo..hi, per axis."""
    n0, n1, n2 = c0.shape
    r0, r1, r2 = ratio
    row0, row1 = np.empty(n2), np.empty(n2)
    for I in range(lo, hi):  # noqa: E741
        i0, i1 = r0 * I, min(r0 * I + r0, n0)
        i, ip = i1 - 1, (i1 if i1 < n0 else 0)
        for J in range(F0.shape[1]):
            j0, j1 = r1 * J, min(r1 * J + r1, n1)
            j, jp = j1 - 1, (j1 if j1 < n1 else 0)
            row0[:] = 0
            row1[:] = 0
            for q in range(j0, j1):
                if r0 == 2:
                    for k in range(n2):
                        row0[k] += scaled(c0[i, q, k], reach[i, q, k], reach[ip, q, k])
                else:
                    for k in range(n2):
                        row0[k] += c0[i, q, k]
            for q in range(i0, i1):
                if r1 == 2:
                    for k in range(n2):
                        row1[k] += scaled(c1[q, j, k], reach[q, j, k], reach[q, jp, k])
                else:
                    for k in range(n2):
                        row1[k] += c1[q, j, k]
            for K in range(F0.shape[2]):
                k0, k1 = r2 * K, min(r2 * K + r2, n2)
                k, kp = k1 - 1, (k1 if k1 < n2 else 0)
                F0[I, J, K] = row0[k0] if k0 == k else row0[k0] + row0[k]
                F1[I, J, K] = row1[k0] if k0 == k else row1[k0] + row1[k]
                total = 0.0
                for p in range(i0, i1):
                    for q in range(j0, j1):
                        w = c2[p, q, k]
                        total += scaled(w, reach[p, q, k], reach[p, q, kp]) if r2 == 2 else w
                F2[I, J, K] = total


@compiled
def surplus_slab(
    lo: int, hi: int, c0: Any, c1: Any, c2: Any, d: Any, ratio: Any, reach: Any, labels: Any, s: Any
) -> None:
    """Add what the diagonal holds beyond the faces, scaled, to the clusters of the block planes lo..hi."""
    n0, n1, n2 = d.shape
    row = np.empty(n2)
    for i in range(ratio[0] * lo, min(ratio[0] * hi, n0)):
        im = i - 1 if i > 0 else n0 - 1
        for j in range(n1):
            jm = j - 1 if j > 0 else n1 - 1
            most = 0.0
            for k in range(n2):
                row[k] = d[i, j, k] - c0[im, j, k] - c0[i, j, k] - c1[i, jm, k] - c1[i, j, k] - c2[i, j, k]
            row[0] -= c2[i, j, n2 - 1]
            for k in range(1, n2):
                row[k] -= c2[i, j, k - 1]
            for k in range(n2):  # smaller values are rounding: nothing holds this cell
                most = max(most, row[k] - 1e-13 * d[i, j, k])
            if most > 0:
                for k in range(n2):
                    if row[k] > 1e-13 * d[i, j, k]:
                        s[labels[i, j, k]] += row[k] / (1 + min(1.0, row[k] * reach[i, j, k] / 2))


@inner
def _split_rows(
    c0: Any, c1: Any, c2: Any, ratio: Any, reach: Any, labels: Any, corner: int, extents: Any, strides: Any,
    ups: Any, downs: Any, here: int, above: Any, below: Any, first: Any, count: Any, F0: Any, F1: Any, F2: Any,
    sizes: Any, columns: Any, weights: Any,
) -> None:
    """Rows of the clusters of a block that is split, or beside one that is, into a table with a row for each.

    Along each axis there are four layers of faces: to the block above (`ups` cells away from the last layer), to the
    one below (`downs` from the first), and within the block, seen from either side. Sides where both blocks
    are whole come ready from `face_slab`. All in one body, since a call with so many arrays costs more than a face.
    """
    base, whole = first[here], count[here] == 1
    for axis in range(3):
        u, v = (1 if axis == 0 else 0), (1 if axis == 2 else 2)
        across = (extents[axis] - 1) * strides[axis]
        for layer in range(4):
            under = layer & 1
            block = below[axis] if under else above[axis]
            if layer >= 2:
                if whole or across == 0:
                    continue
                step, ready = (-across if under else across), False
                start = corner + across if under else corner
            else:
                step, ready = (downs[axis] if under else ups[axis]), whole and (block == here or count[block] <= 1)
                start = corner if under else corner + across
                if ready and block == here:
                    continue
            for x in range(1 if ready else extents[u]):
                for y in range(1 if ready else extents[v]):
                    p = start + x * strides[u] + y * strides[v]
                    q = p + step
                    face = (block if under else here) if ready else (q if under else p)
                    if ready:
                        w = F0[face] if axis == 0 else (F1[face] if axis == 1 else F2[face])
                        row, column = 0, first[block]
                    else:
                        w = c0[face] if axis == 0 else (c1[face] if axis == 1 else c2[face])
                        row, column = labels[p] - base, labels[q]
                        if column == labels[p]:
                            continue
                        if ratio[axis] == 2:
                            w = scaled(w, reach[p], reach[q])
                    if w <= 0:
                        continue
                    size, e = sizes[row], 0
                    while e < size and columns[row, e] != column:
                        e += 1
                    if e < size:
                        weights[row, e] += w
                    else:
                        columns[row, e] = column
                        weights[row, e] = w
                        sizes[row] = size + 1


@inner
def _append(
    up: int, down: int, w_up: Any, w_down: Any, colour: int, columns: Any, weights: Any, end: int
) -> int:
    """Append the two neighbours along an axis, which are the same one on a ring of two."""
    if up == down:
        w_up += w_down
    if w_up > 0:
        columns[colour, end] = up
        weights[colour, end] = w_up
        end += 1
    if w_down > 0 and up != down:
        columns[colour, end] = down
        weights[colour, end] = w_down
        end += 1
    return end


@compiled
def row_slab(
    lo: int, hi: int, c0: Any, c1: Any, c2: Any, box: Any, ratio: Any, reach: Any, labels: Any, blocks: Any,
    first: Any, count: Any, F0: Any, F1: Any, F2: Any,
) -> Any:
    """Rows of the clusters in the block planes lo..hi, of red and of black blocks: lengths, columns, weights.

    All arrays flat; box and blocks are the shapes.
    """
    n0, n1, n2 = box
    B0, B1, B2 = blocks
    s0, s1, S0 = n1 * n2, n2, B1 * B2
    room = 0
    for t in range(lo * S0, hi * S0):
        room += count[t]
    lengths = np.empty((2, room), np.int32)
    columns, weights = np.empty((2, 4 * room + MOST), np.int32), np.empty((2, 4 * room + MOST))
    sizes, row_columns, row_weights = np.zeros(8, np.int64), np.empty((8, 48), np.int32), np.empty((8, 48))
    ends, rows = np.zeros(2, np.int64), np.zeros(2, np.int64)
    for I in range(lo, hi):  # noqa: E741
        i0, i1 = ratio[0] * I, min(ratio[0] * I + ratio[0], n0)
        for J in range(B1):
            j0, j1 = ratio[1] * J, min(ratio[1] * J + ratio[1], n1)
            for K in range(B2):
                t = I * S0 + J * B2 + K
                if count[t] == 0:
                    continue
                colour = (I + J + K) & 1
                end, row = ends[colour], rows[colour]
                if end + MOST > columns.shape[1]:
                    columns, weights = _doubled(columns), _doubled(weights)
                up0, down0 = (t + S0 if I < B0 - 1 else t - I * S0), (t - S0 if I > 0 else t + (B0 - 1) * S0)
                up1, down1 = (t + B2 if J < B1 - 1 else t - J * B2), (t - B2 if J > 0 else t + (B1 - 1) * B2)
                up2, down2 = (t + 1 if K < B2 - 1 else t - K), (t - 1 if K > 0 else t + B2 - 1)
                most = max(max(count[up0], count[down0]), max(count[up1], count[down1]))
                if max(max(most, count[t]), max(count[up2], count[down2])) == 1:
                    if B0 > 1:
                        end = _append(first[up0], first[down0], F0[t], F0[down0], colour, columns, weights, end)
                    if B1 > 1:
                        end = _append(first[up1], first[down1], F1[t], F1[down1], colour, columns, weights, end)
                    if B2 > 1:
                        end = _append(first[up2], first[down2], F2[t], F2[down2], colour, columns, weights, end)
                    lengths[colour, row] = end - ends[colour]
                    rows[colour] = row + 1
                    ends[colour] = end
                    continue
                k0, k1 = ratio[2] * K, min(ratio[2] * K + ratio[2], n2)
                corner = i0 * s0 + j0 * s1 + k0
                ups = (
                    s0 if i1 < n0 else -(n0 - 1) * s0, s1 if j1 < n1 else -(n1 - 1) * s1, 1 if k1 < n2 else 1 - n2
                )
                downs = -s0 if i0 > 0 else (n0 - 1) * s0, -s1 if j0 > 0 else (n1 - 1) * s1, -1 if k0 > 0 else n2 - 1
                _split_rows(
                    c0, c1, c2, ratio, reach, labels, corner, (i1 - i0, j1 - j0, k1 - k0), (s0, s1, 1), ups, downs, t,
                    (up0, up1, up2), (down0, down1, down2), first, count, F0, F1, F2, sizes, row_columns, row_weights,
                )
                for q in range(count[t]):
                    lengths[colour, row + q] = sizes[q]
                    for p in range(sizes[q]):
                        columns[colour, end] = row_columns[q, p]
                        weights[colour, end] = row_weights[q, p]
                        end += 1
                    sizes[q] = 0
                rows[colour] = row + count[t]
                ends[colour] = end
    return (
        (lengths[0, : rows[0]], columns[0, : ends[0]], weights[0, : ends[0]]),
        (lengths[1, : rows[1]], columns[1, : ends[1]], weights[1, : ends[1]]),
    )


@inner
def _doubled(values: Any) -> Any:
    """The same rows with room for twice as much."""
    result = np.empty((values.shape[0], 2 * values.shape[1]), values.dtype)
    for colour in range(values.shape[0]):
        for p in range(values.shape[1]):
            result[colour, p] = values[colour, p]
    return result
