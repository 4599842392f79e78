"""CPU version: a counting sort."""

from typing import Any

from sciml.kernels._numba import compiled_exact, inner_exact

__all__ = ["cell_slab", "sort_cells"]


@inner_exact
def scale(walls: Any) -> Any:
    """Cells per length between the inner walls."""
    n = len(walls) - 1
    width = walls[n - 1] - walls[1]
    return (n - 2) / width if n > 2 and width > 0 else 0.0


@inner_exact
def find(walls: Any, per_length: Any, x: Any) -> int:
    """The cell of x along an axis, the last c with walls[c] <= x: a guess for even walls, else bisection."""
    c, n = 0, len(walls) - 1
    if n == 1:
        return 0
    guess = int(min(max((x - walls[1]) * per_length + 1.0, 0.0), n - 1.0))
    if walls[guess] <= x < walls[guess + 1]:
        return guess
    while n > 1:
        half = n >> 1
        c += half * (walls[c + half] <= x)
        n -= half
    return c


@compiled_exact
def cell_slab(lo: int, hi: int, points: Any, walls: Any, home: Any) -> None:
    """Cells of the points lo..hi."""
    w0, w1, w2 = walls
    s0, s1, s2 = scale(w0), scale(w1), scale(w2)
    n1, n2 = len(w1) - 1, len(w2) - 1
    for p in range(lo, hi):
        c0, c1, c2 = find(w0, s0, points[p, 0]), find(w1, s1, points[p, 1]), find(w2, s2, points[p, 2])
        home[p] = (c0 * n1 + c1) * n2 + c2


@compiled_exact
def sort_cells(points: Any, home: Any, starts: Any, order: Any, coordinates: Any) -> None:
    """Fill starts (zeros on entry), order and coordinates."""
    for p in range(len(home)):
        starts[home[p]] += 1
    end = 0
    for c in range(len(starts)):
        end, starts[c] = end + starts[c], end
    for p in range(len(home)):
        q = starts[home[p]]
        starts[home[p]] = q + 1
        order[q] = p
        for axis in range(3):
            coordinates[axis, q] = points[p, axis]
    for c in range(len(starts) - 1, 0, -1):  # each start has moved to the end of its cell
        starts[c] = starts[c - 1]
    starts[0] = 0
