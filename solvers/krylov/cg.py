"""Preconditioned conjugate gradients: the one loop behind cg, pcg, fcg, amg and multigrid."""

from collections.abc import Callable
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import doubles, zeros
from sciml.kernels._stencil import shape3
from sciml.kernels.cg_direction import cg_direction
from sciml.kernels.cg_renew import cg_renew
from sciml.kernels.cg_residual import cg_residual
from sciml.kernels.dots import dots
from sciml.kernels.stencil_residual import stencil_residual
from sciml.pde.operator import StencilOperator
from sciml.solvers._monitor import Monitor, explained
from sciml.solvers._operator import EPS, MatrixOperator, SystemOperator, as_operator
from sciml.solvers._run import Run
from sciml.solvers._solution import Callback
from sciml.solvers._status import Status
from sciml.solvers.krylov.preconditioner import as_apply

__all__ = ["Monitor", "norm", "pcg", "residual_of"]

Vector = NDArray[np.float64]

def pcg(
    A: Any,
    b: Vector,
    M: Any = None,
    *,
    x0: Vector | None = None,
    rtol: float = 1e-8,
    atol: float = 0.0,
    maxiter: int = 10_000,
    flexible: bool = False,
    patience: int = 1000,
    callback: Callback | None = None,
    budget: int | None = None,
) -> Run:
    """Solve A x = b for symmetric positive (semi-)definite A.

    Parameters
    ----------
    A : StencilOperator, sparse matrix or LinearOperator, shape (N, N)
    b : ndarray of float64, shape (N,)
        Right-hand side, not zero, projected on the floating components of A.
    M : preconditioner state, LinearOperator, matrix or function ``apply(r, z)``, optional
        Approximation of the inverse of A.
    x0 : ndarray, shape (N,), optional
        Initial guess, default 0.
    rtol, atol : float
        Stop when ||b - A x|| <= max(rtol ||b||, atol).
    maxiter : int
        Largest number of iterations.
    flexible : bool
        Polak-Ribiere weight of the old direction, for an M that is not symmetric or varies.
    patience : int
        Iterations without a new minimum of the residual (by 1 %) that end the run as stagnated.
        The residual of plain CG may stay on a plateau for hundreds of iterations; strong
        preconditioners deserve a small number.
    callback : callable, optional
        Called as ``callback(iteration, relative_residual)``.
    budget : int, optional
        End as stagnated, after five iterations, when their pace would need more than that many in all.

    Returns
    -------
    Run
        ``x``, ``status``, ``history`` (``history[0] = 1``) and ``details`` (the rounding ``floor``
        when the tolerance was missed).

    Notes
    -----
    ===============  ==========================================================================
    status           when
    ===============  ==========================================================================
    converged        the *recomputed* residual b - A x is small enough
    precision_limit  the recursion went on but b - A x does not follow, at the rounding floor
    stagnated        no new minimum for `patience` iterations, or b - A x does not follow
    breakdown        p.Ap <= 0 or r.Mr <= 0 (A or M not positive definite), or NaN
    diverged         relative residual above 1e5 times that of the guess
    max_iterations   `maxiter` reached
    ===============  ==========================================================================

    How it differs from the textbook: (1) x receives its update one iteration late, when the old
    p is in cache anyway, which saves a pass over memory; (2) since r_{k+1} - r_k = -alpha A p, the
    Polak-Ribiere weight z_{k+1}.(r_{k+1} - r_k) / z_k.r_k needs no copy of the old residual;
    (3) when the recursion claims success the residual is recomputed, and the iteration
    restarts from it if it is not small enough.

    References
    ----------
    M. R. Hestenes and E. Stiefel, "Methods of Conjugate Gradients for Solving Linear Systems", 1952.
    Y. Notay, "Flexible Conjugate Gradients", SIAM J. Sci. Comput. 22, 2000.

    Examples
    --------
    >>> run = pcg(np.diag([1.0, 2.0, 4.0]), np.ones(3))
    >>> run.status.value, run.iterations
    ('converged', 3)
    """
    A = as_operator(A)
    apply = None if M is None else as_apply(M)
    b = doubles(b)
    size = norm(b)
    monitor = Monitor(max(rtol, atol / size), maxiter, patience, callback, budget)
    x = zeros(b) if x0 is None else doubles(x0).copy().reshape(b.shape)
    r = b.copy() if x0 is None else residual_of(A, b, x)
    status = iterate(A, apply, b, x, r, size, flexible, monitor)
    status, details = explained(A, x, b, status, monitor.history[-1])
    return Run(x, status, monitor.history, details, exact=status is Status.CONVERGED and len(monitor.history) > 1)


def iterate(
    A: SystemOperator, apply: Any, b: Vector, x: Vector, r: Vector, size: float, flexible: bool, monitor: Monitor
) -> Status:
    """The loop: overwrites `x` and `r`, fills the monitor's history, says how it ended."""
    direct = direction_step(A)
    precondition = preconditioning(A, apply)
    p, q = zeros(b), zeros(b)
    z = r if apply is None else np.empty_like(b)
    last_true = inf
    residual = norm(r) / size
    monitor.start = max(1.0, residual)
    if residual <= monitor.limit:
        return Status.CONVERGED
    alpha = beta = rz = 0.0
    while True:
        precondition(r, z)
        rz_old, (rz, qz) = rz, dots(z, r, q)
        if alpha > 0:
            beta = -alpha * qz / rz_old if flexible else rz / rz_old
        pq = direct(alpha, beta, z, p, x, q)
        if not (0 < pq < inf and 0 < rz < inf):
            return Status.BREAKDOWN
        alpha = rz / pq
        residual = sqrt(cg_residual(alpha, q, r)) / size
        monitor.record(residual)
        # below EPS the recursion has nothing left to say about b - A x
        claimed = residual <= max(monitor.limit, 0.01 * EPS)
        status = monitor.verdict()
        if not claimed and status is None:
            continue
        x += alpha * p
        alpha = beta = 0.0
        if not claimed:
            return Status(status)
        r[...] = residual_of(A, b, x)
        true = norm(r) / size
        monitor.restart(true)
        if true <= monitor.limit:
            return Status.CONVERGED
        if true > 0.5 * last_true:
            return Status.STAGNATED
        if status is Status.MAX_ITERATIONS:
            return status
        last_true = true


def norm(v: Vector) -> float:
    """Euclidean norm, the same for any number of threads."""
    return sqrt(dots(v, v, v)[0])


def residual_of(A: SystemOperator, b: Vector, x: Vector) -> Vector:
    """b - A x, without its mean on the floating components."""
    if isinstance(A, StencilOperator):
        box = shape3(A.grid_shape)
        r = np.empty_like(b)
        stencil_residual(A.stencil, x.reshape(box), b.reshape(box), r.reshape(box))
    else:
        r = b - A.matvec(x)
    return r if A.nullspace is None else A.nullspace.project(r)


def direction_step(A: SystemOperator) -> Callable[[float, float, Vector, Vector, Vector, Vector], float]:
    """The function that does ``x += alpha p; p = z + beta p; q = A p`` and returns p . q."""
    if isinstance(A, StencilOperator):
        box, stencil = shape3(A.grid_shape), A.stencil

        def fused(alpha: float, beta: float, z: Vector, p: Vector, x: Vector, q: Vector) -> float:
            return cg_direction(stencil, alpha, beta, z.reshape(box), p.reshape(box), x.reshape(box), q.reshape(box))

        return fused

    def separate(alpha: float, beta: float, z: Vector, p: Vector, x: Vector, q: Vector) -> float:
        cg_renew(alpha, beta, z, p, x)
        if isinstance(A, MatrixOperator):
            A.product(p, q)
        else:
            q[...] = A.matvec(p)
        return dots(p, q, q)[0]

    return separate


def preconditioning(A: SystemOperator, apply: Any) -> Callable[[Vector, Vector], None]:
    """The function that writes z = M r, projected on the floating components."""
    nullspace = A.nullspace

    def precondition(r: Vector, z: Vector) -> None:
        if apply is not None:
            apply(r, z)
            if nullspace is not None:
                nullspace.project(z)

    return precondition
