"""Initial guesses: the best multiple, the estimate of the error, and what is saved."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.pde import GridSystem, poisson
from sciml.solvers import refine_guess, solve
from sciml.solvers._guess import energy_multiple, energy_norm

rng = np.random.default_rng(0)
MASK = np.ones((12, 14), bool)
MASK[3:6, 4:9] = False

CASES: dict[str, Grid] = {
    "dirichlet": Grid((12, 14)),
    "mixed": Grid((12, 14), (1.0, 3.0), boundary={"x-": Boundary("neumann", 0.5), "y+": Boundary("dirichlet", 2.0)}),
    "floating": Grid((12, 14), boundary={"x": Boundary("neumann"), "y": Boundary("neumann")}),
    "periodic": Grid((12, 14), boundary={"x": Boundary("periodic")}),
    "nodes": Grid((13, 15), location="node"),
    "obstacle": Grid((12, 14), mask=MASK),
    "line": Grid((20,)),
    "box": Grid((6, 5, 4)),
}


def system_on(grid: Grid) -> GridSystem:
    k = np.exp(rng.normal(size=grid.shape))
    return poisson(grid, k, rng.normal(size=grid.shape), project=True)


def exact(system: GridSystem) -> Any:
    return solve(system.A, system.b, rtol=1e-13).x


@pytest.mark.parametrize("grid", CASES.values(), ids=CASES)
def test_refined_guess_solves_the_system(grid: Grid) -> None:
    system = system_on(grid)
    x = exact(system)
    guess = x + 0.01 * rng.normal(size=x.shape)
    refined = refine_guess(system.A, system.b, guess, rtol=1e-9)
    r = (system.b.ravel() - system.A @ refined.solution.x.ravel())
    assert refined.solution.residual == pytest.approx(np.linalg.norm(r) / np.linalg.norm(system.b), rel=1e-3)
    assert refined.solution.residual <= 1e-9
    assert refined.from_zero.residual <= 1e-9
    np.testing.assert_allclose(refined.solution.x, refined.from_zero.x, atol=1e-6 * np.abs(x).max())
    active = np.ones(x.size, bool) if system.A.active is None else system.A.active.ravel()
    error = np.where(active, (guess - x).ravel(), 0.0)
    assert refined.energy_error == pytest.approx(energy_norm(system.A, error), rel=1e-5)
    assert refined.energy_norm == pytest.approx(energy_norm(system.A, x.ravel()), rel=1e-5)


@pytest.mark.parametrize("grid", CASES.values(), ids=CASES)
@pytest.mark.parametrize("rough", [0.0, 1.0])
def test_estimate_is_close_to_the_energy_error(grid: Grid, rough: float) -> None:
    system = system_on(grid)
    x = exact(system)
    guess = 0.9 * x + rough * 0.05 * rng.normal(size=x.shape)
    refined = refine_guess(system.A, system.b, guess)
    assert 0.8 < refined.energy_error_estimate / refined.energy_error < 1.2


@pytest.mark.parametrize("factor", [-3.0, 1e-6, 1.0, 1e6])
def test_multiples_of_the_solution_need_no_iteration(factor: float) -> None:
    system = system_on(CASES["mixed"])
    refined = refine_guess(system.A, system.b, factor * exact(system))
    assert refined.solution.iterations == 0
    assert refined.multiple * factor == pytest.approx(1.0)
    assert refined.residual_guess == pytest.approx(abs(factor - 1), rel=1e-6, abs=1e-10)
    assert refined.from_zero.iterations > 3


def test_a_guess_of_zeros_is_the_zero_guess() -> None:
    system = system_on(CASES["dirichlet"])
    refined = refine_guess(system.A, system.b, np.zeros((12, 14)))
    assert refined.multiple == 0.0
    assert refined.residual_guess == 1.0
    assert refined.solution.iterations == refined.from_zero.iterations
    np.testing.assert_array_equal(refined.solution.x, refined.from_zero.x)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_no_multiple_is_closer(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    root = random.normal(size=(n, n))
    A = root @ root.T + np.eye(n)
    x, u = random.normal(size=(2, n))
    s = energy_multiple(A, A @ x, u)
    best = energy_norm(A, s * u - x)
    assert best <= energy_norm(A, x) * (1 + 1e-12)
    for other in (s * 1.01, s * 0.99, s + 1e-2):
        assert best <= energy_norm(A, other * u - x) * (1 + 1e-12)
    assert abs(u @ (A @ x - A @ (s * u))) <= 1e-9 * np.linalg.norm(u) * np.linalg.norm(A @ x)


def test_a_guess_that_is_not_finite_is_refused() -> None:
    system = system_on(CASES["dirichlet"])
    with pytest.raises(InputError, match="not finite"):
        refine_guess(system.A, system.b, np.full((12, 14), np.nan))
