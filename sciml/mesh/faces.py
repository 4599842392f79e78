"""From values on the faces of a grid to its unknowns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.grid import Grid

__all__ = ["faces_to_unknowns"]


def faces_to_unknowns(grid: Grid, faces: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """A vector field at the unknowns from its normal components on the faces.

    Parameters
    ----------
    grid : Grid
        Where the faces belong.
    faces : sequence of ndarray
        For axis a an array ``(..., *shape)`` with n_a + 1 entries along a.

    Returns
    -------
    ndarray, shape (..., ndim, *grid.shape)
        The mean of the two faces around each unknown, and the value of the side itself at the first
        and last node of a node grid; 0 in obstacles.

    Examples
    --------
    >>> faces_to_unknowns(Grid((2,)), [np.array([0.0, 1.0, 4.0])])
    array([[0.5, 2.5]])
    """
    parts = []
    for axis, q in enumerate(faces):
        along = np.moveaxis(q, axis - grid.ndim, -1)
        mean = 0.5 * (along[..., 1:] + along[..., :-1])
        if grid.location == "node" and not grid.is_periodic(axis):
            mean[..., 0], mean[..., -1] = along[..., 0], along[..., -1]
        parts.append(np.moveaxis(mean, -1, axis - grid.ndim))
    vectors = np.stack(parts, axis=-1 - grid.ndim)
    return vectors if grid.mask is None else vectors * grid.mask
