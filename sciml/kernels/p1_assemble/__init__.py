"""Entries of the matrix of linear finite elements."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._simplices import Incidence, Pattern, edge_place, flat, read_only
from sciml.kernels.p1_assemble.numba import assemble

__all__ = ["p1_assemble"]

Array = NDArray[np.float64]


@dispatched
def p1_assemble(
    cells: Indices, incidence: Incidence, pattern: Pattern, edges: Array | None, masses: Array | None = None
) -> Array:
    """Sum element matrices, stiffness and mass, into compressed rows.

    Parameters
    ----------
    cells : ndarray of int32, shape (m, d + 1), C-contiguous
        Simplices.
    incidence : Incidence
        Of these cells, by `vertex_cells`.
    pattern : Pattern
        Of these cells, by `p1_pattern`.
    edges : ndarray of float64, shape (m, d (d + 1) / 2), optional
        Stiffness above the diagonal of each element, by `p1_elements`.
    masses : ndarray of float64, shape (m,), optional
        w of each element's mass matrix ``w (1 + delta_ab)``; with ``w = sigma |T| / ((d + 1) (d + 2))``
        that is the integral of sigma phi_a phi_b.

    Returns
    -------
    ndarray of float64, shape (nnz,)
        Entries in the order of ``pattern.indices``.

    Notes
    -----
    Every row gathers what the cells around its vertex contribute, in the order of the cells. So threads
    never write to the same place, the result does not depend on their number, and the matrix is
    symmetric to the last bit.

    Examples
    --------
    >>> from sciml.kernels.p1_pattern import p1_pattern
    >>> from sciml.kernels.vertex_cells import vertex_cells
    >>> cells = np.array([[0, 1, 2]], dtype=np.int32)
    >>> around = vertex_cells(cells, 3)
    >>> p1_assemble(cells, around, p1_pattern(cells, around), np.array([[-1.0, -1.0, 0.0]]))
    array([ 2., -1., -1., -1.,  1.,  0., -1.,  0.,  1.])
    """
    data = np.empty(len(pattern.indices))
    none, k = np.empty(0), cells.shape[1]
    run_slabs(
        assemble, slabs(len(pattern.vertices), cells.size), k, flat(cells), *map(flat, incidence), flat(edge_place(k)),
        *map(flat, pattern), read_only(none if edges is None else edges.reshape(-1)),
        read_only(none if masses is None else masses), data,
    )
    return data
