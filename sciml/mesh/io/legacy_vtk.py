"""Legacy VTK files (.vtk): unstructured grids and polygonal data, text and binary."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io._assemble import assemble
from sciml.mesh.io._polygons import counted_rows
from sciml.mesh.io._stream import BinaryStream, damaged, text_numbers
from sciml.mesh.io._vtk_cells import vtk_blocks
from sciml.mesh.mesh import Mesh

__all__ = ["read_legacy_vtk"]

_TYPES = {
    "unsigned_char": "u1", "char": "i1", "unsigned_short": "u2", "short": "i2", "unsigned_int": "u4", "int": "i4",
    "unsigned_long": "u8", "long": "i8", "float": "f4", "double": "f8", "vtkidtype": "i4", "vtktypeint64": "i8",
    "vtktypeint32": "i4", "vtktypeuint64": "u8", "vtktypeuint32": "u4",
}  # fmt: skip
_KEYWORD = re.compile(rb"\n\s*(?!nan|inf)[A-Za-z_]", re.IGNORECASE)
_FIXED = {b"VECTORS": 3, b"NORMALS": 3, b"TENSORS": 9, b"GLOBAL_IDS": 1, b"PEDIGREE_IDS": 1}


def read_legacy_vtk(path: Path) -> Mesh:
    """The mesh of a legacy VTK file with its point and cell data.

    Raises
    ------
    InputError
        If the file is damaged, holds another data set, or other elements.

    References
    ----------
    The chapter "VTK file formats" of The VTK User's Guide, Kitware, 2010.
    """
    file = _File(path)
    while (words := file.words()) is not None:
        file.read(words)
    if file.points is None or not file.cells:
        raise damaged(path, "its end", "POINTS and cells")
    connectivity, offsets = file.cells
    types = file.types
    if types is None:
        sizes = np.diff(offsets)
        types = np.select([sizes == 3, sizes == 4], [5, 9], 7)
    data = {name: values for name, values in file.data["CELL_DATA"].items() if len(values) == len(types)}
    blocks = vtk_blocks(path, types, connectivity, offsets, data)
    return assemble(path, file.points, blocks, file.data["POINT_DATA"])


class _File:
    """What was read so far, and the place in the file."""

    def __init__(self, path: Path) -> None:
        self.path, self.data_bytes = path, path.read_bytes()
        lines = self.data_bytes[:4096].split(b"\n", 3)
        if len(lines) < 4 or lines[2].strip().upper() not in (b"ASCII", b"BINARY"):
            raise damaged(path, "line 3", "ASCII or BINARY")
        self.binary = lines[2].strip().upper() == b"BINARY"
        self.position = sum(len(line) + 1 for line in lines[:3])
        self.points: NDArray[Any] | None = None
        self.cells: tuple[NDArray[Any], NDArray[Any]] | None = None
        self.types: NDArray[Any] | None = None
        self.data: dict[str, dict[str, NDArray[Any]]] = {"POINT_DATA": {}, "CELL_DATA": {}}
        self.section, self.count = "", 0

    def words(self) -> list[bytes] | None:
        """The next line that is not blank, metadata passed over; None at the end."""
        while self.position < len(self.data_bytes):
            end = self.data_bytes.find(b"\n", self.position)
            end = len(self.data_bytes) if end < 0 else end
            line = self.data_bytes[self.position : min(end, self.position + 1000)]
            self.position = end + 1
            if line.strip().upper() == b"METADATA":
                blank = self.data_bytes.find(b"\n\n", self.position)
                self.position = blank + 2 if blank >= 0 else len(self.data_bytes)
            elif line.strip():
                return line.split()
        return None

    def read(self, words: list[bytes]) -> None:
        keyword = words[0].upper()
        if keyword == b"DATASET":
            if words[1:2] not in ([b"UNSTRUCTURED_GRID"], [b"POLYDATA"]):
                given = b" ".join(words[1:2]).decode(errors="replace")
                raise InputError(f"{self.path} is a data set {given}; expected UNSTRUCTURED_GRID or POLYDATA")
        elif keyword == b"POINTS":
            self.points = self.numbers(self.type(words, 2), 3 * self.whole(words, 1)).reshape(-1, 3).astype(np.float64)
        elif keyword in (b"CELLS", b"POLYGONS"):
            self.cells = self.rows(self.whole(words, 1), self.whole(words, 2))
        elif keyword in (b"LINES", b"VERTICES"):
            self.rows(self.whole(words, 1), self.whole(words, 2))
        elif keyword == b"CELL_TYPES":
            self.types = self.numbers("i4", self.whole(words, 1))
        elif keyword in (b"POINT_DATA", b"CELL_DATA"):
            self.section, self.count = keyword.decode(), self.whole(words, 1)
        else:
            self.read_data(keyword, words)

    def read_data(self, keyword: bytes, words: list[bytes]) -> None:
        if keyword == b"FIELD":
            for _ in range(self.whole(words, 2)):
                line = self.words() or []
                width, n = self.whole(line, 1), self.whole(line, 2)
                self.keep(line[0], self.numbers(self.type(line, 3), width * n).reshape(n, -1) if n else np.empty(0))
        elif keyword == b"SCALARS":
            width = self.whole(words, 3) if len(words) > 3 else 1
            at = self.position
            if (self.words() or [b""])[0].upper() != b"LOOKUP_TABLE":
                self.position = at
            self.keep(b"".join(words[1:2]), self.table(self.type(words, 2), width))
        elif keyword in _FIXED:
            self.keep(b"".join(words[1:2]), self.table(self.type(words, 2), _FIXED[keyword]))
        elif keyword == b"TEXTURE_COORDINATES":
            self.keep(b"".join(words[1:2]), self.table(self.type(words, 3), self.whole(words, 2)))
        elif keyword == b"COLOR_SCALARS":
            self.table("u1" if self.binary else "f8", self.whole(words, 2))
        elif keyword == b"LOOKUP_TABLE":
            self.numbers("u1" if self.binary else "f8", 4 * self.whole(words, 2))
        else:
            shown = keyword[:40].decode(errors="replace")
            raise damaged(self.path, f"byte {self.position}", f"a keyword of a mesh where it has '{shown}'")

    def keep(self, name: bytes, values: NDArray[Any]) -> None:
        """Field data outside of the two sections are passed over."""
        if self.section and len(values) == self.count:
            values = values.ravel() if values.ndim == 2 and values.shape[1] == 1 else values
            self.data[self.section][name.decode(errors="replace")] = values

    def table(self, dtype: str, width: int) -> NDArray[Any]:
        if width < 1:
            raise damaged(self.path, f"byte {self.position}", "at least one component")
        return self.numbers(dtype, width * self.count).reshape(-1, width)

    def rows(self, n: int, total: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Vertices and offsets of elements: since version 5 two arrays, before rows that begin with a count."""
        at = self.position
        words = self.words() or [b""]
        if words[0].upper() == b"OFFSETS":
            offsets = self.numbers(self.type(words, 1), n)
            words = self.words() or [b""]
            if words[0].upper() != b"CONNECTIVITY":
                raise damaged(self.path, f"byte {self.position}", "CONNECTIVITY")
            return self.numbers(self.type(words, 1), total), offsets.astype(np.int64)
        self.position = at
        flat = self.numbers("i4", total)
        begins = counted_rows(self.path, flat, n)
        if begins[-1] != total:
            raise damaged(self.path, f"byte {at}", f"{n} rows of {total} numbers together")
        kept = np.ones(total, dtype=np.bool_)
        kept[begins[:-1]] = False
        return flat[kept], begins - np.arange(n + 1)

    def numbers(self, dtype: str, count: int) -> NDArray[Any]:
        if self.binary:
            stream = BinaryStream(self.path, self.data_bytes, self.position, ">")
            found = stream.take(dtype, count, "numbers").astype(dtype)
            self.position = stream.position
            return found
        if 2 * count > len(self.data_bytes) - self.position + 1:
            raise damaged(self.path, f"byte {self.position}", f"{count} numbers, the file ends before")
        end = _KEYWORD.search(self.data_bytes, max(self.position - 1, 0))
        stop = end.start() + 1 if end else len(self.data_bytes)
        kind = "f8" if dtype[0] == "f" else "i8"
        parsed = text_numbers(self.path, self.data_bytes, self.position, stop, kind)
        if len(parsed) != count:
            raise damaged(self.path, f"byte {self.position}", f"{count} numbers, it has {len(parsed)}")
        self.position = stop
        return parsed.astype(dtype if dtype[0] == "f" else "i8")

    def whole(self, words: list[bytes], k: int) -> int:
        if len(words) <= k or not words[k].isdigit() or len(words[k]) > 18:
            raise damaged(self.path, f"byte {self.position}", f"a whole number behind '{_shown(words[:k])}'")
        return int(words[k])

    def type(self, words: list[bytes], k: int) -> str:
        name = words[k].decode(errors="replace").lower() if len(words) > k else ""
        if name not in _TYPES:
            raise damaged(self.path, f"byte {self.position}", f"a type of numbers, not '{name[:20]}'")
        return _TYPES[name]


def _shown(words: list[bytes]) -> str:
    return b" ".join(words)[:40].decode(errors="replace")
