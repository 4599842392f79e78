"""VTK unstructured grids (.vtu), read and written; ParaView and VTK open them."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml.mesh.io._assemble import Block, assemble
from sciml.mesh.io._stream import damaged
from sciml.mesh.io._vtk_cells import VTK_TYPES, vtk_blocks
from sciml.mesh.io._vtk_xml import XmlArray, XmlFile
from sciml.mesh.mesh import Mesh

__all__ = ["read_vtu", "write_vtu"]

_NAMES = {"f8": "Float64", "f4": "Float32", "i1": "Int8", "u1": "UInt8", "i2": "Int16", "u2": "UInt16", "i4": "Int32",
          "u4": "UInt32", "i8": "Int64", "u8": "UInt64"}  # fmt: skip
_NUMBERS = {kind: number for number, (kind, order) in VTK_TYPES.items() if order == tuple(range(len(order)))}
# Field data that other programs pass over: named sets of cells and facets.
_REGION, _BOUNDARY = "region:", "boundary:"


def write_vtu(
    path: Path, mesh: Mesh, point_data: Mapping[str, Any] | None = None, cell_data: Mapping[str, Any] | None = None,
) -> None:
    """Write a mesh with its data, regions and boundaries.

    Parameters
    ----------
    path : Path
        File to create.
    mesh : Mesh
        Regions and boundaries are kept as field data; conditions are not.
    point_data, cell_data : mapping of str to ndarray
        More arrays with a leading axis over points or cells.

    Raises
    ------
    InputError
        If an array has another length or a dtype VTK does not know.

    Notes
    -----
    Arrays are appended as they are in memory, without compression. Vectors of the plane get a zero component.

    References
    ----------
    The "VTK XML file formats" chapter of VTK's documentation.
    """
    from xml.sax.saxutils import quoteattr  # pulls in the whole of urllib

    widths = [block.shape[1] for block in mesh.cells.values()]
    counts = [len(block) for block in mesh.cells.values()]
    connectivity = np.concatenate([block.ravel() for block in mesh.cells.values()])
    sections: dict[str, dict[str, NDArray[Any]]] = {
        "FieldData": _sets(mesh),
        "Points": {"Points": _in_space(mesh.points)},
        "Cells": {
            "connectivity": connectivity,
            "offsets": np.cumsum(np.repeat(widths, counts)),
            "types": np.repeat(np.array([_NUMBERS[kind] for kind in mesh.cells], np.uint8), counts),
        },
        "PointData": _arrays("point data", {**mesh.point_data, **(point_data or {})}, mesh.n_points),
        "CellData": _arrays("cell data", {**mesh.cell_data, **(cell_data or {})}, mesh.n_cells),
    }
    header, offset = {}, 0
    for section, arrays in sections.items():
        lines = []
        for name, values in arrays.items():
            tuples = f' NumberOfTuples="{len(values)}"' if section == "FieldData" else ""
            lines.append(
                f'<DataArray type="{_NAMES[values.dtype.str[1:]]}" Name={quoteattr(name)}{tuples} '
                f'NumberOfComponents="{values.size // max(len(values), 1) or 1}" format="appended" offset="{offset}"/>'
            )
            offset += 8 + values.nbytes
        header[section] = "\n".join([f"<{section}>", *lines, f"</{section}>"])
    with path.open("wb") as file:
        file.write(_opening(mesh, header).encode())
        for arrays in sections.values():
            for values in arrays.values():
                file.write(struct.pack("<Q", values.nbytes))
                values.tofile(file)
        file.write(b"\n</AppendedData>\n</VTKFile>\n")


def read_vtu(path: Path) -> Mesh:
    """The mesh of a .vtu file: all pieces, cell by type, with its data.

    Elements of one dimension less than the cells become boundaries; they go by the number in the cell data
    ``gmsh:physical``, else by their type.

    Raises
    ------
    InputError
        If the file is damaged or holds other elements.
    """
    file = XmlFile(path, path.read_bytes())
    if file.root.get("type") != "UnstructuredGrid":
        given = file.root.get("type", "no type")
        raise InputError(f"{path} is a VTK file of {given}; expected an UnstructuredGrid (.vtu) for a mesh")
    pieces = [_piece(file, piece) for piece in range(len(file.pieces))]
    if not pieces:
        raise damaged(path, "its <UnstructuredGrid> element", "at least one <Piece>")
    starts = np.cumsum([0, *(len(points) for points, _, _ in pieces)])
    blocks = [
        Block(block.kind, block.vertices + start if start else block.vertices, block.groups, block.data)
        for (_, found, _), start in zip(pieces, starts.tolist(), strict=False)
        for block in found
    ]
    names = [name for name in pieces[0][2] if all(name in data for _, _, data in pieces)]
    point_data = {name: np.concatenate([data[name] for _, _, data in pieces]) for name in names}
    mesh = assemble(path, np.concatenate([points for points, _, _ in pieces]), blocks, point_data)
    return _with_sets(mesh, file)


def _piece(file: XmlFile, piece: int) -> tuple[NDArray[Any], list[Block], dict[str, NDArray[Any]]]:
    """Points, elements and point data."""
    n_points, n_cells = (file.count(piece, name) for name in ("NumberOfPoints", "NumberOfCells"))
    arrays = [array for array in file.arrays if array.piece == piece]
    points = [_rows(file, array, n_points) for array in arrays if array.section == "Points"]
    if len(points) != 1 or points[0].shape[1:] != (3,):
        raise damaged(file.path, "<Points>", "one array of three coordinates a point")
    cells = {a.attributes.get("Name", ""): file.values(a, 8 * n_cells) for a in arrays if a.section == "Cells"}
    if not {"connectivity", "offsets", "types"} <= cells.keys():
        raise damaged(file.path, "<Cells>", "arrays connectivity, offsets and types")
    types, ends = cells["types"].ravel(), cells["offsets"].ravel()
    if len(types) != n_cells:
        raise damaged(file.path, "<Cells>", f"{n_cells} types as announced, it has {len(types)}")
    offsets = np.concatenate([[0], ends]).astype(np.int64)
    data = {
        section: {
            a.attributes.get("Name", ""): _rows(file, a, count)
            for a in arrays if a.section == section and a.attributes.get("type") != "String"
        }
        for section, count in (("PointData", n_points), ("CellData", n_cells))
    }  # fmt: skip
    blocks = vtk_blocks(file.path, types, cells["connectivity"].ravel(), offsets, data["CellData"])
    return points[0], blocks, data["PointData"]


def _rows(file: XmlFile, array: XmlArray, count: int) -> NDArray[Any]:
    width = array.attributes.get("NumberOfComponents", "1")
    limit = count * (int(width) if width.isascii() and width.isdigit() and len(width) < 10 else 1)
    values = file.values(array, limit)
    if len(values) != count:
        name = array.attributes.get("Name", array.section)
        raise damaged(file.path, f"array '{name}'", f"{count} rows as announced, it has {len(values)}")
    return values


def _in_space(values: NDArray[Any]) -> NDArray[Any]:
    if values.ndim == 2 and values.shape[1] == 2:
        values = np.concatenate([values, np.zeros((len(values), 1), values.dtype)], axis=1)
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))


def _arrays(what: str, given: Mapping[str, Any], count: int) -> dict[str, NDArray[Any]]:
    result = {}
    for name, values in given.items():
        array = real_array(f"{what} '{name}'", values)
        array = array.astype(np.uint8) if array.dtype == np.bool_ else array
        if array.ndim == 0 or len(array) != count:
            raise InputError(f"{what} '{name}' has shape {array.shape}; expected a leading axis of {count}")
        if array.dtype.str[1:] not in _NAMES:
            raise InputError(f"{what} '{name}' has dtype {array.dtype}, which VTK does not know; use float64")
        result[name] = _in_space(array.reshape(count, -1) if array.ndim > 2 else array)
    return result


def _sets(mesh: Mesh) -> dict[str, NDArray[Any]]:
    sets: dict[str, NDArray[Any]] = {_REGION + name: cells for name, cells in mesh.regions.items()}
    for name, facets in mesh.boundaries.items():
        sets |= {f"{_BOUNDARY}{kind}:{name}": rows for kind, rows in facets.items()}
    return sets


def _with_sets(mesh: Mesh, file: XmlFile) -> Mesh:
    regions, boundaries = dict(mesh.regions), {name: dict(facets) for name, facets in mesh.boundaries.items()}
    for array in file.arrays:
        name = array.attributes.get("Name", "")
        if array.section == "FieldData" and name.startswith(_REGION):
            regions[name.removeprefix(_REGION)] = file.values(array, mesh.n_cells)
        elif array.section == "FieldData" and name.startswith(_BOUNDARY):
            kind, _, name = name.removeprefix(_BOUNDARY).partition(":")
            boundaries.setdefault(name, {})[kind] = file.values(array, 24 * mesh.n_cells)
    try:
        return mesh.replace(regions=regions, boundaries=boundaries)
    except InputError as error:
        raise InputError(f"{file.path}: {error}") from None


def _opening(mesh: Mesh, sections: Mapping[str, str]) -> str:
    return "\n".join([
        '<?xml version="1.0"?>',
        '<VTKFile type="UnstructuredGrid" version="1.0" byte_order="LittleEndian" header_type="UInt64">',
        "<UnstructuredGrid>",
        sections["FieldData"],
        f'<Piece NumberOfPoints="{mesh.n_points}" NumberOfCells="{mesh.n_cells}">',
        *(sections[name] for name in ("Points", "Cells", "PointData", "CellData")),
        "</Piece>",
        "</UnstructuredGrid>",
        '<AppendedData encoding="raw">',
        "_",
    ])
