"""Nodes and elements of Gmsh format 2."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.io._gmsh_nodes import Nodes
from sciml.mesh.io._gmsh_types import element_type
from sciml.mesh.io._stream import BinaryStream, Stream, TextStream, damaged
from sciml.mesh.mesh import Mesh
from sciml.mesh.mesh_checks import duplicates

__all__ = ["elements_2", "merged", "nodes_2"]

_NODE = np.dtype([("tag", "i4"), ("at", "f8", 3)])
Elements = Iterator[tuple[str, NDArray[Any], NDArray[Any]]]


def nodes_2(stream: Stream) -> Nodes:
    """``number x y z`` a node; in binary files the count before them is text."""
    if isinstance(stream, BinaryStream):
        n = _text_count(stream)
        raw = stream.take("u1", n * _NODE.itemsize, "bytes of nodes").view(_NODE.newbyteorder(stream.order))
        return Nodes([raw["tag"]], [raw["at"]])
    (n,) = stream.take("i8", 1, "count of nodes").tolist()
    rows = stream.take("f8", 4 * n, "numbers of nodes").reshape(-1, 4)
    return Nodes([rows[:, 0]], [rows[:, 1:]])


def elements_2(path: Path, stream: Stream) -> Elements:
    """Type, nodes and physical groups of runs of like elements."""
    if isinstance(stream, BinaryStream):
        yield from _binary(path, stream)
    else:
        assert isinstance(stream, TextStream)
        (n,) = stream.take("i8", 1, "count of elements").tolist()
        yield from _text(path, stream.values, n)


def merged(mesh: Mesh) -> Mesh:
    """Cells that the format lists once for each of their groups, once."""
    again = duplicates(mesh)
    if not len(again):
        return mesh
    first = np.arange(mesh.n_cells)
    for kind, block in mesh.cells.items():
        _, rows, names = np.unique(np.sort(block, axis=1), axis=0, return_index=True, return_inverse=True)
        first[mesh.starts[kind] : mesh.starts[kind] + len(block)] = mesh.starts[kind] + rows[names.ravel()]
    kept = first == np.arange(mesh.n_cells)
    number = np.cumsum(kept) - 1
    return mesh.replace(
        cells={kind: block[kept[mesh.starts[kind] :][: len(block)]] for kind, block in mesh.cells.items()},
        regions={name: np.unique(number[first[cells]]) for name, cells in mesh.regions.items()},
        cell_data={name: values[kept] for name, values in mesh.cell_data.items()},
    )


def _binary(path: Path, stream: BinaryStream) -> Elements:
    total = _text_count(stream)
    while total > 0:
        code, n, n_tags = stream.take("i4", 3, "type, count and tags").tolist()
        kind, width = element_type(path, code)
        if n < 1 or n_tags < 0:
            raise damaged(path, f"byte {stream.position}", "a block of at least one element")
        rows = stream.take("i4", n * (1 + n_tags + width), f"numbers of {kind} elements").reshape(n, -1)
        yield kind, rows[:, 1 + n_tags :], np.abs(rows[:, 1]) if n_tags else np.zeros(n, np.int64)
        total -= n
    if total:
        raise damaged(path, f"byte {stream.position}", "as many elements as announced")


def _text(path: Path, values: NDArray[np.int64], total: int) -> Elements:
    """Rows ``number type tags.. nodes..`` come in runs of equal type and number of tags."""
    at = 1
    while total > 0:
        if at + 3 > len(values):
            raise damaged(path, "$Elements", f"{total} more elements")
        code, n_tags = values[at + 1 : at + 3].tolist()
        kind, width = element_type(path, code)
        length = 3 + n_tags + width
        room = min(total, (len(values) - at) // length) if n_tags >= 0 else 0
        if room < 1:
            raise damaged(path, "$Elements", f"{total} more elements")
        rows = values[at : at + room * length].reshape(room, length)
        n = _run(rows, code, n_tags)
        yield kind, rows[:n, 3 + n_tags :], np.abs(rows[:n, 3]) if n_tags else np.zeros(n, np.int64)
        at += n * length
        total -= n
    if at != len(values):
        raise damaged(path, "$Elements", "as many elements as announced")


def _run(rows: NDArray[np.int64], code: int, n_tags: int) -> int:
    """How many rows from the first on have this type; looks ahead in growing steps."""
    n, step = 1, 16
    while n < len(rows):
        part = rows[n : n + step]
        differs = (part[:, 1] != code) | (part[:, 2] != n_tags)
        if differs.any():
            return n + int(differs.argmax())
        n, step = n + len(part), 2 * step
    return n


def _text_count(stream: BinaryStream) -> int:
    end = stream.data.find(b"\n", stream.position, stream.position + 24)
    text = stream.data[stream.position : max(end, stream.position)]
    if not text.strip().isdigit():
        raise damaged(stream.path, f"byte {stream.position}", "a count on a line of its own")
    stream.position = end + 1
    return int(text)
