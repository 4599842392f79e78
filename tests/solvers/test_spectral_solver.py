"""The fft solver on assembled problems: direct, exact for singular systems, honest about precision."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.linalg import spsolve

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.pde import LinearSystem, poisson
from sciml.solvers import Solution, Status
from sciml.solvers.spectral import FFT

CONDITIONS = {
    "mixed": {"x-": Boundary("dirichlet", 1.0), "x+": Boundary("neumann", 0.5), "y": Boundary("periodic")},
    "robin": {"x-": Boundary("robin", 3.0, transfer=2.0), "y+": Boundary("neumann", -1.0)},
    "pinned": {"x": Boundary("neumann"), "y": Boundary("neumann"), "z-": Boundary("robin", transfer=0.1)},
}


def run(system: LinearSystem, b: np.ndarray | None = None, dtype: str = "float64", **options: object) -> Solution:
    solver = FFT(dtype)
    return solver.solve(solver.setup(system.A), system.b if b is None else b, **options)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("name", CONDITIONS)
def test_agrees_with_sparse_elimination(name: str, location: str, dtype: str) -> None:
    shape, extent = ((9, 7, 6), (1.0, 0.7, 2.0)) if name == "pinned" else ((12, 9), (1.0, 3.0))
    grid = Grid(shape, extent, location, CONDITIONS[name])
    system = poisson(grid, coefficient=2.5, source="x - y**2", shift=0.3)
    solution = run(system, dtype=dtype, rtol=1e-12)
    assert solution.converged
    assert solution.iterations == (1 if dtype == "float64" else len(solution.history) - 1)
    expected = spsolve(system.A.tocsr().tocsc(), system.b.ravel()).reshape(system.b.shape)
    np.testing.assert_allclose(solution.x, expected, rtol=0, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize("location", ["cell", "node"])
def test_coefficients_along_their_own_axis(location: str) -> None:
    grid = Grid((10, 11, 6), location=location, boundary={"y-": Boundary("neumann", 1.0), "z": Boundary("periodic")})
    system = poisson(grid, coefficient=("exp(3 * x)", "1 + y", 0.2), source=1.0)
    assert system.A.separable is not None
    solution = run(system, rtol=1e-12)
    assert solution.converged
    A = csr_array(system.A.tocsr())
    assert np.linalg.norm(A @ solution.x.ravel() - system.b.ravel()) <= 1e-12 * np.linalg.norm(system.b)


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("coefficient", ["exp(9 * x)", "1 + y", "10 ** (6 * z)"])
def test_layered_media(coefficient: str, location: str) -> None:
    sides = {"x-": Boundary("neumann", 1.0), "y": Boundary("periodic"), "z+": Boundary("neumann", -1.0)}
    system = poisson(Grid((9, 10, 11), location=location, boundary=sides), coefficient, source="x")
    solution = run(system, rtol=1e-12)
    assert solution.converged
    expected = spsolve(system.A.tocsr().tocsc(), system.b.ravel()).reshape(system.b.shape)
    np.testing.assert_allclose(solution.x, expected, rtol=0, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("ends", [*combinations_with_replacement(("neumann", "periodic"), 2)], ids="-".join)
def test_singular_systems_get_the_solution_of_zero_mean(ends: tuple[str, str], location: str) -> None:
    grid = Grid((8, 7), (1.0, 2.0), location, {axis: Boundary(kind) for axis, kind in zip("xy", ends, strict=True)})
    A = poisson(grid, source=0.0).A
    b = np.random.default_rng(0).standard_normal((3, *A.grid_shape)) + 5.0
    solver = FFT()
    solution = solver.solve(solver.setup(A), b, rtol=1e-13)
    assert solution.converged
    assert np.abs(solution.x.mean(axis=(1, 2))).max() <= 1e-14 * np.abs(solution.x).max()
    compatible = b - b.mean(axis=(1, 2), keepdims=True)
    residual = A.apply(solution.x) - compatible
    assert np.linalg.norm(residual) <= 1e-13 * np.linalg.norm(compatible)
    smallest = np.linalg.pinv(A.tocsr().toarray()) @ compatible.reshape(3, -1).T
    np.testing.assert_allclose(solution.x.reshape(3, -1).T, smallest, rtol=0, atol=1e-12 * np.abs(smallest).max())


@pytest.mark.parametrize("shape", [(1,), (1, 1, 1), (1, 5), (5, 1), (2, 2), (1, 1, 9)])
@pytest.mark.parametrize("kind", ["dirichlet", "neumann", "periodic"])
def test_axes_of_one_and_two_cells(shape: tuple[int, ...], kind: str) -> None:
    boundary = {axis: Boundary(kind) for axis in "xyz"[: len(shape)]}
    A = poisson(Grid(shape, boundary=boundary), source=0.0).A
    b = np.random.default_rng(3).standard_normal(shape)
    solver = FFT()
    x = solver.solve(solver.setup(A), b).x
    expected = np.linalg.pinv(A.tocsr().toarray()) @ b.ravel()
    np.testing.assert_allclose(x.ravel(), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("ends", ["neumann", "dirichlet", "periodic"])
def test_a_batch_equals_a_loop(ends: str) -> None:
    A = poisson(Grid((8, 6, 5), boundary={"x": Boundary(ends), "z": Boundary("periodic")}), source=0.0).A
    b = np.random.default_rng(0).standard_normal((4, 8, 6, 5))
    b[2] = 0.0
    solver = FFT()
    state = solver.setup(A)
    together = solver.solve(state, b)
    assert together.converged
    one_by_one = np.stack([solver.solve(state, row).x for row in b])
    np.testing.assert_allclose(together.x, one_by_one, rtol=0, atol=1e-15 * np.abs(one_by_one).max())
    np.testing.assert_array_equal(together.x[2], 0.0)
    flat = solver.solve(state, b.reshape(4, -1))
    np.testing.assert_array_equal(flat.x.reshape(b.shape), together.x)


def test_float32_transforms_reach_float64_answers_by_refinement() -> None:
    system = poisson(Grid((40, 30, 20), extent=(1e-3, 1e-3, 1e-2)), coefficient=1e-9, source="1e12 * sin(3000 * x)")
    seen: list[tuple[int, float]] = []
    solution = run(system, dtype="float32", rtol=1e-12, callback=lambda k, r: seen.append((k, r)))
    assert solution.converged
    assert solution.iterations in (2, 3)
    assert solution.history[0] == 1.0
    assert seen == list(enumerate(solution.history))[1:]
    assert seen[-1][1] == solution.residual <= 1e-12
    np.testing.assert_allclose(solution.x, run(system, rtol=1e-12).x, rtol=0, atol=1e-11 * np.abs(solution.x).max())


def test_a_tolerance_below_rounding_ends_at_the_precision_limit() -> None:
    solution = run(poisson(Grid((64,)), source="sin(7 * x)"), rtol=1e-18)
    assert solution.status is Status.PRECISION_LIMIT
    assert solution.residual == solution.details["floor"] < 1e-11
    assert len(solution.history) == solution.iterations + 1
    assert solution.residual == min(solution.history)


def test_maxiter_limits_the_number_of_direct_solves() -> None:
    system = poisson(Grid((16, 16)), source="exp(x)")
    solution = run(system, dtype="float32", rtol=1e-13, maxiter=1)
    assert solution.status is Status.MAX_ITERATIONS
    assert solution.iterations == 1
    assert 1e-13 < solution.residual < 1e-3


def test_says_what_it_needs() -> None:
    solver = FFT()
    with pytest.raises(InputError, match=r"do not separate.*use multigrid or auto"):
        solver.setup(poisson(Grid((4, 4)), coefficient="1 + x * y").A)
    with pytest.raises(InputError, match="csr_array"):
        solver.setup(csr_array(np.eye(3)))
    with pytest.raises(InputError, match="float16"):
        FFT("float16")  # type: ignore[arg-type]
    system = poisson(Grid((4, 4)))
    with pytest.raises(InputError, match="rtol"):
        run(system, rtol=-1.0)
    with pytest.raises(InputError, match="not finite"):
        run(system, b=np.full((4, 4), np.nan))


def test_is_an_exact_preconditioner_for_its_own_operator() -> None:
    system = poisson(Grid((6, 5), boundary={"x": Boundary("neumann"), "y": Boundary("periodic")}), source=0.0)
    M = FFT().setup(system.A).aspreconditioner() @ np.eye(30)
    np.testing.assert_allclose(M, np.linalg.pinv(system.A.tocsr().toarray()), rtol=0, atol=1e-14)
