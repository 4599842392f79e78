"""Which method for which operator, and which one next when it fails."""

from typing import Any, NamedTuple

import numpy as np

from sciml.pde.axis import AxisFactor
from sciml.pde.operator import StencilOperator
from sciml.solvers._operator import MatrixFreeOperator, MatrixOperator, SystemOperator
from sciml.solvers._solution import LinearSolver
from sciml.solvers._table import configure

__all__ = ["Rung", "level_width", "plan"]

# Crossings measured on one core. A sparse factorisation takes about 5 microseconds an unknown and
# 10 nanoseconds times w^3, w the width of a layer (0.7 n on an n x n grid, 0.6 n^2 on a cube);
# algebraic multigrid 5 microseconds an unknown and 6 milliseconds.
SECONDS_PER_CUBED_WIDTH = 1e-8
SECONDS_PER_UNKNOWN = 5e-6
# Incomplete Cholesky needs about one iteration a layer (1.5 n of them on a square, 1.7 n in a cube);
# below so many layers it is faster than a hierarchy.
LAYERS = 45
# Axes without a fast transform cost 4 n operations an unknown each; multigrid is cheaper above this sum of n.
DENSE_UP_TO = 340
# Incomplete Cholesky needs more and more iterations as the coefficient varies; with less contrast it
# beats the factorisation of small 2-D boxes.
CONTRAST = 1e4
# Nothing is set up for systems that small.
TINY = 1000
# A factorisation that takes longer is not worth starting, an AMG hierarchy of more unknowns not the memory.
PATIENCE_SECONDS = 300.0
AMG_UNKNOWNS = 8_000_000


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
    >>> from sciml.solvers._operator import as_operator
    >>> plan(as_operator(np.diag([1.0, 2.0])))[0].method
    'direct'
    """
    if isinstance(A, StencilOperator) and A.device != "cpu":
        return _on_device(A)
    if isinstance(A, MatrixFreeOperator):
        return [
            Rung("cg", {}, "A is known by its products only; taken to be symmetric positive definite"),
            Rung("minres", {}, "symmetric, perhaps indefinite"),
            Rung("gmres", {"preconditioner": None}, "perhaps not symmetric"),
        ]
    return _for_matrix(A) if isinstance(A, MatrixOperator) else _for_stencil(A)


def _on_device(A: StencilOperator) -> list[Rung]:
    from sciml.solvers.multigrid.depth import boxes_plan

    last = Rung("pcg", {"preconditioner": "jacobi"}, "needs no levels")
    if A.is_constant or boxes_plan(A.variable()) is not None:
        return [Rung("multigrid", {}, f"A lies on {A.device}, where multigrid runs"), last]
    reason = f"A lies on {A.device}; walls or jumps ask for clusters, which only the CPU has, so boxes take more cycles"
    return [Rung("multigrid", {"coarse": "boxes"}, reason), last]


def _for_stencil(A: StencilOperator) -> list[Rung]:
    n, dimensions = A.unknowns, sum(length > 1 for length in A.grid_shape)
    width = A.shape[0] // max(A.grid_shape)
    rungs = []
    if A.separable is not None and _transforms_fast(A.separable):
        rungs.append(Rung("fft", {}, "the coefficient separates on a full box: fast transforms diagonalise A"))
    elif (dimensions == 3 and n <= 14_000) or (dimensions == 2 and n <= 4_000 and _contrast(A) <= CONTRAST):
        rungs.append(Rung("pcg", {}, f"{n} unknowns in {dimensions}-D: some cheap steps with incomplete Cholesky"))
    elif dimensions < 2 or (dimensions == 2 and n <= 4_000):
        return [Rung("direct", {}, f"{n} unknowns in {dimensions}-D: a factorisation is cheaper than any iteration")]
    rungs.append(Rung("multigrid", {}, "a stencil on a box: multigrid needs a few cycles whatever the size"))
    return [*rungs, *_amg(n, "interpolation from the matrix entries"), *_last_resort(width)]


def _transforms_fast(factors: tuple[AxisFactor, ...]) -> bool:
    from sciml.solvers.spectral import dense_axes

    return sum(factors[axis].n for axis in dense_axes(factors)) <= DENSE_UP_TO


def _contrast(A: StencilOperator) -> float:
    d = A.diagonal()
    d = d[d > 0]
    return float(d.max() / d.min()) if len(d) else 1.0


def _for_matrix(A: MatrixOperator) -> list[Rung]:
    n, width = A.shape[0], level_width(A)
    seconds = SECONDS_PER_CUBED_WIDTH * width**3
    if n <= TINY:
        return [Rung("direct", {}, f"{n} unknowns: a factorisation is cheaper than any iteration"), _if_singular(A)]
    last = _last_resort(width)
    layers = n / width
    definite = A.is_symmetric and not A.is_indefinite and bool(np.all(A.diagonal() > 0))
    few = Rung("pcg", {}, f"{n} unknowns in {layers:.0f} layers: a few cheap iterations with incomplete Cholesky")
    if definite and 3 < layers <= LAYERS:
        return [few, *_amg(n, "interpolation from the matrix entries"), *last]
    if seconds <= 0.2 * SECONDS_PER_UNKNOWN * n + 6e-3 and n <= 100_000:
        cheap = Rung("direct", {}, f"{n} unknowns in layers of {width:.0f}: a factorisation has little fill-in")
        return [cheap, _if_singular(A)]
    if not A.is_symmetric:
        return [Rung("gmres", {}, "A is not symmetric"), *last]
    if not definite:
        return [Rung("minres", {}, "symmetric, not positive definite: a diagonal entry or the sum of A is <= 0"), *last]
    return [
        *_amg(n, "a sparse symmetric matrix with positive diagonal"),
        Rung("pcg", {}, "incomplete Cholesky needs no hierarchy"),
        *last,
    ]


def level_width(A: MatrixOperator) -> float:
    """Mean distance of couplings from the diagonal after reverse Cuthill-McKee: how many unknowns a layer holds.

    Examples
    --------
    >>> from scipy.sparse import diags_array
    >>> from sciml.solvers._operator import as_operator
    >>> line = diags_array([np.ones(9), np.ones(10), np.ones(9)], offsets=[-1, 0, 1])
    >>> float(level_width(as_operator(line)))
    1.0
    """
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    order = reverse_cuthill_mckee(A.csr, symmetric_mode=A.is_symmetric)
    place = np.empty_like(order)
    place[order] = np.arange(len(order), dtype=order.dtype)
    entries = np.diff(A.csr.indptr)
    distance = np.abs(np.repeat(place, entries) - place[A.csr.indices])
    reach = np.maximum.reduceat(distance, A.csr.indptr[:-1][entries > 0])
    return max(1.0, float(reach.sum()) / max(1, len(reach)))


def _amg(n: int, reason: str) -> list[Rung]:
    return [Rung("amg", {}, reason)] if n <= AMG_UNKNOWNS else []


def _if_singular(A: MatrixOperator) -> Rung:
    """What finds a solution where a factorisation does not, for those b that have one."""
    reason = "no factorisation, but b may lie in the range of A"
    return Rung("minres", {}, reason) if A.is_symmetric else Rung("gmres", {"preconditioner": None}, reason)


def _last_resort(width: float) -> list[Rung]:
    affordable = SECONDS_PER_CUBED_WIDTH * width**3 <= PATIENCE_SECONDS
    return [Rung("direct", {}, "no iteration converged")] if affordable else []
