"""Values of the radial basis functions around each query: the weights of a field given at scattered centres."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._radial import coded, shape_terms
from sciml.kernels._stencil import Array
from sciml.kernels.rbf_weights.numba import weight_slab

__all__ = ["ENTRY_WORK", "rbf_weights"]

ENTRY_WORK = 8  # array elements touched for one neighbour, roughly


@dispatched
def rbf_weights(
    queries: Array, centres: Array, shapes: Array, neighbours: Index, family: str, epsilon: float | None = None,
    out: Array | None = None,
) -> Array:
    """``w_qa = phi(x_q - c_j)`` for each neighbour j = neighbours[q, a], or that over the sum of a row; returns `out`.

    Parameters
    ----------
    queries : ndarray of float32 or float64, shape (m, d), C-contiguous
        Coordinates x [length].
    centres : ndarray like `queries`, shape (n, d)
        Coordinates c [length].
    shapes : ndarray like `queries`, shape (n, s)
        Matrix A of each centre: s = 1, a multiple of the identity; s = d, a diagonal; s = d (d + 1) / 2, the upper
        triangle of a symmetric matrix, row after row; s = d^2, any matrix. [1 / length^2]; for hats [1 / length].
    neighbours : ndarray of int32 or int64, shape (m, k), C-contiguous
        Centres of each query, 0 <= j < n.
    family : str
        With q = x . A x: "inverse_quadratic" 1 / (1 + q), "inverse_multiquadric" (1 + q)^(-1/2), "multiquadric"
        (1 + q)^(1/2), "gaussian" exp(-q / 2), "exponential" exp(-sqrt q), "exponential_sine" exp(-sin(sqrt q)),
        "linear" sqrt q, "cubic" q^(3/2); "hat" is the product of max(1 - abs((A x)_i), 0) over the axes.
    epsilon : float, optional
        If given, weights are ``phi_a / (epsilon + sum_b phi_b)``. Greater than 0 where all values of a row may vanish.
    out : ndarray like `queries`, shape (m, k), optional

    Raises
    ------
    InputError
        If the family or the number of shape parameters is none of these.

    Notes
    -----
    The field ``sum_a w_qa f_j`` is the product of a sparse matrix of k entries a row: `csr_matmul` with
    ``CSR(k * np.arange(m + 1), neighbours.ravel(), w.ravel())``.

    The families and the normalisation are those of Chen et al., NeuRBF: A Neural Fields Representation with Adaptive
    Radial Basis Functions, 2023.

    Examples
    --------
    >>> centres, shapes, near = np.array([[0.0], [1.0]]), np.ones((2, 1)), np.array([[0, 1]])
    >>> w = rbf_weights(np.array([[0.25]]), centres, shapes, near, "hat")
    >>> w
    array([[0.75, 0.25]])
    >>> from sciml.kernels._csr import CSR
    >>> from sciml.kernels.csr_matmul import csr_matmul
    >>> csr_matmul(CSR(np.array([0, 2]), near.ravel(), w.ravel()), np.array([10.0, 20.0]))
    array([12.5])
    """
    code, terms = coded(family), shape_terms(centres.shape[1], shapes.shape[1])
    if out is None:
        out = np.empty(neighbours.shape, queries.dtype)
    parts = slabs(len(queries), ENTRY_WORK * out.size)
    run_slabs(
        weight_slab, parts, queries, centres, shapes, neighbours, terms, code, epsilon is not None,
        out.dtype.type(epsilon or 0), out,
    )
    return out
