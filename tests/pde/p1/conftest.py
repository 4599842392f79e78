"""Unstructured meshes of the unit square and cube with named sides."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial import Delaunay

from sciml.mesh import AXES, Mesh


def delaunay_mesh(n: int, ndim: int, plane: float | None = None, seed: int = 0) -> Mesh:
    """Delaunay mesh of about n^d jittered points; those on sides, and on x = `plane`, stay there."""
    rng = np.random.default_rng(seed)
    line = np.linspace(0.0, 1.0, n + 1)
    points = np.stack(np.meshgrid(*[line] * ndim, indexing="ij"), axis=-1).reshape(-1, ndim)
    inside = (points > 0) & (points < 1)
    if plane is not None:
        inside[:, 0] &= points[:, 0] != plane
    points += inside * rng.uniform(-0.25, 0.25, points.shape) / n
    cells = Delaunay(points).simplices.astype(np.int32)
    volumes = np.linalg.det(points[cells[:, 1:]] - points[cells[:, :1]])
    cells[volumes < 0, -2:] = cells[volumes < 0, :-3:-1]
    cells = cells[np.abs(volumes) > 1e-9 * n**-ndim]  # flat ones between points of a side
    return with_sides(Mesh(points, {"triangle" if ndim == 2 else "tetra": cells}))


def with_sides(mesh: Mesh) -> Mesh:
    """The sides of the unit box as boundaries x-, x+, ..."""
    kind, facets = next(iter(mesh.boundary_facets().facets.items()))
    middle = mesh.points[facets].mean(axis=1)
    sides = {}
    for axis in range(mesh.ndim):
        for sign, at in (("-", 0.0), ("+", 1.0)):
            sides[AXES[axis] + sign] = {kind: facets[np.abs(middle[:, axis] - at) < 1e-12]}
    return mesh.replace(boundaries=sides)


@pytest.fixture(scope="session")
def delaunay() -> Callable[..., Mesh]:
    """`delaunay_mesh` itself."""
    return delaunay_mesh
