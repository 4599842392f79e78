"""Plots on meshes: what faces the eye is drawn, in the values of its vertices."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from sciml.mesh import box_mesh
from sciml.mesh.io.mesh_plot import _draw_cut, _draw_plane, _draw_surface, write_mesh_plot


def panel() -> Any:
    return Figure().add_subplot()


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2)])
@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
def test_files(tmp_path: Path, shape: tuple[int, ...], suffix: str) -> None:
    mesh = box_mesh(shape)
    write_mesh_plot(tmp_path / f"u{suffix}", mesh, mesh.points[:, 0], [1.0, 1e-9], "title", length_unit="m")
    assert (tmp_path / f"u{suffix}").stat().st_size > 2000


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_half_of_a_box_is_seen(sign: float) -> None:
    """Three of six sides face the eye; on the side x = 1 (or 0) u = x is constant."""
    mesh = box_mesh((4, 3, 2))
    drawn: Any = _draw_surface(panel(), mesh, mesh.points[:, 0], sign, (0.0, 1.0))
    seen, end = drawn.get_array(), 1.0 if sign > 0 else 0.0
    assert len(seen) == 2 * (4 * 3 + 3 * 2 + 4 * 2)
    assert np.count_nonzero(seen == end) == 2 * 3 * 2


def test_the_nearest_facet_is_drawn_last() -> None:
    mesh = box_mesh((3, 3, 3))
    drawn: Any = _draw_surface(panel(), mesh, mesh.points.sum(axis=1), 1.0, (0.0, 3.0))
    values = drawn.get_array()
    assert np.all(np.diff(values) > -1e-12)  # u grows towards the eye


def test_a_cut_shows_the_field() -> None:
    mesh, axes = box_mesh((4, 4, 2), (2.0, 1.0, 0.5)), panel()
    _draw_cut(axes, mesh, mesh.points[:, 0] + 10 * mesh.points[:, 1], (0.0, 12.0), "")
    (picture,) = axes.images
    values = np.asarray(picture.get_array())
    height, width = values.shape
    x, y = (np.arange(width) + 0.5) * 2 / width, (np.arange(height) + 0.5) / height
    assert np.abs(values - (x + 10 * y[:, None])).max() < 1e-9
    assert axes.get_title() == "z = 0.25"


def test_quads_are_drawn_as_triangles() -> None:
    mesh = box_mesh((3, 2), kind="quad")
    drawn: Any = _draw_plane(panel(), mesh, mesh.points[:, 1], (0.0, 1.0), "m")
    assert np.array_equal(drawn.get_array(), mesh.points[:, 1])
