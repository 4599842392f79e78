"""Meshes to other packages and back."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Mesh, box_mesh
from sciml.mesh.convert import from_meshio, from_pyvista, from_skfem, to_meshio, to_pyvista, to_skfem
from sciml.mesh.io import read_mesh, write_mesh

KINDS = ["triangle", "quad", "tetra", "hexahedron"]


def named(kind: Any) -> Mesh:
    mesh = box_mesh((3, 2) if kind in ("triangle", "quad") else (3, 2, 2), kind=kind)
    return mesh.replace(regions={"some": [0, 2]}, point_data={"u": mesh.points[:, 0]})


def facet_sets(mesh: Mesh) -> dict[str, set[frozenset[int]]]:
    return {
        name: {frozenset(row) for rows in facets.values() for row in rows.tolist()}
        for name, facets in mesh.boundaries.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_meshio_objects_share_arrays(kind: str) -> None:
    pytest.importorskip("meshlane")
    mesh = named(kind)
    other = to_meshio(mesh)
    again = from_meshio(other)
    assert np.shares_memory(other.points, mesh.points)
    assert np.shares_memory(again.cells[kind], mesh.cells[kind])
    np.testing.assert_array_equal(again.regions["some"], [0, 2])
    np.testing.assert_array_equal(again.point_data["u"], mesh.point_data["u"])
    assert facet_sets(again) == facet_sets(mesh)


@pytest.mark.parametrize("kind", KINDS)
def test_skfem(kind: str) -> None:
    pytest.importorskip("skfem")
    mesh = named(kind)
    other = to_skfem(mesh)
    assert other.is_valid()
    again = from_skfem(other)
    np.testing.assert_array_equal(again.points, mesh.points)
    np.testing.assert_array_equal(np.sort(again.cells[kind], axis=1), np.sort(mesh.cells[kind], axis=1))
    np.testing.assert_allclose(np.abs(again.volumes()), mesh.volumes(), rtol=1e-12)
    np.testing.assert_array_equal(np.sort(again.regions["some"]), [0, 2])
    assert facet_sets(again) == facet_sets(mesh)


def test_skfem_needs_one_type_that_fills_the_space() -> None:
    with pytest.raises(InputError, match="expected cells of one type that fill the space"):
        to_skfem(Mesh(np.eye(3), {"triangle": [[0, 1, 2]]}))


@pytest.mark.parametrize("kind", KINDS)
def test_pyvista(kind: str) -> None:
    pytest.importorskip("pyvista")
    mesh = named(kind).replace(cell_data={"k": np.arange(named(kind).n_cells) + 0.5})
    other = to_pyvista(mesh)
    sizes = other.compute_cell_sizes()
    measured = sizes["Area"] if mesh.dimension == 2 else sizes["Volume"]
    np.testing.assert_allclose(np.abs(measured), mesh.volumes(), rtol=1e-12)
    again = from_pyvista(other)
    np.testing.assert_array_equal(again.points, mesh.points)
    np.testing.assert_array_equal(again.cells[kind], mesh.cells[kind])
    np.testing.assert_array_equal(again.point_data["u"], mesh.point_data["u"])
    np.testing.assert_array_equal(again.cell_data["k"], mesh.cell_data["k"])


def test_pyvista_cells_of_two_types_and_surfaces() -> None:
    pyvista = pytest.importorskip("pyvista")
    mesh = Mesh(
        [[0, 0], [1, 0], [1, 1], [0, 1], [2, 0]], {"quad": [[0, 1, 2, 3]], "triangle": [[1, 4, 2]]},
        cell_data={"k": [1.0, 2.0]},
    )  # fmt: skip
    other = to_pyvista(mesh)
    np.testing.assert_allclose(other.compute_cell_sizes()["Area"] * other["k"], [1.0, 1.0])
    again = from_pyvista(other)
    assert dict(zip(again.cells, again.cell_data["k"].tolist(), strict=True)) == {"quad": 1.0, "triangle": 2.0}
    assert (again.cells["quad"].tolist(), again.cells["triangle"].tolist()) == ([[0, 1, 2, 3]], [[1, 4, 2]])
    ball = from_pyvista(pyvista.Icosphere(radius=2.0, nsub=3))
    assert (ball.dimension, ball.ndim) == (2, 3)
    assert ball.volumes().sum() == pytest.approx(16 * np.pi, rel=0.01)


def test_pyvista_refuses_other_cells() -> None:
    pyvista = pytest.importorskip("pyvista")
    with pytest.raises(InputError, match="expected"):
        from_pyvista(pyvista.examples.cells.Wedge())


def test_other_formats_go_through_meshlane(tmp_path: Path) -> None:
    pytest.importorskip("meshlane")
    mesh = box_mesh((2, 2, 2))
    mesh = Mesh(mesh.points, mesh.cells)
    write_mesh(mesh, tmp_path / "a.xdmf")
    again = read_mesh(tmp_path / "a.xdmf")
    np.testing.assert_array_equal(again.points, mesh.points)
    np.testing.assert_array_equal(again.cells["tetra"], mesh.cells["tetra"])
    (tmp_path / "b.xdmf").write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match=r"cannot be read as a mesh"):
        read_mesh(tmp_path / "b.xdmf")
