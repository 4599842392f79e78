"""Conjugate gradients preconditioned by algebraic multigrid."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from numpy.typing import ArrayLike

from sciml._errors import InputError
from sciml.solvers._checks import check_choices, check_whole
from sciml.solvers._operator import MatrixOperator, SystemOperator, as_operator
from sciml.solvers._solution import Callback, Solution
from sciml.solvers.algebraic.arranged import Cycling, Ordering, Places, Precision
from sciml.solvers.algebraic.cycle import CycleKind
from sciml.solvers.algebraic.hierarchy import Coarsening, Matrices, build_matrices, renewed
from sciml.solvers.algebraic.iterate import solve_state
from sciml.solvers.algebraic.levels import Smoother
from sciml.solvers.algebraic.matrix import active_matrix, checked_vectors
from sciml.solvers.algebraic.ordering import Order, numbering_of_pattern
from sciml.solvers.algebraic.state import AMGState

__all__ = ["AMG"]

MAXITER = 200


@dataclass(frozen=True)
class AMG:
    """Algebraic multigrid for sparse symmetric matrices, a cycle of which preconditions CG.

    Parameters
    ----------
    kind : {"smoothed_aggregation", "ruge_stuben"}
        How levels are built. Classical (Ruge-Stueben) interpolation is for matrices with couplings <= 0
        (diffusion), costs more memory and set-up, and sometimes needs fewer iterations.
    theta : float, optional
        Couplings below theta times the geometric mean of the diagonals (aggregation; halved on every
        level) or the strongest coupling of the row (classical) are weak; default 0.08 and 0.25.
    cycle : {"V", "W"}
    smoother : {"gauss_seidel", "chebyshev"}
        Gauss-Seidel, forward before and backward after the correction; or an optimised polynomial of the fourth kind.
    sweeps : int
        Sweeps, or the degree of the polynomial (at most 4).
    ordering : {"coloured", "natural"}
        Unknowns of all levels colour after colour, which lets threads share a sweep and processors run ahead; or
        as given, which is PyAMG's sweep, one thread a sweep. Results do not depend on the number of threads.
    dtype : {"auto", "float32", "float64"}
        Precision of cycles; auto is float32 unless the entries of a level leave its range. CG is float64.
    max_coarse : int
        Size of the level that is solved exactly.
    seed : int
        Of the vectors that spectral radii are estimated from.
    near_nullspace : ndarray, shape (N,) or (N, m), optional
        Vectors which A nearly annihilates, that coarse levels must represent: rigid body motions for
        elasticity. Default constants. Aggregation only.

    Notes
    -----
    The hierarchy is PyAMG's, the cycle our own. A matrix with blocks (``bsr_array``) is aggregated node by node.
    Several right-hand sides are iterated together. ``maxiter`` defaults to 200.

    References
    ----------
    P. Vanek, J. Mandel and M. Brezina, "Algebraic multigrid by smoothed aggregation", Computing 56, 1996.
    J. W. Ruge and K. Stueben, "Algebraic Multigrid", in: Multigrid Methods, SIAM, 1987.
    N. Bell, L. Olson and J. Schroder, "PyAMG", J. Open Source Software 7, 2022.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> system = poisson(Grid((32, 32)))
    >>> solver = AMG()
    >>> state = solver.setup(system.A)
    >>> solution = solver.solve(state, system.b)
    >>> solution.converged, solution.iterations < 12
    (True, True)
    >>> solver.solve(solver.update(state, 3 * system.A.tocsr()), system.b.ravel()).converged
    True
    """

    kind: Literal["smoothed_aggregation", "ruge_stuben"] = "smoothed_aggregation"
    theta: float | None = None
    cycle: CycleKind = "V"
    smoother: Smoother = "gauss_seidel"
    sweeps: int = 1
    ordering: Ordering = "coloured"
    dtype: Precision = "auto"
    max_coarse: int = 200
    seed: int = 0
    near_nullspace: Any = field(default=None, compare=False, repr=False)
    method: ClassVar[str] = "amg"

    def __post_init__(self) -> None:
        check_choices(self)
        for name, least in (("sweeps", 1), ("max_coarse", 1), ("seed", 0)):
            check_whole(f"amg.{name}", getattr(self, name), least)
        if self.smoother == "chebyshev" and self.sweeps > 4:
            raise InputError(f"amg.sweeps is {self.sweeps}; expected a degree of 1 to 4 for smoother chebyshev")
        if self.theta is not None and not 0 <= self.theta <= 1:
            raise InputError(f"amg.theta is {self.theta}; expected a number from 0 to 1")
        if self.near_nullspace is not None and self.kind == "ruge_stuben":
            raise InputError("amg.near_nullspace is for kind smoothed_aggregation, and kind is 'ruge_stuben'")

    def setup(self, A: Any) -> AMGState:
        """Build the levels.

        Raises
        ------
        InputError
            If `A` has no entries to look at, is not symmetric with a positive diagonal, or has more than 2^31
            of them, or `near_nullspace` does not fit.
        """
        operator = as_operator(A)
        kept, matrix = active_matrix(operator)
        B = checked_vectors(self.near_nullspace, operator.shape[0], kept)
        block = operator.block if isinstance(operator, MatrixOperator) and kept is None else 1
        how = Coarsening(self.kind, self.theta, self.max_coarse, self.seed, B, block)
        return self._ready(operator, kept, build_matrices(matrix, how))

    def update(self, state: AMGState, A: Any) -> AMGState:
        """The set-up for a matrix of the same pattern and other values, faster than anew.

        Aggregates, interpolation and numbering stay; the matrices of coarse levels, R A P, and the factorisation are
        computed from the new values. `state` stays valid.

        Raises
        ------
        InputError
            As `setup`, or if the shape or the number of empty rows is another.
        """
        operator = as_operator(A)
        kept, matrix = active_matrix(operator)
        rows = state.matrices[0][0].shape[0]
        if operator.shape != state.A.shape or matrix.shape[0] != rows:
            raise InputError(
                f"the matrix has {matrix.shape[0]} of {operator.shape[0]} rows with entries, the set-up {rows} of "
                f"{state.A.shape[0]}; set it up anew"
            )
        matrices = renewed(state.matrices, matrix)
        levels = zip(state.single.places, state.matrices, matrices, strict=True)
        known = [numbering_of_pattern(place, before, after) for place, (before, _), (after, _) in levels]
        return self._ready(operator, kept, matrices, known)

    def solve(
        self, state: AMGState, b: ArrayLike, x0: ArrayLike | None = None, *, rtol: float = 1e-8, atol: float = 0.0,
        maxiter: int | None = None, callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b; see `sciml.solvers.solve`."""
        solution = solve_state(
            state, b, x0, method=self.method, rtol=rtol, atol=atol, maxiter=maxiter or MAXITER, callback=callback
        )
        return solution.replace(details=solution.details | state.summary())

    def _ready(
        self, A: SystemOperator, kept: Order | None, matrices: Matrices, known: Places | None = None
    ) -> AMGState:
        how = Cycling(self.ordering, self.smoother, self.sweeps, self.cycle, self.dtype)
        state = AMGState(A, kept, matrices, how, known)
        _ = state.single  # built now: set-up time is not solve time
        return state
