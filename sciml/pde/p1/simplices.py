"""A mesh of simplices with what assembly needs, and the way back to the cells it was cut from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels._graph import Indices
from sciml.kernels._simplices import Incidence
from sciml.kernels.vertex_cells import vertex_cells
from sciml.mesh import Mesh

__all__ = ["Simplices", "cut_to_simplices"]


@dataclass(frozen=True, eq=False)
class Simplices:
    """Triangles in the plane or tetrahedra in space.

    Parameters
    ----------
    mesh : Mesh
        Of one block of cells; regions and conditions are those of the mesh it was cut from.
    cells : ndarray of int32, shape (m, d + 1)
        That block.
    parents : ndarray of int64, shape (m,), optional
        The cell each simplex is part of; None when nothing was cut.
    n_given : int
        Number of cells before.
    incidence : Incidence
        The corners at each vertex.
    """

    mesh: Mesh
    cells: Indices
    parents: NDArray[np.int64] | None
    n_given: int
    incidence: Incidence

    @property
    def ndim(self) -> int:
        """Dimension d."""
        return self.mesh.ndim

    def of_given(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values (n_given, ...) of the cells before on their parts (m, ...)."""
        return values if self.parents is None else values[self.parents]

    def around(self, vertices: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """The simplices at some vertices, those at several of them repeatedly."""
        starts, corners = self.incidence
        first, counts = starts[vertices], starts[vertices + 1] - starts[vertices]
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.asarray(corners[np.repeat(first, counts) + offsets] // 4)

    def given_number(self, cell: int) -> int:
        """Number of the cell that a simplex is part of."""
        return cell if self.parents is None else int(self.parents[cell])


def cut_to_simplices(mesh: Mesh) -> Simplices:
    """Prepare a mesh for linear elements; quads and hexahedra are cut.

    Raises
    ------
    InputError
        If cells are surfaces in space, or a point belongs to no cell.
    """
    if mesh.dimension != mesh.ndim:
        kinds = " and ".join(mesh.cells)
        raise InputError(
            f"the cells are surfaces ({kinds}) in space; expected tetrahedra or hexahedra, "
            "or points with two coordinates"
        )
    parents = None
    simple = mesh.simplices()
    if simple is not mesh:
        numbered = mesh.replace(point_data={}, cell_data={"parent": np.arange(mesh.n_cells)})
        simple = numbered.simplices()
        parents = simple.cell_data["parent"]
    cells = next(iter(simple.cells.values()))
    incidence = vertex_cells(cells, simple.n_points)
    alone = np.flatnonzero(np.diff(incidence.starts) == 0)
    if len(alone):
        raise InputError(
            f"{len(alone)} points belong to no cell (first: {alone[0]}) and would be unknowns without an equation; "
            "leave them out, as Mesh.compact does"
        )
    return Simplices(simple, cells, parents, mesh.n_cells, incidence)
