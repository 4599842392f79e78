"""What weights of radial basis functions contribute to gradients: by queries, centres and shapes."""

from itertools import pairwise

import numpy as np

from sciml.kernels import _pool
from sciml.kernels._csr import Index
from sciml.kernels._device import dispatched
from sciml.kernels._radial import coded, shape_terms
from sciml.kernels._stencil import Array
from sciml.kernels.rbf_weights import ENTRY_WORK
from sciml.kernels.rbf_weights_backward.numba import gradients

__all__ = ["rbf_weights_backward"]

# Queries are cut into so many pieces whatever the number of threads: the sums of a piece are added in one order.
PIECES = 8


@dispatched
def rbf_weights_backward(
    queries: Array, centres: Array, shapes: Array, neighbours: Index, gradient: Array, family: str,
    epsilon: float | None = None,
) -> tuple[Array, Array, Array]:
    """Gradients of ``sum_qa gradient_qa w_qa`` for the weights w of `rbf_weights` with the same arguments.

    Parameters
    ----------
    queries, centres, shapes, neighbours, family, epsilon
        As of `rbf_weights`.
    gradient : ndarray like `queries`, shape (m, k)
        By each weight.

    Returns
    -------
    queries, centres, shapes : ndarray
        Gradients by each of them, of the same shapes; on the CPU bitwise the same for any number of threads.

    Raises
    ------
    InputError
        If the family or the number of shape parameters is unknown.

    Notes
    -----
    The sum that a row is divided by counts as a function of its values. Where a value has a kink (hats, and at the
    centre the exponentials and "linear"), it contributes 0.

    Examples
    --------
    >>> centres, shapes, near = np.array([[0.0], [1.0]]), np.ones((2, 1)), np.array([[0, 1]])
    >>> rbf_weights_backward(np.array([[0.25]]), centres, shapes, near, np.array([[10.0, 20.0]]), "hat")[0]
    array([[10.]])
    """
    code, terms = coded(family), shape_terms(centres.shape[1], shapes.shape[1])
    count = 1 if ENTRY_WORK * neighbours.size < _pool.SERIAL_BELOW else PIECES
    bounds = [len(queries) * k // count for k in range(count + 1)]
    given = queries, centres, shapes, neighbours, gradient, terms, code, epsilon is not None
    by_queries, by_centres, by_shapes = (np.zeros_like(given[k]) for k in range(3))
    tasks = [(lo, hi, *given, gradient.dtype.type(epsilon or 0), by_queries) for lo, hi in pairwise(bounds)]
    for first, sums in _pool.run_tasks(gradients, tasks):
        by_shapes[first : first + len(sums)] += sums[:, : shapes.shape[1]]
        by_centres[first : first + len(sums)] += sums[:, shapes.shape[1] :]
    return by_queries, by_centres, by_shapes
