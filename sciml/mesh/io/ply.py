"""PLY surfaces, text and binary of either byte order."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io._assemble import Block, assemble
from sciml.mesh.io._polygons import counted_rows, surface_blocks
from sciml.mesh.io._stream import damaged, text_numbers
from sciml.mesh.mesh import Mesh

__all__ = ["read_ply"]

_TYPES = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4", "float": "f4",
    "double": "f8",
    "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4", "float32": "f4",
    "float64": "f8",
}  # fmt: skip
_FORMATS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


@dataclass
class _Element:
    name: str
    count: int
    scalars: list[tuple[str, str]]
    # Types of the count and the entries of a list, and the number of scalars before it.
    of_list: tuple[str, str, int] | None = None


def read_ply(path: Path) -> Mesh:
    """The triangles and quads of a PLY file; further vertex properties become point data.

    Raises
    ------
    InputError
        If the file is damaged or has other polygons.

    References
    ----------
    G. Turk, "The PLY polygon file format", Stanford University, 1994.
    """
    data = path.read_bytes()
    order, elements, at = _header(path, data)
    columns: dict[str, NDArray[Any]] = {}
    blocks: list[Block] = []
    text = text_numbers(path, data, at, len(data), "f8") if order == "" else None
    if text is not None:
        at = 0
    for element in elements:
        if element.name == "vertex" and element.of_list is None:
            columns, at = _table(path, data, text, order, element, at)
        elif element.name == "face" and element.of_list is not None:
            blocks, at = _faces(path, data, text, order, element, at)
            break
        elif element.of_list is None:
            _, at = _table(path, data, text, order, element, at)
        else:
            raise InputError(f"{path} has lists in element '{element.name}'; expected them in faces only")
    if not {"x", "y", "z"} <= columns.keys():
        raise damaged(path, "its header", "vertices with properties x, y and z")
    points = np.stack([columns.pop(axis).astype(np.float64) for axis in "xyz"], axis=1)
    return assemble(path, points, blocks, columns)


def _header(path: Path, data: bytes) -> tuple[str, list[_Element], int]:
    end = data.find(b"end_header")
    stop = data.find(b"\n", end)
    if end < 0 or stop < 0:
        raise damaged(path, "its header", "a line 'end_header'")
    order, elements = None, []
    for number, line in enumerate(data[:end].decode("latin-1").splitlines(), 1):
        match line.split():
            case ["format", name, _] if name in _FORMATS:
                order = _FORMATS[name]
            case ["element", name, count] if count.isascii() and count.isdigit() and len(count) < 19:
                elements.append(_Element(name, int(count), []))
            case ["property", kind, name] if kind in _TYPES and elements:
                elements[-1].scalars.append((name, _TYPES[kind]))
            case ["property", "list", count, kind, _] if (
                {count, kind} <= _TYPES.keys() and elements and not elements[-1].of_list
                and _TYPES[count][0] != "f" and _TYPES[kind][0] != "f"
            ):  # fmt: skip
                elements[-1].of_list = (_TYPES[count], _TYPES[kind], len(elements[-1].scalars))
            case ["ply"] | ["comment" | "obj_info", *_] | []:
                pass
            case _:
                raise damaged(path, f"line {number}", f"a PLY header where it has '{line[:40].strip()}'")
    if order is None:
        raise damaged(path, "its header", "a format: ascii, binary_little_endian or binary_big_endian")
    return order, elements, stop + 1


def _table(
    path: Path, data: bytes, text: NDArray[Any] | None, order: str, element: _Element, at: int
) -> tuple[dict[str, NDArray[Any]], int]:
    """Columns of an element without lists, and where the next one begins."""
    width = len(element.scalars)
    if text is not None:
        if element.count * width > len(text) - at:
            raise damaged(path, f"element '{element.name}'", f"{element.count} rows of {width} numbers")
        end = at + element.count * width
        rows = text[at:end].reshape(element.count, width)
        return {name: rows[:, i] for i, (name, _) in enumerate(element.scalars)}, end
    try:
        row = np.dtype([(name, order + kind) for name, kind in element.scalars])
    except ValueError:
        raise damaged(path, "its header", "properties of different names") from None
    if element.count * max(row.itemsize, 1) > len(data) - at:
        raise damaged(path, f"byte {at}", f"{element.count} rows of element '{element.name}'")
    table = np.frombuffer(data, row, element.count, at) if row.itemsize else np.empty(0, row)
    columns = {name: table[name].astype(kind) for name, kind in element.scalars}
    return columns, at + element.count * row.itemsize


def _faces(
    path: Path, data: bytes, text: NDArray[Any] | None, order: str, element: _Element, at: int
) -> tuple[list[Block], int]:
    assert element.of_list is not None
    count_type, kind, before = element.of_list
    if text is not None:
        after = len(element.scalars) - before
        values = text[at:]
        if not np.array_equal(values, np.trunc(values)) and not element.scalars:
            raise damaged(path, "its faces", "whole numbers")
        begins = counted_rows(path, values, element.count, before, after)
        counts = np.diff(begins) - 1 - before - after
        flat = np.where(np.abs(values) < 2**53, values, -1).astype(np.int64)
        return surface_blocks(path, flat, begins[:-1] + 1 + before, counts), 0
    return _binary_faces(path, data, order, element, at, count_type, kind, before), 0


def _binary_faces(
    path: Path, data: bytes, order: str, element: _Element, at: int, count_type: str, kind: str, before: int
) -> list[Block]:
    """Runs of faces with as many vertices each are rows of one structured type."""
    first = [(f"a{i}", order + name) for i, (_, name) in enumerate(element.scalars[:before])]
    last = [(f"b{i}", order + name) for i, (_, name) in enumerate(element.scalars[before:])]
    count_at = np.dtype(first).itemsize if first else 0
    size = np.dtype(count_type).itemsize
    blocks, left, step, number = [], element.count, 16, 0
    while left > 0:
        if at + count_at + size > len(data):
            raise damaged(path, f"byte {at}", f"{left} more faces")
        width = int(np.frombuffer(data, order + count_type, 1, at + count_at)[0])
        if width not in (3, 4):
            raise InputError(f"{path} has a face {number} of {width} vertices; expected triangles and quads")
        row = np.dtype([*first, ("count", order + count_type), ("vertices", order + kind, (width,)), *last])
        room = min(left, step, (len(data) - at) // row.itemsize)
        if room < 1:
            raise damaged(path, f"byte {at}", f"{left} more faces")
        rows = np.frombuffer(data, row, room, at)
        differs = rows["count"] != width
        run = int(differs.argmax()) if differs.any() else room
        blocks.append(Block("triangle" if width == 3 else "quad", rows["vertices"][:run].astype(np.int64)))
        at, left, number = at + run * row.itemsize, left - run, number + run
        step = 2 * step if run == room else 16
    return blocks
