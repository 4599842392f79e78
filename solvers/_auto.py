"""Which method for which operator, and which one next when it fails."""

from typing import Any, NamedTuple

from sciml.pde.axis import AxisFactor
from sciml.pde.operator import StencilOperator
from sciml.solvers._operator import MatrixFreeOperator, MatrixOperator, SystemOperator
from sciml.solvers._solution import LinearSolver
from sciml.solvers._table import configure

__all__ = ["Rung", "plan"]

# Below these many unknowns a factorisation costs less than the set-up of any hierarchy;
# fill-in grows with the dimension.
DIRECT_BELOW = {1: 10**9, 2: 20_000, 3: 3_000}

# An axis without a fast transform costs 4 n operations an unknown; multigrid is cheaper above this n.
DENSE_UP_TO = 256


class Rung(NamedTuple):
    """A solver to try, and why it is a good one here."""

    method: str
    options: dict[str, Any]
    reason: str

    def solver(self) -> LinearSolver:
        """The solver itself."""
        return configure(self.method, self.options)


def plan(A: SystemOperator) -> list[Rung]:
    """The methods `auto` would run for `A`, best first; later ones only if the earlier stall.

    Examples
    --------
    >>> import numpy as np
    >>> from sciml.solvers._operator import as_operator
    >>> plan(as_operator(np.diag([1.0, 2.0])))[0].method
    'direct'
    """
    if isinstance(A, MatrixFreeOperator):
        return [
            Rung("cg", {}, "A is known by its products only; taken to be symmetric positive definite"),
            Rung("minres", {}, "symmetric, perhaps indefinite"),
            Rung("gmres", {}, "perhaps not symmetric"),
        ]
    if isinstance(A, MatrixOperator):
        return _for_matrix(A)
    return _for_stencil(A)


def _for_stencil(A: StencilOperator) -> list[Rung]:
    if A.separable is not None and _transforms_fast(A.separable):
        first = [Rung("fft", {}, "constant coefficients on a full box: fast transforms diagonalise A")]
    elif A.unknowns <= DIRECT_BELOW[len(A.grid_shape)]:
        return [Rung("direct", {}, f"{A.unknowns} unknowns: a factorisation is cheaper than any iteration")]
    else:
        first = []
    return [
        *first,
        Rung("multigrid", {}, "a stencil on a box: multigrid needs a few cycles whatever the size"),
        Rung("amg", {}, "interpolation from the matrix entries"),
        Rung("direct", {}, "no iteration converged"),
    ]


def _transforms_fast(factors: tuple[AxisFactor, ...]) -> bool:
    from sciml.solvers.spectral import dense_axes

    return all(factors[axis].n <= DENSE_UP_TO for axis in dense_axes(factors))


def _for_matrix(A: MatrixOperator) -> list[Rung]:
    n = A.shape[0]
    direct = Rung("direct", {}, f"{n} unknowns, {A.csr.nnz} entries: a factorisation is cheaper than any iteration")
    fallback = Rung("direct", {}, "no iteration converged")
    if n <= DIRECT_BELOW[3] or A.csr.nnz <= 5 * DIRECT_BELOW[2]:
        return [direct]
    if not A.is_symmetric:
        return [Rung("gmres", {}, "A is not symmetric"), fallback]
    if (A.diagonal() <= 0).any():
        return [Rung("minres", {}, "symmetric but not positive definite: a diagonal entry is <= 0"), fallback]
    return [
        Rung("amg", {}, "a sparse symmetric matrix with positive diagonal"),
        Rung("pcg", {}, "the hierarchy did not fit the matrix"),
        fallback,
    ]
