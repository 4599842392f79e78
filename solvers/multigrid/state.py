"""What multigrid prepares for an operator."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import ConstantStencil, VariableStencil, shape3
from sciml.mesh.components import NullSpace
from sciml.pde.operator import StencilOperator
from sciml.solvers.krylov.preconditioner import linear_operator
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.refine import correction
from sciml.solvers.multigrid.structured import BoxHierarchy

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["MultigridState", "stacked"]


@dataclass(eq=False)
class MultigridState:
    """Hierarchies of one operator, built when first needed.

    Parameters
    ----------
    A : StencilOperator
    options : dict
        Of the hierarchy.
    """

    A: StencilOperator
    options: dict[str, Any]

    @cached_property
    def iteration(self) -> BoxHierarchy:
        """The hierarchy whose cycles iterate by themselves."""
        return BoxHierarchy(self.A.stencil, "linear", **self.options)

    @cached_property
    def symmetric(self) -> BoxHierarchy | ClusterHierarchy:
        """The hierarchy whose cycle is a symmetric positive definite preconditioner."""
        if isinstance(self.A.stencil, VariableStencil):
            return ClusterHierarchy(self.A.stencil)
        return BoxHierarchy(self.A.stencil, "constant", **self.options)

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Write z = M r by one symmetric cycle; r, z contiguous, (N,)."""
        box = shape3(self.A.grid_shape)
        correction(self.symmetric, r.reshape(box), z.reshape(box))
        if self.A.active is not None:
            z.reshape(self.A.grid_shape)[~self.A.active] = 0.0

    def aspreconditioner(self) -> "LinearOperator":
        """M for SciPy's Krylov solvers (symmetric positive definite)."""
        return linear_operator(self.apply, self.A.shape[0])

    def stack(self, count: int) -> "MultigridState":
        """The state of `count` right-hand sides stacked into one block-diagonal system."""
        return MultigridState(stacked(self.A, count), self.options)


def stacked(A: StencilOperator, count: int) -> StencilOperator:
    """`count` copies of a 1-D or 2-D operator as one on a box with a leading axis nothing couples along.

    Raises
    ------
    ValueError
        For 3-D operators.
    """
    if len(A.grid_shape) == 3:
        raise ValueError("a 3-D operator fills all kernel axes")
    n = A.shape[0]
    stencil = A.stencil
    if isinstance(stencil, ConstantStencil):
        c, wrap = np.array([0.0, *_two(stencil.c)]), np.array([0.0, *_two(stencil.wrap)])
        new: ConstantStencil | VariableStencil = ConstantStencil(
            c, wrap, np.zeros(count), np.array(stencil.d1 + stencil.d0), np.array(stencil.d2)
        )
    else:
        n0, _, n2 = stencil.d.shape
        c0, c1, c2, d = (np.ascontiguousarray(np.broadcast_to(part.reshape(1, n0, n2), (count, n0, n2))) for part in stencil)
        new = VariableStencil(np.zeros_like(c0), c0, c2, d)
    active = None if A.active is None else np.broadcast_to(A.active.reshape(1, *new_shape(A)), (count, *new_shape(A)))
    return replace(
        A, grid_shape=(count, *new_shape(A)), stencil=new, active=active, nullspace=_stacked_nullspace(A.nullspace, n, count),
        separable=None,
    )


def new_shape(A: StencilOperator) -> tuple[int, int]:
    """The two axes of one right-hand side in the stack."""
    n0, _, n2 = shape3(A.grid_shape)
    return n0, n2


def _two(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[2])


def _stacked_nullspace(nullspace: NullSpace | None, n: int, count: int) -> NullSpace | None:
    if nullspace is None:
        return None
    cells = np.arange(n) if nullspace.cells is None else nullspace.cells
    starts = np.zeros(1, np.int64) if nullspace.starts is None else nullspace.starts
    shift = np.arange(count)[:, None]
    return NullSpace(n * count, (cells + n * shift).ravel(), (starts + len(cells) * shift).ravel())


Cycle = Literal["V", "W"]
