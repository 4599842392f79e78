"""Reference of the sort of corners by vertex."""

import numpy as np

from sciml.kernels._graph import Indices
from sciml.kernels._simplices import Incidence

__all__ = ["vertex_cells"]


def vertex_cells(cells: Indices, n: int) -> Incidence:
    """The corners at each vertex; see the package function."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(cells.ravel(), minlength=n))])
    c, a = np.divmod(np.argsort(cells, axis=None, kind="stable"), cells.shape[1])
    return Incidence(starts.astype(np.int32), (4 * c + a).astype(np.int32))
