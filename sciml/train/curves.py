"""Curves of a run: loss and errors over the epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sciml._atomic import replacing

__all__ = ["write_curves"]

LEFT = ("train_loss", "val_loss")
RIGHT = ("val_rel_l2", "val_rel_h1")


def write_curves(path: Path, rows: Sequence[Mapping[str, Any]], title: str = "") -> None:
    """Draw losses on the left and relative errors of the validation samples on the right, over epochs.

    Parameters
    ----------
    path : Path
        ``.png``.
    rows : sequence of dict
        Of a `MetricLog`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for axes, names in zip(figure.subplots(1, 2), (LEFT, RIGHT), strict=True):
        for name in names:
            points = [(row["epoch"], row[name]) for row in rows if row.get(name)]
            if points:
                axes.semilogy(*zip(*points, strict=True), ".-", label=name)
        axes.set_xlabel("epoch")
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend()
    figure.suptitle(title)
    with replacing(path) as (partial,):
        figure.savefig(partial, dpi=120)
