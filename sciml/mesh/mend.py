"""Repairs that change no geometry: vertex order of cells, points that no cell uses."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.measures import volumes
from sciml.mesh.mesh import Mesh
from sciml.mesh.mesh_checks import orphans

__all__ = ["compact", "oriented"]

# Vertices of the mirrored cell; the first one stays.
_MIRRORED: Mapping[str, list[int]] = {
    "triangle": [0, 2, 1], "quad": [0, 3, 2, 1], "tetra": [0, 2, 1, 3], "hexahedron": [0, 3, 2, 1, 4, 7, 6, 5],
}  # fmt: skip


def oriented(mesh: Mesh) -> Mesh:
    """The mesh with cells of negative volume listed the other way round.

    Examples
    --------
    >>> oriented(Mesh([[0, 0], [1, 0], [0, 1]], {"triangle": [[0, 2, 1]]})).cells["triangle"]
    array([[0, 1, 2]], dtype=int32)
    """
    wrong = volumes(mesh) < 0
    if not wrong.any():
        return mesh
    cells = {}
    for kind, block in mesh.cells.items():
        here = wrong[mesh.starts[kind] : mesh.starts[kind] + len(block)]
        cells[kind] = np.where(here[:, None], block[:, _MIRRORED[kind]], block)
    return mesh.replace(cells=cells)


def compact(mesh: Mesh) -> Mesh:
    """The mesh without points that no cell uses; the others keep their order.

    Examples
    --------
    >>> compact(Mesh([[9, 9], [0, 0], [1, 0], [0, 1]], {"triangle": [[1, 2, 3]]})).cells["triangle"]
    array([[0, 1, 2]], dtype=int32)
    """
    unused = orphans(mesh)
    if not len(unused):
        return mesh
    kept = np.ones(mesh.n_points, dtype=np.bool_)
    kept[unused] = False
    number = np.cumsum(kept, dtype=np.int32) - np.int32(1)

    def renumbered(blocks: Mapping[str, NDArray[np.int32]]) -> dict[str, NDArray[np.int32]]:
        return {kind: number[block[kept[block].all(axis=1)]] for kind, block in blocks.items()}

    return mesh.replace(
        points=mesh.points[kept],
        cells=renumbered(mesh.cells),
        boundaries={name: renumbered(facets) for name, facets in mesh.boundaries.items()},
        point_data={name: values[kept] for name, values in mesh.point_data.items()},
    )
