"""Conjugate gradients: the recurrences, the statuses, the contract of history and iterations."""

import numpy as np
import pytest
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import LinearOperator, aslinearoperator, cg

from sciml.kernels import threads
from sciml.mesh import Grid
from sciml.mesh.boundary import Boundary
from sciml.pde import StencilOperator, poisson
from sciml.solvers import CG, FCG, PCG, Status, pcg, solve

RNG = np.random.default_rng(5)


def box(*shape: int) -> StencilOperator:
    return poisson(Grid(shape)).A


def random_rows(A: StencilOperator, count: int = 1) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((count, A.shape[0]))


def true_residual(A: StencilOperator, b: np.ndarray, x: np.ndarray) -> float:
    return float(np.linalg.norm(b - A.tocsr() @ x) / np.linalg.norm(b))


# mild, since rounding differences between two programs grow with the condition number
VARIABLE = poisson(Grid((12, 10, 9)), coefficient=RNG.uniform(0.5, 2.0, (12, 10, 9))).A


@pytest.mark.parametrize("A", [box(40), box(12, 17), box(8, 7, 9), VARIABLE], ids=["1d", "2d", "3d", "variable"])
@pytest.mark.parametrize("scaled", [False, True])
def test_residual_history_is_that_of_scipy(A: StencilOperator, scaled: bool) -> None:
    b = random_rows(A)[0]
    M = diags_array(1 / A.diagonal()) if scaled else None
    expected = [1.0]
    cg(A.tocsr(), b, rtol=1e-8, M=M, callback=lambda x: expected.append(true_residual(A, b, x)))
    run = pcg(A, b, M)
    assert run.iterations == len(expected) - 1
    np.testing.assert_allclose(run.history, expected, rtol=0, atol=1e-10)


def test_iteration_counts_of_the_cube() -> None:
    A = box(32, 32, 32)
    assert 115 <= pcg(A, random_rows(A)[0]).iterations <= 122


def test_matrix_operator_and_stencil_take_the_same_path() -> None:
    b = random_rows(VARIABLE)[0]
    runs = [pcg(A, b) for A in (VARIABLE, VARIABLE.tocsr(), aslinearoperator(VARIABLE.tocsr()))]
    for run in runs[1:]:
        np.testing.assert_allclose(run.history, runs[0].history, rtol=0, atol=1e-12)
        np.testing.assert_allclose(run.x, runs[0].x, rtol=0, atol=1e-9)


def test_threads_change_nothing() -> None:
    A = poisson(Grid((40, 41, 42)), coefficient="1 + x").A
    b = random_rows(A)[0]
    runs = []
    for n in (1, 2, 3):
        with threads(n):
            runs.append(pcg(A, b, maxiter=20))
    for run in runs[1:]:
        assert run.history == runs[0].history
        np.testing.assert_array_equal(run.x, runs[0].x)


def test_flexible_weight_is_the_standard_one_for_a_fixed_preconditioner() -> None:
    b = random_rows(VARIABLE)[0]
    M = diags_array(1 / VARIABLE.diagonal())
    standard, flexible = pcg(VARIABLE, b, M), pcg(VARIABLE, b, M, flexible=True)
    np.testing.assert_allclose(standard.history, flexible.history, rtol=1e-6)


def test_flexible_weight_bears_a_preconditioner_that_changes() -> None:
    A = box(40, 40)
    b = random_rows(A)[0]
    calls = 0

    def alternating(r: np.ndarray, z: np.ndarray) -> None:
        nonlocal calls
        calls += 1
        z[:] = r * (1.0 + 0.5 * np.sin(np.arange(len(r)) * calls))

    flexible = pcg(A, b, alternating, flexible=True, maxiter=2000)
    calls = 0
    rigid = pcg(A, b, alternating, maxiter=2000)
    assert flexible.status is Status.CONVERGED
    assert rigid.status is not Status.CONVERGED or rigid.iterations > flexible.iterations


@pytest.mark.parametrize("signs", [(1.0, -1.0), (-1.0, -1.0)], ids=["indefinite", "negative"])
def test_no_positive_curvature_is_a_breakdown(signs: tuple[float, float]) -> None:
    A = np.diag(np.resize(signs, 6) * np.arange(1.0, 7.0))
    solution = solve(A, np.ones(6), CG())
    assert solution.status is Status.BREAKDOWN
    assert not solution.converged


def test_indefinite_preconditioner_is_a_breakdown() -> None:
    run = pcg(box(6, 6), np.ones(36), -np.eye(36))
    assert run.status is Status.BREAKDOWN
    assert run.iterations == 0


def test_nan_from_a_product_is_a_breakdown() -> None:
    A = LinearOperator((4, 4), matvec=lambda x: np.full(4, np.nan), dtype=np.float64)
    assert pcg(A, np.ones(4)).status is Status.BREAKDOWN


def test_growth_is_divergence() -> None:
    # the curvature is positive at first, so nothing stops the residual but its size
    A = csr_array(np.array([[1e-9, 1.0], [-1.0, 1e-9]]))
    run = pcg(A, np.array([1.0, 0.0]))
    assert run.status is Status.DIVERGED
    assert run.history[-1] > 1e5


def test_iteration_limit() -> None:
    run = pcg(box(20, 20), np.ones(400), maxiter=5)
    assert run.status is Status.MAX_ITERATIONS
    assert run.iterations == 5
    assert true_residual(box(20, 20), np.ones(400), run.x) == pytest.approx(run.history[-1], rel=1e-10)


def test_no_new_minimum_is_stagnation() -> None:
    A = np.diag(np.linspace(1.0, 1e4, 300))
    run = pcg(A, np.ones(300), patience=3, rtol=1e-12)
    assert run.status is Status.STAGNATED
    assert run.iterations >= 4
    assert pcg(A, np.ones(300), rtol=1e-12).status is Status.CONVERGED


@pytest.mark.parametrize("A", [box(30, 30), box(30, 30).tocsr()], ids=["stencil", "matrix"])
def test_tolerance_below_rounding_is_said(A: object) -> None:
    b = np.random.default_rng(0).standard_normal(900)
    run = pcg(A, b, rtol=1e-18)
    assert run.status is Status.PRECISION_LIMIT
    assert 1e-18 < run.details["floor"] < 1e-13
    assert run.history[-1] < 100 * run.details["floor"]


def test_success_is_not_claimed_by_the_recursion_alone() -> None:
    """A product with an error of 1e-9 lets the recursion fall while b - A x does not."""
    A = np.diag(np.linspace(1.0, 100.0, 50))
    rng = np.random.default_rng(0)
    noisy = LinearOperator((50, 50), matvec=lambda x: (A @ x) * (1 + 1e-5 * rng.standard_normal(50)), dtype=np.float64)
    solution = solve(noisy, np.ones(50), CG(), rtol=1e-9, maxiter=500)
    assert solution.status is not Status.CONVERGED
    assert solution.residual > 1e-9


def test_initial_guess() -> None:
    A = box(15, 15)
    b = random_rows(A)[0]
    exact = pcg(A, b, rtol=1e-12).x
    again = pcg(A, b, x0=exact)
    assert (again.status, again.iterations, again.history) == (Status.CONVERGED, 0, [1.0])
    near = pcg(A, b, x0=exact + 1e-6 * random_rows(A)[0])
    assert near.iterations < pcg(A, b).iterations
    assert near.history[0] == 1.0
    assert near.history[1] < 0.1


def test_absolute_tolerance() -> None:
    A = box(15, 15)
    b = random_rows(A)[0]
    run = pcg(A, b, rtol=0.0, atol=1e-3)
    assert np.linalg.norm(b - A.matvec(run.x)) <= 1e-3
    assert run.iterations < pcg(A, b, rtol=0.0, atol=1e-6).iterations


def test_callback_sees_the_history() -> None:
    seen: list[tuple[int, float]] = []
    run = pcg(box(9, 9), np.ones(81), callback=lambda k, residual: seen.append((k, residual)))
    assert [k for k, _ in seen] == list(range(1, run.iterations + 1))
    assert [residual for _, residual in seen[:-1]] == run.history[1:-1]


def test_interrupt_passes_through() -> None:
    def interrupt(k: int, residual: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(box(9, 9), np.ones(81), CG(), callback=interrupt)


FLOATING = {
    "neumann": Grid((11, 13), boundary=Boundary("neumann")),
    "periodic": Grid((8, 7, 6), boundary=Boundary("periodic")),
    "three pockets": Grid((14, 14), boundary=Boundary("neumann"), mask=np.indices((14, 14))[0] % 5 != 4),
}


@pytest.mark.parametrize("solver", [CG(), PCG("jacobi"), FCG("jacobi")], ids=lambda s: s.method)
@pytest.mark.parametrize("name", FLOATING)
def test_floating_components_keep_zero_mean(name: str, solver: CG | PCG) -> None:
    grid = FLOATING[name]
    source = np.random.default_rng(3).standard_normal(grid.shape)
    system = poisson(grid, source=source, project=True)
    solution = solve(system.A, system.b, solver, rtol=1e-10)
    assert solution.converged
    assert system.A.nullspace is not None
    np.testing.assert_allclose(system.A.nullspace.means(solution.x), 0.0, atol=1e-12)


@pytest.mark.parametrize("solver", [CG(), PCG("jacobi"), FCG("jacobi")], ids=lambda s: s.method)
def test_batch_equals_loop(solver: CG | PCG) -> None:
    rows = random_rows(VARIABLE, 3) * [[1.0], [1e6], [0.0]]
    batch = solve(VARIABLE, rows.reshape(3, 12, 10, 9), solver)
    singles = [solve(VARIABLE, row, solver) for row in rows]
    assert batch.x.shape == (3, 12, 10, 9)
    np.testing.assert_array_equal(batch.x.reshape(3, -1), [single.x for single in singles])
    assert batch.iterations == max(single.iterations for single in singles)
    assert batch.residual == pytest.approx(max(single.residual for single in singles), rel=1e-12)
    assert len(batch.history) == batch.iterations + 1


def test_preconditioner_serves_scipy() -> None:
    solver = PCG("jacobi")
    state = solver.setup(VARIABLE)
    b = random_rows(VARIABLE)[0]
    counts = []
    _, info = cg(VARIABLE.tocsr(), b, rtol=1e-8, M=state.aspreconditioner(), callback=lambda _: counts.append(1))
    assert info == 0
    assert len(counts) == solver.solve(state, b).iterations
