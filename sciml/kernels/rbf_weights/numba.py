"""CPU version: some hundred pairs of query and neighbour at a time, each step a loop over all of them."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner
from sciml.kernels._radial import HAT

__all__ = ["PAIRS", "measure", "offsets", "weight_slab"]

PAIRS = 256  # what a step works on; offsets and their images stay in the cache
ONE = np.uint64(1)


@inner
def offsets(
    first: Any, last: Any, queries: Any, centres: Any, shapes: Any, neighbours: Any, terms: Any, x: Any, u: Any
) -> Any:
    """x = query - centre and u = A x, (d, pairs), for the queries first..last; returns the number of pairs."""
    zero = np.uint64(0)
    k, d = np.uint64(neighbours.shape[1]), np.uint64(x.shape[0])
    for axis in range(d):
        e = zero
        for q in range(first, last):
            for a in range(k):
                x[axis, e] = queries[q, axis] - centres[np.uint64(neighbours[q, a]), axis]
                u[axis, e] = 0
                e += ONE
    for t in range(len(terms)):
        i, l, p = np.uint64(terms[t, 0]), np.uint64(terms[t, 1]), np.uint64(terms[t, 2])  # noqa: E741
        e = zero
        for q in range(first, last):
            for a in range(k):
                u[i, e] += shapes[np.uint64(neighbours[q, a]), p] * x[l, e]
                e += ONE
    return (last - first) * k


@inner
def radial(family: int, q: Any, one: Any) -> Any:
    """phi(q); `one` has the precision that the rest is computed in."""
    two = one + one
    if family == 0:
        return one / (one + q)
    if family == 1:
        return one / np.sqrt(one + q)
    if family == 2:
        return np.sqrt(one + q)
    if family == 3:
        return np.exp(-q / two)
    r = np.sqrt(max(q, one - one))
    if family == 4:
        return np.exp(-r)
    if family == 5:
        return np.exp(-np.sin(r))
    return r if family == 6 else r * r * r


@inner
def measure(pairs: Any, family: int, x: Any, u: Any, squares: Any, phi: Any) -> None:
    """Squares q = x . u, for hats unused, and values phi of all pairs."""
    one, d = x.dtype.type(1), np.uint64(x.shape[0])
    for e in range(pairs):
        squares[e], phi[e] = 0, 1
    for i in range(d):
        for e in range(pairs):
            squares[e] += x[i, e] * u[i, e]
            phi[e] *= max(one - abs(u[i, e]), one - one)
    if family != HAT:
        for e in range(pairs):
            phi[e] = radial(family, squares[e], one)


@compiled
def weight_slab(
    lo: int, hi: int, queries: Any, centres: Any, shapes: Any, neighbours: Any, terms: Any, family: int,
    normalised: bool, epsilon: Any, out: Any,
) -> None:
    """Weights of the queries lo..hi."""
    k, d = np.uint64(out.shape[1]), queries.shape[1]
    step = max(np.uint64(PAIRS) // max(k, ONE), ONE)
    x, u = np.empty((d, step * k), out.dtype), np.empty((d, step * k), out.dtype)
    squares, phi = np.empty(step * k, out.dtype), np.empty(step * k, out.dtype)
    for first in range(np.uint64(lo), np.uint64(hi), step):
        last = min(first + step, np.uint64(hi))
        pairs = offsets(first, last, queries, centres, shapes, neighbours, terms, x, u)
        measure(pairs, family, x, u, squares, phi)
        for q in range(first, last):
            row = (q - first) * k
            total = epsilon
            for a in range(k):
                total += phi[row + a]
            scale = 1 / total if normalised else out.dtype.type(1)
            for a in range(k):
                out[q, a] = scale * phi[row + a]
