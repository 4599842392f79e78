"""The same fields on a coarser grid."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh import AXES, Grid

__all__ = ["resample"]


def resample(values: NDArray[Any], grid: Grid, shape: tuple[int, ...]) -> NDArray[Any]:
    """Means over blocks of cells, or every k-th node.

    Parameters
    ----------
    values : ndarray, shape (..., *grid.shape)
    grid : Grid
    shape : tuple of int
        Of the coarser grid.

    Raises
    ------
    InputError
        If an axis cannot be divided that way.

    Examples
    --------
    >>> resample(np.array([1.0, 3.0, 5.0, 7.0]), Grid((4,)), (2,))
    array([2., 6.])
    >>> resample(np.arange(5), Grid((5,), location="node"), (3,))
    array([0, 2, 4])
    """
    for axis, n in enumerate(shape):
        at, m = values.ndim - grid.ndim + axis, grid.shape[axis]
        ends = 1 if grid.location == "node" and not grid.is_periodic(axis) else 0
        if n <= ends or (m - ends) % (n - ends):
            raise InputError(
                f"resolution {n} does not divide the {m} {grid.location}s of axis {AXES[axis]}; give data of another "
                "resolution by --data, or choose a divisor"
            )
        ratio = (m - ends) // (n - ends)
        if grid.location == "cell":
            values = values.reshape(*values.shape[:at], n, ratio, *values.shape[at + 1 :]).mean(at + 1)
        else:
            values = values[(slice(None),) * at + (slice(None, None, ratio),)]
    return np.ascontiguousarray(values)
