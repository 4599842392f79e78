"""What the faces and the diagonal of a stencil contribute to a product g . A u: its gradient by each of them."""

import numpy as np

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array, VariableStencil
from sciml.kernels.stencil_sampled.numba import sample

__all__ = ["stencil_sampled"]


@dispatched
def stencil_sampled(g: Array, u: Array, out: VariableStencil | None = None) -> VariableStencil:
    r"""Gradients of the sum over a batch of g . A u by c0, c1, c2 and d of a variable stencil A; returns `out`.

    Parameters
    ----------
    g, u : ndarray of float32 or float64, shape (batch, n0, n1, n2), C-contiguous
    out : VariableStencil of arrays (n0, n1, n2), optional
        Overwritten.

    Notes
    -----
    A face f between i and j takes c_f u_j from row i and c_f u_i from row j, hence

    .. math:: \partial / \partial c_f = -(g_i u_j + g_j u_i), \qquad \partial / \partial d_i = g_i u_i,

    summed over the batch. Faces that wrap around have a gradient whether the axis is periodic or not: it says
    what would happen if they conducted.

    Examples
    --------
    >>> u = np.array([1.0, 2.0, 4.0]).reshape(1, 1, 1, 3)
    >>> found = stencil_sampled(np.ones_like(u), u)
    >>> found.c2.ravel(), found.d.ravel()
    (array([-3., -6., -5.]), array([1., 2., 4.]))
    """
    if out is None:
        out = VariableStencil(*(np.empty(u.shape[1:], u.dtype) for _ in range(4)))
    run_slabs(sample, slabs(u.shape[1], u.size), g, u, *out)
    return out
