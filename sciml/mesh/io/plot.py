"""Plots of a field on a grid: a line, an image, or three mid-planes; with the residual history."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.grid import AXES, Grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["write_plot"]

_PANEL = 4.2  # inches
_PIXELS = 600  # more than a panel shows


def write_plot(path: Path, grid: Grid, u: NDArray[np.float64], history: Sequence[float], title: str = "") -> None:
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
    """
    # Not pyplot: it takes longer to import and keeps every figure in a global list.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = u if grid.mask is None else np.where(grid.mask, u, np.nan)
    slices = _slices(grid)
    columns = len(slices) + 1
    figure = Figure(figsize=(_PANEL * columns, 3.6), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, columns)
    figure.subplots_adjust(left=0.6 / columns * 0.35, right=1 - 0.25 / columns, wspace=0.35, bottom=0.16, top=0.84)
    limits = _limits(shown)
    for panel, (index, kept) in zip(axes[:-1], slices, strict=True):
        _draw(figure, panel, grid, shown[index], kept, limits)
        panel.set_title(_caption(grid, index), fontsize=10)
    _draw_history(axes[-1], history)
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
        index[axis] = grid.shape[axis] // 2
        every.append((tuple(index), tuple(a for a in range(3) if a != axis)))
    return every


def _caption(grid: Grid, index: tuple[Any, ...]) -> str:
    for axis, i in enumerate(index):
        if not isinstance(i, slice):
            at = float(grid.coordinates()[AXES[axis]].ravel()[i])
            return f"u at {AXES[axis]} = {at:.4g}"
    return "u"


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _draw(
    figure: "Figure", panel: "Axes", grid: Grid, values: NDArray[np.float64], kept: tuple[int, ...],
    limits: tuple[float, float],
) -> None:
    panel.set_xlabel(AXES[kept[0]])
    if len(kept) == 1:
        panel.plot(grid.coordinates()[AXES[kept[0]]].ravel(), values)
        return
    panel.set_ylabel(AXES[kept[1]])
    steps = tuple(slice(None, None, max(1, n // _PIXELS)) for n in values.shape)
    box = (0.0, grid.extent[kept[0]], 0.0, grid.extent[kept[1]])
    picture = panel.imshow(
        values[steps].T, origin="lower", extent=box, vmin=limits[0], vmax=limits[1], interpolation="nearest",
        aspect="equal" if 0.2 < box[1] / box[3] < 5 else "auto",
    )
    figure.colorbar(picture, ax=panel, fraction=0.046, pad=0.04)


def _draw_history(panel: "Axes", history: Sequence[float]) -> None:
    positive = [value if value > 0 else np.nan for value in history]
    panel.semilogy(range(len(positive)), positive, marker="o", markersize=3)
    panel.set_xlabel("iteration")
    panel.set_title("relative residual", fontsize=10)
    panel.grid(alpha=0.3)
