"""Meshes of boxes."""

from typing import Literal

import numpy as np

from sciml._errors import InputError
from sciml.mesh.grid import AXES
from sciml.mesh.mesh import Facets, Mesh

__all__ = ["box_mesh"]

# Vertices of a quad and a hexahedron in steps along the axes.
_CORNERS = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))


def box_mesh(
    shape: tuple[int, ...], extent: tuple[float, ...] = (),
    kind: Literal["triangle", "quad", "tetra", "hexahedron"] | None = None,
) -> Mesh:
    """A box of equal cells with its sides named ``x-``, ``x+``, ``y-``, ...

    Parameters
    ----------
    shape : tuple of int
        Quads or hexahedra per axis, two or three axes.
    extent : tuple of float, optional
        Edge lengths; default 1 on every axis.
    kind : str, optional
        Type of the cells; default triangles or tetrahedra, two or six of them in a quad or hexahedron.

    Raises
    ------
    InputError
        If the numbers or the type do not fit.

    Examples
    --------
    >>> box_mesh((4, 2))
    <Mesh 15 points in 2-D; 16 triangle; boundaries x-, x+, y-, y+>
    """
    ndim = len(shape)
    kinds = ("quad", "triangle") if ndim == 2 else ("hexahedron", "tetra")
    extent = extent or (1.0,) * ndim
    if ndim not in (2, 3) or min(shape) < 1 or len(extent) != ndim or kind not in (None, *kinds):
        raise InputError(
            f"box of shape {shape}, extent {extent}, cells {kind}; expected two or three axes of at least one cell, "
            "as many lengths, and cells of that dimension"
        )
    vertex = np.arange(np.prod(np.add(shape, 1)), dtype=np.int32).reshape(np.add(shape, 1))
    corners = [
        vertex[tuple(slice(step, step + n) for step, n in zip(corner, shape, strict=False))].ravel()
        for corner in _CORNERS[: 2**ndim]
    ]
    axes = [np.linspace(0.0, length, n + 1) for length, n in zip(extent, shape, strict=True)]
    mesh = Mesh(
        np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, ndim),
        {kinds[0]: np.stack(corners, axis=1)},
    )
    mesh = mesh.replace(boundaries=_sides(mesh, extent))
    return mesh if kind == kinds[0] else mesh.simplices()


def _sides(mesh: Mesh, extent: tuple[float, ...]) -> dict[str, Facets]:
    ((kind, facets),) = mesh.boundary_facets().facets.items()
    at = mesh.points[facets]
    return {
        AXES[axis] + sign: {kind: facets[(at[:, :, axis] == end).all(axis=1)]}
        for axis, length in enumerate(extent)
        for sign, end in (("-", 0.0), ("+", length))
    }
