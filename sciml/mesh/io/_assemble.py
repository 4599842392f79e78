"""From the blocks of elements in a file to a mesh: cells, regions and named boundaries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.facets import facet_owners
from sciml.mesh.mesh import Facets, Mesh

__all__ = ["DIMENSIONS", "Block", "assemble", "numbered_groups"]

DIMENSIONS: Mapping[str, int] = {"vertex": 0, "line": 1, "triangle": 2, "quad": 2, "tetra": 3, "hexahedron": 3}


@dataclass(frozen=True, eq=False)
class Block:
    """Elements of one type with the groups they belong to.

    Parameters
    ----------
    kind : str
        A key of `DIMENSIONS`.
    vertices : ndarray of int, shape (m, w)
        From 0.
    groups : mapping of str to ndarray of int or None
        Names and their rows; None means all.
    data : mapping of str to ndarray
        Values of the elements.
    """

    kind: str
    vertices: NDArray[Any]
    groups: Mapping[str, NDArray[np.int64] | None] = field(default_factory=dict)
    data: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def assemble(
    path: Path | str, points: NDArray[Any], blocks: Sequence[Block],
    point_data: Mapping[str, NDArray[Any]] | None = None,
) -> Mesh:
    """Elements of the highest dimension become cells, those of one dimension less boundaries.

    A flat surface at constant z becomes a mesh of the plane. Groups of cells are regions. Elements of
    one dimension less that are in no group, and all of still lower dimension, are left out.

    Raises
    ------
    InputError
        If there are no cells, a named boundary has elements that no cell has as a facet, or `Mesh` refuses.
    """
    blocks = [block for block in blocks if len(block.vertices)]
    top = max((DIMENSIONS[block.kind] for block in blocks), default=0)
    if top < 2:
        raise InputError(f"{path} holds no triangles, quads, tetrahedra or hexahedra; expected a mesh of such cells")
    cells = [block for block in blocks if DIMENSIONS[block.kind] == top]
    kinds = list(dict.fromkeys(block.kind for block in cells))
    ordered = [block for kind in kinds for block in cells if block.kind == kind]
    try:
        mesh = Mesh(
            _in_plane(points) if top == 2 else points,
            {kind: _joined([block.vertices for block in cells if block.kind == kind]) for kind in kinds},
            regions=_regions(ordered),
            boundaries=_boundaries([block for block in blocks if DIMENSIONS[block.kind] == top - 1]),
            point_data=point_data or {},
            cell_data=_cell_data(ordered),
        )
        _check_boundaries(mesh)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return mesh


def numbered_groups(
    numbers: NDArray[Any], dimension: int, names: Mapping[tuple[int, int], str]
) -> dict[str, NDArray[np.int64] | None]:
    """Groups from the number of each element, 0 being none; those without a name go by their number."""
    groups: dict[str, NDArray[np.int64] | None] = {}
    for n in np.unique(numbers).tolist():
        if n:
            name, rows = names.get((dimension, n), str(n)), np.flatnonzero(numbers == n)
            before = groups.get(name)
            groups[name] = rows if before is None else np.concatenate([before, rows])
    return groups


def _in_plane(points: NDArray[Any]) -> NDArray[Any]:
    if not len(points) or points.shape[1] < 3 or (points[:, 2] != points[0, 2]).any():
        return points
    plane = np.empty((len(points), 2), dtype=points.dtype)
    plane[:, 0], plane[:, 1] = points[:, 0], points[:, 1]  # by column: NumPy copies short rows slowly
    return plane


def _joined(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _regions(blocks: list[Block]) -> dict[str, NDArray[np.int64]]:
    regions: dict[str, list[NDArray[np.int64]]] = {}
    start = 0
    for block in blocks:
        for name, rows in block.groups.items():
            numbers = np.arange(start, start + len(block.vertices)) if rows is None else start + rows
            regions.setdefault(name, []).append(numbers)
        start += len(block.vertices)
    return {name: _joined(parts) for name, parts in regions.items()}


def _boundaries(blocks: list[Block]) -> dict[str, Facets]:
    found: dict[str, dict[str, list[NDArray[Any]]]] = {}
    for block in blocks:
        for name, rows in block.groups.items():
            chosen = block.vertices if rows is None else block.vertices[rows]
            found.setdefault(name, {}).setdefault(block.kind, []).append(chosen)
    return {name: {kind: _joined(parts) for kind, parts in facets.items()} for name, facets in found.items()}


def _cell_data(blocks: list[Block]) -> dict[str, NDArray[Any]]:
    """Data that all blocks have, of one shape."""
    names = [name for name in blocks[0].data if all(name in block.data for block in blocks)]
    return {name: _joined([block.data[name] for block in blocks]) for name in names}


def _check_boundaries(mesh: Mesh) -> None:
    for name, facets in mesh.boundaries.items():
        for kind, rows in facets.items():
            foreign = np.flatnonzero(facet_owners(mesh, kind, rows) < 0)
            if len(foreign):
                raise InputError(
                    f"group '{name}' has {len(foreign)} {kind} elements that are no facet of a cell, first its element "
                    f"{foreign[0]}; cells of one mesh have one dimension, and those of one less must bound them"
                )
