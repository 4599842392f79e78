"""Linear elements of scikit-fem on the same points and cells."""

from importlib.util import find_spec
from typing import Any

import numpy as np

from sciml.mesh import Mesh

__all__ = ["assemble", "is_installed", "mesh_of", "simplices", "system"]


def is_installed() -> bool:
    """Whether scikit-fem can be imported."""
    return find_spec("skfem") is not None


def mesh_of(mesh: Mesh) -> Any:
    """The mesh in their layout, copied."""
    return simplices(mesh.points, next(iter(mesh.cells.values())))


def simplices(points: np.ndarray, cells: np.ndarray) -> Any:
    """Triangles or tetrahedra in their layout, copied."""
    import skfem

    kind = skfem.MeshTri if cells.shape[1] == 3 else skfem.MeshTet
    return kind(np.ascontiguousarray(points.T), np.ascontiguousarray(cells.T))


def _basis(mesh: Any) -> Any:
    import skfem

    return skfem.Basis(mesh, skfem.ElementTriP1() if mesh.dim() == 2 else skfem.ElementTetP1())


def assemble(mesh: Any) -> Any:
    """The stiffness matrix."""
    from skfem.models.poisson import laplace

    return laplace.assemble(_basis(mesh))


def system(mesh: Any) -> tuple[Any, np.ndarray]:
    """Matrix and load of -lap u = 1 over the vertices inside, u = 0 on the boundary."""
    import skfem
    from skfem.models.poisson import laplace, unit_load

    basis = _basis(mesh)
    A, b, *_ = skfem.condense(laplace.assemble(basis), unit_load.assemble(basis), D=mesh.boundary_nodes())
    return A, b
