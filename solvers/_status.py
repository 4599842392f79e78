"""How a solve ended."""

from enum import Enum

__all__ = ["Status"]


class Status(Enum):
    """Outcome of a solve; `help` says what happened and what to try.

    Examples
    --------
    >>> Status.CONVERGED.value
    'converged'
    """

    CONVERGED = "converged"
    MAX_ITERATIONS = "max_iterations"
    STAGNATED = "stagnated"
    PRECISION_LIMIT = "precision_limit"
    DIVERGED = "diverged"
    BREAKDOWN = "breakdown"

    @property
    def help(self) -> str:
        """One sentence on cause and remedy."""
        return _HELP[self]


_HELP = {
    Status.CONVERGED: "The true residual is at or below the tolerance.",
    Status.MAX_ITERATIONS: (
        "The iteration limit came first; raise maxiter, or let method auto choose a stronger solver."
    ),
    Status.STAGNATED: (
        "The residual stopped falling; the preconditioner does not fit this system, try multigrid, amg or direct."
    ),
    Status.PRECISION_LIMIT: (
        "The tolerance lies below what float64 can resolve for this system; raise rtol to the floor reported."
    ),
    Status.DIVERGED: (
        "The residual grew; the operator or the preconditioner is not positive definite, try minres, gmres or direct."
    ),
    Status.BREAKDOWN: (
        "A search direction had no positive curvature, or NaN appeared; use minres or gmres for indefinite systems."
    ),
}
