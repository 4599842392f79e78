"""Files of meshes: the format is told by what the file begins with, then by its name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sciml._atomic import replacing
from sciml._errors import InputError
from sciml.mesh.mesh import Mesh

__all__ = ["MESH_SUFFIXES", "read_mesh", "write_mesh"]

MESH_SUFFIXES = (".msh", ".vtu", ".vtk", ".stl", ".off", ".ply", ".xdmf", ".inp", ".med", ".su2", ".bdf", ".mesh", ".e")


def read_mesh(path: str | Path) -> Mesh:
    """The mesh in a file of Gmsh (2.2, 4.1), VTK (.vtu, legacy .vtk), STL, OFF or PLY, or any meshlane reads.

    Named groups of cells become regions, those of facets boundaries. A flat mesh at constant z becomes one
    of the plane. Second-order elements, prisms, pyramids and polygons are refused.

    Parameters
    ----------
    path : str or Path
        File to read; its suffix matters only if its first bytes tell nothing.

    Raises
    ------
    InputError
        If there is no such file, it is damaged or truncated, or holds no such mesh.
    MissingDependencyError
        If another format needs meshlane, which is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sciml.mesh import box_mesh
    >>> with TemporaryDirectory() as folder:
    ...     write_mesh(box_mesh((2, 2)), Path(folder, "box.vtu"))
    ...     read_mesh(Path(folder, "box.vtu"))
    <Mesh 9 points in 2-D; 8 triangle; boundaries x-, x+, y-, y+>
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(512)
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); expected a mesh file") from None
    if not head:
        raise InputError(f"{path} is empty; expected a mesh file")
    with np.errstate(all="ignore"):  # what is no number in a damaged file is judged where it ends up
        return _reader(head, size, path.suffix.lower())(path)


def write_mesh(
    mesh: Mesh, path: str | Path, point_data: Mapping[str, Any] | None = None,
    cell_data: Mapping[str, Any] | None = None,
) -> None:
    """Write a mesh: .vtu by itself, other formats through meshlane.

    The file appears complete or not at all.

    Parameters
    ----------
    mesh : Mesh
    path : str or Path
        File to create or replace.
    point_data, cell_data : mapping of str to ndarray
        Arrays besides those of the mesh.

    Raises
    ------
    InputError
        If an array does not fit.
    MissingDependencyError
        If another format needs meshlane, which is not installed.
    """
    path = Path(path)
    with replacing(path) as (partial,):
        if path.suffix.lower() == ".vtu":
            from sciml.mesh.io.vtu import write_vtu

            write_vtu(partial, mesh, point_data, cell_data)
        else:
            from sciml.mesh.io.others import write_other

            full = mesh.replace(
                point_data={**mesh.point_data, **(point_data or {})}, cell_data={**mesh.cell_data, **(cell_data or {})}
            )
            write_other(partial, full)


def _reader(head: bytes, size: int, suffix: str) -> Callable[[Path], Mesh]:
    from sciml.mesh.io import gmsh, legacy_vtk, off, others, ply, stl, vtu

    text = head.lstrip()
    if text.startswith(b"$MeshFormat"):
        return gmsh.read_gmsh
    if text.startswith(b"<VTKFile") or (text.startswith(b"<?xml") and b"<VTKFile" in head):
        return vtu.read_vtu
    if text.startswith(b"# vtk DataFile"):
        return legacy_vtk.read_legacy_vtk
    if text.startswith(b"ply") and head[3:4].isspace():
        return ply.read_ply
    if text.split(None, 1)[:1] and text.split(None, 1)[0] in off.KEYWORDS:
        return off.read_off
    if stl.is_stl(head, size):
        return stl.read_stl
    own: dict[str, Callable[[Path], Mesh]] = {
        ".msh": gmsh.read_gmsh, ".vtu": vtu.read_vtu, ".vtk": legacy_vtk.read_legacy_vtk, ".ply": ply.read_ply,
        ".off": off.read_off, ".stl": stl.read_stl,
    }  # fmt: skip
    return own.get(suffix, others.read_other)
