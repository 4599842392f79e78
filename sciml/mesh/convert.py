"""Meshes of other packages, by what their objects have, without importing them where possible."""

from itertools import pairwise
from typing import Any

import numpy as np

from sciml._errors import InputError
from sciml._optional import require
from sciml.mesh.io._assemble import DIMENSIONS, Block, assemble, numbered_groups
from sciml.mesh.io._vtk_cells import VTK_TYPES, vtk_blocks
from sciml.mesh.mesh import Mesh

__all__ = ["from_meshio", "from_pyvista", "from_skfem", "meshio_parts", "to_meshio", "to_pyvista", "to_skfem"]

_VTK = {kind: number for number, (kind, order) in VTK_TYPES.items() if order == tuple(range(len(order)))}
_SKFEM = {"MeshTri1": "triangle", "MeshQuad1": "quad", "MeshTet1": "tetra", "MeshHex1": "hexahedron"}
# Vertices of a hexahedron of scikit-fem in the order here.
_SKFEM_HEXAHEDRON = [0, 1, 4, 2, 3, 5, 7, 6]


def from_meshio(given: Any) -> Mesh:
    """A mesh from an object of meshio or meshlane; named sets and Gmsh's groups become regions and boundaries.

    Raises
    ------
    InputError
        If it holds other elements, or names facets that bound no cell.
    """
    names = {
        (int(value[1]), int(value[0])): name
        for name, value in getattr(given, "field_data", {}).items()
        if np.shape(value) == (2,)
    }
    blocks = []
    for i, cells in enumerate(given.cells):
        if cells.type not in DIMENSIONS:
            raise InputError(f"the mesh holds '{cells.type}'; expected {', '.join(DIMENSIONS)} of first order")
        data = {name: np.asarray(values[i]) for name, values in given.cell_data.items()}
        groups: dict[str, Any] = {}
        if "gmsh:physical" in data:
            groups |= numbered_groups(data["gmsh:physical"], DIMENSIONS[cells.type], names)
        for name, sets in getattr(given, "cell_sets", {}).items():
            if not name.startswith("gmsh:") and sets[i] is not None and len(sets[i]):
                groups[name] = np.asarray(sets[i]).astype(np.int64)
        blocks.append(Block(cells.type, np.asarray(cells.data), groups, data))
    return assemble("the mesh", np.asarray(given.points), blocks, given.point_data)


def meshio_parts(mesh: Mesh) -> dict[str, Any]:
    """Arguments of the mesh class of meshio and meshlane; facets are cells of their own there.

    Cell data of facets are zero, since each block needs all data.
    """
    cells = list(mesh.cells.items())
    ends = np.cumsum([len(block) for _, block in cells])[:-1]
    data = {name: np.split(values, ends) for name, values in mesh.cell_data.items()}
    sides = [(name, kind, rows) for name, facets in mesh.boundaries.items() for kind, rows in facets.items()]
    sets: dict[str, list[Any]] = {}
    for name, region in mesh.regions.items():
        starts = [0, *ends.tolist(), mesh.n_cells]
        parts = [region[(region >= a) & (region < b)] - a for a, b in pairwise(starts)]
        sets[name] = [*parts, *(np.empty(0, np.int64) for _ in sides)]
    for i, (name, _, rows) in enumerate(sides):
        parts = sets.setdefault(name, [np.empty(0, np.int64) for _ in range(len(cells) + len(sides))])
        parts[len(cells) + i] = np.arange(len(rows))
    for values in data.values():
        values += [np.zeros((len(rows), *values[0].shape[1:]), values[0].dtype) for _, _, rows in sides]
    return {
        "points": mesh.points, "cells": cells + [(kind, rows) for _, kind, rows in sides],
        "point_data": dict(mesh.point_data), "cell_data": data, "cell_sets": sets,
    }  # fmt: skip


def to_meshio(mesh: Mesh) -> Any:
    """An object of meshlane, which has the interface of meshio; arrays are shared.

    Raises
    ------
    MissingDependencyError
        If meshlane is not installed.
    """
    return require("meshlane", "'sciml-kit[mesh]'").Mesh(**meshio_parts(mesh))


def from_pyvista(given: Any) -> Mesh:
    """A mesh from an unstructured grid or polygonal data of pyvista, with its point and cell data.

    Raises
    ------
    InputError
        If it holds other elements.
    """
    if not hasattr(given, "celltypes"):
        given = given.cast_to_unstructured_grid()
    data = {name: np.asarray(given.cell_data[name]) for name in given.cell_data}
    offsets = given.cell_offsets if hasattr(given, "cell_offsets") else given.offset  # named so before pyvista 0.49
    blocks = vtk_blocks("the mesh", given.celltypes, given.cell_connectivity, offsets, data)
    point_data = {name: np.asarray(given.point_data[name]) for name in given.point_data}
    return assemble("the mesh", np.asarray(given.points), blocks, point_data)


def to_pyvista(mesh: Mesh) -> Any:
    """An unstructured grid of pyvista with the data of the mesh; pyvista keeps vertices in a layout of its own.

    Raises
    ------
    MissingDependencyError
        If pyvista is not installed.
    """
    pyvista = require("pyvista", "pyvista")
    points = mesh.points if mesh.ndim == 3 else np.pad(mesh.points, ((0, 0), (0, 1)))
    grid = pyvista.UnstructuredGrid({_VTK[kind]: block for kind, block in mesh.cells.items()}, points)
    for name, values in mesh.point_data.items():
        grid.point_data[name] = values
    for name, values in mesh.cell_data.items():
        grid.cell_data[name] = values
    return grid


def from_skfem(given: Any) -> Mesh:
    """A mesh from one of scikit-fem (triangles, quads, tetrahedra, hexahedra) with its boundaries and subdomains.

    Raises
    ------
    InputError
        For another class of meshes.
    """
    kind = _SKFEM.get(type(given).__name__)
    if kind is None:
        raise InputError(f"a {type(given).__name__} cannot be converted; expected {', '.join(_SKFEM)}")
    cells = given.t.T[:, _SKFEM_HEXAHEDRON] if kind == "hexahedron" else given.t.T
    facet = {"tetra": "triangle", "hexahedron": "quad"}.get(kind, "line")
    return Mesh(
        given.p.T, {kind: cells},
        boundaries={
            name: {facet: given.facets.T[np.asarray(rows)]} for name, rows in (given.boundaries or {}).items()
        },
        regions=given.subdomains or {},
    )  # fmt: skip


def to_skfem(mesh: Mesh) -> Any:
    """A mesh of scikit-fem with boundaries and subdomains.

    Raises
    ------
    InputError
        If the mesh has cells of two types or is a surface in space.
    MissingDependencyError
        If scikit-fem is not installed.
    """
    if len(mesh.cells) > 1 or mesh.ndim != mesh.dimension:
        raise InputError(f"scikit-fem has no class for {mesh!r}; expected cells of one type that fill the space")
    skfem = require("skfem", "scikit-fem")
    ((kind, cells),) = mesh.cells.items()
    name = next(name for name, ours in _SKFEM.items() if ours == kind)
    order = np.argsort(_SKFEM_HEXAHEDRON) if kind == "hexahedron" else slice(None)
    found = getattr(skfem, name)(np.ascontiguousarray(mesh.points.T), np.ascontiguousarray(cells[:, order].T))
    if mesh.regions:
        found = found.with_subdomains({region: np.array(rows) for region, rows in mesh.regions.items()})
    sides = {side: _skfem_facets(found, facets) for side, facets in mesh.boundaries.items()}
    return found.with_boundaries(sides) if sides else found


def _skfem_facets(found: Any, facets: Any) -> Any:
    """Numbers of the facets with these vertices."""
    rows = np.sort(np.concatenate(list(facets.values())), axis=1)
    known = np.sort(found.facets.T, axis=1)
    _, names = np.unique(np.concatenate([known, rows]), axis=0, return_inverse=True)
    number = np.full(len(known) + len(rows), -1)
    number[names.ravel()[: len(known)]] = np.arange(len(known))
    return number[names.ravel()[len(known) :]]
