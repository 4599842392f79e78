"""Many right-hand sides of a 1-D or 2-D operator as one system on a box with a further axis."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import ConstantStencil, Stencil, VariableStencil, shape3
from sciml.mesh.components import NullSpace
from sciml.pde.operator import StencilOperator

__all__ = ["stacked"]


def stacked(A: StencilOperator, count: int) -> StencilOperator:
    """`count` copies of a 1-D or 2-D operator along a leading axis that nothing couples.

    The copies keep their eigenvalues, so an iteration for all of them needs as many steps as one for a single
    copy, and the kernels see one large box instead of many small ones.

    Raises
    ------
    ValueError
        For 3-D operators, which fill all kernel axes.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> stacked(poisson(Grid((4, 3))).A, 5).grid_shape
    (5, 4, 3)
    """
    if len(A.grid_shape) == 3:
        raise ValueError("a 3-D operator fills all kernel axes")
    n0, _, n2 = shape3(A.grid_shape)
    active = None if A.active is None else np.broadcast_to(A.active.reshape(n0, n2), (count, n0, n2))
    return replace(
        A, grid_shape=(count, n0, n2), stencil=_stacked_stencil(A.stencil, count), active=active,
        nullspace=_stacked_nullspace(A.nullspace, n0 * n2, count), separable=None, box=None,
    )


def _stacked_stencil(stencil: Stencil, count: int) -> Stencil:
    if isinstance(stencil, ConstantStencil):
        c, wrap = (np.array([0.0, values[0], values[2]]) for values in (stencil.c, stencil.wrap))
        return ConstantStencil(c, wrap, np.zeros(count), stencil.d0 + stencil.d1, stencil.d2)
    n0, _, n2 = stencil.d.shape
    c0, _, c2, d = (np.tile(part.reshape(1, n0, n2), (count, 1, 1)) for part in stencil)
    return VariableStencil(np.zeros_like(c0), c0, c2, d)


def _stacked_nullspace(nullspace: NullSpace | None, n: int, count: int) -> NullSpace | None:
    if nullspace is None:
        return None
    cells: NDArray[np.int64] = np.arange(n) if nullspace.cells is None else nullspace.cells
    starts: NDArray[np.int64] = np.zeros(1, np.int64) if nullspace.starts is None else nullspace.starts
    copy = np.arange(count)[:, None]
    return NullSpace(n * count, (cells + n * copy).ravel(), (starts + len(cells) * copy).ravel())
