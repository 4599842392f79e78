"""Gmsh meshes, formats 2.2 and 4.1, text and binary."""

from collections.abc import Iterator, Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io._assemble import DIMENSIONS, Block, assemble, numbered_groups
from sciml.mesh.io._gmsh2 import elements_2, merged, nodes_2
from sciml.mesh.io._gmsh_nodes import Nodes
from sciml.mesh.io._gmsh_types import element_type
from sciml.mesh.io._stream import BinaryStream, Stream, TextStream, damaged
from sciml.mesh.measures import volumes
from sciml.mesh.mend import compact, oriented
from sciml.mesh.mesh import Mesh

__all__ = ["read_gmsh"]

Names = dict[tuple[int, int], str]


def read_gmsh(path: Path) -> Mesh:
    """A mesh with the physical groups of the file as regions and boundaries.

    Groups without a name go by their number. Points that no cell uses, such as centres of arcs, are
    dropped, and cells of a flat mesh that run clockwise are turned.

    Raises
    ------
    InputError
        If the file is damaged, of another version, or holds elements that are not supported.

    References
    ----------
    C. Geuzaine, J.-F. Remacle, "Gmsh: a three-dimensional finite element mesh generator with built-in pre-
    and post-processing facilities", International Journal for Numerical Methods in Engineering 79, 2009,
    and the chapter "Gmsh file formats" of its manual.
    """
    mesh, version = _as_listed(path)
    mesh = compact(mesh)
    return _turned(merged(mesh) if version == 2 and len(mesh.regions) > 1 else mesh)


def _as_listed(path: Path) -> tuple[Mesh, int]:
    """The mesh of the file and its version; what was needed to read it is gone on return."""
    file = _File(path)
    names: Names = {}
    groups: dict[tuple[int, int], list[int]] = {}
    nodes: Nodes | None = None
    blocks: list[Block] = []
    for section in file.sections():
        if section == "PhysicalNames":
            names = file.names()
        elif section == "Entities" and file.version == 4:
            groups = _entities(file.stream("f8"))
        elif section == "Nodes":
            nodes = _nodes(file.stream("f8")) if file.version == 4 else nodes_2(file.stream("f8"))
        elif section == "Elements":
            if nodes is None:
                raise damaged(path, f"byte {file.position}", "$Nodes before $Elements")
            stream = file.stream("i8")
            found = _elements(path, stream, groups) if file.version == 4 else elements_2(path, stream)
            blocks += [_block(kind, nodes.vertices(path, tags), numbers, names) for kind, tags, numbers in found]
    if nodes is None or not blocks:
        raise damaged(path, "its end", "sections $Nodes and $Elements with entries")
    return assemble(path, nodes.points, blocks), file.version


class _File:
    """Sections of a file, found one after the other, since binary data may look like a keyword."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            head = file.read(80).split(b"\n", 2)
        words = head[1].split() if len(head) > 2 else []
        version = words[0].decode(errors="replace") if words else "unknown"
        self.version = {"2": 2, "2.1": 2, "2.2": 2, "4.1": 4}.get(version, 0)
        if len(words) != 3 or words[1] not in (b"0", b"1"):
            raise damaged(path, "line 2", "version, file type and data size such as '4.1 1 8'")
        if not self.version or words[2] != b"8":
            raise InputError(
                f"{path} has Gmsh format {version} with data size {words[2].decode(errors='replace')}; "
                "2.2 and 4.1 with 8 are read: export with Mesh.MshFileVersion = 4.1"
            )
        self.binary = words[1] == b"1"
        self.data = _mapped(path) if self.binary else path.read_bytes()
        self.order: Literal["<", ">"] = "<"
        self.position = len(head[0]) + len(head[1]) + 2
        self.reader: BinaryStream | None = None
        self.end = -1
        if self.binary:
            one = self.data[self.position : self.position + 4]
            self.order = ">" if one == b"\0\0\0\1" else "<"
            self.position += 4

    def sections(self) -> Iterator[str]:
        self._leave("MeshFormat")
        while True:
            begin = self.data.find(b"$", self.position)
            if begin < 0:
                return
            line_end = self.data.find(b"\n", begin)
            name = self.data[begin + 1 : line_end].strip().decode(errors="replace")
            if line_end < 0 or not name.isidentifier():
                raise damaged(self.path, f"byte {begin}", "the name of a section")
            self.position, self.reader, self.end = line_end + 1, None, -1
            yield name
            self._leave(name)

    def _leave(self, name: str) -> None:
        """Go behind the end of a section, which lies where a binary reader stopped."""
        mark = f"$End{name}".encode()
        if self.reader is not None:
            self.reader.expect(mark)
            self.position = self.reader.position
        else:
            self.position = self._find_end(mark) + len(mark)

    def _find_end(self, mark: bytes) -> int:
        end = self.data.find(mark, self.position)
        if end < 0:
            raise damaged(self.path, f"byte {self.position}", f"'{mark.decode()}'")
        return end

    def stream(self, dtype: str) -> Stream:
        if self.binary:
            self.reader = BinaryStream(self.path, self.data, self.position, self.order)
            return self.reader
        end = self._find_end(b"$End")
        assert isinstance(self.data, bytes)
        return TextStream(self.path, self.data, self.position, end, dtype)

    def names(self) -> Names:
        """``dimension number "name"`` a line, as text in binary files too."""
        result: Names = {}
        lines = self.data[self.position : self._find_end(b"$EndPhysicalNames")].splitlines()
        for line in filter(bytes.strip, lines[1:]):
            words = line.split(maxsplit=2)
            try:
                result[int(words[0]), int(words[1])] = words[2].decode().strip().strip('"')
            except (ValueError, IndexError):
                shown = line[:40].decode(errors="replace")
                expected = f"a dimension, a number and a quoted name where it has '{shown}'"
                raise damaged(self.path, "$PhysicalNames", expected) from None
        return result


def _mapped(path: Path) -> mmap:
    """Numbers are converted right out of the page cache: half the time and memory of a copy."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def _block(kind: str, vertices: NDArray[Any], numbers: Any, names: Names) -> Block:
    """Groups by name, from the numbers of all elements or of each (0 being none)."""
    dimension = DIMENSIONS[kind]
    if isinstance(numbers, list):
        return Block(kind, vertices, dict.fromkeys(names.get((dimension, n), str(n)) for n in numbers))
    return Block(kind, vertices, numbered_groups(numbers, dimension, names))


def _entities(stream: Stream) -> dict[tuple[int, int], list[int]]:
    """Physical groups of each entity: points, curves, surfaces, volumes."""
    groups = {}
    for dimension, count in enumerate(stream.take("u8", 4, "counts of entities").tolist()):
        for _ in range(count):
            (tag,) = stream.take("i4", 1, "entity number").tolist()
            stream.take("f8", 6 if dimension else 3, "bounds of an entity")
            (n,) = stream.take("u8", 1, "count of groups").tolist()
            groups[dimension, tag] = [abs(k) for k in stream.take("i4", n, "groups").tolist()]
            if dimension:
                (n,) = stream.take("u8", 1, "count of bounding entities").tolist()
                stream.take("i4", n, "bounding entities")
    return groups


def _nodes(stream: Stream) -> Nodes:
    n_blocks, total, _, _ = stream.take("u8", 4, "counts of nodes").tolist()
    tags, points = [], []
    for _ in range(n_blocks):
        dimension, _, parametric = stream.take("i4", 3, "node block").tolist()
        (n,) = stream.take("u8", 1, "count of nodes").tolist()
        tags.append(stream.take("u8", n, "node numbers"))
        width = 3 + (max(dimension, 0) if parametric else 0)
        points.append(stream.take("f8", n * width, "coordinates").reshape(n, width)[:, :3])
    if sum(map(len, tags)) != total:
        raise damaged(stream.path, "$Nodes", f"{total} nodes as announced, it has {sum(map(len, tags))}")
    return Nodes(tags, points)


def _elements(
    path: Path, stream: Stream, groups: Mapping[tuple[int, int], list[int]]
) -> Iterator[tuple[str, NDArray[Any], list[int]]]:
    n_blocks, total, _, _ = stream.take("u8", 4, "counts of elements").tolist()
    for _ in range(n_blocks):
        dimension, entity, code = stream.take("i4", 3, "element block").tolist()
        kind, width = element_type(path, code)
        (n,) = stream.take("u8", 1, "count of elements").tolist()
        rows = stream.take("u8", n * (1 + width), f"numbers of {kind} elements").reshape(n, 1 + width)
        total -= n
        yield kind, rows[:, 1:], groups.get((dimension, entity), [])
    if total:
        raise damaged(path, "$Elements", "as many elements as announced")


def _turned(mesh: Mesh) -> Mesh:
    """Cells of the plane counter-clockwise, unless they overlap, which `Mesh.check` shall see."""
    if mesh.ndim == 3 or not (volumes(mesh) < 0).any():
        return mesh
    turned = oriented(mesh)
    edges = np.concatenate([
        np.stack([block, np.roll(block, -1, axis=1)], axis=-1).reshape(-1, 2) for block in turned.cells.values()
    ])
    directed = edges[:, 0].astype(np.int64) * mesh.n_points + edges[:, 1]
    return turned if len(np.unique(directed)) == len(directed) else mesh
