"""Operators on Darcy flow: MgNO, FNO and U-Net at equal processor time, and MgNO on a grid twice as fine.

Media of two values on either side of a smooth Gaussian field. Coefficients and solutions on 32^2 and on 64^2 cells are
averages of one and the same solve on 128^2 cells; 1000 samples to train on, 100 to choose by, 100 to judge. All
networks have the same loss (H1 by finite differences), the same symmetries, the same schedule and one thread; the
number of epochs is fixed beforehand, so that a training takes 600 s of the processor. On the validation samples, each
network has its best of three learning rates for either of two sizes, found in 30 s each, which are two or three epochs;
then the better size after 600 s; then `Settings.repeats` seeds. Levels, layers and batches had been settled before,
with MgNO, in trials of a minute on the validation samples. Rough and multiscale media on 64^2 cells, averages of solves
on 256^2, follow with the same choice and one seed.
`Settings.size` replaces 32, `Settings.fraction` shortens everything.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sciml.bench import Settings, Table
from sciml.bench.contest import (
    Contest,
    Entrant,
    compared,
    data_set,
    errors_of,
    errors_over_seeds,
    field_errors,
)
from sciml.bench.tables import Row
from sciml.bench.trainings import Outcome
from sciml.datasets.generate.darcy import Darcy
from sciml.datasets.generate.engine import Order
from sciml.mesh import Grid
from sciml.models.mgno import CycleSettings, Refined
from sciml.train.held_out import held_out
from sciml.train.native import interpolated
from sciml.train.resample import resample
from sciml.train.trained import Trained

__all__ = ["run"]

Array: TypeAlias = NDArray[np.float32]

CHOOSING, TRAINING = 30.0, 600.0  # processor seconds
SAMPLES = (1000, 100, 100)
SHARED = {"data.augment": "d4", "loss.name": "h1_fd", "train.batch_size": 8}


def cycle(levels: int) -> list[list[int]]:
    """One smoothing step a level on the way down, two on the last."""
    return [[1, 0]] * (levels - 1) + [[2, 0]]


def mgno(channels: int) -> dict[str, Any]:
    """Four layers of five levels."""
    return {"model.name": "mgno", "model.hidden_channels": channels, "model.n_layers": 4, "model.steps": cycle(5)}


def fno(width: int) -> dict[str, Any]:
    """Four layers of 12 modes, that is 24 with both signs."""
    return {"model.name": "fno", "model.hidden_channels": width, "model.n_modes": [24, 24]}


def unet(width: int) -> dict[str, Any]:
    """Three halvings."""
    return {"model.name": "unet", "model.hidden_channels": width}


ENTRANTS = (
    Entrant("MgNO", {"16 channels": mgno(16), "24 channels": mgno(24)}, (1.5e-3, 3e-3, 5e-3)),
    Entrant("FNO", {"width 20": fno(20), "width 32": fno(32)}, (1e-3, 3e-3, 6e-3)),
    Entrant("U-Net", {"width 16": unet(16), "width 24": unet(24)}, (1e-3, 3e-3, 6e-3)),
)


def data(settings: Settings, variant: str, resolution: int, solved: int) -> Path:
    """Samples of one kind of medium: averages of solves on `solved`^2 cells."""
    counts = [max(8, round(count * settings.fraction)) for count in SAMPLES]
    recipe = Darcy(variant, solved // resolution)  # type: ignore[arg-type]  # checked there
    order = Order("darcy", recipe, sum(counts), resolution, settings.seed, (counts[0], counts[1], counts[2]))
    name = f"darcy-{variant}-{resolution}-{sum(counts)}-{settings.seed}.h5"
    return data_set(order, Path(settings.runs, "data", name))


def contest(settings: Settings, label: str, file: Path) -> Contest:
    """Trainings on one file."""
    return Contest(label, SHARED | {"data.files": [str(file.resolve())]}, settings, ENTRANTS)


class Given(nn.Module):
    """In place of a network of cell averages: always the same ones."""

    def __init__(self, u: Array, settings: CycleSettings) -> None:
        super().__init__()
        self.u, self.settings = torch.from_numpy(u), settings

    def forward(self, x: Tensor) -> Tensor:
        """The fields that were given."""
        return self.u


def prolongated(u: Array, a: Array, grid: Grid, settings: CycleSettings) -> dict[str, Array]:
    """Fields on `grid`, where the medium is a, from those on cells twice as wide, by the way there."""
    given, medium = Given(u, settings), torch.from_numpy(a)
    return {
        "one more level": Refined(given, 0)(medium).numpy(),  # type: ignore[arg-type]  # as a network
        "parabola": Refined(given)(medium).numpy(),  # type: ignore[arg-type]
        "interpolated": interpolated(u, grid),
        "repeated": u.repeat(2, -1).repeat(2, -2),
    }


def transfer(outcome: Outcome, fine: Path) -> dict[str, dict[str, float]]:
    """Errors in percent on the training grid, and on that twice as fine from predictions, and from exact averages."""
    trained = Trained.of(outcome.path)
    with ExitStack() as stack:
        samples = held_out(trained, [fine], stack)
        indices, grid = samples.split["test"], samples.grid
        x, y = (samples.read(kind, indices) for kind in ("inputs", "outputs"))
    coarse = trained.predict(resample(x, grid, trained.grid.shape))
    averages = resample(y, grid, trained.grid.shape)
    settings: Any = trained.model.settings
    ours, exact = (prolongated(u, x, grid, settings) for u in (coarse, averages))
    fields = {f"MgNO, {way}": u for way, u in ours.items()} | {"MgNO, the network itself": trained.predict(x)}
    fields |= {f"exact averages, {way}": u for way, u in exact.items()}
    on_fine = {way: field_errors(u, y, grid) for way, u in fields.items()}
    return {"MgNO, training grid": errors_of(outcome)} | on_fine


def transfer_table(outcomes: Sequence[Outcome | None], fine: Path, n: int) -> Table:
    """MgNO of one grid on a finer one."""
    found = [transfer(outcome, fine) for outcome in outcomes if outcome is not None]
    rows: list[Row] = []
    for way in found[0] if found else ():
        cells = n if way.endswith("training grid") else 2 * n
        row: Row = {"method": way, "cells": cells, "seeds": len(found)}
        rows.append(row | errors_over_seeds([one[way] for one in found]))
    return Table(
        f"Trained on {n}^2 cells, judged on {2 * n}^2", rows,
        "Labels of both grids are averages of the same solve. One more level: the parabola through averages, then four "
        "steps that lower the energy and keep averages (`sciml evaluate --levels 1`). Interpolated: linearly, odd "
        "beyond the sides; repeated: each cell as four equal ones. Exact averages: of labels, in place of predictions.",
    )


def run(settings: Settings) -> list[Table]:
    """Choice, comparison, other media, finer grid."""
    n = settings.size or 32
    held = contest(settings, "smooth", data(settings, "smooth", n, 4 * n))
    chosen = [held.choose(entrant, CHOOSING, TRAINING) for entrant in ENTRANTS]
    tried = Table(f"Choice on validation samples, {CHOOSING * settings.fraction:g} s each",
                  [row for _, rows in chosen for row in rows])
    choices = [choice for choice, _ in chosen if choice is not None]
    seeds = range(settings.seed, settings.seed + settings.repeats)
    title = f"{TRAINING * settings.fraction:g} s of one core"
    main, trained = compared(f"Smooth media, {n}^2 cells, {title}", held, choices, seeds, TRAINING)
    tables = [main, tried]
    if any(trained.get("MgNO", [])):
        tables.insert(1, transfer_table(trained["MgNO"], data(settings, "smooth", 2 * n, 4 * n), n))
    for variant in ("rough", "multiscale"):
        other = contest(settings, variant, data(settings, variant, 2 * n, 8 * n))
        seed = range(settings.seed, settings.seed + 1)
        heading = f"{variant.capitalize()} media, {2 * n}^2 cells, {title}"
        tables.append(compared(heading, other, choices, seed, TRAINING)[0])
    return tables
