"""CPU version: columns in tiles, vectorised across the columns of a tile."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["TILE", "solve_columns"]

# Columns eliminated together: full vector registers, and scratch that stays in the second-level
# cache up to a few hundred unknowns a column.
TILE = 128


@compiled
def solve_columns(
    lo: int, hi: int, diagonal: Any, faces: Any, mass: Any, shifts: Any, pin: Any, v: Any
) -> None:
    before, after = shifts.shape
    n = v.shape[1]
    tiles = (after + TILE - 1) // TILE
    # Scratch keeps the values of both passes together; v's own rows may lie a power of two apart,
    # where they would evict each other.
    w = np.empty((n, min(TILE, after)), v.dtype)
    y = np.empty((n, min(TILE, after)), v.dtype)
    for item in range(lo, hi):
        row, start = item // tiles, (item % tiles) * TILE
        width = min(TILE, after - start)
        s = shifts[row % before, start : start + width]
        x = v[row, :, start : start + width]
        for k in range(width):
            extra = pin if s[k] == 0 else pin - pin  # a zero of pin's type keeps float32 loops in float32
            w[0, k] = 1 / (diagonal[0] + s[k] * mass[0] + extra)
            y[0, k] = x[0, k] * w[0, k]
        for i in range(1, n):
            c, d, m = faces[i - 1], diagonal[i], mass[i]
            for k in range(width):
                w[i, k] = 1 / (d + s[k] * m - c * c * w[i - 1, k])
                y[i, k] = (x[i, k] + c * y[i - 1, k]) * w[i, k]
        for k in range(width):
            x[n - 1, k] = y[n - 1, k]
        for i in range(n - 2, -1, -1):
            c = faces[i]
            for k in range(width):
                y[i, k] += c * w[i, k] * y[i + 1, k]
                x[i, k] = y[i, k]
