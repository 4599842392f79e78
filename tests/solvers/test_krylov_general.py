"""MINRES and GMRES: indefinite and non-symmetric systems, true histories."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.sparse import csr_array, diags_array, eye_array, kron

from sciml.mesh import Grid
from sciml.pde import poisson
from sciml.solvers import GMRES, MINRES, Status, solve

LAPLACE = poisson(Grid((14, 13))).A
NOISE = np.random.default_rng(4).standard_normal(LAPLACE.shape[0])
INDEFINITE = csr_array(LAPLACE.tocsr() - 300 * eye_array(LAPLACE.shape[0]))


def convection(n: int, speed: float) -> csr_array:
    """Upwind convection-diffusion on a square."""
    one = diags_array([np.full(n - 1, -1.0 - speed), np.full(n, 2.0 + speed), np.full(n - 1, -1.0)], offsets=[-1, 0, 1])
    return csr_array(kron(one, eye_array(n)) + kron(eye_array(n), one))


@pytest.mark.parametrize("solver", [MINRES(), MINRES("jacobi"), GMRES(), GMRES(None, restart=200)], ids=repr)
def test_indefinite_systems(solver: MINRES | GMRES) -> None:
    solution = solve(INDEFINITE, NOISE, solver, rtol=1e-9)
    assert solution.status is Status.CONVERGED
    expected = np.linalg.solve(INDEFINITE.toarray(), NOISE)
    np.testing.assert_allclose(solution.x, expected, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("solver", [GMRES(), GMRES("jacobi"), GMRES(None)], ids=repr)
def test_convection(solver: GMRES) -> None:
    A = convection(20, 5.0)
    solution = solve(A, np.ones(400), solver)
    assert solution.status is Status.CONVERGED
    assert np.linalg.norm(np.ones(400) - A @ solution.x) <= 1e-8 * 20


@pytest.mark.parametrize("solver", [MINRES(), GMRES(), GMRES("jacobi", restart=7)], ids=repr)
def test_history_is_one_of_true_residuals(solver: MINRES | GMRES) -> None:
    """Stopping after k iterations leaves exactly the residual that the history of a longer run shows at k."""
    full = solve(LAPLACE, NOISE, solver, rtol=1e-10)
    assert full.converged
    assert len(full.history) == full.iterations + 1
    assert full.history[0] == 1.0
    for k in range(1, min(7, full.iterations)):
        cut = solve(LAPLACE, NOISE, solver, rtol=1e-10, maxiter=k)
        assert (cut.iterations, cut.status) == (k, Status.MAX_ITERATIONS)
        assert cut.residual == pytest.approx(full.history[k], rel=1e-6, abs=0)


def test_minres_decreases_monotonically() -> None:
    history = solve(INDEFINITE, NOISE, MINRES()).history
    assert all(b <= a * (1 + 1e-12) for a, b in pairwise(history[:-1]))


def test_minres_and_gmres_without_restart_are_the_same_method() -> None:
    minres, gmres = (solve(INDEFINITE, NOISE, s, maxiter=30) for s in (MINRES(), GMRES(None, restart=200)))
    np.testing.assert_allclose(minres.history, gmres.history, rtol=1e-6)


def test_preconditioner_that_is_not_positive_is_a_breakdown() -> None:
    solution = solve(LAPLACE, NOISE, MINRES(-np.eye(LAPLACE.shape[0])))
    assert solution.status is Status.BREAKDOWN


def test_restarts_that_gain_nothing_are_stagnation() -> None:
    """GMRES(1) cannot move for a rotation: A b is orthogonal to b."""
    rotation = np.array([[0.0, 1.0], [-1.0, 0.0]])
    solution = solve(rotation, np.array([1.0, 0.0]), GMRES(None, restart=1))
    assert solution.status is Status.STAGNATED
    assert solve(rotation, np.array([1.0, 0.0]), GMRES(None, restart=2)).converged


@pytest.mark.parametrize("solver", [MINRES(), GMRES(), GMRES(None)], ids=repr)
def test_guess_batch_callback_and_absolute_tolerance(solver: MINRES | GMRES) -> None:
    exact = solve(LAPLACE, NOISE, solver, rtol=1e-12).x
    assert solve(LAPLACE, NOISE, solver, x0=exact).iterations == 0
    near = solve(LAPLACE, NOISE, solver, x0=exact * (1 + 1e-9), rtol=1e-10)
    assert near.iterations < solve(LAPLACE, NOISE, solver, rtol=1e-10).iterations
    rows = np.stack([NOISE, 2 * NOISE[::-1]])
    batch = solve(LAPLACE, rows, solver)
    np.testing.assert_array_equal(batch.x, [solve(LAPLACE, row, solver).x for row in rows])
    loose = solve(LAPLACE, NOISE, solver, rtol=0.0, atol=1e-2)
    assert np.linalg.norm(NOISE - LAPLACE.matvec(loose.x)) <= 1e-2
    seen: list[int] = []
    solution = solve(LAPLACE, NOISE, solver, callback=lambda k, residual: seen.append(k))
    assert seen == list(range(1, solution.iterations + 1))


def test_incomplete_lu_of_a_singular_matrix_is_shifted() -> None:
    A = np.array([[1.0, 1.0], [2.0, 2.0]])
    assert solve(A, np.array([2.0, 4.0]), GMRES()).converged
    state = GMRES().setup(convection(5, 1.0))
    M = state.aspreconditioner()
    x = np.arange(25.0)
    np.testing.assert_allclose(x @ (M @ x[::-1]), (M.rmatvec(x)) @ x[::-1])
