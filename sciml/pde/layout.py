"""Which points of a grid are unknowns, and the part of a control volume each of them owns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh import AXES, Grid

__all__ = ["Layout", "cut", "layout"]


@dataclass(frozen=True, eq=False)
class Layout:
    """The box of unknowns of a grid.

    Parameters
    ----------
    window : tuple of slice
        The box inside ``grid.shape``: everything but nodes on Dirichlet sides.
    shape : tuple of int
        Its shape.
    weights : tuple of ndarray, shapes (n_a,)
        Fraction of a full control volume along each axis: 1/2 for nodes on Neumann and Robin sides.
    scale : tuple of float
        1 / spacing^2 per axis.
    periodic : tuple of bool
        Axes that wrap around.
    unknown : ndarray of bool, optional, shape `shape`
        False in obstacles and fixed cells; None when there are none.
    """

    window: tuple[slice, ...]
    shape: tuple[int, ...]
    weights: tuple[NDArray[np.float64], ...]
    scale: tuple[float, ...]
    periodic: tuple[bool, ...]
    unknown: NDArray[np.bool_] | None

    def along(self, axis: int) -> NDArray[np.float64]:
        """Weights of `axis`, broadcastable against `shape`."""
        index = [1] * len(self.shape)
        index[axis] = -1
        return self.weights[axis].reshape(index)

    def area(self, axis: int) -> NDArray[np.float64]:
        """Fraction of a full face normal to `axis` that an unknown owns, broadcastable against `shape`."""
        result = np.ones([1] * len(self.shape))
        for other in range(len(self.shape)):
            if other != axis:
                result = result * self.along(other)
        return result

    def times_volume(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Multiply `values` of shape (..., *shape), in place, by the fraction of a control volume."""
        for axis, m in enumerate(self.weights):
            if np.any(m != 1.0):
                values *= self.along(axis)
        return values


def layout(grid: Grid) -> Layout:
    """Find the unknowns of `grid`.

    Raises
    ------
    InputError
        If there is no unknown.
    """
    spans = [_span(grid, axis) for axis in range(grid.ndim)]
    window = tuple(slice(lo, hi) for lo, hi in spans)
    shape = tuple(hi - lo for lo, hi in spans)
    if min(shape) < 1:
        raise InputError(f"shape {grid.shape} has no node between its dirichlet sides; use at least 3 nodes there")
    unknown = _unknown(grid, window)
    if unknown is not None and not unknown.any():
        raise InputError("the problem has no unknown: every active cell is fixed or lies on a dirichlet side")
    return Layout(
        window, shape, tuple(_weights(grid, axis, n) for axis, n in enumerate(shape)),
        tuple(1.0 / (h * h) for h in grid.spacing), tuple(map(grid.is_periodic, range(grid.ndim))), unknown,
    )


def cut(values: NDArray[np.float64], index: tuple[slice, ...]) -> NDArray[np.float64]:
    """``values[index]`` for an array that may have length 1 where it does not vary, or no axes at all."""
    return values[tuple(s if n > 1 else slice(None) for s, n in zip(index, values.shape, strict=False))]


def _kinds(grid: Grid, axis: int) -> tuple[str, str]:
    return grid.boundary[AXES[axis] + "-"].kind, grid.boundary[AXES[axis] + "+"].kind


def _span(grid: Grid, axis: int) -> tuple[int, int]:
    n = grid.shape[axis]
    if grid.location == "cell":
        return 0, n
    left, right = _kinds(grid, axis)
    return int(left == "dirichlet"), n - int(right == "dirichlet")


def _weights(grid: Grid, axis: int, n: int) -> NDArray[np.float64]:
    weights = np.ones(n)
    if grid.location == "node":
        for end, kind in zip((0, -1), _kinds(grid, axis), strict=True):
            if kind in ("neumann", "robin"):
                weights[end] = 0.5
    return weights


def _unknown(grid: Grid, window: tuple[slice, ...]) -> NDArray[np.bool_] | None:
    active = np.True_ if grid.mask is None else grid.mask[window]
    free = np.True_ if grid.fixed is None else ~grid.fixed[window]
    unknown = np.ascontiguousarray(active & free)
    return None if unknown.all() else unknown
