"""Sparse direct solution: exactness, refinement, singular parts."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sciml._errors import InputError, MissingDependencyError
from sciml.mesh import Grid
from sciml.mesh.boundary import Boundary
from sciml.pde import poisson
from sciml.solvers import CG, Direct, Status, solve
from sciml.solvers.direct.direct import DirectState


@pytest.mark.parametrize("shape", [(30,), (12, 15), (6, 7, 8)])
@pytest.mark.parametrize("kind", ["dirichlet", "neumann", "periodic"])
def test_equals_cg(shape: tuple[int, ...], kind: str) -> None:
    rng = np.random.default_rng(0)
    grid = Grid(shape, boundary=Boundary(kind), mask=rng.random(shape) < 0.85)
    system = poisson(grid, np.exp(rng.standard_normal(shape)), rng.standard_normal(shape), project=True)
    direct = solve(system.A, system.b, Direct(), rtol=1e-12)
    iterated = solve(system.A, system.b, CG(), rtol=1e-13)
    assert direct.converged
    np.testing.assert_allclose(direct.x, iterated.x, atol=1e-9 * np.abs(direct.x).max())
    if system.A.nullspace is not None:
        np.testing.assert_allclose(system.A.nullspace.means(direct.x), 0.0, atol=1e-12)


def test_matrices_without_symmetry_or_sign() -> None:
    rng = np.random.default_rng(1)
    A = csr_array(rng.standard_normal((40, 40)) * (rng.random((40, 40)) < 0.3) + np.diag(rng.choice([-9.0, 9.0], 40)))
    x = rng.standard_normal(40)
    np.testing.assert_allclose(solve(A, A @ x, Direct()).x, x, atol=1e-10)


def test_positive_diagonal_without_definiteness_is_pivoted() -> None:
    """Eliminating along the diagonal meets a zero pivot; the row exchange does not."""
    A = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    solution = solve(A, A @ np.array([1.0, 2.0, 3.0]), Direct())
    assert solution.converged
    np.testing.assert_allclose(solution.x, [1.0, 2.0, 3.0], rtol=1e-12)


def test_refinement_repairs_an_inexact_factor() -> None:
    solver, A, b = Direct(), np.diag([1.0, 2.0, 4.0]), np.ones(3)
    state = solver.setup(A)
    assert state.factor is not None
    exact = state.factor
    rough = DirectState(state.A, state.kept, lambda r: exact(r) * [0.99, 1.01, 0.99], state.backend)
    solution = solver.solve(rough, b, rtol=1.1e-10)
    assert solution.converged
    assert solution.iterations == 5  # a factor 100 each
    np.testing.assert_allclose(solution.history[:-1], [1e-2**k for k in range(5)], rtol=1e-6)


def test_tolerance_below_rounding_is_said() -> None:
    A = poisson(Grid((20, 20))).A
    solution = solve(A, np.random.default_rng(0).standard_normal(400), Direct(), rtol=1e-18)
    assert solution.status is Status.PRECISION_LIMIT
    assert solution.residual < 100 * solution.details["floor"]


@pytest.mark.parametrize("A", [np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([[0.0, 1.0], [0.0, 2.0]])])
def test_singular_matrix_is_a_breakdown(A: np.ndarray) -> None:
    solution = solve(A, np.array([1.0, 1.0]), Direct())
    assert solution.status in (Status.BREAKDOWN, Status.DIVERGED, Status.STAGNATED)
    assert not solution.converged
    assert np.all(np.isfinite(solution.x))


def test_setup_is_an_inverse_for_scipy() -> None:
    A = poisson(Grid((9, 9)), coefficient="1 + x").A
    M = Direct().setup(A).aspreconditioner()
    np.testing.assert_allclose(M @ A.matvec(np.arange(81.0)), np.arange(81.0), atol=1e-9)


def test_refusals() -> None:
    from scipy.sparse.linalg import aslinearoperator

    with pytest.raises(InputError, match="products only"):
        Direct().setup(aslinearoperator(np.eye(2)))


@pytest.mark.parametrize(("backend", "module"), [("cholmod", "sksparse"), ("pardiso", "pypardiso")])
def test_optional_libraries(backend: str, module: str) -> None:
    from importlib.util import find_spec

    A = poisson(Grid((9, 9))).A
    if find_spec(module) is None:
        with pytest.raises(MissingDependencyError, match="pip install"):
            solve(A, np.ones(81), Direct(backend))
    else:
        assert solve(A, np.ones(81), Direct(backend), rtol=1e-12).converged
