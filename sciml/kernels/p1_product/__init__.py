"""Product of the matrices of linear finite elements with a vector, without the matrix."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._simplices import Incidence, edge_place, flat, read_only
from sciml.kernels.p1_product.numba import product

__all__ = ["p1_product"]

Array = NDArray[np.float64]


@dispatched
def p1_product(
    cells: Indices, incidence: Incidence, u: Array, edges: Array | None = None, masses: Array | None = None
) -> Array:
    """(K + M) u at all vertices; with masses alone the load of a function that is linear in every cell.

    Parameters
    ----------
    cells : ndarray of int32, shape (m, d + 1), C-contiguous
        Simplices.
    incidence : Incidence
        Of these cells, by `vertex_cells`.
    u : ndarray of float64, shape (n,)
        Values at the vertices.
    edges, masses : ndarray of float64, optional
        Element matrices as in `p1_assemble`.

    Returns
    -------
    ndarray of float64, shape (n,)

    Notes
    -----
    The stiffness acts on differences of u, so constants give exactly 0 and the entries sum to 0 up to
    the rounding of their sums, however large u is.

    Examples
    --------
    >>> from sciml.kernels.vertex_cells import vertex_cells
    >>> cells = np.array([[0, 1, 2]], dtype=np.int32)
    >>> p1_product(cells, vertex_cells(cells, 3), np.ones(3), masses=np.array([1.0]))
    array([4., 4., 4.])
    """
    out = np.empty(len(u))
    none, k = np.empty(0), cells.shape[1]
    run_slabs(
        product, slabs(len(u), cells.size), k, flat(cells), *map(flat, incidence), flat(edge_place(k)), read_only(u),
        read_only(none if edges is None else edges.reshape(-1)), read_only(none if masses is None else masses), out,
    )
    return out
