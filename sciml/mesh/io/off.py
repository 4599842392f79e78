"""OFF surfaces."""

from pathlib import Path

import numpy as np

from sciml.mesh.io._assemble import assemble
from sciml.mesh.io._polygons import counted_rows, surface_blocks
from sciml.mesh.io._stream import damaged, text_numbers
from sciml.mesh.mesh import Mesh

__all__ = ["KEYWORDS", "read_off"]

KEYWORDS = (b"OFF", b"NOFF", b"COFF", b"CNOFF")


def read_off(path: Path) -> Mesh:
    """The triangles and quads of an OFF file; normals and colours are left out.

    Raises
    ------
    InputError
        If the file is damaged, binary, or has other polygons.
    """
    data = b"\n".join(line.split(b"#", 1)[0] for line in path.read_bytes().split(b"\n"))
    keyword = data.split(None, 1)[0] if data.split(None, 1) else b""
    if keyword not in KEYWORDS:
        raise damaged(path, "line 1", "the keyword OFF")
    begin = data.index(keyword) + len(keyword)
    lines = [line for line in data[begin:].split(b"\n") if line.strip()]
    counts = lines[0].split() if lines else []
    if len(counts) not in (2, 3) or not all(word.isdigit() and len(word) < 19 for word in counts):
        raise damaged(path, "its counts", "numbers of vertices, faces and edges in text")
    n_points, n_faces = int(counts[0]), int(counts[1])
    if n_points + n_faces > len(lines) - 1:
        raise damaged(path, "its counts", f"{n_points} vertices and {n_faces} faces, {len(lines) - 1} lines follow")
    text = b"\n".join(lines[1 : 1 + n_points])
    values = text_numbers(path, text, 0, len(text), "f8")
    if n_points == 0 or len(values) % n_points or len(values) < 3 * n_points:
        raise damaged(path, "its vertices", f"{n_points} lines of at least three coordinates")
    # Colours after the vertices of a face have no fixed number, so lines are cut to what the count says.
    faces = b"\n".join(_vertices(line) for line in lines[1 + n_points : 1 + n_points + n_faces])
    rows = text_numbers(path, faces, 0, len(faces), "i8")
    begins = counted_rows(path, rows, n_faces)
    blocks = surface_blocks(path, rows, begins[:-1] + 1, np.diff(begins) - 1)
    return assemble(path, values.reshape(n_points, -1)[:, :3], blocks)


def _vertices(line: bytes) -> bytes:
    words = line.split()
    return b" ".join(words[: 1 + int(words[0])]) if words[0].isdigit() and len(words[0]) < 9 else line
