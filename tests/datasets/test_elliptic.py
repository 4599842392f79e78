"""Generators of steady problems: Poisson's and Helmholtz' equation against exact solutions."""

from itertools import product

import numpy as np
import pytest
from scipy.linalg import eigvalsh
from scipy.sparse.linalg import spsolve

from sciml._errors import InputError
from sciml.datasets.generate.darcy import Darcy
from sciml.datasets.generate.helmholtz import Helmholtz, helmholtz_matrices, helmholtz_source, random_exponent
from sciml.datasets.generate.poisson import Poisson, unit_field
from sciml.datasets.generate.recipe import rng_of
from sciml.datasets.systems import poisson_system, rim_of
from sciml.mesh import Grid
from sciml.solvers import Multigrid, solve

EQUATION = {"kind": "poisson", "coefficient": "coefficient", "source": "source", "boundary": "boundary"}


def solved(shape: tuple[int, ...], **inputs: np.ndarray) -> np.ndarray:
    """Solution of -div(coefficient grad u) = source; what is not given is 1, on the boundary 0."""
    defaults = {"coefficient": np.ones(shape), "source": np.ones(shape), "boundary": np.zeros(shape)}
    system = poisson_system(Grid(shape), EQUATION, defaults | inputs)
    return np.asarray(solve(system.A, system.b, Multigrid(), rtol=1e-13).x)


def test_torsion_of_a_square() -> None:
    """-Laplace u = 1: the largest value is 0.0736713533, met to second order."""
    errors = [0.0736713533 - solved((n, n)).max() for n in (15, 45)]
    assert np.log(errors[0] / errors[1]) / np.log(3) == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize("n", [2, 7, 32])
def test_layers_between_two_values_are_exact(n: int) -> None:
    """Without a source the flux q through all layers is one: u rises by q h / (2 k) from face to centre."""
    k = np.exp(rng_of(0, n).standard_normal(n) * 2)
    rim = np.zeros(n)
    rim[0], rim[-1] = 3.0, -1.0
    resistance = np.cumsum(1 / k) / n
    exact = 3.0 - 4.0 / resistance[-1] * (resistance - 1 / (2 * n * k))
    np.testing.assert_allclose(solved((n,), coefficient=k, source=np.zeros(n), boundary=rim), exact, atol=1e-12)


def test_second_order_on_a_manufactured_solution() -> None:
    errors = []
    for n in (16, 32, 64):
        x, y = (grid_axis := (np.arange(n) + 0.5) / n)[:, None], grid_axis
        k, u = np.exp(x - y), np.sin(np.pi * x) * np.sin(2 * np.pi * y)
        ux = np.pi * np.cos(np.pi * x) * np.sin(2 * np.pi * y)
        uy = 2 * np.pi * np.sin(np.pi * x) * np.cos(2 * np.pi * y)
        f = k * (5 * np.pi**2 * u - ux + uy)
        errors.append(np.abs(solved((n, n), coefficient=k, source=f) - u).max())
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("variant", ["smooth", "rough", "multiscale"])
def test_energy_of_darcy_flow(variant: str) -> None:
    """sum over faces of c (difference)^2 = sum of f u, c the harmonic mean, twice k on the boundary."""
    sample = Darcy(variant).sample(24, rng_of(0, 1))  # type: ignore[arg-type]
    a, u = sample.inputs["coefficient"], sample.outputs["solution"]
    energy = 0.0
    for axis in (0, 1):
        k, v = np.moveaxis(a, axis, 0), np.moveaxis(u, axis, 0)
        c = 2 * k[1:] * k[:-1] / (k[1:] + k[:-1])
        energy += np.sum(c * np.diff(v, axis=0) ** 2) + 2 * np.sum(k[0] * v[0] ** 2) + 2 * np.sum(k[-1] * v[-1] ** 2)
    assert energy * 24**2 == pytest.approx(u.sum(), rel=1e-10)


@pytest.mark.parametrize(("ndim", "coefficient", "boundary", "obstacles"), [
    (1, "lognormal", "random", 0), (2, "inclusions", "zero", 5), (2, "constant", "random", 3),
    (3, "lognormal", "zero", 2),
])
def test_poisson_samples(ndim: int, coefficient: str, boundary: str, obstacles: int) -> None:
    """Solved to the tolerance, positive under a source of one, the same draws beside other random data."""
    recipe = Poisson(ndim, "random", coefficient, boundary, obstacles)  # type: ignore[arg-type]
    sample = recipe.sample(12, rng_of(0, 3))
    assert sample.residual < 1e-10
    assert set(sample.inputs) == {
        value for name, value in recipe.equation().items() if name in ("coefficient", "source", "boundary", "mask")
    } - {1.0}
    np.testing.assert_array_equal(sample.inputs["source"], Poisson(ndim).sample(12, rng_of(0, 3)).inputs["source"])
    if obstacles:
        positive = Poisson(ndim, "one", coefficient, "zero", obstacles).sample(12, rng_of(0, 3))  # type: ignore[arg-type]
        mask, u = positive.inputs["mask"], positive.outputs["solution"]
        assert u.min() == 0 < u.max()  # 0 in obstacles, and in cells that they enclose
        np.testing.assert_array_equal(u[mask == 0], 0)
        assert np.mean(u[mask == 1] == 0) < 0.05


def test_boundary_values_bound_the_solution_without_a_source() -> None:
    rim = rim_of(rng_of(0, 0).standard_normal((9, 8)))
    u = solved((9, 8), source=np.zeros((9, 8)), boundary=rim)
    assert rim.min() < u.min() < u.max() < rim.max()


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_fields_of_poisson_have_deviation_one(ndim: int) -> None:
    squares = [np.square(unit_field((16,) * ndim, 5.0, rng_of(2, index))).mean() for index in range(600)]
    assert np.sqrt(np.mean(squares)) == pytest.approx(1, abs=0.06)


def series(n: int, k: float) -> np.ndarray:
    """Solution for constant k = frequency / c: sum over m of q_m cos(m pi x) cosh(r y) / (r sinh r).

    r^2 = (m pi)^2 - k^2; q_m are the cosine coefficients of the source, 1 on |x - 0.5| <= 0.15.
    """
    x = np.arange(n + 1) / n
    u = np.zeros((n + 1, n + 1))
    for m in range(400):
        q = 0.3 if m == 0 else 2 * (np.sin(0.65 * m * np.pi) - np.sin(0.35 * m * np.pi)) / (m * np.pi)
        r = np.emath.sqrt((m * np.pi) ** 2 - k**2)
        # cosh(r y) / sinh(r) by decaying exponentials
        profile = (np.exp(r * (x - 1)) + np.exp(-r * (x + 1))) / (r * (1 - np.exp(-2 * r)))
        u += q * np.outer(np.cos(m * np.pi * x), profile.real)
    return u


def test_helmholtz_with_constant_speed_against_the_cosine_series() -> None:
    c, frequency, errors = 20.0, 110.0, []
    for n in (40, 80):
        K, M = helmholtz_matrices(np.full((n + 1, n + 1), c))
        u = spsolve(K - frequency**2 * M, helmholtz_source(n)).reshape(n + 1, n + 1)
        exact = series(n, frequency / c)
        errors.append(np.linalg.norm(u - exact) / np.linalg.norm(exact))
    assert errors[1] < 0.01
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)


def test_helmholtz_speeds_near_a_resonance_are_drawn_anew() -> None:
    """The gap by inverse iteration is that of the dense eigenvalue problem."""
    frequency, least, kept = 203.0, 2e-3, []
    for index in range(24):
        free, picky = (Helmholtz(frequency, gap).sample(12, rng_of(1, index)) for gap in (0.0, least))
        K, M = (matrix.toarray() for matrix in helmholtz_matrices(free.inputs["speed"]))
        gap = np.abs(eigvalsh(K - frequency**2 * M, frequency**2 * M)).min()
        same = np.array_equal(free.inputs["speed"], picky.inputs["speed"])
        assert same == (gap >= least)
        kept.append(same)
    assert 0 < sum(kept) < len(kept)
    with pytest.raises(InputError, match="100 media in a row"):
        Helmholtz(frequency, 9e-3).sample(12, rng_of(0, 0))


def test_helmholtz_sample() -> None:
    sample = Helmholtz().sample(60, rng_of(0, 0))
    c, u = sample.inputs["speed"], sample.outputs["solution"]
    assert c.shape == u.shape == (61, 61)
    assert np.abs(c - 20).max() < 0.5
    assert sample.residual < 1e-12
    squares = [np.square(random_exponent(40, rng_of(0, index))).mean() for index in range(400)]
    assert np.sqrt(np.mean(squares)) == pytest.approx(0.0974, rel=0.03)
    fine = random_exponent(40, rng_of(0, 5))
    np.testing.assert_allclose(random_exponent(20, rng_of(0, 5)), fine[::2, ::2], atol=1e-14)


def test_mass_of_elements_is_exact_for_constant_speed() -> None:
    """M is the tensor product of the mass matrices of linear elements, h / 6 (1, 4, 1)."""
    n = 5
    line = (np.diag([2.0, *[4.0] * (n - 1), 2.0]) + np.eye(n + 1, k=1) + np.eye(n + 1, k=-1)) / (6 * n)
    stiff = (np.diag([1.0, *[2.0] * (n - 1), 1.0]) - np.eye(n + 1, k=1) - np.eye(n + 1, k=-1)) * n
    K, M = (matrix.toarray() for matrix in helmholtz_matrices(np.full((n + 1, n + 1), 0.5)))
    np.testing.assert_allclose(M, 4 * np.kron(line, line), atol=1e-15)
    np.testing.assert_allclose(K, np.kron(stiff, line) + np.kron(line, stiff), atol=1e-14)


@pytest.mark.parametrize(("recipe", "wrong", "said"), [
    (Poisson, {"ndim": 4}, "1, 2 or 3"), (Poisson, {"source": "two"}, "random or one"),
    (Poisson, {"source": "one"}, "nothing of this poisson is random"), (Poisson, {"contrast": 0.0}, "contrast is 0.0"),
    (Poisson, {"obstacles": -1}, "obstacles is -1"), (Helmholtz, {"frequency": 0.0}, "> 0"),
    (Helmholtz, {"least_gap": 1.0}, "least_gap is 1.0"),
])
def test_parameters_out_of_range(recipe: type, wrong: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        recipe(**wrong)


def test_waves_that_the_grid_does_not_resolve_are_refused() -> None:
    with pytest.raises(InputError, match=r"at least 51, or --set frequency=637 or less"):
        Helmholtz().sample(32, rng_of(0, 0))


def test_missing_inputs_are_named() -> None:
    for equation, name in product([{"kind": "poisson", "source": "f"}], ["f"]):
        with pytest.raises(InputError, match=f"input '{name}'"):
            poisson_system(Grid((3,)), equation, {})
    with pytest.raises(InputError, match="kind 'burgers'"):
        poisson_system(Grid((3,)), {"kind": "burgers"}, {})
