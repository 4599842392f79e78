"""Mesh files: known bytes give known meshes, and damaged ones one line."""

import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Mesh, box_mesh
from sciml.mesh.io import read_mesh, write_mesh

POINTS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0.1, 0.7, 1 / 3]])
TETRA = np.array([[0, 1, 2, 4], [0, 2, 3, 4]])
BASE = np.array([[0, 2, 1], [0, 3, 2]])


def solid() -> Mesh:
    return Mesh(POINTS, {"tetra": TETRA}, {"bottom": {"triangle": BASE}}, {"3": [1], "first one": [0]})


def gmsh_41(binary: bool, order: str = "<") -> bytes:
    """Two volumes, a named and an unnamed one, and a named surface; node numbers with gaps."""
    tags = np.array([7, 9, 2, 30, 4])

    def pack(*parts: tuple[str, Any]) -> bytes:
        if binary:
            return b"".join(np.asarray(values, order + code).tobytes() for code, values in parts)
        return b"".join(" ".join(map(repr, np.ravel(values).tolist())).encode() + b"\n" for _, values in parts)

    box = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    entities = pack(("u8", [0, 0, 1, 2]))
    for tag, group in ((5, 8), (1, 2), (6, 3)):
        entities += pack(("i4", tag), ("f8", box), ("u8", 1), ("i4", group), ("u8", 0))
    nodes = pack(("u8", [1, 5, 2, 30]), ("i4", [3, 1, 0]), ("u8", 5), ("u8", tags), ("f8", POINTS))
    elements = pack(("u8", [3, 4, 1, 4]))
    for dimension, tag, code, rows in ((2, 5, 2, BASE), (3, 1, 4, TETRA[:1]), (3, 6, 4, TETRA[1:])):
        numbered = np.column_stack([1 + np.arange(len(rows)), tags[rows]])
        elements += pack(("i4", [dimension, tag, code]), ("u8", len(rows)), ("u8", numbered))
    one = np.array([1], order + "i4").tobytes() + b"\n" if binary else b""
    names = b'2\n2 8 "bottom"\n3 2 "first one"\n'
    parts = ((b"PhysicalNames", names), (b"Entities", entities), (b"Nodes", nodes), (b"Elements", elements))
    head = b"$MeshFormat\n4.1 %d 8\n" % binary + one + b"$EndMeshFormat\n"
    return head + b"".join(b"$%s\n%s\n$End%s\n" % (name, text, name) for name, text in parts)


def gmsh_22(binary: bool) -> bytes:
    tags = np.array([7, 9, 2, 30, 4])
    rows = [(2, 8, tags[BASE[0]]), (2, 8, tags[BASE[1]]), (4, 2, tags[TETRA[0]]), (4, 3, tags[TETRA[1]])]
    if binary:
        nodes = b"5\n" + b"".join(struct.pack("<i3d", t, *p) for t, p in zip(tags, POINTS, strict=True))
        elements = b"4\n" + b"".join(
            struct.pack(f"<3i3i{len(v)}i", code, 1, 2, i, group, 1, *v) for i, (code, group, v) in enumerate(rows, 1)
        )
    else:
        nodes = b"5\n" + "".join(
            f"{t} {' '.join(map(repr, p.tolist()))}\n" for t, p in zip(tags, POINTS, strict=True)
        ).encode()
        elements = b"4\n" + "".join(
            f"{i} {code} 2 {group} 1 {' '.join(map(str, v))}\n" for i, (code, group, v) in enumerate(rows, 1)
        ).encode()
    head = b"$MeshFormat\n2.2 %d 8\n" % binary + (b"\1\0\0\0\n" if binary else b"") + b"$EndMeshFormat\n"
    names = b'$PhysicalNames\n2\n2 8 "bottom"\n3 2 "first one"\n$EndPhysicalNames\n'
    return head + names + b"$Nodes\n%s\n$EndNodes\n$Elements\n%s\n$EndElements\n" % (nodes, elements)


def legacy_vtk(binary: bool) -> bytes:
    cells = np.concatenate([np.full((2, 1), 4), TETRA], axis=1)

    def pack(code: str, values: Any) -> bytes:
        text = " ".join(map(repr, np.ravel(values).tolist())).encode()
        return (np.asarray(values, ">" + code).tobytes() if binary else text) + b"\n"

    kind = b"BINARY" if binary else b"ASCII"
    head = b"# vtk DataFile Version 3.0\nmesh\n%s\nDATASET UNSTRUCTURED_GRID\nPOINTS 5 double\n" % kind
    body = pack("f8", POINTS) + b"CELLS 2 10\n" + pack("i4", cells) + b"CELL_TYPES 2\n" + pack("i4", [10, 10])
    return head + body + b"POINT_DATA 5\nSCALARS x double 1\nLOOKUP_TABLE default\n" + pack("f8", POINTS[:, 0])


def stl(binary: bool) -> bytes:
    corners = POINTS[BASE]
    if binary:
        facets = b"".join(struct.pack("<12fH", 0, 0, 1, *corner.ravel(), 0) for corner in corners)
        return b"made by hand".ljust(80) + struct.pack("<I", 2) + facets
    loops = "".join(
        "facet normal 0 0 1\nouter loop\n" + "".join(f"vertex {x!r} {y!r} {z!r}\n" for x, y, z in corner.tolist())
        + "endloop\nendfacet\n" for corner in corners
    )  # fmt: skip
    return f"solid a\n{loops}endsolid a\n".encode()


def off() -> bytes:
    points = "".join(f"{x!r} {y!r} {z!r}\n" for x, y, z in POINTS[:4].tolist())
    return f"OFF # comment\n4 2 0\n{points}3 0 2 1 255 0 0\n3 0 3 2\n".encode()


def ply(order: str) -> bytes:
    name = {"": "ascii", "<": "binary_little_endian", ">": "binary_big_endian"}[order]
    head = (
        f"ply\nformat {name} 1.0\nelement vertex 4\nproperty double x\nproperty double y\nproperty double z\n"
        "property float t\nelement face 2\nproperty list uchar int vertex_indices\nend_header\n"
    )
    if order:
        body = b"".join(struct.pack(order + "3df", *p, p[0]) for p in POINTS[:4])
        return head.encode() + body + b"".join(struct.pack(order + "B3i", 3, *face) for face in BASE.tolist())
    rows = [*([*p, p[0]] for p in POINTS[:4].tolist()), *([3, *face] for face in BASE.tolist())]
    return (head + "".join(" ".join(map(repr, row)) + "\n" for row in rows)).encode()


def vtu_text() -> bytes:
    return (
        '<VTKFile type="UnstructuredGrid" byte_order="LittleEndian"><UnstructuredGrid>'
        '<Piece NumberOfPoints="5" NumberOfCells="2"><Points>'
        '<DataArray type="Float64" NumberOfComponents="3" format="ascii">'
        + " ".join(map(repr, POINTS.ravel().tolist()))
        + '</DataArray></Points><Cells><DataArray type="Int64" Name="connectivity" format="ascii">'
        + " ".join(map(str, TETRA.ravel()))
        + '</DataArray><DataArray type="Int64" Name="offsets" format="ascii">4 8</DataArray>'
        '<DataArray type="UInt8" Name="types" format="ascii">10 10</DataArray></Cells>'
        "</Piece></UnstructuredGrid></VTKFile>"
    ).encode()


def vtu_raw(folder: Path) -> bytes:
    write_mesh(solid().replace(point_data={"x": POINTS[:, 0]}), folder / "written.vtu")
    return (folder / "written.vtu").read_bytes()


SOLIDS: dict[str, Callable[[], bytes]] = {
    "gmsh 4.1 text": lambda: gmsh_41(False),
    "gmsh 4.1 binary": lambda: gmsh_41(True),
    "gmsh 4.1 big-endian": lambda: gmsh_41(True, ">"),
    "gmsh 2.2 text": lambda: gmsh_22(False),
    "gmsh 2.2 binary": lambda: gmsh_22(True),
    "vtk text": lambda: legacy_vtk(False),
    "vtk binary": lambda: legacy_vtk(True),
    "vtu text": vtu_text,
}
SURFACES: dict[str, Callable[[], bytes]] = {
    "stl text": lambda: stl(False), "stl binary": lambda: stl(True), "off": off,
    "ply text": lambda: ply(""), "ply little": lambda: ply("<"), "ply big": lambda: ply(">"),
}  # fmt: skip


@pytest.mark.parametrize("name", SOLIDS)
def test_solid(name: str, tmp_path: Path) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(SOLIDS[name]())
    mesh = read_mesh(path)
    np.testing.assert_array_equal(mesh.points, POINTS)
    np.testing.assert_array_equal(mesh.cells["tetra"], TETRA)
    assert mesh.cells["tetra"].dtype == np.int32
    if name.startswith("gmsh"):
        np.testing.assert_array_equal(mesh.boundaries["bottom"]["triangle"], BASE)
        assert {region: cells.tolist() for region, cells in mesh.regions.items()} == {"first one": [0], "3": [1]}
    if name.startswith("vtk"):
        np.testing.assert_array_equal(mesh.point_data["x"], POINTS[:, 0])


@pytest.mark.parametrize("name", SURFACES)
def test_surface(name: str, tmp_path: Path) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(SURFACES[name]())
    mesh = read_mesh(path)
    assert (mesh.ndim, mesh.n_points) == (2, 4)
    np.testing.assert_array_equal(mesh.points[mesh.cells["triangle"]], POINTS[BASE, :2])


@pytest.mark.parametrize("kind", ["triangle", "quad", "tetra", "hexahedron"])
def test_vtu_round_trip_is_exact(kind: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    mesh = box_mesh((3, 2) if kind in ("triangle", "quad") else (3, 2, 2), kind=kind)
    mesh = mesh.replace(
        points=mesh.points + 0.01 * rng.standard_normal(mesh.points.shape), regions={'<"&> ü': np.array([2, 0])},
        point_data={"u": rng.random(mesh.n_points), "f": rng.random((mesh.n_points, 3)).astype(np.float32)},
        cell_data={"n": np.arange(mesh.n_cells)},
    )  # fmt: skip
    write_mesh(mesh, tmp_path / "a.vtu", point_data={"w": -mesh.points[:, 0]})
    again = read_mesh(tmp_path / "a.vtu")
    np.testing.assert_array_equal(again.points, mesh.points)
    np.testing.assert_array_equal(again.cells[kind], mesh.cells[kind])
    np.testing.assert_array_equal(again.regions['<"&> ü'], [2, 0])
    for name, facets in mesh.boundaries.items():
        for facet, rows in facets.items():
            np.testing.assert_array_equal(again.boundaries[name][facet], rows)
    for name in ("u", "f"):
        np.testing.assert_array_equal(again.point_data[name], mesh.point_data[name])
        assert again.point_data[name].dtype == mesh.point_data[name].dtype
    np.testing.assert_array_equal(again.point_data["w"], -mesh.points[:, 0])
    np.testing.assert_array_equal(again.cell_data["n"], mesh.cell_data["n"])


def test_vtk_reads_and_writes_the_same(tmp_path: Path) -> None:
    vtk = pytest.importorskip("vtk")
    from vtk.util.numpy_support import vtk_to_numpy

    mesh = box_mesh((2, 2, 2)).replace(cell_data={"n": np.arange(48.0)})
    write_mesh(mesh, tmp_path / "a.vtu")
    reader = vtk.vtkXMLUnstructuredGridReader()
    reader.SetFileName(str(tmp_path / "a.vtu"))
    reader.Update()
    grid = reader.GetOutput()
    np.testing.assert_array_equal(vtk_to_numpy(grid.GetPoints().GetData()), mesh.points)
    np.testing.assert_array_equal(vtk_to_numpy(grid.GetCellData().GetArray("n")), mesh.cell_data["n"])
    writer = vtk.vtkXMLUnstructuredGridWriter()
    writer.SetFileName(str(tmp_path / "b.vtu"))
    writer.SetInputData(grid)
    for mode in (writer.SetDataModeToAscii, writer.SetDataModeToBinary, writer.SetDataModeToAppended):
        for encoded in (0, 1):
            for compressor in (None, vtk.vtkZLibDataCompressor(), vtk.vtkLZMADataCompressor()):
                mode()
                writer.SetEncodeAppendedData(encoded)
                writer.SetByteOrder(encoded)
                writer.SetCompressor(compressor)
                writer.Write()
                again = read_mesh(tmp_path / "b.vtu")
                np.testing.assert_array_equal(again.points, mesh.points)
                np.testing.assert_array_equal(again.cells["tetra"], mesh.cells["tetra"])
                np.testing.assert_array_equal(again.cell_data["n"], mesh.cell_data["n"])
    legacy = vtk.vtkUnstructuredGridWriter()
    legacy.SetInputData(grid)
    for version in (42, 51):
        legacy.SetFileName(str(tmp_path / "b.vtk"))
        legacy.SetFileTypeToBinary()
        legacy.SetFileVersion(version)
        legacy.Write()
        again = read_mesh(tmp_path / "b.vtk")
        np.testing.assert_array_equal(again.cells["tetra"], mesh.cells["tetra"])
        np.testing.assert_array_equal(again.cell_data["n"], mesh.cell_data["n"])


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """Truncated, with flipped or inserted bytes, or with a number made large."""
    how, at = rng.integers(4), int(rng.integers(len(data)))
    if how == 0:
        return data[:at]
    if how == 1:
        return data[:at] + rng.bytes(int(rng.integers(1, 9))) + data[at + int(rng.integers(9)) :]
    if how == 2:
        return data[:at] + [b"9" * 12, b"-1", b"\xff" * 8, b"\n", b"$", b" "][rng.integers(6)] + data[at:]
    flipped = bytearray(data)
    for place in rng.integers(len(data), size=3):
        flipped[place] ^= 1 << int(rng.integers(8))
    return bytes(flipped)


def try_mutations(count: int, seed: int, folder: Path) -> None:
    rng = np.random.default_rng(seed)
    originals = [make() for make in (SOLIDS | SURFACES).values()] + [vtu_raw(folder)]
    path = folder / "mutated.msh"
    messages: list[str] = []
    for data in originals:  # what is imported or compiled once shall not count
        path.write_bytes(data)
        read_mesh(path)
    for k in range(count):
        data = mutated(originals[k % len(originals)], rng)
        path.write_bytes(data)
        tracemalloc.start()
        try:
            read_mesh(path)
        except InputError as error:
            messages.append(str(error))
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak < 400_000, data
    assert len(messages) > count / 3
    assert all("\n" not in text and str(path) in text for text in messages)


def test_damaged_files_give_a_mesh_or_one_line(tmp_path: Path) -> None:
    try_mutations(300, 0, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 5))
def test_many_damaged_files_give_a_mesh_or_one_line(seed: int, tmp_path: Path) -> None:
    try_mutations(2500, seed, tmp_path)


def test_mesh_of_a_file_that_lists_cells_once_for_each_group(tmp_path: Path) -> None:
    lines = "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n4\n1 0 0 0\n2 1 0 0\n3 0 1 0\n4 5 5 0\n$EndNodes\n"
    elements = "$Elements\n3\n1 15 2 0 1 4\n2 2 2 1 1 1 3 2\n3 2 2 2 1 1 3 2\n$EndElements\n"
    (tmp_path / "a.msh").write_text(lines + elements)
    mesh = read_mesh(tmp_path / "a.msh")
    assert mesh.cells["triangle"].tolist() == [[0, 1, 2]]  # once, counter-clockwise, without the lone point
    assert mesh.n_points == 3
    assert {name: cells.tolist() for name, cells in mesh.regions.items()} == {"1": [0], "2": [0]}


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (b" 4 2 2 1 ", b" 11 2 2 1 ", "second or higher order"),
        (b" 4 2 2 1 ", b" 6 2 2 1 ", "prisms"),
        (b"2.2 0 8", b"3 0 8", "format 3 .*4.1"),
        (b"1 2 2 8 1 7 2 9", b"1 2 2 8 1 7 30 9", "group 'bottom' has 1 triangle elements that are no facet"),
        (b"1 2 2 8 1 7 2 9", b"1 2 2 8 1 7 5 9", "does not define"),
        (b"$EndElements", b"", "expected '\\$End|the sections?|section"),
    ],
)
def test_gmsh_refusals(old: bytes, new: bytes, text: str, tmp_path: Path) -> None:
    data = gmsh_22(False)
    assert old in data
    (tmp_path / "a.msh").write_bytes(data.replace(old, new))
    with pytest.raises(InputError, match=text):
        read_mesh(tmp_path / "a.msh")


def test_no_mesh(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_mesh(tmp_path / "none.msh")
    (tmp_path / "a.msh").write_bytes(b"")
    with pytest.raises(InputError, match="is empty"):
        read_mesh(tmp_path / "a.msh")


def test_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.vtu"
    write_mesh(solid(), path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="expected a leading axis of 5"):
        write_mesh(solid(), path, point_data={"u": np.zeros(3)})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
