"""A solver that is set up once, for right-hand sides of A and of its transpose."""

import warnings
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any, TypeAlias

from numpy.typing import ArrayLike, NDArray

from sciml._arrays import on_device_of
from sciml.pde.operator import StencilOperator
from sciml.solvers._auto import plan
from sciml.solvers._checks import check_runs_on, check_same_device
from sciml.solvers._faint import solve_apart
from sciml.solvers._ladder import worth_another
from sciml.solvers._operator import MatrixOperator, SystemOperator
from sciml.solvers._solution import LinearSolver, Solution
from sciml.solvers._warnings import SolverWarning

__all__ = ["Engine"]

Solve: TypeAlias = Callable[..., Solution]


class Engine:
    """What `solve` does, kept for further right-hand sides; what a failing solver leaves to the next one included.

    Parameters
    ----------
    A : StencilOperator, MatrixOperator or MatrixFreeOperator
    solver : LinearSolver, optional
        Without it, those that fit, one after the other.
    limits : dict
        ``rtol``, ``atol`` and ``maxiter`` of each solve.

    Examples
    --------
    >>> import numpy as np
    >>> from sciml.solvers._operator import as_operator
    >>> engine = Engine(as_operator(np.array([[2.0, 1.0], [0.0, 1.0]])), None, {"rtol": 1e-12})
    >>> engine.solve(np.array([3.0, 1.0])), engine.transposed.solve(np.array([2.0, 2.0]))
    (array([1., 1.]), array([1., 1.]))
    """

    def __init__(self, A: SystemOperator, solver: LinearSolver | None, limits: dict[str, Any]) -> None:
        self.A, self.solver, self.limits = A, solver, limits

    @cached_property
    def transposed(self) -> "Engine":
        """The engine of A^T, itself where A is symmetric (as a product-only operator is taken to be)."""
        if not isinstance(self.A, MatrixOperator) or self.A.is_symmetric:
            return self
        other = Engine(MatrixOperator(self.A.csr.T.tocsr(), block=self.A.block), self.solver, self.limits)
        other.transposed = self
        return other

    def solve(self, b: ArrayLike) -> NDArray[Any]:
        """The x of zero mean on floating components with A x = b, b projected there.

        Raises
        ------
        ConvergenceError
            If no solver reaches the tolerance.
        """
        check_same_device(self.A, "right-hand side", b)
        with on_device_of(self.A.stencil[-1] if isinstance(self.A, StencilOperator) else None):
            solution = self._ready(b, None, **self.limits)
            while worth_another(solution, self.limits.get("maxiter")):
                following = next(self._ways, None)
                if following is None:
                    break
                reached = f"{solution.status.value} at relative residual {solution.residual:.1e}"
                warnings.warn(f"{solution.method} ended with {reached}; going on", SolverWarning, stacklevel=2)
                self._ready = following
                solution = following(b, None, **self.limits)
        return solution.raise_on_failure().x

    @cached_property
    def _ready(self) -> Solve:
        return next(self._ways)

    @cached_property
    def _ways(self) -> Iterator[Solve]:
        """Solves in the order in which they are tried, each set up when it is asked for."""
        solvers = (rung.solver() for rung in plan(self.A)) if self.solver is None else iter([self.solver])
        for solver in solvers:
            check_runs_on(getattr(self.A, "device", "cpu"), solver.method)
            if isinstance(self.A, StencilOperator) and self.A.faint is not None:
                yield partial(solve_apart, solver, solver.setup(self.A.faint.bare), self.A)
            yield partial(solver.solve, solver.setup(self.A))
