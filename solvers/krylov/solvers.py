"""The conjugate gradient methods as solvers: cg, pcg, fcg."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

from numpy.typing import ArrayLike

from sciml.solvers._checks import check_symmetric, check_whole
from sciml.solvers._operator import SystemOperator, as_operator
from sciml.solvers._solution import Callback, Solution
from sciml.solvers.krylov.accelerate import accelerate
from sciml.solvers.krylov.build import build_preconditioner
from sciml.solvers.krylov.preconditioner import as_apply, linear_operator

__all__ = ["CG", "FCG", "PCG", "KrylovState"]

MAXITER = 10_000


class KrylovState(NamedTuple):
    """Operator, and state of the preconditioner or None."""

    A: SystemOperator
    M: Any = None

    @classmethod
    def build(cls, A: Any, preconditioner: Any = None) -> Self:
        """Set-up of every Krylov method: `A` as an operator and the state of its preconditioner."""
        operator = as_operator(A)
        return cls(operator, build_preconditioner(preconditioner, operator))

    def aspreconditioner(self) -> Any:
        """The preconditioner for ``M=`` of SciPy's solvers; None without one."""
        if self.M is None or hasattr(self.M, "aspreconditioner"):
            return None if self.M is None else self.M.aspreconditioner()
        return linear_operator(as_apply(self.M), self.A.shape[0])


@dataclass(frozen=True)
class CG:
    """Conjugate gradients without a preconditioner.

    Notes
    -----
    About 2 to 4 iterations per unknown along the longest axis of a Poisson box. ``maxiter``
    defaults to 10 000.

    Examples
    --------
    >>> import numpy as np
    >>> solver = CG()
    >>> solver.solve(solver.setup(np.diag([1.0, 2.0])), np.ones(2)).x
    array([1. , 0.5])
    """

    method: ClassVar[str] = "cg"

    def check(self, A: Any) -> None:
        """Raise InputError if `A` is a matrix that is not symmetric."""
        check_symmetric(self.method, A)

    def setup(self, A: Any) -> KrylovState:
        """Nothing to prepare but the check."""
        state = KrylovState.build(A)
        self.check(state.A)
        return state

    def solve(
        self,
        state: KrylovState,
        b: ArrayLike,
        x0: ArrayLike | None = None,
        *,
        rtol: float = 1e-8,
        atol: float = 0.0,
        maxiter: int | None = None,
        callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b; see `sciml.solvers.solve`."""
        return accelerate(
            state.A, None, b, x0, method=self.method, rtol=rtol, atol=atol,
            maxiter=MAXITER if maxiter is None else maxiter, patience=1000, callback=callback,
        )


@dataclass(frozen=True)
class PCG:
    """Conjugate gradients with a symmetric positive definite preconditioner.

    Parameters
    ----------
    preconditioner : str or object
        "mic0" (default: modified incomplete Cholesky without fill-in for stencils, incomplete
        Cholesky for matrices), "jacobi", "ic0", "ilu", "amg", "multigrid" or "fft" (the nearest
        box); another solver whose state offers ``apply(r, z)``; or a LinearOperator, matrix or
        function that approximates the inverse of A.
    patience : int
        Iterations without a new minimum of the residual that count as stagnation.

    Notes
    -----
    ``maxiter`` defaults to 10 000.

    Examples
    --------
    >>> import numpy as np
    >>> solver = PCG("jacobi")
    >>> solver.solve(solver.setup(np.diag([1.0, 2.0])), np.ones(2)).iterations
    1
    """

    preconditioner: Any = "mic0"
    patience: int = 1000
    method: ClassVar[str] = "pcg"
    flexible: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_whole(f"{self.method}.patience", self.patience)

    def check(self, A: Any) -> None:
        """Raise InputError if `A` is a matrix that is not symmetric."""
        check_symmetric(self.method, A)

    def setup(self, A: Any) -> KrylovState:
        """Build the preconditioner for `A`."""
        operator = as_operator(A)
        self.check(operator)
        return KrylovState.build(operator, self.preconditioner)

    def solve(
        self,
        state: KrylovState,
        b: ArrayLike,
        x0: ArrayLike | None = None,
        *,
        rtol: float = 1e-8,
        atol: float = 0.0,
        maxiter: int | None = None,
        callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b; see `sciml.solvers.solve`."""
        return accelerate(
            state.A, state.M, b, x0, method=self.method, rtol=rtol, atol=atol,
            maxiter=MAXITER if maxiter is None else maxiter, flexible=self.flexible, patience=self.patience,
            callback=callback,
        )


@dataclass(frozen=True)
class FCG(PCG):
    """Flexible conjugate gradients: the preconditioner may be non-symmetric or vary.

    Parameters as for `PCG`.

    Examples
    --------
    >>> import numpy as np
    >>> solver = FCG(lambda r, z: np.copyto(z, r / [1.0, 2.0]))
    >>> solver.solve(solver.setup(np.diag([1.0, 2.0])), np.ones(2)).iterations
    1
    """

    method: ClassVar[str] = "fcg"
    flexible: ClassVar[bool] = True
