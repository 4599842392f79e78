"""Jacobi, incomplete factorisations and foreign preconditioners: identities, counts, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import LinearOperator, cg

from sciml._errors import InputError
from sciml.mesh import Grid
from sciml.mesh.boundary import Boundary
from sciml.pde import StencilOperator, poisson
from sciml.solvers import FCG, GMRES, PCG, Status, solve
from sciml.solvers._operator import as_operator
from sciml.solvers.krylov.build import build_preconditioner
from sciml.solvers.krylov.preconditioner import as_apply

CUBE = poisson(Grid((32, 32, 32))).A
NOISE = np.random.default_rng(0).standard_normal(CUBE.shape[0])


def obstacles(seed: int, shape: tuple[int, ...], kind: str = "dirichlet") -> StencilOperator:
    rng = np.random.default_rng(seed)
    mask = rng.random(shape) < 0.8
    return poisson(Grid(shape, boundary=Boundary(kind), mask=mask), np.exp(rng.standard_normal(shape)), project=True).A


@pytest.mark.parametrize(("name", "least", "most"), [("jacobi", 115, 122), ("ic0", 39, 43), ("mic0", 22, 24)])
def test_iteration_counts_of_the_cube(name: str, least: int, most: int) -> None:
    assert least <= solve(CUBE, NOISE, PCG(name)).iterations <= most


def test_constant_and_variable_stencils_and_the_matrix_have_the_same_factor() -> None:
    A = poisson(Grid((9, 8, 7))).A
    b = np.random.default_rng(2).standard_normal(A.shape[0])
    variable = StencilOperator(A.grid_shape, A.variable())
    z = [np.empty_like(b) for _ in range(3)]
    for operator, out in zip((A, variable, as_operator(A.tocsr())), z, strict=True):
        build_preconditioner("ic0", operator).apply(b, out)
    np.testing.assert_allclose(z[1], z[0], rtol=1e-12)
    np.testing.assert_allclose(z[2], z[0], rtol=1e-12)


@pytest.mark.parametrize("name", ["mic0", "ic0"])
def test_incomplete_factor_of_a_line_is_exact(name: str) -> None:
    A = poisson(Grid((50,)), coefficient="1 + x").A
    assert solve(A, np.ones(50), PCG(name)).iterations == 1


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    shape=st.lists(st.integers(1, 7), min_size=1, max_size=3).map(tuple),
    kind=st.sampled_from(["dirichlet", "neumann", "periodic"]),
    name=st.sampled_from(["jacobi", "ic0", "mic0"]),
)
def test_preconditioners_are_symmetric_and_positive(seed: int, shape: tuple[int, ...], kind: str, name: str) -> None:
    A = obstacles(seed, shape, kind) if np.prod(shape) > 4 else poisson(Grid(shape)).A
    M = build_preconditioner(name, A).aspreconditioner() @ np.eye(A.shape[0])
    np.testing.assert_allclose(M, M.T, atol=1e-12 * np.abs(M).max())
    on = np.ones(A.shape[0], bool) if A.active is None else A.active.ravel() & (A.diagonal() > 0)
    assert np.linalg.eigvalsh(M[np.ix_(on, on)]).min(initial=1.0) > 0


@pytest.mark.parametrize("kind", ["dirichlet", "neumann", "periodic"])
@pytest.mark.parametrize("name", ["jacobi", "ic0", "mic0", "amg"])
def test_obstacles_and_null_spaces_converge(kind: str, name: str) -> None:
    A = obstacles(3, (11, 12, 13), kind)
    b = np.random.default_rng(1).standard_normal(A.grid_shape) * A.active
    if A.nullspace is not None:
        A.nullspace.project(b)
    solution = solve(A, b, PCG(name), rtol=1e-9)
    assert solution.status is Status.CONVERGED
    assert np.linalg.norm(b.ravel() - A.tocsr() @ solution.x.ravel()) <= 1e-9 * np.linalg.norm(b)
    if A.nullspace is not None:
        np.testing.assert_allclose(A.nullspace.means(solution.x), 0.0, atol=1e-12)
    assert np.all(solution.x[~A.active] == 0.0)


@pytest.mark.parametrize("name", ["jacobi", "ic0", "mic0"])
def test_setup_serves_scipy(name: str) -> None:
    state = PCG(name).setup(CUBE)
    counts: list[int] = []
    M = state.aspreconditioner()
    x, info = cg(CUBE.aslinearoperator(), NOISE, rtol=1e-8, M=M, callback=lambda _: counts.append(1))
    assert info == 0
    ours = PCG(name).solve(state, NOISE)
    assert len(counts) == ours.iterations
    np.testing.assert_allclose(ours.x, x, atol=1e-7 * np.abs(x).max())


def test_every_form_of_a_preconditioner_does_the_same() -> None:
    A = poisson(Grid((12, 12)), coefficient="1 + x").A
    b = np.ones(144)
    inverse = 1 / A.diagonal()
    forms = [
        np.diag(inverse), LinearOperator((144, 144), matvec=lambda r: inverse * r.ravel(), dtype=np.float64),
        lambda r, z: np.multiply(r, inverse, out=z), PCG("jacobi").setup(A).M,
    ]
    expected = solve(A, b, PCG("jacobi"))
    for form in forms:
        for solver in (PCG(form), FCG(form)):
            np.testing.assert_allclose(solve(A, b, solver).history, expected.history, rtol=1e-6)


def test_a_solver_can_precondition() -> None:
    from sciml.solvers import Direct

    solution = solve(CUBE.tocsr()[:500, :500], np.ones(500), FCG(Direct()))
    assert (solution.iterations, solution.status) == (1, Status.CONVERGED)


def test_refusals() -> None:
    with pytest.raises(InputError, match="did you mean 'jacobi'"):
        PCG("jacoby").setup(np.eye(2))
    with pytest.raises(TypeError, match="preconditioner M is a int"):
        as_apply(3)
    product_only = LinearOperator((2, 2), matvec=lambda x: x, dtype=np.float64)
    for name in ("jacobi", "ic0", "mic0", "ilu", "amg"):
        with pytest.raises(InputError, match="products only"):
            PCG(name).setup(product_only)
    with pytest.raises(InputError, match="method pcg needs a symmetric matrix; use gmres"):
        PCG("ic0").setup(np.array([[1.0, 2.0], [0.0, 1.0]]))
    for solver, matrix in ((GMRES, np.array([[1.0, 2.0], [0.0, 1.0]])), (PCG, np.diag([1.0, -1.0]))):
        with pytest.raises(InputError, match="symmetric matrix with positive diagonal"):
            solver("ic0").setup(matrix)
