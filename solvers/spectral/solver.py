"""The direct solver ``fft`` for operators that separate into one-dimensional factors."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._errors import InputError
from sciml.pde.operator import StencilOperator
from sciml.solvers._finish import finish, right_hand_sides
from sciml.solvers._run import check_tolerances
from sciml.solvers._solution import Callback, Solution
from sciml.solvers._status import Status
from sciml.solvers.spectral.inverse import separable_inverse
from sciml.solvers.spectral.state import SpectralState

__all__ = ["FFT"]

# Each refinement gains all digits of the working precision, so more than a few mean rounding.
MAX_STEPS = 10


@dataclass(frozen=True)
class FFT:
    """Direct solver for boxes with a constant or layered coefficient, or one an axis that varies along it.

    Sine, cosine and Fourier transforms with exact discrete eigenvalues where they fit, dense
    eigenvectors where they do not (robin ends, graded axes), elimination along one axis; all
    right-hand sides at once. The true residual decides: while it misses the tolerance and still
    halves, the residual is solved for and added (iterative refinement).

    Parameters
    ----------
    dtype : {"float64", "float32"}
        Precision of the transforms; with float32 refinement brings the float64 answer.

    References
    ----------
    B. L. Buzbee, G. H. Golub, C. W. Nielson, "On direct methods for solving Poisson's equations",
    SIAM Journal on Numerical Analysis 7, 1970.
    G. Strang, "The discrete cosine transform", SIAM Review 41, 1999.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> system = poisson(Grid((16, 16)))
    >>> fft = FFT()
    >>> solution = fft.solve(fft.setup(system.A), system.b, rtol=1e-12)
    >>> solution.iterations, solution.status.value
    (1, 'converged')
    """

    dtype: Literal["float64", "float32"] = "float64"

    def __post_init__(self) -> None:
        if self.dtype not in ("float64", "float32"):
            raise InputError(f"dtype of fft is '{self.dtype}'; use float64 or float32")

    @property
    def method(self) -> str:
        """Name on the command line."""
        return "fft"

    def setup(self, A: Any) -> SpectralState:
        """Find the transforms of `A`.

        Raises
        ------
        InputError
            If `A` does not separate.
        """
        self.check(A)
        inverse = separable_inverse(A.separable, is_singular=A.nullspace is not None, dtype=self.dtype)
        return SpectralState(A, inverse)

    def check(self, A: Any) -> None:
        """Raise InputError if `A` does not separate."""
        if not isinstance(A, StencilOperator) or A.separable is None:
            what = "an operator whose coefficients, sides or obstacles do not separate"
            raise InputError(
                f"fft was given {what if isinstance(A, StencilOperator) else f'a {type(A).__name__}'}; it needs a box "
                "without obstacles, a coefficient that is constant or varies along one axis, and one condition a side; "
                "use multigrid or auto"
            )

    def solve(
        self,
        state: SpectralState,
        b: ArrayLike,
        x0: ArrayLike | None = None,
        *,
        rtol: float = 1e-8,
        atol: float = 0.0,
        maxiter: int | None = None,
        callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b directly; a singular A gets the solution of zero mean.

        Parameters
        ----------
        state : SpectralState
            From `setup`.
        b : array of shape (N,), (*grid_shape) or (batch, *grid_shape)
            Right-hand sides, projected on floating components.
        x0 : array, optional
            Not needed and not read.
        rtol, atol : float
            Goal ||b - A x|| <= max(rtol ||b||, atol) for each right-hand side.
        maxiter : int, optional
            Largest number of direct solves (1 + refinements); at least one is done.
        callback : callable, optional
            ``callback(iteration, residual)`` after each.
        """
        check_tolerances(rtol, atol)
        A, shape = state.A, np.shape(b)
        rows = right_hand_sides(A, b)
        limit = max(1, MAX_STEPS if maxiter is None else maxiter)

        def finished(x: NDArray[np.float64], history: list[float]) -> Solution:
            done = finish(
                A, rows, x, shape, method=self.method, status=Status.CONVERGED, iterations=len(history),
                history=[*history, 0.0], rtol=rtol, atol=atol,
            )
            if callback is not None:
                callback(done.iterations, done.residual)
            return done

        best = finished(state.inverse(rows), [1.0])
        while not best.converged:
            if best.iterations == limit:
                return best.replace(status=Status.MAX_ITERATIONS)
            x = best.x.reshape(rows.shape)
            refined = finished(x + state.inverse(rows - _apply(A, x)), best.history)
            if not refined.residual < best.residual / 2:
                better = min(best, refined, key=lambda s: s.residual)
                return better.replace(
                    iterations=refined.iterations, history=refined.history, details={"floor": better.residual}
                )
            best = refined
        return best


def _apply(A: StencilOperator, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return A.apply(rows.reshape(-1, *A.grid_shape)).reshape(rows.shape)
