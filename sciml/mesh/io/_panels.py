"""What every plot of a solution has: panels for the field, one for the history, and their scale."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_history", "frame", "limits"]

PANEL, MARGIN = 3.0, 0.85  # inches


def frame(count: int, *, with_scale: bool) -> "tuple[Figure, list[Axes], Axes | None, Axes]":
    """A figure with `count` panels, the colour bar they share, and a panel for the history."""
    # Not pyplot: it takes longer to import and keeps every figure in a global list.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    begin = [MARGIN + i * (PANEL + MARGIN) for i in range(count)]
    bar = begin[-1] + PANEL + 0.25
    last = (bar + 0.9 if with_scale else bar) + MARGIN
    width = last + PANEL + 0.2
    figure = Figure(figsize=(width, 3.6), dpi=120)
    FigureCanvasAgg(figure)

    def place(left: float, size: float) -> "Axes":
        return figure.add_axes((left / width, 0.16, size / width, 0.68))

    panels = [place(left, PANEL) for left in begin]
    return figure, panels, place(bar, 0.13) if with_scale else None, place(last, PANEL)


def limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """Smallest and largest finite value, apart."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    rounding = 1e-10 * max(abs(low), abs(high))  # colours are not for differences that small
    return (low, high) if high - low > rounding else (low - 0.5, low + 0.5)


def draw_history(panel: "Axes", history: Sequence[float]) -> None:
    """Residuals over iterations."""
    from matplotlib.ticker import MaxNLocator

    positive = [value if value > 0 else np.nan for value in history]
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.semilogy(range(len(positive)), positive, marker="o", markersize=3)
    if len(positive) < 3:  # the locator finds no whole numbers around a single point
        panel.set_xticks(range(len(positive)))
        panel.set_xlim(-0.5, len(positive) - 0.5)
    panel.set_xlabel("iteration")
    panel.set_title("relative residual", fontsize=10)
    panel.grid(alpha=0.3)
