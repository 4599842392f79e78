"""CPU version of the first coarse graph: faces added row by row where blocks are whole, cell by cell elsewhere."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["face_slab", "row_slab", "scaled", "surplus_slab"]


@compiled
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


@compiled
def _add(begin: int, end: int, column: int, w: Any, columns: Any, weights: Any) -> int:
    """Add w to the entry of `column` in the open row begin..end; returns its new end."""
    for p in range(begin, end):
        if columns[p] == column:
            weights[p] += w
            return end
    columns[end] = column
    weights[end] = w
    return end + 1


@compiled
def _whole_row(
    up: Any, down: Any, block: Any, F0: Any, F1: Any, F2: Any, first: Any, columns: Any, weights: Any, end: int
) -> int:
    """Append the row of a cluster whose block and neighbour blocks hold one cluster each."""
    I, J, K = block  # noqa: E741
    begin = end
    if up[0] != I:
        if F0[I, J, K] > 0:
            end = _add(begin, end, first[up[0], J, K], F0[I, J, K], columns, weights)
        if F0[down[0], J, K] > 0:
            end = _add(begin, end, first[down[0], J, K], F0[down[0], J, K], columns, weights)
    if up[1] != J:
        if F1[I, J, K] > 0:
            end = _add(begin, end, first[I, up[1], K], F1[I, J, K], columns, weights)
        if F1[I, down[1], K] > 0:
            end = _add(begin, end, first[I, down[1], K], F1[I, down[1], K], columns, weights)
    if up[2] != K:
        if F2[I, J, K] > 0:
            end = _add(begin, end, first[I, J, up[2]], F2[I, J, K], columns, weights)
        if F2[I, J, down[2]] > 0:
            end = _add(begin, end, first[I, J, down[2]], F2[I, J, down[2]], columns, weights)
    return end


@compiled
def _cell_edges(
    c0: Any, c1: Any, c2: Any, ratio: Any, reach: Any, labels: Any, i: int, j: int, k: int, begin: int, end: int,
    columns: Any, weights: Any,
) -> int:
    """Add the six faces of a cell to the open row of its cluster."""
    n0, n1, n2 = labels.shape
    a, r = labels[i, j, k], reach[i, j, k]
    for side in range(2):
        q = (i + 1 if i < n0 - 1 else 0) if side == 0 else (i - 1 if i > 0 else n0 - 1)
        w = c0[i if side == 0 else q, j, k]
        if w > 0 and labels[q, j, k] != a:
            w = scaled(w, r, reach[q, j, k]) if ratio[0] == 2 else w
            end = _add(begin, end, labels[q, j, k], w, columns, weights)
        q = (j + 1 if j < n1 - 1 else 0) if side == 0 else (j - 1 if j > 0 else n1 - 1)
        w = c1[i, j if side == 0 else q, k]
        if w > 0 and labels[i, q, k] != a:
            w = scaled(w, r, reach[i, q, k]) if ratio[1] == 2 else w
            end = _add(begin, end, labels[i, q, k], w, columns, weights)
        q = (k + 1 if k < n2 - 1 else 0) if side == 0 else (k - 1 if k > 0 else n2 - 1)
        w = c2[i, j, k if side == 0 else q]
        if w > 0 and labels[i, j, q] != a:
            w = scaled(w, r, reach[i, j, q]) if ratio[2] == 2 else w
            end = _add(begin, end, labels[i, j, q], w, columns, weights)
    return end


@compiled
def row_slab(
    lo: int, hi: int, colour: int, c0: Any, c1: Any, c2: Any, ratio: Any, reach: Any, labels: Any, first: Any,
    count: Any, F0: Any, F1: Any, F2: Any,
) -> Any:
    """Rows of the clusters in blocks of one colour in the planes lo..hi: lengths, columns, weights."""
    n0, n1, n2 = labels.shape
    B0, B1, B2 = first.shape
    r0, r1, r2 = ratio
    room = 4 * (hi - lo) * B1 * B2 + 64
    lengths = np.empty((min(r0 * hi, n0) - r0 * lo) * n1 * n2, np.int32)
    columns, weights = np.empty(room, np.int32), np.empty(room)
    rows = end = 0
    for I in range(lo, hi):  # noqa: E741
        Iu, Id = (I + 1 if I < B0 - 1 else 0), (I - 1 if I > 0 else B0 - 1)
        for J in range(B1):
            Ju, Jd = (J + 1 if J < B1 - 1 else 0), (J - 1 if J > 0 else B1 - 1)
            for K in range((I + J + colour) & 1, B2, 2):
                if count[I, J, K] == 0:
                    continue
                Ku, Kd = (K + 1 if K < B2 - 1 else 0), (K - 1 if K > 0 else B2 - 1)
                if end + 400 > room:  # 8 clusters of at most 48 faces
                    room = 2 * room + 400
                    more_columns, more_weights = np.empty(room, np.int32), np.empty(room)
                    more_columns[:end], more_weights[:end] = columns[:end], weights[:end]
                    columns, weights = more_columns, more_weights
                most = max(max(count[Iu, J, K], count[Id, J, K]), max(count[I, Ju, K], count[I, Jd, K]))
                most = max(max(most, count[I, J, K]), max(count[I, J, Ku], count[I, J, Kd]))
                if most == 1:
                    begin = end
                    end = _whole_row((Iu, Ju, Ku), (Id, Jd, Kd), (I, J, K), F0, F1, F2, first, columns, weights, end)
                    lengths[rows] = end - begin
                    rows += 1
                    continue
                for a in range(first[I, J, K], first[I, J, K] + count[I, J, K]):
                    begin = end
                    for i in range(r0 * I, min(r0 * I + r0, n0)):
                        for j in range(r1 * J, min(r1 * J + r1, n1)):
                            for k in range(r2 * K, min(r2 * K + r2, n2)):
                                if labels[i, j, k] == a:
                                    end = _cell_edges(
                                        c0, c1, c2, ratio, reach, labels, i, j, k, begin, end, columns, weights
                                    )
                    lengths[rows] = end - begin
                    rows += 1
    return lengths[:rows], columns[:end], weights[:end]
