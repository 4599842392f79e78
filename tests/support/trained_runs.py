"""A small network trained for a few steps on Darcy flow, and data sets that it fits or does not fit."""

from pathlib import Path
from typing import Any

import numpy as np
from training import settings_for

from sciml.datasets.formats.ours import writing
from sciml.datasets.generate.darcy import Darcy
from sciml.datasets.generate.recipe import rng_of
from sciml.mesh import Boundary, Grid
from sciml.train import Config, started


def write_darcy(path: Path, n: int = 12, count: int = 18, *, equation: bool = True, kind: str = "") -> Path:
    """Samples of Darcy flow in float32; `kind` claims another boundary condition."""
    darcy = Darcy()
    grid = Grid((n, n), boundary=Boundary(kind)) if kind else darcy.grid(n)  # type: ignore[arg-type]
    told = darcy.equation() if equation else None
    with writing(path, count, name=path.stem, grid=grid, equation=told, seed=0, generator={}) as writer:
        for index in range(count):
            sample = darcy.sample(n, rng_of(0, index))
            writer.put("inputs", "coefficient", index, sample.inputs["coefficient"].astype(np.float32))
            writer.put("outputs", "solution", index, sample.outputs["solution"].astype(np.float32))
        parts = np.split(np.arange(count), [count - 6, count - 3])
        writer.split(dict(zip(("train", "val", "test"), parts, strict=True)))
    return path


def train_darcy(folder: Path, **more: Any) -> Path:
    """A run in `folder`; its data lie beside it."""
    data = write_darcy(folder / "darcy.h5", equation=more.pop("equation", True))
    settings = {"train__epochs": 12, "model__hidden_channels": 8, **more}
    return train(settings_for("unet", data, **settings), folder / "run")


def train(config: Config, folder: Path) -> Path:
    """A run from beginning to end."""
    with started(config, folder) as loop:
        loop.train()
    return folder
