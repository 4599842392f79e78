"""What multigrid prepares for an operator."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import VariableStencil, shape3
from sciml.pde.operator import StencilOperator
from sciml.solvers.krylov.preconditioner import linear_operator
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.refine import correction
from sciml.solvers.multigrid.structured import BoxHierarchy

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["MultigridState"]


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

    def aspreconditioner(self) -> "LinearOperator":
        """M for SciPy's Krylov solvers (symmetric positive definite)."""
        return linear_operator(self.apply, self.A.shape[0])

    def table(self) -> list[dict[str, object]]:
        """The levels of the hierarchy in use, finest first."""
        return (self.iteration if self.A.is_constant else self.symmetric).table()
