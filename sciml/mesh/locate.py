"""Points in a mesh: the cell around each of them and the weights of its vertices."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml.kernels.locate_points import BoxTree, box_tree, locate_points
from sciml.mesh.mesh import Mesh

__all__ = ["Locator", "Places"]


class Places(NamedTuple):
    """Where points lie.

    cells : ndarray of int64, shape (k,)
        Cell of the mesh, -1 outside.
    vertices : ndarray of int32, shape (k, d + 1)
        Vertices of the simplex in that cell (of some simplex outside).
    weights : ndarray of float64, shape (k, d + 1)
        Barycentric coordinates in it, >= -1e-10 and of sum 1; 0 outside.
    """

    cells: NDArray[np.int64]
    vertices: NDArray[np.int32]
    weights: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Locator:
    """Finds cells by a tree of boxes, built when first asked.

    Parameters
    ----------
    mesh : Mesh
        Of cells as many-dimensional as its space. Quads and hexahedra are searched as the simplices they
        are cut into.

    Raises
    ------
    InputError
        If the cells are surfaces in space.

    Examples
    --------
    >>> from sciml.mesh import box_mesh
    >>> places = Locator(box_mesh((2, 2))).find([[0.1, 0.2], [3.0, 0.0]])
    >>> places.cells, places.weights.round(12)
    (array([ 1, -1]), array([[0.6, 0.2, 0.2],
           [0. , 0. , 0. ]]))
    """

    mesh: Mesh

    def __post_init__(self) -> None:
        if self.mesh.dimension != self.mesh.ndim:
            raise InputError("points cannot be located in surfaces in space; expected cells that fill it")

    def find(self, at: ArrayLike) -> Places:
        """Locate points.

        Parameters
        ----------
        at : array_like, shape (k, d)

        Raises
        ------
        InputError
            If the shape does not fit.
        """
        points = np.ascontiguousarray(real_array("points", at), dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != self.mesh.ndim:
            raise InputError(f"points have shape {points.shape}; expected (k, {self.mesh.ndim})")
        simplices, parents, tree = self._searched
        found, weights = locate_points(self.mesh.points, simplices, tree, points)
        cells = np.where(found >= 0, parents[found], -1)
        return Places(cells, simplices[found], weights)

    @cached_property
    def _searched(self) -> tuple[NDArray[np.int32], NDArray[np.int64], BoxTree]:
        """Simplices, the cell each is part of, and their tree."""
        numbered = self.mesh.replace(cell_data={"parent": np.arange(self.mesh.n_cells)}).simplices()
        cells = next(iter(numbered.cells.values()))
        return cells, numbered.cell_data["parent"], box_tree(self.mesh.points, cells)
