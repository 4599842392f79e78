"""The grid of coordinates that a file stores axis by axis."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sciml.mesh import Boundary, Grid

__all__ = ["box_of"]


def box_of(
    axes: Sequence[NDArray[np.float64]], shape: tuple[int, ...], walls: Mapping[str, Boundary]
) -> tuple[Grid | None, list[float]]:
    """The box on which the coordinates lie, at centres of cells or on nodes, and its lower corner.

    Parameters
    ----------
    axes : sequence of ndarray
        Coordinates along each axis.
    shape : tuple of int
        Of the values; there is no grid unless it agrees with `axes`, at least two evenly spaced points each.
    walls : mapping of str to Boundary
        Sides of the box.

    Examples
    --------
    >>> grid, origin = box_of([np.array([-0.75, -0.25, 0.25, 0.75])], (4,), {"x": Boundary("periodic")})
    >>> grid.location, grid.extent, origin
    ('cell', (2.0,), [-1.0])
    """
    even = len(axes) in (1, 2, 3) and all(len(x) > 1 and _is_even(x) for x in axes)
    if not even or tuple(map(len, axes)) != shape:
        return None, []
    steps = [float(x[-1] - x[0]) / (len(x) - 1) for x in axes]
    wraps = [Grid(shape, boundary=walls).is_periodic(axis) for axis in range(len(axes))]
    # Where the box wraps around, centres and nodes are alike.
    telling = [axis for axis, one in enumerate(wraps) if not one] or range(len(axes))
    is_cell = all(abs(axes[axis][0] / steps[axis] % 1 - 0.5) < 0.1 for axis in telling)
    missing = [0 if is_cell or one else 1 for one in wraps]
    extent = tuple(h * (n - less) for h, n, less in zip(steps, shape, missing, strict=True))
    origin = [float(x[0]) - (h / 2 if is_cell else 0.0) for x, h in zip(axes, steps, strict=True)]
    return Grid(shape, extent, "cell" if is_cell else "node", walls), origin


def _is_even(x: NDArray[np.float64]) -> bool:
    steps = np.diff(x)
    return bool(steps[0] > 0 and np.allclose(steps, steps.mean(), rtol=1e-2))
