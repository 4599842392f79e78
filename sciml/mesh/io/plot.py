"""Plots of a field on a grid: a line, an image, or three slices; with the residual history."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.grid import AXES, Grid
from sciml.mesh.io._panels import draw_history, frame, limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

__all__ = ["write_plot", "write_vector_plot"]

_PIXELS = 600  # more than a panel shows
_BLANK = "0.93"  # grey of obstacles


def write_plot(
    path: Path, grid: Grid, u: NDArray[np.float64], history: Sequence[float], title: str = "", *, label: str = "u",
    length_unit: str = "",
) -> None:
    """Draw slices of `u` beside the residual history.

    Parameters
    ----------
    path : Path
        ``.png``, ``.pdf`` or ``.svg``.
    grid : Grid
        Domain; obstacles stay blank.
    u : ndarray, shape `grid.shape`
        Field to draw.
    history : sequence of float
        Relative residual after each iteration, the first being 1.
    title : str
        Line above the panels.
    label : str
        What `u` is, with its unit.
    length_unit : str
        Unit of the coordinates.

    Notes
    -----
    In 3-D the slices lie in the middle; with obstacles, where most cells are active within the middle
    half of the box.
    """
    shown = u if grid.mask is None else np.where(grid.mask, u, np.nan)
    slices = _slices(grid)
    figure, panels, scale, last = frame(len(slices), with_scale=grid.ndim > 1)
    for panel, (index, kept) in zip(panels, slices, strict=True):
        picture = _draw(panel, grid, shown[index], kept, limits(shown), length_unit)
        panel.set_title(_caption(grid, index, length_unit) or label, fontsize=10)
    if scale is not None and picture is not None:
        figure.colorbar(picture, cax=scale, label=label)
    draw_history(last, history)
    if title:
        figure.suptitle(title, fontsize=11)
    figure.savefig(path)


def write_vector_plot(
    path: Path, x: NDArray[np.float64], history: Sequence[float], title: str = "", *, label: str = "u"
) -> None:
    """Draw the values of a vector over their numbers, beside the residual history.

    Parameters
    ----------
    path : Path
        ``.png``, ``.pdf`` or ``.svg``.
    x : ndarray, shape (n,)
        Values.
    history : sequence of float
        Relative residual after each iteration, the first being 1.
    title, label : str
        Line above the panels, and what `x` is.
    """
    figure, (panel,), _, last = frame(1, with_scale=False)
    panel.plot(np.arange(len(x)), x, ".", markersize=1 if len(x) > 1000 else 3, rasterized=True)
    panel.set_xlabel("unknown")
    panel.set_title(label, fontsize=10)
    draw_history(last, history)
    if title:
        figure.suptitle(title, fontsize=11)
    figure.savefig(path)


def _slices(grid: Grid) -> list[tuple[tuple[Any, ...], tuple[int, ...]]]:
    """Index and remaining axes of every panel."""
    if grid.ndim < 3:
        return [((slice(None),) * grid.ndim, tuple(range(grid.ndim)))]
    every: list[tuple[tuple[Any, ...], tuple[int, ...]]] = []
    for axis in reversed(range(3)):
        index: list[Any] = [slice(None)] * 3
        index[axis] = _plane(grid, axis)
        every.append((tuple(index), tuple(a for a in range(3) if a != axis)))
    return every


def _plane(grid: Grid, axis: int) -> int:
    """The fullest plane of the middle half, the one next to the middle of several."""
    n = grid.shape[axis]
    if grid.mask is None:
        return n // 2
    others = tuple(a for a in range(3) if a != axis)
    active = np.count_nonzero(grid.mask, axis=others)
    return min(range(n // 4, n - n // 4), key=lambda i: (-active[i], abs(i - n // 2)))


def _caption(grid: Grid, index: tuple[Any, ...], unit: str) -> str:
    """Where a slice lies; empty for a whole grid."""
    for axis, i in enumerate(index):
        if not isinstance(i, slice):
            at = float(grid.coordinates()[AXES[axis]].ravel()[i])
            return f"{AXES[axis]} = {at:.4g} {unit}".rstrip()
    return ""


def _draw(
    panel: "Axes", grid: Grid, values: NDArray[np.float64], kept: tuple[int, ...], limits: tuple[float, float],
    unit: str,
) -> "AxesImage | None":
    """A line, or an image, which is returned."""
    names = [f"{AXES[axis]} [{unit}]" if unit else AXES[axis] for axis in kept]
    panel.set_xlabel(names[0])
    if len(kept) == 1:
        panel.plot(grid.coordinates()[AXES[kept[0]]].ravel(), values)
        return None
    panel.set_ylabel(names[1])
    panel.set_facecolor(_BLANK)
    panel.locator_params(nbins=5)
    steps = tuple(max(1, n // _PIXELS) for n in values.shape)
    (left, right), (low, high) = (_span(grid, axis, step) for axis, step in zip(kept, steps, strict=True))
    picture = panel.imshow(
        values[:: steps[0], :: steps[1]].T, origin="lower", extent=(left, right, low, high), vmin=limits[0],
        vmax=limits[1], interpolation="nearest",
        aspect="equal" if 0.2 < grid.extent[kept[0]] / grid.extent[kept[1]] < 5 else "auto",
    )
    if not grid.is_periodic(kept[0]):
        panel.set_xlim(max(left, 0.0), min(right, grid.extent[kept[0]]))
    if not grid.is_periodic(kept[1]):
        panel.set_ylim(max(low, 0.0), min(high, grid.extent[kept[1]]))
    return picture


def _span(grid: Grid, axis: int, step: int) -> tuple[float, float]:
    """Where the pixels of every `step`-th unknown begin and end when each lies around its unknown."""
    at = grid.coordinates()[AXES[axis]].ravel()[::step]
    half = 0.5 * step * grid.spacing[axis]
    return float(at[0]) - half, float(at[-1]) + half
