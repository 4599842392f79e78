"""Volumes of simplices and the stiffness between their vertices."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._simplices import PAIRS, read_only
from sciml.kernels.p1_elements.numba import elements

__all__ = ["p1_elements"]

Array = NDArray[np.float64]


@dispatched
def p1_elements(points: Array, cells: Indices, coefficient: Array) -> tuple[Array, Array]:
    """Integrate k grad phi_a . grad phi_b over every cell.

    Parameters
    ----------
    points : ndarray of float64, shape (n, d), d = 2 or 3, C-contiguous
        Vertices.
    cells : ndarray of int32, shape (m, d + 1), C-contiguous
        Simplices.
    coefficient : ndarray of float64, shape (1 or m, 1 or d (d + 1) / 2), C-contiguous
        k of each cell, or one for all: a number, or the upper triangle of a symmetric tensor row after row.

    Returns
    -------
    edges : ndarray of float64, shape (m, d (d + 1) / 2)
        The entries of the element matrices above the diagonal, pairs (0, 1), (0, 2), ... A row sums to
        zero, so these are the whole matrix.
    volumes : ndarray of float64, shape (m,)
        Area or volume, negative where the vertices turn the other way.

    Notes
    -----
    With the edges x_a = p_a - p_0 and D = d! |T| their determinant, grad phi_a = r_a / D: in the plane
    r_a is the edge opposite to a, turned by 90 degrees; in space the cross product of two edges of
    the facet opposite to a. Hence ``|T| k grad phi_a . grad phi_b = k r_a . r_b / (d! D)``.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> edges, volumes = p1_elements(points, np.array([[0, 1, 2]], dtype=np.int32), np.array([[2.0]]))
    >>> edges + 0, volumes
    (array([[-1., -1.,  0.]]), array([0.5]))
    """
    m, k = cells.shape
    edges, volumes = np.empty((m, len(PAIRS[k]))), np.empty(m)
    given = read_only(points), read_only(cells), read_only(coefficient)
    run_slabs(elements, slabs(m, cells.size), *given, edges, volumes)
    return edges, volumes
