"""Signature, inputs and tolerances of the open vertices."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._simplex_inputs import simplex_meshes
from sciml.kernels._spec import KernelSpec
from sciml.kernels.open_vertices import open_vertices
from sciml.kernels.open_vertices.numpy import open_vertices as reference

__all__ = ["SPEC"]

LINES = {3: ((0, 1), (1, 2), (2, 0)), 4: ((0, 1), (1, 2), (2, 3), (3, 0))}
FACES = {
    4: ((0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)),
    8: ((0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)),
}


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        facets = LINES[3] if cells.shape[1] == 3 else FACES[4]
        yield [(cells.astype(dtype), facets)], len(points)
        yield [(cells[: len(cells) // 2].astype(dtype), facets), (cells[1:].astype(dtype), facets)], len(points)
    for width, facets in ((4, LINES[4]), (8, FACES[8])):
        drawn = np.argsort(rng.random((200, 12)), axis=1)[:, :width].astype(dtype)  # many facets in common
        yield [(drawn, facets)], 12
    yield [(np.array([[0, 1, 2]], dtype=dtype), LINES[3]), (np.array([[1, 3, 4, 2]], dtype=dtype), LINES[4])], 6


SPEC = KernelSpec(
    name="open_vertices",
    reference=reference,
    run=open_vertices,
    inputs=inputs,
    tolerance={"int32": 0.0},
    dtypes=("int32",),
)
