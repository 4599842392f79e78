"""Small data sets, a tiny model and runs that are killed, for the tests of training."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sciml.datasets.formats.ours import writing
from sciml.mesh import Boundary, Grid
from sciml.models import MODELS, Pretrained
from sciml.train import Config, started
from sciml.train.log import Silent

MODELS["tiny"] = ("training", "Tiny")

SMALL = {
    "fno": {"model.n_modes": [4, 4], "model.hidden_channels": 4, "model.n_layers": 1},
    "unet": {"model.hidden_channels": 4, "model.n_layers": 1},
    "mgno": {"model.hidden_channels": 4, "model.n_layers": 1, "model.steps": [[1, 0], [1, 0], [1, 0]]},
    "tiny": {},
}


class Tiny(Pretrained):
    """Has what else a run must remember: random numbers of its own and statistics that are no parameters."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.config = {"in_channels": in_channels, "out_channels": out_channels}
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(in_channels, 4, 1), torch.nn.BatchNorm2d(4), torch.nn.Dropout(0.3),
            torch.nn.Conv2d(4, out_channels, 1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.layers(x)
        return y


def write_small(
    path: Path, *, count: int = 18, shape: tuple[int, ...] = (8, 8), seed: int = 0, split: bool = True,
    boundary: Boundary | None = None, location: Any = "cell", bad: dict[int, float] | None = None,
    names: tuple[str, str] = ("source", "solution"), channels: int = 0,
) -> Path:
    """Smooth sources and what a blur makes of them; `bad` puts a value into some samples."""
    rng = np.random.default_rng(seed)
    grid = Grid(shape, location=location, boundary=boundary or Boundary())
    with writing(path, count, name=path.stem, grid=grid, equation=None, seed=seed, generator={}) as writer:
        for sample in range(count):
            f = rng.normal(size=(*([channels] if channels else []), *shape)).astype(np.float32)
            u = sum(np.roll(f, shift, axis) for axis in range(-len(shape), 0) for shift in (-1, 0, 1)) + 0.5
            u = u[0] if channels else u
            if sample in (bad or {}):
                u.flat[3] = (bad or {})[sample]
            writer.put("inputs", names[0], sample, f)
            writer.put("outputs", names[1], sample, u.astype(np.float32))
        if split:
            parts = np.split(np.arange(count), [count - 6, count - 3])
            writer.split(dict(zip(("train", "val", "test"), parts, strict=True)))
    return path


def settings_for(model: str, data: Path, **more: Any) -> Config:
    """A run of 3 epochs of 3 steps; keys of `more` are ``section__key``."""
    base = {
        "model.name": model, **SMALL[model], "data.files": [str(data)], "train.epochs": 3, "train.batch_size": 5,
        "train.threads": 1, "train.save_seconds": 0.0, "optimiser.lr": 0.02,
    }
    return Config().changed(base | {key.replace("__", "."): value for key, value in more.items()})


class Killer(Silent):
    """Ends the process without warning: after a step, or after the row of an epoch was written."""

    def __init__(self, step: int, epoch: int = 0) -> None:
        self.last_step, self.last_epoch = step, epoch

    def step(self, step: int, total: int | None, loss: float, lr: float) -> None:
        if step == self.last_step:
            os.kill(os.getpid(), signal.SIGKILL)

    def epoch(self, row: Any) -> None:
        if row["epoch"] == self.last_epoch:
            os.kill(os.getpid(), signal.SIGKILL)


def killed(config: Config, folder: Path, step: int, epoch: int = 0) -> None:
    """Train in a child of this process until it kills itself."""
    child = os.fork()
    if child == 0:
        with started(config, folder) as loop:
            loop.watcher = Killer(step, epoch)
            loop.train()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def main() -> None:
    """Run the cases given as ``repr`` of a list of (settings, folder, step, epoch), each in a process of its own."""
    import ast

    torch.set_num_threads(1)
    for (model, data, more), folder, step, epoch in ast.literal_eval(sys.argv[1]):
        killed(settings_for(model, Path(data), **more), Path(folder), step, epoch)

