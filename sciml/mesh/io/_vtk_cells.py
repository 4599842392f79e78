"""Cell types of VTK."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io._assemble import DIMENSIONS, Block, numbered_groups
from sciml.mesh.io._stream import damaged

__all__ = ["VTK_TYPES", "vtk_blocks"]

# Number of VTK; name and order of the vertices here.
VTK_TYPES: Mapping[int, tuple[str, tuple[int, ...]]] = {
    1: ("vertex", (0,)),
    3: ("line", (0, 1)),
    5: ("triangle", (0, 1, 2)),
    8: ("quad", (0, 1, 3, 2)),  # pixel
    9: ("quad", (0, 1, 2, 3)),
    10: ("tetra", (0, 1, 2, 3)),
    11: ("hexahedron", (0, 1, 3, 2, 4, 5, 7, 6)),  # voxel
    12: ("hexahedron", tuple(range(8))),
}
_OTHERS = {2: "point clouds", 4: "polylines", 6: "strips", 7: "polygons", 13: "prisms", 14: "pyramids", 42: "polyhedra"}
# Where writers of Gmsh meshes keep the number of the physical group.
_GROUPS = ("gmsh:physical", "PhysicalIds", "CellEntityIds")


def vtk_blocks(
    path: Path | str, types: NDArray[Any], connectivity: NDArray[Any], offsets: NDArray[Any],
    data: Mapping[str, NDArray[Any]],
) -> list[Block]:
    """Elements by type; those of one type keep their order.

    Parameters
    ----------
    path : Path or str
        Named in errors.
    types : ndarray of int, shape (n,)
    connectivity, offsets : ndarray of int
        Vertices one element after the other, and where each begins; shape (n + 1,).
    data : mapping of str to ndarray
        Values of the elements.

    Raises
    ------
    InputError
        If sizes do not fit or a type is not supported.
    """
    sizes = np.diff(offsets)
    if len(offsets) != len(types) + 1 or offsets[0] != 0 or offsets[-1] != len(connectivity) or (sizes < 0).any():
        raise damaged(path, "its cells", f"{len(types)} offsets that rise to {len(connectivity)}")
    blocks = []
    kinds = np.unique(types).tolist()
    for number in kinds:
        kind, order = _supported(path, number)
        rows = None if len(kinds) == 1 else np.flatnonzero(types == number)
        starts = offsets[:-1] if rows is None else offsets[rows]
        if ((sizes if rows is None else sizes[rows]) != len(order)).any():
            raise damaged(path, "its cells", f"{len(order)} vertices in each {kind}")
        if rows is None:
            vertices = connectivity.reshape(-1, len(order))
            vertices = vertices if order == tuple(range(len(order))) else vertices[:, order]
        else:
            vertices = connectivity[starts[:, None] + np.array(order)]
        own = {name: values if rows is None else values[rows] for name, values in data.items()}
        blocks.append(Block(kind, vertices, _groups(kind, own), own))
    top = max((DIMENSIONS[block.kind] for block in blocks), default=0)
    lower = [not block.groups and DIMENSIONS[block.kind] < top for block in blocks]
    return [
        Block(block.kind, block.vertices, {block.kind: None}) if unnamed else block
        for block, unnamed in zip(blocks, lower, strict=True)
    ]


def _supported(path: Path | str, number: int) -> tuple[str, tuple[int, ...]]:
    if number not in VTK_TYPES:
        what = _OTHERS.get(number, "elements of second or higher order" if number > 20 else "unknown elements")
        raise InputError(
            f"{path} holds {what} (VTK type {number}); expected triangles, quads, tetrahedra or hexahedra "
        )
    return VTK_TYPES[number]


def _groups(kind: str, data: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.int64] | None]:
    for name in _GROUPS:
        if name in data and data[name].ndim == 1 and data[name].dtype.kind in "iu":
            return numbered_groups(data[name], DIMENSIONS[kind], {})
    return {}
