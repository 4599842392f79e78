"""CPU version of Gauss-Seidel sweeps; unsigned indices, since signed ones are checked for wrap-around."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["first", "first_columns", "rest", "rest_columns", "sweep", "sweep_columns"]


@compiled
def first(lo: int, hi: int, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any) -> None:
    """Forward sweep from x = 0: only rows already visited count, whatever x holds."""
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        total = b[i]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            j = np.uint64(columns[p])
            if j >= i:
                break
            total -= values[p] * x[j]
        x[i] = total * inverse[i]


@compiled
def sweep(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any, backward: Any
) -> None:
    one = np.uint64(1)
    begin, end = np.uint64(lo), np.uint64(hi)
    for k in range(end - begin):
        i = end - one - k if backward else begin + k
        total = b[i]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            total -= values[p] * x[np.uint64(columns[p])]
        x[i] += total * inverse[i]


@compiled
def rest(lo: int, hi: int, starts: Any, columns: Any, values: Any, x: Any, r: Any) -> None:
    """r = -U x, U what lies above the diagonal."""
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        total = x.dtype.type(0)
        begin, p = np.uint64(starts[i]), np.uint64(starts[i + one])
        while p > begin:
            p -= one
            j = np.uint64(columns[p])
            if j <= i:
                break
            total -= values[p] * x[j]
        r[i] = total


@compiled
def first_columns(lo: int, hi: int, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any) -> None:
    one = np.uint64(1)
    width = x.shape[1]
    total = np.empty(width, x.dtype)
    for i in range(np.uint64(lo), np.uint64(hi)):
        for q in range(width):
            total[q] = b[i, q]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            j, value = np.uint64(columns[p]), values[p]
            if j >= i:
                break
            for q in range(width):
                total[q] -= value * x[j, q]
        value = inverse[i]
        for q in range(width):
            x[i, q] = value * total[q]


@compiled
def sweep_columns(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any, backward: Any
) -> None:
    one = np.uint64(1)
    begin, end = np.uint64(lo), np.uint64(hi)
    width = x.shape[1]
    total = np.empty(width, x.dtype)
    for k in range(end - begin):
        i = end - one - k if backward else begin + k
        for q in range(width):
            total[q] = b[i, q]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            j, value = np.uint64(columns[p]), values[p]
            for q in range(width):
                total[q] -= value * x[j, q]
        value = inverse[i]
        for q in range(width):
            x[i, q] += value * total[q]


@compiled
def rest_columns(lo: int, hi: int, starts: Any, columns: Any, values: Any, x: Any, r: Any) -> None:
    one = np.uint64(1)
    width = x.shape[1]
    total = np.empty(width, x.dtype)
    for i in range(np.uint64(lo), np.uint64(hi)):
        for q in range(width):
            total[q] = 0
        begin, p = np.uint64(starts[i]), np.uint64(starts[i + one])
        while p > begin:
            p -= one
            j, value = np.uint64(columns[p]), values[p]
            if j <= i:
                break
            for q in range(width):
                total[q] -= value * x[j, q]
        for q in range(width):
            r[i, q] = total[q]
