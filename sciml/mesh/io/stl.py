"""STL surfaces, text and binary; points that coincide are merged."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.io._assemble import Block, assemble
from sciml.mesh.io._stream import damaged, text_numbers
from sciml.mesh.mesh import Mesh

__all__ = ["is_stl", "read_stl"]

_FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_TEXT = re.compile(rb"\s*solid\b[^\n]*\n\s*(facet|endsolid)", re.IGNORECASE)


def is_stl(head: bytes, size: int) -> bool:
    """Whether the first bytes and the size are those of an STL file."""
    counted = len(head) >= 84 and size == 84 + 50 * int.from_bytes(head[80:84], "little")
    return counted or _TEXT.match(head) is not None


def read_stl(path: Path) -> Mesh:
    """The triangles of an STL file; points of equal coordinates become one, and normals are left out.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    data = path.read_bytes()
    counted = len(data) >= 84 and len(data) == 84 + 50 * int.from_bytes(data[80:84], "little")
    if not counted and _TEXT.match(data):
        corners = _from_text(path, data)
    else:
        if not counted:
            announced = int.from_bytes(data[80:84], "little") if len(data) >= 84 else 0
            raise damaged(path, "byte 80", f"{84 + 50 * announced} bytes for {announced} triangles, not {len(data)}")
        corners = np.frombuffer(data, _FACET, offset=84)["corners"].reshape(-1, 3).astype(np.float64)
    points, vertices = merge_points(corners)
    return assemble(path, points, [Block("triangle", vertices.reshape(-1, 3))])


def _from_text(path: Path, data: bytes) -> NDArray[np.float64]:
    rows = re.findall(rb"^[ \t]*vertex[ \t]+([^\n]*)$", data, re.IGNORECASE | re.MULTILINE)
    loops = len(re.findall(rb"^[ \t]*endloop\b", data, re.IGNORECASE | re.MULTILINE))
    text = b"\n".join(rows)
    values = text_numbers(path, text, 0, len(text), "f8")
    if len(values) != 9 * loops or len(rows) != 3 * loops or not data.rstrip().lower().rpartition(b"\n")[2].strip(
    ).startswith(b"endsolid"):
        raise damaged(path, "its facets", "three vertices of three coordinates in each loop and a last line 'endsolid'")
    return values.reshape(-1, 3)


def merge_points(corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Different rows in the order of first appearance, and the number of each row's point.

    Examples
    --------
    >>> merge_points(np.array([[1.0, 0, 0], [0, 0, 0], [1, -0.0, 0]]))[1]
    array([0, 1, 0])
    """
    bits = np.ascontiguousarray(corners + 0.0).view(np.uint64)  # -0.0 + 0.0 is 0.0
    odd = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
    mixed = ((bits ^ (bits >> np.uint64(32))) * odd).sum(axis=1, dtype=np.uint64)
    _, first, names = np.unique(mixed, return_index=True, return_inverse=True)
    if not np.array_equal(bits[first][names], bits):  # two points with one hash
        _, first, names = np.unique(bits, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return corners[first[order]] + 0.0, rank[names.ravel()]
