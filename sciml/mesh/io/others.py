"""Further formats through meshlane (extra ``mesh``)."""

from pathlib import Path

from sciml._errors import InputError
from sciml._optional import require
from sciml.mesh.convert import from_meshio, meshio_parts
from sciml.mesh.mesh import Mesh

__all__ = ["read_other", "write_other"]

_INSTALL = "'sciml-kit[mesh]'"


def read_other(path: Path) -> Mesh:
    """A mesh in a format that meshlane tells by the suffix.

    Raises
    ------
    InputError
        If meshlane cannot read it or it holds other elements.
    MissingDependencyError
        If meshlane is not installed.
    """
    meshlane = require("meshlane", _INSTALL)
    try:
        found = meshlane.read(path)
    except (Exception, SystemExit) as error:  # the parsers fail in many ways on damaged files
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{path} cannot be read as a mesh ({reason}); save it as .msh (Gmsh 4.1) or .vtu") from None
    try:
        return from_meshio(found)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def write_other(path: Path, mesh: Mesh) -> None:
    """Write in a format that meshlane tells by the suffix.

    Raises
    ------
    InputError
        If meshlane cannot write it.
    MissingDependencyError
        If meshlane is not installed.
    """
    meshlane = require("meshlane", _INSTALL)
    try:
        # By its suffix alone .msh could be a mesh of Ansys.
        file_format = "gmsh" if path.suffix.lower() == ".msh" else None
        meshlane.Mesh(**meshio_parts(mesh)).write(path, file_format)
    except (Exception, SystemExit) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"a mesh cannot be written as '{path.suffix}' ({reason}); use .vtu") from None
