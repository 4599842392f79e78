"""What DCDM prepares for an operator."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels._stencil import shape3
from sciml.mesh.components import NullSpace
from sciml.pde.operator import StencilOperator
from sciml.solvers.krylov.preconditioner import linear_operator
from sciml.solvers.learned.hierarchy import LearnedHierarchy
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.conjugate import split_nullspace
from sciml.solvers.multigrid.structured import BoxHierarchy

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["Cycles", "DCDMState"]

Cycles: TypeAlias = LearnedHierarchy | BoxHierarchy | ClusterHierarchy


@dataclass(eq=False)
class DCDMState:
    """The learned cycle for one operator.

    Parameters
    ----------
    A : StencilOperator
    hierarchy : LearnedHierarchy, BoxHierarchy or ClusterHierarchy
        The last once the others were too slow.
    floating : NullSpace, optional
        Floating components in the storage of the cycles.
    strengthen : callable
        Makes the classical hierarchy that takes over, on the CPU.
    lock : RLock
        Held while the work arrays are in use: threads may share a state, one solves at a time.
    """

    A: StencilOperator
    hierarchy: Cycles
    strengthen: Callable[[], ClusterHierarchy]
    floating: NullSpace | None = None
    lock: AbstractContextManager[bool] = field(default_factory=RLock, repr=False)

    @classmethod
    def build(
        cls, A: StencilOperator, hierarchy: Cycles, strengthen: Callable[[], ClusterHierarchy]
    ) -> "DCDMState":
        """With the floating components of `A`."""
        nullspace = A.host.nullspace
        floating = None if nullspace is None else split_nullspace(nullspace, shape3(A.grid_shape))
        if floating is not None and A.device != "cpu":
            floating = floating.to_device()
        return cls(A, hierarchy, strengthen, floating)

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Write z = M r by one cycle; r, z contiguous, (N,)."""
        box = shape3(self.A.grid_shape)
        with self.lock:
            self.hierarchy.apply(r.reshape(box), z.reshape(box))
        self.clear_obstacles(z)

    def clear_obstacles(self, z: NDArray[np.float64]) -> None:
        """Write 0 where there is no unknown; cycles leave something there that nothing reads."""
        if self.A.active is not None:
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
        return linear_operator(self.apply, self.A.shape[0])

    def table(self) -> list[dict[str, object]]:
        """The levels of the hierarchy in use, finest first."""
        return self.hierarchy.table()
