"""Plots of a field on a mesh: the plane domain, or a solid from two corners and cut through; with the history."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.grid import AXES
from sciml.mesh.io._panels import draw_history, frame, limits
from sciml.mesh.mesh import Mesh

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

__all__ = ["write_mesh_plot"]

Array = NDArray[np.float64]

_PIXELS = 300  # of a cut, along its longer edge
_EDGES_UP_TO = 2000  # facets of a picture in which their edges are drawn


def write_mesh_plot(
    path: Path, mesh: Mesh, u: Array, history: Sequence[float], title: str = "", *, label: str = "u",
    length_unit: str = "",
) -> None:
    """Draw `u` beside the residual history.

    Parameters
    ----------
    path : Path
        ``.png``, ``.pdf`` or ``.svg``.
    mesh : Mesh
        Of the plane, or of solids.
    u : ndarray, shape (n_points,)
        Values at the vertices.
    history : sequence of float
        Relative residual after each iteration, the first being 1.
    title, label, length_unit : str
        Line above the panels, what `u` is, unit of the coordinates.

    Notes
    -----
    A solid is shown from the corners (1, 1, 1) and (-1, -1, -1), and cut in the middle across its shortest edge.
    """
    solid = mesh.dimension == 3
    figure, panels, scale, last = frame(3 if solid else 1, with_scale=True)
    bounds = limits(u)
    if solid:
        for panel, sign in zip(panels, (1.0, -1.0), strict=False):
            picture = _draw_surface(panel, mesh, u, sign, bounds)
        _draw_cut(panels[2], mesh, u, bounds, length_unit)
    else:
        picture = _draw_plane(panels[0], mesh, u, bounds, length_unit)
        panels[0].set_title(label, fontsize=10)
    if scale is not None:
        figure.colorbar(picture, cax=scale, label=label)
    draw_history(last, history)
    if title:
        figure.suptitle(title, fontsize=11)
    figure.savefig(path)


def _draw_plane(panel: "Axes", mesh: Mesh, u: Array, bounds: tuple[float, float], unit: str) -> "ScalarMappable":
    from matplotlib.tri import Triangulation

    triangles = mesh.simplices().cells["triangle"]
    x, y = mesh.points.T
    panel.set_aspect("equal")
    _name_axes(panel, (0, 1), unit)
    if len(triangles) <= _EDGES_UP_TO:
        panel.triplot(x, y, triangles, color="black", linewidth=0.2)
    plane = Triangulation(x, y, triangles)
    return panel.tripcolor(plane, u, shading="gouraud", vmin=bounds[0], vmax=bounds[1], rasterized=True)


def _draw_surface(panel: "Axes", mesh: Mesh, u: Array, sign: float, bounds: tuple[float, float]) -> "ScalarMappable":
    """Outer facets that face the eye, far ones first, in parallel projection with z upwards."""
    from matplotlib.collections import PolyCollection

    eye = sign * np.array([1.0, 1.0, 1.0]) / np.sqrt(3.0)
    right = np.cross([0.0, 0.0, 1.0], eye)
    right /= np.linalg.norm(right)
    screen = mesh.points @ np.stack([right, np.cross(eye, right)], axis=1)
    depth = mesh.points @ eye
    polygons, levels, distances = [], [], []
    for facets in mesh.boundary_facets().facets.values():
        flat = screen[facets]
        after = np.roll(flat, -1, axis=1)
        area = np.sum(flat[..., 0] * after[..., 1] - flat[..., 1] * after[..., 0], axis=1)
        seen = area > 0  # outward facets turn counter-clockwise towards the eye
        # One array of quads, in which triangles repeat a corner: lists of polygons are slow.
        polygons.append(flat[seen][:, [0, 1, 2, -1]])
        levels.append(u[facets[seen]].mean(axis=1))
        distances.append(depth[facets[seen]].mean(axis=1))
    order = np.argsort(np.concatenate(distances))
    values = np.concatenate(levels)[order]
    few = len(order) <= _EDGES_UP_TO
    corners: Any = np.concatenate(polygons)[order]
    drawn = PolyCollection(
        corners, array=values, clim=bounds, rasterized=True,
        edgecolors=(0, 0, 0, 0.3) if few else "face", linewidths=0.2,
    )
    panel.add_collection(drawn)
    panel.set_aspect("equal")
    panel.autoscale_view()
    panel.set_axis_off()
    panel.set_title(f"from ({sign:+.0f}, {sign:+.0f}, {sign:+.0f})", fontsize=10)
    return drawn


def _draw_cut(panel: "Axes", mesh: Mesh, u: Array, bounds: tuple[float, float], unit: str) -> None:
    from sciml.mesh.locate import Locator

    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    across = int(np.argmin(high - low))
    kept = [axis for axis in range(3) if axis != across]
    step = (high - low)[kept].max() / _PIXELS
    lines = [np.arange(low[a] + step / 2, high[a], step) for a in kept]
    at = np.empty((len(lines[0]), len(lines[1]), 3))
    at[..., kept[0]], at[..., kept[1]] = lines[0][:, None], lines[1][None, :]
    at[..., across] = middle = (low[across] + high[across]) / 2
    places = Locator(_around(mesh, across, middle)).find(at.reshape(-1, 3))
    values = np.sum(u[places.vertices] * places.weights, axis=1)
    values[places.cells < 0] = np.nan
    panel.imshow(
        values.reshape(at.shape[:2]).T, origin="lower", vmin=bounds[0], vmax=bounds[1], interpolation="nearest",
        extent=(low[kept[0]], high[kept[0]], low[kept[1]], high[kept[1]]),
    )
    panel.set_title(f"{AXES[across]} = {middle:.4g} {unit}".rstrip(), fontsize=10)
    _name_axes(panel, (kept[0], kept[1]), unit)


def _around(mesh: Mesh, axis: int, level: float) -> Mesh:
    """The cells that reach across a plane."""
    heights = mesh.points[:, axis]
    cells = {}
    for kind, block in mesh.cells.items():
        reach = heights[block]
        cells[kind] = block[(reach.min(axis=1) <= level) & (reach.max(axis=1) >= level)]
    return Mesh(mesh.points, cells)


def _name_axes(panel: "Axes", axes: tuple[int, int], unit: str) -> None:
    names = [f"{AXES[axis]} [{unit}]" if unit else AXES[axis] for axis in axes]
    panel.set_xlabel(names[0])
    panel.set_ylabel(names[1])
    panel.locator_params(nbins=5)
