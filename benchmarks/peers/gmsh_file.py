"""A mesh as the binary file that Gmsh 4.1 writes, for programs that read such files."""

from pathlib import Path
from typing import BinaryIO

import numpy as np

from sciml.mesh import Mesh

__all__ = ["write_gmsh"]

# Number of the element type by number of vertices, per dimension of the element.
TYPES = {1: {2: 1}, 2: {3: 2, 4: 3}, 3: {4: 4, 8: 5}}


def write_gmsh(path: Path, mesh: Mesh) -> None:
    """Write points, cells and boundaries; a physical group a boundary, and one, "domain", of all cells.

    Names go by physical groups, these by entities, one each, numbered from 1 in each dimension.
    """
    with path.open("wb") as file:
        file.write(b"$MeshFormat\n4.1 1 8\n" + np.int32(1).tobytes() + b"\n$EndMeshFormat\n")
        d, names = mesh.dimension, list(mesh.boundaries)
        lines = [f'{d - 1} {tag} "{name}"' for tag, name in enumerate(names, 1)] + [f'{d} 1 "domain"']
        file.write("\n".join(["$PhysicalNames", str(len(lines)), *lines, "$EndPhysicalNames", ""]).encode())
        _section(file, "Entities", _entities(mesh))
        _section(file, "Nodes", _nodes(mesh))
        _section(file, "Elements", _elements(mesh))


def _section(file: BinaryIO, name: str, content: list[bytes]) -> None:
    file.write(f"${name}\n".encode() + b"".join(content) + f"\n$End{name}\n".encode())


def _sizes(*values: int) -> bytes:
    return np.array(values, dtype=np.uint64).tobytes()


def _entities(mesh: Mesh) -> list[bytes]:
    d = mesh.dimension
    counts = [0, 0, 0, 0]
    counts[d - 1], counts[d] = len(mesh.boundaries), 1
    corners = np.zeros((2, 3))
    corners[:, : mesh.ndim] = mesh.points.min(axis=0), mesh.points.max(axis=0)
    record = [
        np.int32(tag).tobytes() + corners.tobytes() + _sizes(1) + np.int32(tag).tobytes() + _sizes(0)
        for tag in [*range(1, len(mesh.boundaries) + 1), 1]
    ]
    return [_sizes(*counts), *record]


def _nodes(mesh: Mesh) -> list[bytes]:
    n = mesh.n_points
    points = np.zeros((n, 3))
    points[:, : mesh.ndim] = mesh.points
    tags = np.arange(1, n + 1, dtype=np.uint64)
    head = np.array([mesh.dimension, 1, 0], dtype=np.int32).tobytes()
    return [_sizes(1, n, 1, n), head, _sizes(n), tags.tobytes(), points.tobytes()]


def _elements(mesh: Mesh) -> list[bytes]:
    d = mesh.dimension
    blocks = [(d - 1, tag, rows) for tag, facets in enumerate(mesh.boundaries.values(), 1) for rows in facets.values()]
    blocks += [(d, 1, rows) for rows in mesh.cells.values()]
    total = sum(len(rows) for *_, rows in blocks)
    parts, first = [_sizes(len(blocks), total, 1, total)], 1
    for dimension, tag, rows in blocks:
        kind = TYPES[dimension][rows.shape[1]]
        numbered = np.column_stack([np.arange(first, first + len(rows)), rows + 1]).astype(np.uint64)
        parts += [np.array([dimension, tag, kind], dtype=np.int32).tobytes(), _sizes(len(rows)), numbered.tobytes()]
        first += len(rows)
    return parts
