"""What multigrid prepares for an operator."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels._stencil import shape3
from sciml.kernels.stencil_apply.numpy import variable_stencil
from sciml.mesh.components import NullSpace
from sciml.pde.operator import StencilOperator
from sciml.solvers.krylov.preconditioner import linear_operator
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.coarsen import two_colours
from sciml.solvers.multigrid.conjugate import split_nullspace
from sciml.solvers.multigrid.depth import ALL_BOXES, CLUSTERS, BoxPlan, box_plan
from sciml.solvers.multigrid.device import boxes_on_device
from sciml.solvers.multigrid.plain import PlainHierarchy
from sciml.solvers.multigrid.structured import BOTTOM, BoxHierarchy

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["Coarse", "MultigridState", "Smoother"]

Coarse: TypeAlias = Literal["auto", "clusters", "boxes"]
Smoother: TypeAlias = Literal["auto", "sor", "chebyshev", "jacobi"]


@dataclass(eq=False)
class MultigridState:
    """Hierarchies of one operator, built when first needed.

    Parameters
    ----------
    A : StencilOperator
    dtype : str
        Precision of the cycles.
    gamma : int, optional
        Visits of each coarser level; None leaves it to the hierarchy.
    coarse : {"auto", "clusters", "boxes"}
        Coarse levels of the symmetric hierarchy; auto begins as the faces suggest (`box_plan`).
    smoother : {"auto", "sor", "chebyshev", "jacobi"}
        Of the finest level; auto is red-black SOR where two colours fit the box, Chebyshev elsewhere.
    lock : RLock
        Held while the work arrays of a hierarchy are in use: threads may share a state, one solves at a time.
    """

    A: StencilOperator
    dtype: str = "float32"
    gamma: int | None = None
    coarse: Coarse = "auto"
    smoother: Smoother = "auto"
    lock: AbstractContextManager[bool] = field(default_factory=RLock, repr=False)

    @cached_property
    def iteration(self) -> BoxHierarchy | None:
        """The hierarchy whose cycles converge by themselves, None where coefficients vary or no axis halves."""
        if not self.A.is_constant or self.smoother in ("chebyshev", "jacobi"):
            return None
        hierarchy = BoxHierarchy(self.A.host.stencil, "linear", self.dtype)
        if not hierarchy.levels and self.A.shape[0] > BOTTOM:
            return None
        return hierarchy if self.A.device == "cpu" else hierarchy.on_device

    @cached_property
    def symmetric(self) -> BoxHierarchy | ClusterHierarchy | PlainHierarchy:
        """The hierarchy whose cycle is a symmetric positive definite preconditioner."""
        if self.A.device != "cpu":
            return boxes_on_device(self.A, self.coarse, self.dtype, self.gamma)
        if self.smoother in ("chebyshev", "jacobi") or not two_colours(self.A.stencil):
            return PlainHierarchy(
                self.A.stencil, "jacobi" if self.smoother == "jacobi" else "chebyshev", gamma=self.gamma
            )
        stencil = variable_stencil(self.A.stencil)
        if self.plan.depth:
            return self.plan.hierarchy(stencil, self.dtype, self.gamma)
        return ClusterHierarchy(stencil, self.dtype, gamma=self.gamma)

    @cached_property
    def plan(self) -> BoxPlan:
        """How the coarse levels of the symmetric hierarchy begin."""
        if self.coarse == "auto":
            return box_plan(variable_stencil(self.A.stencil))
        return ALL_BOXES if self.coarse == "boxes" else CLUSTERS

    @cached_property
    def floating(self) -> NullSpace | None:
        """The floating components in the storage of red-black cycles."""
        nullspace = self.A.host.nullspace
        if nullspace is None:
            return None
        split = split_nullspace(nullspace, shape3(self.A.grid_shape))
        return split if self.A.device == "cpu" else split.to_device()

    @property
    def may_strengthen(self) -> bool:
        """Whether the symmetric hierarchy has boxes that clusters may replace."""
        return self.coarse == "auto" and self.A.device == "cpu" and isinstance(self.symmetric, BoxHierarchy)

    def strengthen(self) -> None:
        """Replace boxes by clusters."""
        self.symmetric = ClusterHierarchy(variable_stencil(self.A.stencil), self.dtype, gamma=self.gamma)

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Write z = M r by one symmetric cycle; r, z contiguous, (N,)."""
        box = shape3(self.A.grid_shape)
        with self.lock:
            self.symmetric.apply(r.reshape(box), z.reshape(box))

    def clear_obstacles(self, z: NDArray[np.float64]) -> None:
        """Write 0 where there is no unknown; cycles through boxes leave something there that nothing reads."""
        if self.A.active is not None and isinstance(self.symmetric, BoxHierarchy):
            z[~self.A.active.ravel()] = 0.0

    def aspreconditioner(self) -> "LinearOperator":
        """M for SciPy's Krylov solvers (symmetric positive definite).

        Raises
        ------
        InputError
            If A lies on a CUDA device: SciPy iterates on the CPU.
        """
        if self.A.device != "cpu":
            raise InputError(f"SciPy iterates on the CPU and A lies on {self.A.device}; set up for A.to('cpu')")

        def apply(r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
            self.apply(r, z)
            self.clear_obstacles(z)

        return linear_operator(apply, self.A.shape[0])

    def table(self) -> list[dict[str, object]]:
        """The levels of the hierarchy in use, finest first."""
        return (self.iteration or self.symmetric).table()
