"""Guesses on finer grids by way of the resolution that a network was trained on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh import AXES, Grid
from sciml.models import FNO
from sciml.models.mgno.levels import Refined
from sciml.train.resample import resample
from sciml.train.trained import Trained

__all__ = ["interpolated", "native_shape", "predict_guess"]

Array = NDArray[Any]

# Inputs whose averages over blocks of cells mean something else.
SHARP = ("boundary", "mask")


def native_shape(trained: Trained, grid: Grid) -> tuple[int, ...]:
    """Where a network is evaluated for a guess on `grid`: there, or on the grid of training if that divides it.

    Notes
    -----
    Convolutions see a number of points, not a length: on a much finer grid their prediction may be off by the size of
    the solution, and that on the grid of training, interpolated, is still close. Fourier layers see lengths, and
    networks with levels on top are made for finer grids.
    """
    coarse = trained.grid.shape
    anywhere = any(isinstance(part, FNO | Refined) for part in trained.model.modules())
    if anywhere or any(name in SHARP for name in trained.record["inputs"]):
        return grid.shape
    ends = [1 if grid.location == "node" and not grid.is_periodic(axis) else 0 for axis in range(grid.ndim)]
    divides = all(n > end and m >= n and (m - end) % (n - end) == 0
                  for n, m, end in zip(coarse, grid.shape, ends, strict=True))
    return coarse if divides else grid.shape


def predict_guess(trained: Trained, x: Array, grid: Grid, threads: int | None = None) -> Array:
    """Predictions on `grid`, made on `native_shape`: inputs averaged, outputs interpolated linearly.

    Parameters
    ----------
    trained : Trained
    x : ndarray, shape (N, in_channels, *grid.shape)
    grid : Grid
    threads : int, optional
        Of torch.

    Returns
    -------
    ndarray, shape (N, out_channels, *grid.shape)
    """
    shape = native_shape(trained, grid)
    if shape == grid.shape:
        return trained.predict(x, threads)
    return interpolated(trained.predict(resample(x, grid, shape), threads), grid)


def interpolated(values: Array, grid: Grid) -> Array:
    """Fields on a finer grid, linear between cells or nodes; beyond a side they are odd (dirichlet) or even.

    Parameters
    ----------
    values : ndarray, shape (..., *coarse)
        `coarse` divides `grid.shape` as `resample` asks.
    grid : Grid
        The finer grid.

    Examples
    --------
    >>> interpolated(np.array([1.0, 3.0]), Grid((4,)))
    array([0.5, 1.5, 2.5, 1.5])
    >>> interpolated(np.array([0.0, 4.0, 0.0]), Grid((5,), location="node"))
    array([0., 2., 4., 2., 0.])
    """
    for axis, m in enumerate(grid.shape):
        at = values.ndim - grid.ndim + axis
        lines = np.moveaxis(values, at, -1)
        n, cells = lines.shape[-1], grid.location == "cell"
        if grid.is_periodic(axis):
            padded = np.concatenate([lines[..., -1:], lines, lines[..., :1]], -1)
        else:
            low, high = (-1 if grid.boundary[AXES[axis] + sign].kind == "dirichlet" else 1 for sign in "-+")
            padded = np.concatenate([low * lines[..., :1], lines, high * lines[..., -1:]], -1)
        # Positions in units of the coarse spacing, counted from the first padded value.
        if cells:
            place = (np.arange(m) + 0.5) * n / m + 0.5
        else:
            place = 1 + np.arange(m) * (n / m if grid.is_periodic(axis) else (n - 1) / (m - 1))
        left = np.minimum(np.floor(place + 1e-9).astype(np.int64), n)
        weight = place - left
        lines = padded[..., left] * (1 - weight) + padded[..., left + 1] * weight
        values = np.moveaxis(lines, -1, at)
    return np.ascontiguousarray(values)
