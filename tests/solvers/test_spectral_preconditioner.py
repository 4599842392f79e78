"""The box preconditioner: symmetric, definite, exact for constants, bounded by the contrast otherwise."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import eigh
from scipy.sparse.linalg import cg

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.pde import StencilOperator, poisson
from sciml.solvers import PCG, solve
from sciml.solvers.spectral import FFTPreconditioner

SIDES = {
    "dirichlet": {},
    "mixed": {"x-": Boundary("neumann"), "y": Boundary("periodic")},
    "neumann": {"x": Boundary("neumann"), "y": Boundary("neumann")},
    "robin": {"x-": Boundary("robin", transfer=5.0), "x+": Boundary("neumann"), "y": Boundary("neumann")},
}


def dense(A: StencilOperator, **options: str) -> tuple[np.ndarray, np.ndarray]:
    """A and M as matrices on the active cells."""
    active = np.ones(A.shape[0], bool) if A.active is None else A.active.ravel()
    M = FFTPreconditioner(**options).setup(A).aspreconditioner() @ np.eye(A.shape[0])
    assert not M[~active].any()
    return A.tocsr().toarray()[np.ix_(active, active)], M[np.ix_(active, active)]


def field(shape: tuple[int, ...], contrast: float, seed: int = 0) -> np.ndarray:
    return np.asarray(contrast ** np.random.default_rng(seed).random(shape))


def spectrum(A: np.ndarray, M: np.ndarray) -> np.ndarray:
    """Eigenvalues of M A that are not zero, for symmetric A and M."""
    values, Q = eigh(M)
    root = Q * np.sqrt(values.clip(0))
    found = eigh(root.T @ A @ root, eigvals_only=True)
    return found[found > 1e-9 * found.max()]


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("name", SIDES)
def test_is_symmetric_and_definite(name: str, location: str) -> None:
    A, M = dense(poisson(Grid((8, 7), (1.0, 2.0), location, SIDES[name]), field((8, 7), 1e4), source=0.0).A)
    np.testing.assert_allclose(M, M.T, rtol=0, atol=1e-14 * np.abs(M).max())
    values = eigh((M + M.T) / 2, eigvals_only=True)
    assert np.sum(values < 1e-9 * values.max()) == (1 if name == "neumann" else 0)
    assert values.min() > -1e-14 * values.max()
    assert len(spectrum(A, M)) == len(A) - (name == "neumann")


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("name", ["dirichlet", "mixed", "neumann"])
@pytest.mark.parametrize("contrast", [3.0, 100.0])
def test_condition_number_is_at_most_the_contrast(name: str, location: str, contrast: float) -> None:
    k = field((9, 8), contrast)
    found = spectrum(*dense(poisson(Grid((9, 8), (1.0, 1.5), location, SIDES[name]), k, source=0.0).A))
    assert found.max() / found.min() <= k.max() / k.min()


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("name", SIDES)
def test_inverts_a_constant_coefficient(name: str, location: str) -> None:
    """Scaling the box finds coefficient, shift and robin conductance exactly."""
    grid = Grid((8, 7), (1.0, 2.0), location, SIDES[name])
    box = poisson(grid, source=0.0).A.separable
    operator = replace(poisson(grid, 37.0, source=0.0, shift=2.0).A, separable=None, box=box)
    A, M = dense(operator)
    np.testing.assert_allclose(M @ A, np.eye(len(A)), rtol=0, atol=1e-12)


def test_one_cell_wide_boxes() -> None:
    grid = Grid((1, 6), boundary={"x-": Boundary("robin", transfer=4.0)})
    operator = replace(poisson(grid, 3.0).A, separable=None, box=poisson(grid).A.separable)
    A, M = dense(operator)
    values = eigh(M, eigvals_only=True)
    assert values.min() > 0
    found = spectrum(A, M)
    assert found.max() / found.min() < 2.0


@pytest.mark.parametrize("case", ["obstacles", "fixed", "pockets"])
def test_obstacles_and_fixed_cells_keep_it_definite(case: str) -> None:
    """On an all-Neumann box the fixed cells alone hold the level, in the box a matching shift does."""
    mask, fixed = np.ones((10, 9), bool), np.zeros((10, 9), bool)
    mask[3, 2:7] = mask[6:8, 5] = False
    if case == "pockets":
        mask[:, 4] = False
    if case != "obstacles":
        fixed[0, 0] = True
    grid = Grid((10, 9), boundary={"x": Boundary("neumann"), "y": Boundary("neumann")}, mask=mask, fixed=fixed)
    A, M = dense(poisson(grid, field((10, 9), 10.0), source=0.0).A)
    np.testing.assert_allclose(M, M.T, rtol=0, atol=1e-14 * np.abs(M).max())
    floating = len(A) - np.linalg.matrix_rank(A, hermitian=True)
    assert floating == {"obstacles": 1, "fixed": 0, "pockets": 1}[case]
    values = eigh((M + M.T) / 2, eigvals_only=True)
    assert np.sum(values < 1e-10 * values.max()) == floating
    assert len(spectrum(A, M)) == len(A) - floating


def test_iterations_of_conjugate_gradients_do_not_grow_with_the_grid() -> None:
    counts = []
    for n in (16, 32, 64):
        system = poisson(Grid((n, n), boundary={"y-": Boundary("neumann")}), "exp(sin(5 * x + 3 * y))", source="x")
        M = FFTPreconditioner().setup(system.A).aspreconditioner()
        A, iterates = system.A.aslinearoperator(), list[np.ndarray]()
        x, info = cg(A, system.b.ravel(), M=M, rtol=1e-10, maxiter=60, callback=iterates.append)
        assert info == 0
        assert np.linalg.norm(system.A.matvec(x) - system.b.ravel()) <= 2e-10 * np.linalg.norm(system.b)
        counts.append(len(iterates))
    assert max(counts) - min(counts) <= 3


def test_serves_our_own_conjugate_gradients_by_name() -> None:
    system = poisson(Grid((32, 32)), "exp(sin(5 * x + 3 * y))")
    by_name = solve(system.A, system.b, PCG(preconditioner="fft"), rtol=1e-10)
    as_object = solve(system.A, system.b, PCG(preconditioner=FFTPreconditioner()), rtol=1e-10)
    jacobi = solve(system.A, system.b, PCG("jacobi"), rtol=1e-10)
    assert by_name.converged
    assert by_name.iterations == as_object.iterations < jacobi.iterations / 2
    np.testing.assert_array_equal(by_name.x, as_object.x)


def test_float32_transforms_stay_close() -> None:
    A = poisson(Grid((8, 7)), field((8, 7), 10.0)).A
    np.testing.assert_allclose(dense(A, dtype="float32")[1], dense(A)[1], rtol=0, atol=1e-6)


def test_apply_takes_batches_and_leaves_the_residual_alone() -> None:
    A = poisson(Grid((6, 5)), field((6, 5), 10.0)).A
    state = FFTPreconditioner().setup(A)
    r = np.random.default_rng(0).standard_normal((3, 30))
    before, z, one = r.copy(), np.empty_like(r), np.empty(30)
    state.apply(r, z)
    np.testing.assert_array_equal(r, before)
    for row, expected in zip(r, z, strict=True):
        state.apply(row, one)
        np.testing.assert_allclose(one, expected, rtol=0, atol=1e-16)


def test_says_what_it_needs() -> None:
    with pytest.raises(InputError, match=r"ndarray.*needs an operator on a grid"):
        FFTPreconditioner().setup(np.eye(3))
