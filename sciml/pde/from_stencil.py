"""An operator from the entries of a stencil alone: which cells take part and which components float is read off."""

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels._stencil import VariableStencil
from sciml.mesh.components import NullSpace
from sciml.pde.floating import null_space
from sciml.pde.matrix import EPS
from sciml.pde.operator import StencilOperator

__all__ = ["operator_from_stencil"]


def operator_from_stencil(stencil: VariableStencil) -> StencilOperator:
    """The operator of a variable stencil.

    Parameters
    ----------
    stencil : VariableStencil of float64, each part of shape (n0, n1, n2)
        Conductances >= 0. Cells whose diagonal is 0 hold no unknown; components whose rows sum to zero, up to
        some roundings, float.

    Returns
    -------
    StencilOperator
        On the box without leading axes of length 1.

    Raises
    ------
    InputError
        If an entry is not finite.

    Examples
    --------
    >>> c, none = np.array([[[1.0, 1.0, 0.0]]]), np.zeros((1, 1, 3))
    >>> A = operator_from_stencil(VariableStencil(none, none, c, np.array([[[1.0, 2.0, 1.0]]])))
    >>> A.grid_shape, A.nullspace.count
    ((3,), 1)
    """
    bad = sum(int(np.count_nonzero(~np.isfinite(part))) for part in stencil)
    if bad:
        raise InputError(f"the stencil has {bad} entries that are not finite; expected numbers")
    n0, n1, n2 = stencil.d.shape
    grid = (n0, n1, n2) if n1 > 1 else (n0, n2) if n0 > 1 else (n2,)
    active = (stencil.d != 0).reshape(grid)
    plain = StencilOperator(grid, stencil, None if active.all() else active)
    return StencilOperator(grid, stencil, plain.active, _floating(plain, stencil))


def _floating(A: StencilOperator, stencil: VariableStencil) -> NullSpace | None:
    coupled = sum(c + np.roll(c, 1, axis) for axis, c in enumerate(stencil[:3]))
    held = (np.abs(stencil.d - coupled) > 64 * EPS * np.abs(stencil.d)).ravel()
    if A.active is None and _is_connected(stencil):
        return None if held.any() else NullSpace(A.shape[0])
    from scipy.sparse.csgraph import connected_components

    count, found = connected_components(A.tocsr(), directed=False)
    active = stencil.d.ravel() != 0
    labels: NDArray[np.int32] = np.where(active, found + 1, 0).astype(np.int32)
    pinned = np.ones(count + 1, np.bool_)
    pinned[labels[active]] = False
    pinned[labels[held]] = True
    return None if pinned.all() else null_space(labels, pinned)


def _is_connected(stencil: VariableStencil) -> bool:
    """Whether all faces inside the box conduct."""
    c0, c1, c2 = stencil.c0[:-1], stencil.c1[:, :-1], stencil.c2[:, :, :-1]
    return bool(np.all(c0 != 0) and np.all(c1 != 0) and np.all(c2 != 0))
