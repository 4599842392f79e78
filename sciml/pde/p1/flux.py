"""Gradients and fluxes of functions that are linear in every simplex."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml.kernels.p1_gradient import p1_gradient
from sciml.mesh import Mesh
from sciml.pde.p1.fields import read_coefficient
from sciml.pde.p1.simplices import Simplices, cut_to_simplices
from sciml.pde.system import MeshSystem

__all__ = ["gradient", "mesh_flux"]

Array = NDArray[np.float64]


def gradient(mesh: Mesh, u: ArrayLike) -> Array:
    """Gradient of a field in every cell.

    Parameters
    ----------
    mesh : Mesh
    u : ndarray, shape (n_points,) or (batch, n_points)
        Values at the vertices, as `LinearSystem.expand` gives them.

    Returns
    -------
    ndarray of float64, shape (n_cells, ndim) or (batch, n_cells, ndim)
        Of a quad or hexahedron the mean over the simplices it is cut into.

    Raises
    ------
    InputError
        If the shape does not fit, or the cells are surfaces in space.

    Examples
    --------
    >>> from sciml.mesh import box_mesh
    >>> mesh = box_mesh((1, 1))
    >>> gradient(mesh, 2 * mesh.points[:, 0] + 3)
    array([[2., 0.],
           [2., 0.]])
    """
    space = cut_to_simplices(mesh)
    return _averaged(space, _gradients(space, u))


def mesh_flux(system: MeshSystem, x: ArrayLike) -> Array:
    """Flux density -k grad u in every cell; see `sciml.pde.flux`."""
    space = cut_to_simplices(system.domain)
    k = read_coefficient(space, system.data().coefficient)
    slopes = _gradients(space, system.expand(np.asarray(x, dtype=np.float64)))
    if k.shape[1] == 1:
        return _averaged(space, -k * slopes)
    d = space.ndim
    full = np.empty((len(k), d, d))
    a, b = np.triu_indices(d)
    full[:, a, b] = full[:, b, a] = k
    return _averaged(space, -np.einsum("...ab,...b->...a", full, slopes))


def _gradients(space: Simplices, given: ArrayLike) -> Array:
    u = np.asarray(real_array("field", given), dtype=np.float64)
    mesh, n = space.mesh, space.mesh.n_points
    if u.ndim not in (1, 2) or u.shape[-1] != n:
        raise InputError(f"field of shape {u.shape} does not match the mesh; expected ({n},) or (batch, {n})")
    out = np.empty((*u.shape[:-1], len(space.cells), space.ndim))
    pairs = zip(out.reshape(-1, len(space.cells), space.ndim), u.reshape(-1, n), strict=True)
    for target, row in pairs:
        target[:] = p1_gradient(mesh.points, space.cells, row)
    return out


def _averaged(space: Simplices, values: Array) -> Array:
    """Means over the parts of each given cell, weighted with their volumes."""
    if space.parents is None:
        return values
    volumes = space.mesh.volumes()
    first = np.flatnonzero(np.diff(space.parents, prepend=-1))
    totals = np.add.reduceat(values * volumes[:, None], first, axis=-2)
    return np.asarray(totals / np.add.reduceat(volumes, first)[:, None])
