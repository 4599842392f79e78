"""Conjugate gradients preconditioned by algebraic multigrid."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._errors import InputError
from sciml.solvers._checks import check_choices, check_whole
from sciml.solvers._operator import MatrixFreeOperator, MatrixOperator, SystemOperator, as_operator
from sciml.solvers._solution import Callback, Solution
from sciml.solvers.algebraic.hierarchy import Cycle, Hierarchy, build_hierarchy, suited_kind
from sciml.solvers.krylov.accelerate import accelerate

__all__ = ["AMG"]


@dataclass(frozen=True)
class AMG:
    """Algebraic multigrid for sparse symmetric matrices, a cycle of which preconditions CG.

    Parameters
    ----------
    kind : {"auto", "ruge_stuben", "smoothed_aggregation"}
        How levels are built. Classical (Ruge-Stueben) interpolation suits matrices with
        couplings <= 0 (diffusion), aggregation the others; auto looks at the signs.
    theta : float, optional
        Couplings below theta times the strongest (classical) or the geometric mean of the
        diagonals (aggregation) are weak; default 0.25 and 0.08.
    cycle : {"V", "W"}
    sweeps : int
        Gauss-Seidel sweeps, forward before and backward after, which keeps M symmetric.
    max_coarse : int
        Size of the level that is solved exactly.
    seed : int
        Start of PyAMG's random estimates.

    Notes
    -----
    The hierarchy is PyAMG's, the cycle our own: PyAMG's preconditioner computes two residuals
    more each time it is applied. ``maxiter`` defaults to 200.

    References
    ----------
    J. W. Ruge and K. Stueben, "Algebraic Multigrid", in: Multigrid Methods, SIAM, 1987.
    P. Vanek, J. Mandel and M. Brezina, "Algebraic multigrid by smoothed aggregation", Computing 56, 1996.
    N. Bell, L. Olson and J. Schroder, "PyAMG", J. Open Source Software 7, 2022.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> system = poisson(Grid((32, 32)))
    >>> solver = AMG()
    >>> solution = solver.solve(solver.setup(system.A), system.b)
    >>> solution.converged, solution.iterations < 10
    (True, True)
    """

    kind: Literal["auto", "ruge_stuben", "smoothed_aggregation"] = "auto"
    theta: float | None = None
    cycle: Cycle = "V"
    sweeps: int = 1
    max_coarse: int = 10
    seed: int = 0
    method: ClassVar[str] = "amg"

    def __post_init__(self) -> None:
        check_choices(self)
        for name, least in (("sweeps", 1), ("max_coarse", 1), ("seed", 0)):
            check_whole(f"amg.{name}", getattr(self, name), least)
        if self.theta is not None and not 0 <= self.theta <= 1:
            raise InputError(f"amg.theta is {self.theta}; expected a number from 0 to 1")

    def setup(self, A: Any) -> Hierarchy:
        """Build the levels.

        Raises
        ------
        InputError
            If `A` has no entries to look at, is not symmetric, is not positive definite at first sight, or has
            more than 2^31 of them.
        """
        operator = as_operator(A)
        kept, matrix = active_matrix(operator)
        kind = suited_kind(matrix) if self.kind == "auto" else self.kind
        built = build_hierarchy(matrix, kind, self.theta, self.sweeps, self.max_coarse, self.seed)
        if built is None:
            return Hierarchy(operator, kept, [], None, self.cycle)
        return Hierarchy(operator, kept, built.levels, built.coarse_solver, self.cycle)

    def solve(
        self,
        state: Hierarchy,
        b: ArrayLike,
        x0: ArrayLike | None = None,
        *,
        rtol: float = 1e-8,
        atol: float = 0.0,
        maxiter: int | None = None,
        callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b; see `sciml.solvers.solve`."""
        solution = accelerate(
            state.A, state, b, x0, method=self.method, rtol=rtol, atol=atol,
            maxiter=200 if maxiter is None else maxiter, callback=callback,
        )
        return solution.replace(details=solution.details | state.summary())


def active_matrix(A: SystemOperator) -> tuple[NDArray[np.int64] | None, Any]:
    """Indices of the active rows (None for all) and the matrix over them, indices int32."""
    if isinstance(A, MatrixFreeOperator):
        raise InputError(
            "method amg needs the entries of A and a LinearOperator gives products only; use cg, minres or gmres"
        )
    if isinstance(A, MatrixOperator) and not A.is_symmetric:
        raise InputError("method amg needs a symmetric matrix; use gmres or direct for this one")
    if isinstance(A, MatrixOperator) and A.is_indefinite:
        raise InputError(
            "method amg needs a positive definite matrix, and a diagonal entry or the sum of all entries of this one "
            "is not positive; use minres, gmres or direct"
        )
    matrix = A.tocsr()
    if matrix.indices.dtype != np.int32:
        raise InputError(f"method amg takes fewer than {2**31} matrix entries, here are {matrix.nnz}; use multigrid")
    active = getattr(A, "active", None)
    if active is None:
        return None, matrix
    kept = np.flatnonzero(active.ravel())
    return kept, matrix[kept][:, kept]
