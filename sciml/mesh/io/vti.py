"""VTK image data (.vti): a uniform grid with its fields, readable by ParaView and VTK."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.grid import Grid

__all__ = ["write_vti"]

_VTK_TYPES = {"f8": "Float64", "f4": "Float32", "u1": "UInt8", "i4": "Int32", "i8": "Int64"}


def write_vti(path: Path, grid: Grid, fields: Mapping[str, NDArray[Any]]) -> None:
    """Write fields of a grid as cell data (cell grids) or point data (node grids).

    Parameters
    ----------
    path : Path
        File to create.
    grid : Grid
        Where the fields live.
    fields : mapping of str to ndarray
        Scalars of shape `grid.shape` or vectors of shape ``(ndim, *grid.shape)``.

    Raises
    ------
    InputError
        If a field has another shape or a dtype VTK does not know.

    Notes
    -----
    VTK runs fastest along x while the arrays here are contiguous along the last axis, so each
    field is transposed. Axes a 1-D or 2-D grid lacks get no thickness; vectors get zero components.

    References
    ----------
    W. Schroeder, K. Martin, B. Lorensen, The Visualization Toolkit, 4th ed., 2006, and the
    "VTK XML file formats" chapter of VTK's documentation.
    """
    from xml.sax.saxutils import quoteattr  # pulls in the whole of urllib

    blocks = {name: _block(name, values, grid) for name, values in fields.items()}
    header, offset = [], 0
    for name, block in blocks.items():
        kind, components = _VTK_TYPES[block.dtype.str[1:]], 3 if block.ndim == 2 else 1
        header.append(
            f'<DataArray type="{kind}" Name={quoteattr(name)} NumberOfComponents="{components}" '
            f'format="appended" offset="{offset}"/>'
        )
        offset += 8 + block.nbytes
    with path.open("wb") as file:
        file.write(_opening(grid, header).encode())
        for block in blocks.values():
            file.write(struct.pack("<Q", block.nbytes))
            block.tofile(file)
        file.write(b"\n</AppendedData>\n</VTKFile>\n")


def _block(name: str, values: NDArray[Any], grid: Grid) -> NDArray[Any]:
    """Values in VTK order: (points,) for scalars, (points, 3) for vectors."""
    if values.shape == grid.shape:
        flat = values.ravel(order="F")
    elif values.shape == (grid.ndim, *grid.shape):
        flat = np.zeros((grid.size, 3), values.dtype)
        for axis in range(grid.ndim):
            flat[:, axis] = values[axis].ravel(order="F")
    else:
        raise InputError(
            f"field '{name}' of shape {values.shape} does not fit; expected {grid.shape}, "
            f"or a leading axis of {grid.ndim} for a vector"
        )
    if flat.dtype.str[1:] not in _VTK_TYPES:
        raise InputError(f"field '{name}' of dtype {flat.dtype} cannot be stored in .vti; use float64")
    return np.ascontiguousarray(flat, dtype=flat.dtype.newbyteorder("<"))


def _opening(grid: Grid, arrays: list[str]) -> str:
    cells = grid.location == "cell"
    last = [n if cells else n - 1 for n in grid.shape] + [0] * (3 - grid.ndim)
    spacing = [*grid.spacing] + [1.0] * (3 - grid.ndim)
    extent = " ".join(f"0 {n}" for n in last)
    data = "CellData" if cells else "PointData"
    return "\n".join([
        '<?xml version="1.0"?>',
        '<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64">',
        f'<ImageData WholeExtent="{extent}" Origin="0 0 0" Spacing="{" ".join(map(repr, map(float, spacing)))}">',
        f'<Piece Extent="{extent}">',
        f"<{data}>", *arrays, f"</{data}>",
        "</Piece>",
        "</ImageData>",
        '<AppendedData encoding="raw">',
        "_",
    ])
