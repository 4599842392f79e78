"""Graphs from meshes, points and atoms."""

from typing import Any

import numpy as np

from sciml._errors import InputError
from sciml._memory import require_memory
from sciml.mesh.cell_types import CELL_TYPES
from sciml.mesh.graph import Graph
from sciml.mesh.mesh import Mesh

__all__ = ["graph_of_atoms", "graph_of_mesh", "graph_of_nearest", "graph_of_radius"]


def graph_of_mesh(mesh: Mesh) -> Graph:
    """Graph of the vertices and the edges of the cells."""
    from scipy.sparse import coo_array

    from sciml.kernels.edge_vectors import edge_vectors

    ends = np.concatenate([
        block[:, edge] for kind, block in mesh.cells.items() for edge in CELL_TYPES[kind].edges
    ])
    i, j = np.concatenate([ends, ends[:, ::-1]]).T
    joined = coo_array((np.ones(len(i), bool), (i, j)), shape=(mesh.n_points,) * 2).tocsr()
    joined.sort_indices()
    indptr, indices = joined.indptr, joined.indices
    return Graph(indptr, indices, edge_vectors(mesh.points, indptr, indices))


def graph_of_nearest(points: Any, k: int) -> Graph:
    """Graph of the k nearest neighbours."""
    from sciml.kernels._cells import checked_points
    from sciml.kernels.edge_vectors import edge_vectors
    from sciml.kernels.nearest_search import nearest_search

    points = checked_points("points", points)
    nearest, _ = nearest_search(points, k)
    require_memory(8 * points.shape[1] * nearest.size, f"the vectors of {nearest.size} edges")
    indptr, indices = k * np.arange(len(points) + 1), nearest.ravel()
    return Graph(indptr, indices, edge_vectors(points, indptr, indices))


def graph_of_radius(points: Any, radius: float) -> Graph:
    """Graph of all pairs within a radius."""
    from sciml.kernels._cells import checked_points
    from sciml.kernels.edge_vectors import edge_vectors
    from sciml.kernels.radius_search import radius_search

    points = checked_points("points", points)
    indptr, indices = radius_search(points, radius, pair_bytes=4 + 8 * points.shape[1])
    return Graph(indptr, indices, edge_vectors(points, indptr, indices))


def graph_of_atoms(positions: Any, cell: Any, periodic: Any, cutoff: float) -> Graph:
    """Graph of all pairs of atoms and images closer than the cutoff."""
    from sciml.kernels._cells import checked_points
    from sciml.kernels.atoms_search import atoms_search
    from sciml.kernels.edge_vectors import edge_vectors

    if cell is None and np.any(periodic):
        raise InputError(f"periodic is {periodic} but there is no cell; give the lattice vectors as rows (3, 3)")
    cell = np.eye(3) if cell is None else cell
    positions = checked_points("positions", positions)
    indptr, indices, shifts = atoms_search(positions, cell, periodic, cutoff)
    vectors = edge_vectors(positions, indptr, indices, shifts, np.asarray(cell, np.float64))
    return Graph(indptr, indices, vectors, shifts)
