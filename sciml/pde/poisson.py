"""Poisson problems: -div(k grad u) + sigma u = f on a grid or a mesh becomes A u = b."""

from collections.abc import Mapping
from typing import overload

from sciml._errors import InputError
from sciml.mesh import Grid, Mesh
from sciml.pde.fields import CoefficientLike, FieldLike
from sciml.pde.grid_poisson import grid_poisson
from sciml.pde.system import GridSystem, MeshSystem, Problem

__all__ = ["poisson"]


@overload
def poisson(
    domain: Grid, coefficient: CoefficientLike = 1.0, source: FieldLike = 1.0, *,
    shift: FieldLike = 0.0, project: bool = False,
) -> GridSystem: ...
@overload
def poisson(
    domain: Mesh, coefficient: CoefficientLike | Mapping[str, FieldLike] = 1.0,
    source: FieldLike | Mapping[str, FieldLike] = 1.0, *,
    shift: FieldLike | Mapping[str, FieldLike] = 0.0, project: bool = False,
) -> MeshSystem: ...
def poisson(
    domain: Grid | Mesh,
    coefficient: CoefficientLike | Mapping[str, FieldLike] = 1.0,
    source: FieldLike | Mapping[str, FieldLike] = 1.0,
    *,
    shift: FieldLike | Mapping[str, FieldLike] = 0.0,
    project: bool = False,
) -> GridSystem | MeshSystem:
    """Discretise ``-div(k grad u) + sigma u = f`` to second order: finite volumes on grids, linear elements on meshes.

    Parameters
    ----------
    domain : Grid or Mesh
        With its boundary conditions; what has none is ``dirichlet`` 0. Quads and hexahedra are cut into
        triangles and tetrahedra.
    coefficient : float, str, array, or a tuple of these, one per axis
        k > 0: a number, an expression in x, y, z, or an array. On a grid at the unknowns, of shape
        ``grid.shape``. On a mesh constant in every cell: expressions are evaluated at centroids (of the
        simplices); arrays hold ``n_cells`` entries, or ``n_points``, which are averaged; a mapping gives
        one of these for each region; symmetric tensors come as an array (d, d) or (n_cells, d, d).
    source : float, str or array
        f: on a grid at the unknowns, of shape ``grid.shape``. On a mesh at the vertices, linear in every
        cell, or one value a cell (an array of ``n_cells`` entries or a mapping of regions). A leading
        axis means several right-hand sides.
    shift : float, str or array
        sigma >= 0; on a mesh one value a cell, given as the coefficient is.
    project : bool
        Subtract the mean of a source that does not balance where nothing fixes the level of u, without
        an error (nothing fixes it anywhere) or a warning (some components are held).

    Returns
    -------
    LinearSystem
        The symmetric operator (a stencil, or a sparse matrix over the vertices without a prescribed value),
        the right-hand side, and the way back to the domain.

    Raises
    ------
    InputError
        If a value is not finite, k <= 0, sigma < 0, shapes or names do not fit, a cell of the mesh is
        inverted or degenerate, or every component floats and the source does not balance.

    Warns
    -----
    FloatingWarning
        If some components float, others do not, and the source does not balance on one that does (relative
        defect above 1e-6 in ``LinearSystem.components``).

    Notes
    -----
    Grids: `sciml.pde.grid_poisson`; meshes: `sciml.pde.p1.poisson`. On a mesh ``b`` holds integrals over
    hat functions, on a grid it is divided by the volume of a cell. Arrays with as many entries as there are
    cells and points alike mean cells, for the source points. Values of Dirichlet boundaries of a mesh
    are given for all points, of Neumann and Robin boundaries for all points or for the facets. Where
    boundaries meet Dirichlet wins, of several the later condition.

    Examples
    --------
    >>> from sciml.mesh import Boundary, box_mesh
    >>> system = poisson(Grid((4,)), source=2.0)
    >>> system.A.shape, system.b
    ((4, 4), array([2., 2., 2., 2.]))
    >>> mesh = box_mesh((2, 2)).with_conditions({"x+": Boundary("neumann", 1.0)})
    >>> system = poisson(mesh, source=0.0)
    >>> system.A.tocsr().toarray(), system.b
    (array([[ 4., -1.],
           [-1.,  2.]]), array([0. , 0.5]))
    """
    if isinstance(domain, Mesh):
        from sciml.pde.p1.poisson import mesh_poisson

        return mesh_poisson(domain, Problem(coefficient, source, shift), project=project)
    for name, given in (("coefficient", coefficient), ("source", source), ("shift", shift)):
        if isinstance(given, Mapping):
            raise InputError(f"{name} is a mapping of regions; a grid takes a number, an expression or an array")
    return grid_poisson(domain, coefficient, source, shift=shift, project=project)  # type: ignore[arg-type]
