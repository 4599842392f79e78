"""Element types of Gmsh."""

from pathlib import Path

from sciml._errors import InputError

__all__ = ["element_type"]

_TYPES = {15: ("vertex", 1), 1: ("line", 2), 2: ("triangle", 3), 3: ("quad", 4), 4: ("tetra", 4), 5: ("hexahedron", 8)}
_OTHERS = {6: "prisms", 7: "pyramids"}


def element_type(path: Path, code: int) -> tuple[str, int]:
    """Name and number of vertices.

    Raises
    ------
    InputError
        For second-order elements and types without a counterpart.
    """
    if code in _TYPES:
        return _TYPES[code]
    if code in _OTHERS:
        raise InputError(f"{path} holds {_OTHERS[code]} (type {code}); expected triangles, quads, tetra-, hexahedra")
    if 8 <= code <= 140:
        raise InputError(
            f"{path} holds elements of second or higher order (type {code}); mesh again with Mesh.ElementOrder = 1"
        )
    raise InputError(f"{path} holds elements of type {code}, which Gmsh does not have; export the mesh again")
