"""Trajectories whose step is known, for the tests of steps in time."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sciml.datasets.formats.ours import writing
from sciml.mesh import Boundary, Grid

Array = NDArray[np.float64]


def symbol(shape: tuple[int, ...]) -> Array:
    """Of one step of the heat equation on the unit torus, in the half spectrum of a real transform."""
    waves = [np.fft.fftfreq(n, 1 / n) for n in shape[:-1]] + [np.fft.rfftfreq(shape[-1], 1 / shape[-1])]
    squares = sum(np.square(k) for k in np.meshgrid(*waves, indexing="ij"))
    return np.asarray(np.exp(-0.02 * squares))


def heat(u: Array, f: Array) -> Array:
    """The next frame: u spreads, and f, of mean 0, is added."""
    axes = tuple(range(u.ndim))
    return np.fft.irfftn(symbol(u.shape) * np.fft.rfftn(u), u.shape, axes) + f


def heat_step(x: torch.Tensor, scale: torch.Tensor | float = 1.0) -> torch.Tensor:
    """The same on tensors (batch, 2, *spatial), the force in units of `scale` times those of u."""
    u, f = x[:, 0], x[:, 1]
    axes = tuple(range(1, u.ndim))
    spectrum = torch.fft.rfftn(u, dim=axes) * torch.from_numpy(symbol(tuple(u.shape[1:]))).to(u.dtype)
    return (torch.fft.irfftn(spectrum, u.shape[1:], axes) + scale * f)[:, None]


def write_moving(
    path: Path, *, count: int = 12, shape: tuple[int, ...] = (8, 8), given: int = 2, wanted: int = 3, seed: int = 0,
    bad: dict[tuple[int, int], float] | None = None, equation: dict[str, Any] | None = None,
) -> Path:
    """Heat from random starts, driven by a constant force; `bad` fills frames (sample, frame wanted) with a value."""
    rng = np.random.default_rng(seed)
    grid = Grid(shape, location="node", boundary=Boundary("periodic"))
    with writing(path, count, name=path.stem, grid=grid, equation=equation, seed=seed, generator={}) as writer:
        for sample in range(count):
            f = 0.1 * rng.normal(size=shape)
            frames, f = [rng.normal(size=shape) + 3.0], f - f.mean()
            while len(frames) < given + wanted:
                frames.append(heat(frames[-1], f))
            for (which, frame), value in (bad or {}).items():
                if which == sample:
                    frames[given + frame][...] = value
            series = np.array(frames, np.float32)
            writer.put("inputs", "force", sample, f.astype(np.float32))
            writer.put("inputs", "u", sample, series[:given])
            writer.put("outputs", "u", sample, series[given:])
        parts = np.split(np.arange(count), [count - 4, count - 2])
        writer.split(dict(zip(("train", "val", "test"), parts, strict=True)))
    return path
