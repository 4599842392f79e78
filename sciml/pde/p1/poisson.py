"""Linear finite elements for Poisson problems on meshes."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels._simplices import Pattern
from sciml.kernels.p1_assemble import p1_assemble
from sciml.kernels.p1_pattern import p1_pattern
from sciml.mesh import Mesh
from sciml.pde.floating import make_compatible
from sciml.pde.matrix import MatrixOperator, Semidefinite
from sciml.pde.p1.floating import mesh_null_space
from sciml.pde.p1.parts import Parts, discretise
from sciml.pde.system import LinearSystem, MeshSystem, Problem

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["mesh_poisson"]


def mesh_poisson(mesh: Mesh, problem: Problem, *, project: bool = False) -> MeshSystem:
    r"""Discretise ``-div(k grad u) + sigma u = f`` with linear elements; see `sciml.pde.poisson`.

    Notes
    -----
    The row of vertex i is

    .. math:: \sum_j u_j \int k \nabla\phi_i\cdot\nabla\phi_j + \sigma\phi_i\phi_j\,dx
              + \sum_j u_j \int_{Robin} H\phi_i\phi_j\,ds
              = \int f\phi_i\,dx + \int_{Neumann} q\phi_i\,ds + \int_{Robin} H g\phi_i\,ds

    with k, sigma and H constant in every cell or facet, and f, q and g linear (or constant where so
    given): with these the integrals are exact. Vertices with prescribed values have neither row nor
    column; what they contribute is on the right-hand side, which keeps A symmetric.

    References
    ----------
    G. Strang, G. Fix, "An Analysis of the Finite Element Method", Prentice-Hall, 1973.
    """
    parts = discretise(mesh, problem)
    conditions, space = parts.conditions, parts.space
    pattern = p1_pattern(space.cells, space.incidence, conditions.unknown)
    matrix = _matrix(parts, pattern)
    b = parts.source + parts.boundary_load()
    index: tuple[slice | NDArray[np.int32], ...] = (slice(None),)
    if conditions.prescribed is not None:
        if conditions.prescribed.any():
            b -= parts.product(conditions.prescribed)
        b, index = b[..., pattern.vertices], (pattern.vertices,)
    nullspace = mesh_null_space(parts, pattern)
    A = MatrixOperator(matrix, Semidefinite(nullspace))
    components = make_compatible(b, nullspace, A.unknowns, project=project) if nullspace else ()
    return LinearSystem(A, b, mesh, index, conditions.prescribed, components, problem)


def _matrix(parts: Parts, pattern: Pattern) -> "csr_array[Any]":
    from scipy.sparse import csr_array

    data = p1_assemble(parts.space.cells, parts.space.incidence, pattern, parts.edges, parts.masses)
    for contact in parts.conditions.contacts:
        if not contact.add_to_matrix(pattern, data):
            raise InputError(f"boundary '{contact.name}' has facets that belong to no cell; see Mesh.check")
    n = len(pattern.vertices)
    matrix: Any = csr_array((data, pattern.indices, pattern.indptr), shape=(n, n))
    matrix.has_canonical_format = True
    matrix.eliminate_zeros()
    return matrix  # type: ignore[no-any-return]
