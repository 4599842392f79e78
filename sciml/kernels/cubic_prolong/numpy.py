"""Reference of the cubic interpolation: ghost cells, then the same four weights everywhere."""

import numpy as np

from sciml.kernels._stencil import Array

__all__ = ["cubic_prolong"]

LEFT = np.array([-5, 35, 105, -7]) / 128


def cubic_prolong(
    coarse: Array, shape: tuple[int, int, int], ratio: tuple[int, int, int], wrap: tuple[bool, bool, bool]
) -> Array:
    """The box `shape` interpolated from `coarse`, in its precision."""
    u: Array = coarse.astype(np.float64)
    for axis in range(3):
        if ratio[axis] == 2:
            u = np.moveaxis(refined(np.moveaxis(u, axis, 0), shape[axis], wrap[axis]), 0, axis)
    return u.astype(coarse.dtype)


def refined(u: Array, n: int, wrap: bool) -> Array:
    """Twice as many cells along the first axis, cut to n."""
    N = len(u)
    rows = list(u)
    padded = np.array([u[-2 % N], u[-1], *rows, u[0], u[1 % N]] if wrap else continued(continued(rows)[::-1])[::-1])
    left = sum(w * padded[k : k + N] for k, w in enumerate(LEFT))
    right = sum(w * padded[k + 1 : k + 1 + N] for k, w in enumerate(LEFT[::-1]))
    return np.stack([left, right], axis=1).reshape(2 * N, *u.shape[1:])[:n]


def continued(rows: list[Array]) -> list[Array]:
    """Two more entries on the polynomial through the last four (or all, if fewer).

    Differences of order `count` of a polynomial of degree count - 1 vanish.
    """
    count = min(4, len(rows))
    weights = {1: [1], 2: [-1, 2], 3: [1, -3, 3], 4: [-1, 4, -6, 4]}[count]
    rows = list(rows)
    for _ in range(2):
        rows.append(sum((w * row for w, row in zip(weights, rows[-count:], strict=True)), np.zeros_like(rows[0])))
    return rows
