"""Transfers of aggregation multigrid: residuals summed over clusters, corrections copied back."""

import numpy as np

from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.csr_transfer.numba import add_coarse, residuals, sum_values

__all__ = ["prolong_labels", "restrict_labels", "sum_labels"]


def restrict_labels(
    starts: Indices, columns: Indices, weights: Array, d: Array, x: Array, f: Array, labels: Indices, coarse: Array
) -> Array:
    """Write the residual f - D x + W x, summed over the nodes of each label, into `coarse`; returns it.

    Parameters
    ----------
    starts, columns, weights : ndarray
        W in compressed rows.
    d, x, f : ndarray, shape (n,)
        Diagonal, iterate, right-hand side.
    labels : ndarray of int32, shape (n,)
        Coarse unknown of each node, or -1.
    coarse : ndarray, shape (clusters,)
    """
    r = np.empty_like(f)
    run_slabs(residuals, slabs(len(f), len(columns)), starts, columns, weights, d, x, f, r)
    sum_values(labels, r, coarse)
    return coarse


def prolong_labels(labels: Indices, coarse: Array, x: Array) -> Array:
    """Add ``coarse[labels]`` to `x` where labels are not -1; returns `x`.

    Examples
    --------
    >>> import numpy as np
    >>> prolong_labels(np.array([1, -1, 0, 0], dtype=np.int32), np.array([5.0, 7.0]), np.zeros(4))
    array([7., 0., 5., 5.])
    """
    run_slabs(add_coarse, slabs(len(x), len(x)), labels, coarse, x)
    return x


def sum_labels(labels: Indices, values: Array, coarse: Array) -> Array:
    """Write the sums of `values` over the nodes of each label into `coarse`, labels of -1 left out; returns it.

    Examples
    --------
    >>> import numpy as np
    >>> sum_labels(np.array([1, -1, 0, 0], dtype=np.int32), np.array([1.0, 2.0, 3.0, 4.0]), np.empty(2))
    array([7., 1.])
    """
    sum_values(labels, values, coarse)
    return coarse
