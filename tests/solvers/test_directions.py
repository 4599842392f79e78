"""The iteration of the deep conjugate direction method against what it must equal, and functions that mean ill."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.datasets.fields import obstacles
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.solvers import CG, PCG, Direct, Directions, Multigrid, Status, solve

NEUMANN = Boundary("neumann")


def system(*shape: int, boundary: Boundary | None = None, seed: int = 0) -> tuple[Any, np.ndarray]:
    """A box with obstacles and noise of mean 0 on what floats."""
    grid = Grid(shape, boundary=boundary or Boundary(), mask=obstacles(shape, 4, seed))
    A = poisson(grid, source=0.0).A
    b = np.random.default_rng(seed).standard_normal(shape) * A.active
    return A, b if A.nullspace is None else A.nullspace.project(b)


def history(A: Any, b: np.ndarray, solver: Any, iterations: int) -> np.ndarray:
    """Relative residuals; the last one is left out, since it is recomputed."""
    return np.array(solve(A, b, solver, rtol=1e-30, maxiter=iterations + 1).history[:-1])


@pytest.mark.parametrize("boundary", [Boundary(), NEUMANN])
@pytest.mark.parametrize("directions", [1, 2, 4])
def test_the_residual_as_direction_is_conjugate_gradients(boundary: Boundary, directions: int) -> None:
    A, b = system(16, 16, 16, boundary=boundary)
    np.testing.assert_allclose(
        history(A, b, Directions(None, directions), 30), history(A, b, CG(), 30), rtol=1e-10, atol=0
    )


def test_without_kept_directions_it_is_steepest_descent() -> None:
    A, b = system(12, 11)
    r, expected = b.ravel().copy(), [1.0]
    for _ in range(30):
        r = r - A.matvec(r) * (r @ r) / (r @ A.matvec(r))
        expected.append(np.linalg.norm(r) / np.linalg.norm(b))
    np.testing.assert_allclose(history(A, b, Directions(None, 0), 30), expected, rtol=1e-11)


@pytest.mark.parametrize("directions", [0, 1, 2])
def test_the_inverse_as_direction_needs_one_step(directions: int) -> None:
    A, b = system(9, 8, 7)
    solver = Direct()
    state = solver.setup(A)
    found = solve(A, b, Directions(lambda r, z: np.copyto(z, solver.solve(state, r).x), directions), rtol=1e-12)
    assert found.converged
    assert found.iterations == 1
    assert found.residual < 1e-12


@pytest.mark.parametrize("preconditioner", ["mic0", "jacobi"])
def test_a_symmetric_linear_function_is_pcg(preconditioner: str) -> None:
    A, b = system(14, 13, 12)
    found = history(A, b, Directions(preconditioner, 1), 10)
    np.testing.assert_allclose(found, history(A, b, PCG(preconditioner), 10), rtol=1e-8, atol=0)
    few, none = (solve(A, b, Directions(preconditioner, k, patience=1000)).iterations for k in (2, 0))
    assert few < none


@pytest.mark.parametrize("model", ["mic0", lambda r, z: np.copyto(z, r * (1 + np.abs(r)))])
def test_scaling_the_right_hand_side_scales_the_answer(model: Any) -> None:
    """The function sees residuals of norm 1, so not even one that is not homogeneous notices."""
    A, b = system(10, 9, boundary=NEUMANN)
    one = solve(A, b, Directions(model))
    assert one.converged
    for scale in (1e-12, 1e-3, 1e12):
        other = solve(A, scale * b, Directions(model))
        assert other.iterations == one.iterations
        np.testing.assert_allclose(other.x, scale * one.x, atol=1e-6 * scale * np.abs(one.x).max())
    np.testing.assert_array_equal(solve(A, 2.0**40 * b, Directions(model)).x, 2.0**40 * one.x)


def test_multigrid_as_direction() -> None:
    A, b = system(24, 20, 16)
    assert solve(A, b, Directions(Multigrid())).iterations <= solve(A, b, Multigrid()).iterations + 3


def ill(kind: str) -> Any:
    """Functions that give no direction of descent, at least not always."""
    rng = np.random.default_rng(0)

    def function(r: np.ndarray, z: np.ndarray) -> None:
        z[:] = {"zero": 0.0, "nan": np.nan, "inf": np.inf, "huge": 1e200 * rng.standard_normal(r.size)}.get(kind, 0.0)
        if kind == "orthogonal":
            z[:] = rng.standard_normal(r.size)
            z -= r * (r @ z) / (r @ r)
            z -= r * (r @ z) / (r @ r)
        if kind == "random":
            z[:] = rng.standard_normal(r.size)
        if kind == "half of the time":
            z[:] = r if rng.random() < 0.5 else np.nan

    return function


@pytest.mark.parametrize("kind", ["zero", "nan", "inf", "huge", "orthogonal", "half of the time"])
def test_where_the_function_fails_the_residual_takes_its_place(kind: str) -> None:
    A, b = system(12, 12)
    found = solve(A, b, Directions(ill(kind)), rtol=1e-9)
    assert found.converged
    assert found.details["replaced"] > 0
    assert found.residual == pytest.approx(np.linalg.norm(b - A.apply(found.x)) / np.linalg.norm(b), rel=1e-6)
    if kind in ("zero", "nan"):
        assert found.details["replaced"] == found.iterations == solve(A, b, CG(), rtol=1e-9).iterations


def test_the_energy_of_the_error_falls_in_every_step() -> None:
    A, b = system(10, 10)
    exact = solve(A, b, Direct(), rtol=1e-13).x
    x, energies = np.zeros_like(b), []
    for _ in range(40):
        x = solve(A, b, Directions(ill("random"), 2), x0=x, maxiter=1, rtol=1e-12).x
        energies.append(float(np.sum((x - exact) * A.apply(x - exact))))
    assert (np.diff(energies) <= 0).all()


def test_an_indefinite_operator_is_a_breakdown_and_chance_stagnates() -> None:
    found = solve(np.diag([1.0, -1.0]), np.ones(2), Directions(None))
    assert found.status is Status.BREAKDOWN
    assert np.isfinite(found.x).all()
    A, b = system(12, 12)
    found = solve(A, b, Directions(ill("random"), 0, patience=2))
    assert found.status is Status.STAGNATED
    assert len(found.history) == found.iterations + 1


@given(st.integers(0, 10**6), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_any_linear_function_ends_with_an_honest_answer(seed: int, directions: int) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 7, size=rng.integers(1, 4)).tolist())
    mask = rng.random(shape) < 0.7
    mask.flat[0] = True
    A = poisson(Grid(shape, mask=mask, boundary={"x-": NEUMANN}), source=0.0).A
    b = A.apply(rng.standard_normal(shape))
    B = rng.standard_normal((b.size, b.size)) + 5 * np.eye(b.size)
    found = solve(A, b, Directions(B, directions), rtol=1e-8, maxiter=500)
    assert np.isfinite(found.x).all()
    assert not found.x[~mask].any()
    residual = np.linalg.norm(b - A.apply(found.x))
    assert found.residual == pytest.approx(residual / max(np.linalg.norm(b), 1e-300), rel=1e-6, abs=1e-13)
    assert found.converged == (found.residual <= 1e-8)


@pytest.mark.parametrize(("options", "text"), [
    ({"directions": -1}, "directions is -1"), ({"directions": 1.5}, "whole number"), ({"patience": 0}, "patience is 0"),
])
def test_options_out_of_range(options: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        Directions(None, **options)


def test_a_matrix_that_is_not_symmetric_is_refused() -> None:
    with pytest.raises(InputError, match="symmetric"):
        solve(np.array([[2.0, 1.0], [0.0, 1.0]]), np.ones(2), Directions(None))
