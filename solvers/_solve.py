"""The one entry: A x = b, by a given solver or by the one that fits."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sciml._arrays import doubles, real_array
from sciml.solvers._auto import plan
from sciml.solvers._checks import check_same_device, check_whole
from sciml.solvers._ladder import climb_down, timed
from sciml.solvers._operator import SystemOperator, as_operator
from sciml.solvers._run import check_tolerances
from sciml.solvers._solution import Callback, LinearSolver, Solution
from sciml.solvers._warnings import SolverWarning

__all__ = ["solve"]


def solve(
    A: Any,
    b: ArrayLike,
    solver: LinearSolver | None = None,
    *,
    x0: ArrayLike | None = None,
    rtol: float = 1e-8,
    atol: float = 0.0,
    maxiter: int | None = None,
    callback: Callback | None = None,
    raise_on_failure: bool = False,
) -> Solution:
    """Solve A x = b to ||b - A x|| <= max(rtol ||b||, atol), the residual recomputed in float64.

    Parameters
    ----------
    A : StencilOperator, sparse array or matrix, LinearOperator, or dense array, shape (N, N)
        For example ``sciml.pde.poisson(...).A``, or ``.A.to("cuda")``. A LinearOperator is taken to be symmetric unless
        `solver` says otherwise.
    b : array_like, shape (N,), (*grid), (batch, N) or (batch, *grid)
        One right-hand side or several, on the device of A: NumPy's arrays, or CuPy's for an A on a CUDA device.
    solver : LinearSolver, optional
        For example ``Multigrid(cycle="W")``, which then runs whatever happens. Without it the
        method is chosen by the structure of A (`Solution.selected_because` says why), and
        when it stalls, the next one takes over with a SolverWarning.
    x0 : array_like, optional
        Initial guess, one for all right-hand sides or one each.
    rtol, atol : float
        Relative and absolute tolerance.
    maxiter : int, optional
        Largest number of iterations; every method has a default of its own.
    callback : callable, optional
        Called as ``callback(iteration, relative_residual)``.
    raise_on_failure : bool
        Raise ConvergenceError instead of returning an unconverged solution.

    Returns
    -------
    Solution
        ``x`` in the shape of b and on its device, ``status``, ``iterations``, ``history``, ``residual``, times.

    Raises
    ------
    InputError
        If A, b, x0 or a tolerance cannot be used, or they lie on different devices.
    TypeError
        If A or `solver` is something else.
    ConvergenceError
        If `raise_on_failure` and the tolerance was not reached.

    Examples
    --------
    >>> from scipy.sparse import diags_array
    >>> A = diags_array([[-1.0] * 9, [2.0] * 10, [-1.0] * 9], offsets=[-1, 0, 1])
    >>> solution = solve(A, np.ones(10))
    >>> solution.method, solution.status.value, solution.residual < 1e-14
    ('direct', 'converged', True)
    """
    check_tolerances(rtol, atol)
    if maxiter is not None:
        check_whole("maxiter", maxiter)
    if solver is not None and (isinstance(solver, type) or not hasattr(solver, "setup")):
        raise TypeError(f"solver is {solver!r}; expected a solver such as CG(), or configure('cg')")
    operator = as_operator(A)
    check_same_device(operator, "right-hand side", b)
    if x0 is not None:
        check_same_device(operator, "initial guess", x0)
    warn_of_defect(operator, b)
    if solver is None:
        solution = climb_down(plan(operator), operator, b, x0, maxiter, rtol=rtol, atol=atol, callback=callback)
    else:
        solution = timed(solver, operator, b, x0, rtol=rtol, atol=atol, maxiter=maxiter, callback=callback)
    return solution.raise_on_failure() if raise_on_failure else solution


def warn_of_defect(A: SystemOperator, b: ArrayLike) -> None:
    """Say when b has a part that no A x can reach: its sum over a floating component."""
    if A.nullspace is None:
        return
    values = doubles(real_array("right-hand side", b))
    if values.size % A.shape[0]:
        return
    for row in values.reshape(-1, A.shape[0]):
        means = np.abs(A.nullspace.means(row))
        if np.any(means > 1e-6 * A.nullspace.means(np.abs(row))):
            warnings.warn(
                f"A is singular and b does not balance on a floating component (mean {float(means.max()):.2e}); the "
                "mean is removed there, and the solution of zero mean returned",
                SolverWarning,
                stacklevel=3,
            )
            return
