"""CPU version: the steps of the weights again, then the chain rule from the weights back to what they are made of."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner
from sciml.kernels._radial import HAT
from sciml.kernels.rbf_weights.numba import ONE, PAIRS, measure, offsets

__all__ = ["gradients"]

# Below it q counts as this where a slope is infinite at the centre; times x = 0 it gives 0 then.
NEAR = 1e-36


@inner
def slope(family: int, q: Any, phi: Any, one: Any, near: Any) -> Any:
    """d phi / d q."""
    two = one + one
    if family == 0:
        return -phi * phi
    if family == 1:
        return -phi * phi * phi / two
    if family == 2:
        return one / (two * phi)
    if family == 3:
        return -phi / two
    r = np.sqrt(max(q, near))
    if family == 4:
        return -phi / (two * r)
    if family == 5:
        return -phi * np.cos(r) / (two * r)
    return one / (two * r) if family == 6 else (one + two) / two * r


@inner
def by_values(
    first: Any, last: Any, gradient: Any, phi: Any, normalised: bool, epsilon: Any, by_phi: Any
) -> None:
    """From the gradient g by weights to that by values.

    w_a = phi_a / S with S = epsilon + sum phi gives (g_a - sum_b g_b w_b) / S.
    """
    k = np.uint64(gradient.shape[1])
    for q in range(first, last):
        row = (q - first) * k
        total, mean, scale = epsilon, gradient.dtype.type(0), gradient.dtype.type(1)
        if normalised:
            for a in range(k):
                total += phi[row + a]
                mean += gradient[q, a] * phi[row + a]
            scale = scale / total
            mean *= scale
        for a in range(k):
            by_phi[row + a] = scale * (gradient[q, a] - mean)


@inner
def by_images(pairs: Any, family: int, x: Any, u: Any, squares: Any, phi: Any, by_phi: Any, by_u: Any) -> None:
    """From the gradient by values to those by u = A x in `by_u`, and by x for fixed u in the place of u.

    Radial values depend on q = x . u, so these are phi' x and phi' u; hats on u alone, each factor on its own.
    """
    d, one = np.uint64(len(x)), x.dtype.type(1)
    zero = one - one
    if family != HAT:
        for e in range(pairs):
            by_phi[e] *= slope(family, squares[e], phi[e], one, x.dtype.type(NEAR))
        for i in range(d):
            for e in range(pairs):
                by_u[i, e] = by_phi[e] * x[i, e]
                u[i, e] *= by_phi[e]
        return
    for i in range(d):
        for e in range(pairs):
            rises, falls = -one < u[i, e] < zero, zero < u[i, e] < one
            by_u[i, e] = by_phi[e] * (one if rises else -one if falls else zero)
        for l in range(d):  # noqa: E741
            if l != i:
                for e in range(pairs):
                    by_u[i, e] *= max(one - abs(u[l, e]), zero)
    for i in range(d):
        for e in range(pairs):
            u[i, e] = 0


@inner
def scatter(
    first: Any, last: Any, shapes: Any, neighbours: Any, terms: Any, x: Any, by_x: Any, by_u: Any, offset: Any,
    by_queries: Any, sums: Any,
) -> None:
    """Add A^T by_u to by_x; then add to the rows of `by_queries`, and for each centre to `sums`: shapes, centre."""
    zero = np.uint64(0)
    k, d, s = np.uint64(neighbours.shape[1]), np.uint64(len(x)), np.uint64(shapes.shape[1])
    for t in range(len(terms)):
        i, l, p = np.uint64(terms[t, 0]), np.uint64(terms[t, 1]), np.uint64(terms[t, 2])  # noqa: E741
        e = zero
        for q in range(first, last):
            for a in range(k):
                j = np.uint64(neighbours[q, a])
                by_x[l, e] += shapes[j, p] * by_u[i, e]
                sums[j - offset, p] += by_u[i, e] * x[l, e]
                e += ONE
    for axis in range(d):
        e = zero
        for q in range(first, last):
            for a in range(k):
                by_queries[q, axis] += by_x[axis, e]
                sums[np.uint64(neighbours[q, a]) - offset, s + axis] -= by_x[axis, e]
                e += ONE


@compiled
def gradients(
    lo: int, hi: int, queries: Any, centres: Any, shapes: Any, neighbours: Any, gradient: Any, terms: Any,
    family: int, normalised: bool, epsilon: Any, by_queries: Any,
) -> tuple[Any, Any]:
    """Fill rows lo..hi of `by_queries` (zeros on entry); the first centre met, and sums from there to the last."""
    k, d = np.uint64(gradient.shape[1]), queries.shape[1]
    low, high = len(centres), -1
    for q in range(np.uint64(lo), np.uint64(hi)):
        for a in range(k):
            low, high = min(low, neighbours[q, a]), max(high, neighbours[q, a])
    sums = np.zeros((max(high - low + 1, 0), shapes.shape[1] + d), gradient.dtype)
    step = max(np.uint64(PAIRS) // max(k, ONE), ONE)
    room = step * k
    x, u, by_u = np.empty((d, room), sums.dtype), np.empty((d, room), sums.dtype), np.empty((d, room), sums.dtype)
    squares, phi, by_phi = np.empty(room, sums.dtype), np.empty(room, sums.dtype), np.empty(room, sums.dtype)
    for first in range(np.uint64(lo), np.uint64(hi), step):
        last = min(first + step, np.uint64(hi))
        pairs = offsets(first, last, queries, centres, shapes, neighbours, terms, x, u)
        measure(pairs, family, x, u, squares, phi)
        by_values(first, last, gradient, phi, normalised, epsilon, by_phi)
        by_images(pairs, family, x, u, squares, phi, by_phi, by_u)
        scatter(first, last, shapes, neighbours, terms, x, u, by_u, np.uint64(low), by_queries, sums)
    return np.int64(low), sums
