"""Conjugate gradients around any preconditioner, as a Solution."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.solvers._operator import SystemOperator
from sciml.solvers._run import Run, solve_rows
from sciml.solvers._solution import Callback, Solution
from sciml.solvers.krylov.cg import pcg

__all__ = ["accelerate"]


def accelerate(
    A: SystemOperator,
    M: Any,
    b: ArrayLike,
    x0: ArrayLike | None = None,
    *,
    method: str,
    rtol: float = 1e-8,
    atol: float = 0.0,
    maxiter: int = 200,
    flexible: bool = False,
    patience: int = 50,
    callback: Callback | None = None,
) -> Solution:
    """Solve for one right-hand side or a batch of them with `pcg`; arguments as there.

    Examples
    --------
    >>> from sciml.solvers._operator import as_operator
    >>> accelerate(as_operator(np.diag([1.0, 2.0])), None, np.ones((3, 2)), method="cg").x[2]
    array([1. , 0.5])
    """

    def run(row: NDArray[np.float64], guess: NDArray[np.float64] | None) -> Run:
        return pcg(
            A, row, M, x0=guess, rtol=rtol, atol=atol, maxiter=maxiter, flexible=flexible, patience=patience,
            callback=callback,
        )

    return solve_rows(A, b, x0, run, method=method, rtol=rtol, atol=atol)
