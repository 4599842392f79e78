"""Rows that begin with how many numbers follow: faces of OFF and PLY, cells of legacy VTK."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io._assemble import Block
from sciml.mesh.io._stream import damaged

__all__ = ["counted_rows", "surface_blocks"]


def counted_rows(path: Path, values: NDArray[Any], n: int, before: int = 0, after: int = 0) -> NDArray[np.int64]:
    """Where each of `n` rows of `values` begins, and where the last one ends.

    Rows have `before` numbers, a count, as many numbers as it says, and `after` numbers. Looks ahead in
    growing steps over rows of equal length.

    Raises
    ------
    InputError
        If the values end before.
    """
    begins: list[NDArray[np.int64]] = []
    at, step = 0, 16
    if n > len(values):
        raise damaged(path, "its faces", f"{n} rows, {len(values)} numbers are left")
    while n > 0:
        length = 1 + before + after + int(values[at + before]) if at + before < len(values) else 0
        room = min(n, step, (len(values) - at) // length) if length > before + after else 0
        if room < 1:
            raise damaged(path, "its faces", f"{n} more rows of a count and as many numbers")
        differs = values[at + before : at + room * length : length] != values[at + before]
        run = int(differs.argmax()) if differs.any() else room
        begins.append(at + length * np.arange(run))
        at, n, step = at + run * length, n - run, 2 * step if run == room else 16
    return np.concatenate([*begins, np.array([at])])


def surface_blocks(path: Path, vertices: NDArray[Any], begins: NDArray[np.int64], counts: NDArray[Any]) -> list[Block]:
    """Triangles and quads from flat vertex numbers; other polygons are refused."""
    blocks, known = [], np.zeros(len(counts), dtype=np.bool_)
    for kind, width in (("triangle", 3), ("quad", 4)):
        rows = np.flatnonzero(counts == width)
        known[rows] = True
        blocks.append(Block(kind, vertices[begins[rows][:, None] + np.arange(width)]))
    if not known.all():
        first = int(np.argmin(known))
        raise InputError(
            f"{path} has {np.count_nonzero(~known)} faces that are neither triangles nor quads, first face {first} "
            f"of {int(counts[first])} vertices; cut them into triangles"
        )
    return blocks
