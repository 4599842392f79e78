"""Algebraic multigrid: the cycle equals PyAMG's, hierarchies are reproducible, singular systems converge."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_array, csr_matrix, diags_array, eye_array
from scipy.sparse.linalg import cg

from sciml._errors import InputError
from sciml.kernels import _pool, threads
from sciml.mesh import Grid
from sciml.mesh.boundary import Boundary
from sciml.pde import poisson
from sciml.solvers import AMG, Direct, SolverWarning, Status, solve
from sciml.solvers.algebraic import ordering
from sciml.solvers.algebraic.aggregation import spectral_radius
from sciml.solvers.algebraic.state import AMGState

KINDS = ["ruge_stuben", "smoothed_aggregation"]
A = poisson(Grid((20, 20, 20))).A
NOISE = np.random.default_rng(0).standard_normal(A.shape[0])
# what PyAMG does: sweeps in the order of the rows, in double precision
LIKE_PYAMG = {"ordering": "natural", "dtype": "float64", "max_coarse": 10}


def theirs(state: AMGState) -> Any:
    """PyAMG's own solver on the matrices of a state, with one Gauss-Seidel sweep before and one after."""
    from pyamg.multilevel import MultilevelSolver
    from pyamg.relaxation.smoothing import change_smoothers

    levels = []
    for matrix, P in state.matrices:
        level = MultilevelSolver.Level()
        level.A = csr_matrix(matrix)
        if P is not None:
            level.P, level.R = csr_matrix(P), csr_matrix(P.T)
        levels.append(level)
    solver = MultilevelSolver(levels, coarse_solver="pinv")
    sweeps = [("gauss_seidel", {"sweep": direction}) for direction in ("forward", "backward")]
    change_smoothers(solver, *sweeps)
    return solver


def jumps() -> Any:
    k = np.where(np.random.default_rng(1).random((40, 40)) < 0.5, 1.0, 1e3)
    return poisson(Grid((40, 40)), k).A


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cycle", ["V", "W"])
@pytest.mark.parametrize("build", [lambda: A, jumps], ids=["cube", "jumps"])
def test_residual_histories_are_those_of_pyamg(kind: str, cycle: str, build: Callable[[], Any]) -> None:
    operator = build()
    state = AMG(kind, cycle=cycle, **LIKE_PYAMG).setup(operator)
    peer, matrix = theirs(state), operator.tocsr()
    b = np.random.default_rng(0).standard_normal(operator.shape[0])
    # cycles by themselves
    expected: list[float] = []
    peer.solve(b, maxiter=8, tol=1e-30, cycle=cycle, residuals=expected)
    x, z, found = np.zeros_like(b), np.empty_like(b), [np.linalg.norm(b)]
    for _ in expected[1:]:
        state.apply(b - matrix @ x, z)
        x += z
        found.append(np.linalg.norm(b - matrix @ x))
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    # inside conjugate gradients, whose residual PyAMG records without dividing by the norm of b
    expected = []
    peer.solve(b, tol=1e-8, accel="cg", cycle=cycle, residuals=expected)
    history = AMG(kind, cycle=cycle, **LIKE_PYAMG).solve(state, b, rtol=1e-8).history
    count = min(len(history), len(expected))
    assert abs(len(history) - len(expected)) <= 1  # they stop by another norm
    np.testing.assert_allclose(np.array(history[:count]) * found[0], expected[:count], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_cycles_take_as_many_iterations(kind: str) -> None:
    for operator in (A, jumps()):
        b = np.random.default_rng(2).standard_normal(operator.shape[0])
        single, double = (solve(operator, b, AMG(kind, dtype=dtype)) for dtype in ("auto", "float64"))
        assert single.details["cycle_dtype"] == "float32"
        assert abs(single.iterations - double.iterations) <= 1
        assert single.converged
        assert double.converged


def test_entries_beyond_single_precision_cycle_in_double() -> None:
    solution = solve(1e35 * A.tocsr(), NOISE, AMG())
    assert solution.details["cycle_dtype"] == "float64"
    assert solution.converged


@pytest.mark.parametrize("smoother", ["gauss_seidel", "chebyshev"])
@pytest.mark.parametrize("ordering", ["coloured", "natural"])
@pytest.mark.parametrize("sweeps", [1, 2, 3])
def test_cycles_are_symmetric_and_positive(smoother: str, ordering: str, sweeps: int) -> None:
    small = poisson(Grid((9, 8)), coefficient="exp(3*x)").A
    for cycle in ("V", "W"):
        solver = AMG(smoother=smoother, ordering=ordering, sweeps=sweeps, cycle=cycle, dtype="float64", max_coarse=4)
        preconditioner = solver.setup(small).aspreconditioner()
        M = np.column_stack([preconditioner @ e for e in np.eye(72)])
        if ordering == "natural":  # columns are swept in that order
            np.testing.assert_allclose(preconditioner @ np.eye(72), M, atol=1e-13 * np.abs(M).max())
        np.testing.assert_allclose(M, M.T, atol=1e-13 * np.abs(M).max())
        assert np.linalg.eigvalsh(M).min() > 0


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "SERIAL_BELOW", 0)
    monkeypatch.setattr(ordering, "BLOCK", 256)
    b = np.random.default_rng(3).standard_normal((3, A.shape[0]))
    found = []
    for n in (1, 2):
        with threads(n):
            state = AMG().setup(A)
            z, Z = np.empty_like(b[0]), np.empty_like(b.T)
            state.apply(b[0], z)
            state.apply(np.ascontiguousarray(b.T), Z)
            found.append((z, Z))
    assert len(state.single.cycle.levels[0].chunks) > 1
    np.testing.assert_array_equal(found[0][0], found[1][0])
    np.testing.assert_array_equal(found[0][1], found[1][1])


def test_blocks_of_a_colour_are_not_coupled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "BLOCK", 64)
    matrix, P = AMG().setup(poisson(Grid((10, 11, 12))).A).matrices[0]
    order, ends, chunks = ordering.numbering(matrix, P)
    np.testing.assert_array_equal(np.sort(order), np.arange(1320))
    dense = ordering.permuted(matrix, order, order).toarray()
    np.testing.assert_array_equal(dense, matrix.toarray()[np.ix_(order, order)])
    for places in chunks:
        parts = list(pairwise(places.tolist()))
        for k, (lo, hi) in enumerate(parts):
            for other, end in parts[:k]:
                assert not dense[lo:hi, other:end].any()
    # nor are rows of a colour in a block, which are summed side by side
    assert {place for places in chunks for place in places.tolist()} <= set(ends.tolist())
    for lo, hi in pairwise(ends.tolist()):
        assert np.count_nonzero(dense[lo:hi, lo:hi]) == hi - lo


def test_right_hand_sides_together_give_what_they_give_alone() -> None:
    b = np.random.default_rng(4).standard_normal((19, A.shape[0]))
    b[3] = 0
    b[5] *= 1e-200
    b[6] = A.matvec(np.ones(A.shape[0]))
    solver = AMG()
    state = solver.setup(A)
    with pytest.raises(InputError, match="range of float64"):
        solver.solve(state, b)
    b[5] *= 1e180
    together = solver.solve(state, b, rtol=1e-11)
    assert together.converged
    for row, x in zip(b, together.x, strict=True):
        alone = solver.solve(state, row, rtol=1e-11).x
        np.testing.assert_allclose(x, alone, rtol=0, atol=1e-9 * np.abs(alone).max(initial=1e-300))
    again = solver.solve(state, b, x0=together.x, rtol=1e-9)
    assert again.converged
    assert again.iterations <= 1


def test_right_hand_sides_together_end_honestly() -> None:
    b = np.random.default_rng(4).standard_normal((4, A.shape[0]))
    state = AMG().setup(A)
    assert AMG().solve(state, b, maxiter=2).status is Status.MAX_ITERATIONS
    limited = AMG().solve(state, b, rtol=1e-17)
    assert limited.status is Status.PRECISION_LIMIT
    assert limited.details["floor"] > 1e-17
    seen: list[tuple[int, float]] = []
    solution = AMG().solve(state, b, callback=lambda k, residual: seen.append((k, residual)))
    assert [k for k, _ in seen] == list(range(1, solution.iterations + 1))


@pytest.mark.parametrize("kind", KINDS)
def test_other_values_on_the_same_levels(kind: str) -> None:
    state = AMG(kind).setup(A)
    k = np.random.default_rng(5).uniform(1, 3, (20, 20, 20))
    changed = poisson(Grid((20, 20, 20)), k).A
    renewed = AMG(kind).update(state, changed)
    for (fine, P), (coarse, _) in pairwise(renewed.matrices):
        np.testing.assert_allclose((P.T @ fine @ P - coarse).toarray(), 0, atol=1e-9)
    assert renewed.matrices[0][1] is state.matrices[0][1]
    assert renewed.single.places[0] is state.single.places[0]
    solution = AMG(kind).solve(renewed, NOISE)
    assert solution.converged
    assert solution.iterations <= solve(changed, NOISE, AMG(kind)).iterations + 2
    np.testing.assert_allclose(changed.matvec(solution.x), NOISE, atol=1e-6)
    with pytest.raises(InputError, match="set it up anew"):
        AMG(kind).update(state, poisson(Grid((20, 20))).A)


def test_another_pattern_is_numbered_anew() -> None:
    """Rows that were not coupled are summed side by side, so new couplings must be seen."""
    state = AMG().setup(A)
    second = csr_array(0.1 * A.tocsr() @ A.tocsr())
    renewed = AMG().update(state, second)
    fresh = ordering.numbering(second, state.matrices[0][1])
    np.testing.assert_array_equal(renewed.single.places[0].order, fresh.order)
    z = [renewed.aspreconditioner() @ v for v in np.eye(8000)[[5, 4000]]]
    assert z[0][4000] == pytest.approx(z[1][5], rel=1e-3)


def elasticity() -> tuple[Any, np.ndarray]:
    """A clamped sheet of squares, two unknowns a node, and its rigid motions."""
    from pyamg.gallery import linear_elasticity

    matrix, B = linear_elasticity((30, 30))
    return matrix, B


def test_rigid_motions_make_elasticity_converge() -> None:
    matrix, B = elasticity()
    b = np.random.default_rng(6).standard_normal(matrix.shape[0])
    plain = solve(matrix, b, AMG(max_coarse=20))
    informed = solve(matrix, b, AMG(near_nullspace=B, max_coarse=20))
    assert informed.converged
    assert informed.iterations <= 20
    assert informed.iterations < plain.iterations
    state = AMG(near_nullspace=B, max_coarse=20).setup(matrix)
    # three motions a node on coarse levels
    assert all(coarse.shape[0] % 3 == 0 for coarse, _ in state.matrices[1:])


def test_spectral_radii_are_estimated_from_below() -> None:
    matrix = poisson(Grid((9, 8)), coefficient="exp(3*x)").A.tocsr()
    inverse = 1 / matrix.diagonal()
    exact = np.linalg.eigvals(inverse[:, None] * matrix.toarray()).real.max()
    few, all_ = (spectral_radius(matrix, inverse, np.random.default_rng(0), steps) for steps in (6, 72))
    assert 0.8 * exact < few <= exact * (1 + 1e-12)
    assert all_ == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("vectors", [None, np.column_stack([np.ones(400), np.arange(400) % 20])])
def test_levels_below_annihilate_what_the_finest_does(vectors: np.ndarray | None) -> None:
    free = poisson(Grid((20, 20), boundary=Boundary("neumann")), project=True).A.tocsr()
    for matrix, _ in AMG(near_nullspace=vectors, max_coarse=5).setup(free).matrices:
        values = np.linalg.eigvalsh(matrix.toarray())
        assert abs(values[0]) < 1e-11 * values[-1]


def test_a_coarsest_level_that_stays_large_is_factorised() -> None:
    matrix = csr_array(10 * eye_array(2000) + csr_array(diags_array([np.full(1999, -1.0)] * 2, offsets=[-1, 1])))
    solution = solve(matrix, np.ones(2000), AMG(max_coarse=2000))
    assert solution.details["hierarchy"] == [{"unknowns": 2000, "nonzeros": 5998}]
    assert solution.iterations <= 2


def test_empty_rows_are_left_out() -> None:
    matrix = csr_array(block_diag([A.tocsr(), csr_array((2, 2)), A.tocsr()]))
    b = np.r_[NOISE, 0, 0, NOISE]
    solution = solve(matrix, b, AMG())
    assert solution.converged
    np.testing.assert_array_equal(solution.x[len(NOISE) : len(NOISE) + 2], 0)
    np.testing.assert_allclose(matrix @ solution.x, b, atol=1e-6)


@pytest.mark.parametrize(("kind", "most"), [("ruge_stuben", 8), ("smoothed_aggregation", 16)])
def test_iterations_do_not_grow(kind: str, most: int) -> None:
    counts = [solve(poisson(Grid((n, n))).A, np.ones((n, n)), AMG(kind)).iterations for n in (32, 64, 128)]
    assert max(counts) <= most
    assert counts[-1] <= counts[0] + 4


@pytest.mark.parametrize("kind", KINDS)
def test_setup_is_reproducible_and_leaves_the_global_generator_alone(kind: str) -> None:
    np.random.seed(11)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = solve(A, NOISE, AMG(kind))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    np.random.seed(12)  # noqa: NPY002
    second = solve(A, NOISE, AMG(kind))
    assert first.history == second.history


@pytest.mark.parametrize("kind", KINDS)
def test_singular_matrices_are_projected(kind: str) -> None:
    one = poisson(Grid((12, 13), boundary=Boundary("neumann")), project=True).A.tocsr()
    two = csr_array(block_diag([one, poisson(Grid((9, 9))).A.tocsr(), one]))
    b = np.random.default_rng(1).standard_normal(two.shape[0])
    with pytest.warns(SolverWarning, match="does not balance"):
        solution = solve(two, b, AMG(kind), rtol=1e-9)
    assert solution.converged
    for part in (solution.x[:156], solution.x[-156:]):
        assert abs(part.mean()) < 1e-12
    expected = Direct().solve(Direct().setup(two), b).x
    np.testing.assert_allclose(solution.x, expected, atol=1e-6 * np.abs(expected).max())


def test_setup_serves_scipy() -> None:
    state = AMG().setup(A)
    counts: list[int] = []
    x, info = cg(A.tocsr(), NOISE, rtol=1e-8, M=state.aspreconditioner(), callback=lambda _: counts.append(1))
    assert info == 0
    solution = AMG().solve(state, NOISE)
    assert len(counts) == solution.iterations
    np.testing.assert_allclose(solution.x, x, atol=1e-9)


def test_hierarchy_is_reported() -> None:
    solution = solve(A, NOISE, AMG())
    sizes = [level["unknowns"] for level in solution.details["hierarchy"]]
    assert sizes[0] == A.shape[0]
    assert all(b < a for a, b in pairwise(sizes))
    assert 1.0 < solution.details["operator_complexity"] < 4.0


def shifted(shape: tuple[int, ...], shift: float) -> csr_array:
    """A Laplacian minus a shift, with rows and columns of random sign, so that no entry tells that it is indefinite."""
    laplacian = poisson(Grid(shape, tuple(map(float, shape)))).A.tocsr()
    n = laplacian.shape[0]
    signs = diags_array(np.random.default_rng(5).choice([-1.0, 1.0], n))
    return csr_array(signs @ (laplacian - shift * eye_array(n)) @ signs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shift", [0.4, 2.1, 2.8, 3.6, 3.9])
def test_indefinite_matrices_end_without_noise(kind: str, shift: float, capfd: pytest.CaptureFixture[str]) -> None:
    """Warnings are errors here; PyAMG divides by zero for some of these and finds NaN in others."""
    solution = solve(shifted((40, 40), shift), np.ones(1600), AMG(kind), maxiter=50)
    assert not solution.converged
    assert solution.status.value in ("breakdown", "diverged", "stagnated", "max_iterations")
    assert capfd.readouterr().out == ""


def test_auto_goes_on_where_amg_breaks_down() -> None:
    """A factorisation finishes what no iteration did."""
    with pytest.warns(SolverWarning) as warned:
        solution = solve(shifted((12, 12, 12), 3.1), np.ones(1728))
    assert solution.converged
    assert [str(w.message).split()[0] for w in warned] == ["pcg", "amg"]
    assert [step["method"] for step in solution.details["ladder"]] == ["pcg", "amg", "direct"]


@pytest.mark.parametrize("matrix", [
    [[0.0, 1.0], [1.0, 2.0]], [[-3.0, 1.0], [1.0, 2.0]], [[1.0, -2.0], [-2.0, 1.0]],
])  # fmt: skip
def test_refuses_what_is_indefinite_at_first_sight(matrix: list[list[float]]) -> None:
    with pytest.raises(InputError, match=r"needs a positive definite matrix.*use minres"):
        AMG().setup(np.array(matrix))


@pytest.mark.parametrize(("options", "text"), [
    ({"smoother": "chebyshev", "sweeps": 5}, "degree of 1 to 4"),
    ({"theta": 2.0}, "from 0 to 1"),
    ({"near_nullspace": np.ones(3), "kind": "ruge_stuben"}, "is for kind smoothed_aggregation"),
    ({"near_nullspace": np.ones(3)}, r"expected \(8000,\) or \(8000, vectors\)"),
    ({"near_nullspace": np.full(8000, np.nan)}, "NaN or infinite"),
    ({"ordering": "colored"}, "coloured"),
])  # fmt: skip
def test_refuses_options_that_do_not_fit(options: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        AMG(**options).setup(A)


def test_refusals() -> None:
    with pytest.raises(InputError, match="no entries"):
        AMG().setup(csr_array((3, 3)))
    with pytest.raises(InputError, match="symmetric"):
        AMG().setup(np.array([[1.0, 2.0], [0.0, 1.0]]))
    matrix = csr_array(np.eye(3))
    from sciml.solvers._operator import MatrixOperator

    matrix.indices, matrix.indptr = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    assert AMG().setup(matrix).matrices  # converted at the door
    with pytest.raises(InputError, match="matrix entries"):
        AMG().setup(MatrixOperator(matrix))
