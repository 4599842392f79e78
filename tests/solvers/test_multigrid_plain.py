"""Smoothing in natural order, and the hierarchy on it: polynomials, symmetry, odd periodic boxes."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels import threads
from sciml.kernels._inputs import constant_stencil, variable_stencil
from sciml.kernels._stencil import ConstantStencil, Stencil
from sciml.kernels.stencil_apply.numpy import diagonal
from sciml.kernels.stencil_chebyshev import chebyshev_omegas, stencil_chebyshev
from sciml.kernels.stencil_jacobi import jacobi_omega, stencil_jacobi
from sciml.kernels.stencil_jacobi.numpy import stencil_jacobi as reference
from sciml.mesh import Boundary, Grid
from sciml.pde import LinearSystem, poisson
from sciml.solvers import FFT, Direct, Multigrid, Solution, solve
from sciml.solvers.multigrid.bottom import dense_matrix
from sciml.solvers.multigrid.plain import PlainHierarchy

P, N = Boundary("periodic"), Boundary("neumann")
RNG = np.random.default_rng(11)
Vector = NDArray[np.float64]


def error_polynomial(omegas: tuple[float, ...], lam: Vector) -> Vector:
    p = np.ones_like(lam)
    for omega in omegas:
        p = p * (1 - omega * lam)
    return p


def fourth_kind(degree: int, lam: Vector) -> Vector:
    """W(cos t) = sin((K + 1/2) t) / sin(t / 2), scaled to 1 at lam = 0, with cos t = 1 - lam."""
    t = np.arccos(1 - lam)
    return np.asarray(np.sin((degree + 0.5) * t) / np.sin(t / 2) / (2 * degree + 1))


def bound(p: Vector, lam: Vector) -> Vector:
    """What the bound of a V-cycle takes the largest value of (eigenvalues over [0, 1])."""
    return np.asarray(lam * p**2 / (1 - p**2))


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
@pytest.mark.parametrize("optimised", [False, True])
def test_a_step_is_its_polynomial_of_the_matrix(degree: int, optimised: bool) -> None:
    stencil = variable_stencil((3, 2, 5), (True, False, True), RNG, np.float64, holes=0.0)
    A, d = dense_matrix(stencil), stencil.d.ravel()
    values, vectors = np.linalg.eigh(A / np.sqrt(np.outer(d, d)))
    assert values.max() <= 2.0
    p = vectors * error_polynomial(chebyshev_omegas(degree, 2.0, optimised), values) @ vectors.T
    exact, x = RNG.standard_normal((2, *stencil.d.shape))
    f = (A @ exact.ravel()).reshape(x.shape)
    error = p @ (np.sqrt(d) * (x - exact).ravel()) / np.sqrt(d)
    stencil_chebyshev(stencil, x, f, np.empty_like(x), degree=degree, optimised=optimised)
    np.testing.assert_allclose((x - exact).ravel(), error, atol=1e-13)


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_equal_weights_give_chebyshev_polynomials_of_the_fourth_kind(degree: int) -> None:
    lam = np.linspace(0.01, 2.0, 50)
    p = error_polynomial(chebyshev_omegas(degree, 2.0, optimised=False), lam)
    np.testing.assert_allclose(p, fourth_kind(degree, lam), atol=1e-13)


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_optimised_weights_level_the_bound_of_a_cycle(degree: int) -> None:
    # With equal weights the bound is largest for smooth errors, 3 / (4 K (K + 1)); the optimum is
    # smaller and the same at the smooth end, at every maximum between and at the rough end.
    lam = np.linspace(1e-7, 1.0, 200_001)
    equal, best = (bound(error_polynomial(chebyshev_omegas(degree, 1.0, o), lam), lam) for o in (False, True))
    assert equal.max() == pytest.approx(3 / (4 * degree * (degree + 1)), rel=1e-5)
    inside = best[1:-1][(best[1:-1] > best[:-2]) & (best[1:-1] > best[2:])]
    peaks = [best[0], *inside, best[-1]]
    assert len(peaks) == degree + 1
    np.testing.assert_allclose(peaks, best.max(), rtol=1e-5)
    assert best.max() < 0.9 * equal.max()


@pytest.mark.parametrize(("shape", "factor"), [((1, 1, 16), 1 / 3), ((16, 1, 16), 3 / 5), ((8, 8, 8), 5 / 7)])
def test_jacobi_damps_rough_waves_by_the_published_factor(shape: tuple[int, int, int], factor: float) -> None:
    axes = [n > 1 for n in shape]
    c = np.array(axes, dtype=float)
    stencil = ConstantStencil(c, c, *(np.full(n, 2.0 * a) for n, a in zip(shape, axes, strict=True)))
    grids = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    worst = 0.0
    for m in np.ndindex(*(n // 2 + 1 for n in shape)):
        if any(4 * k >= n for k, n in zip(m, shape, strict=True) if n > 1):
            x = np.cos(sum(2 * np.pi * k * g / n for k, g, n in zip(m, grids, shape, strict=True)))
            before = np.linalg.norm(x)
            stencil_jacobi(stencil, x, np.zeros(shape), np.empty(shape))
            worst = max(worst, float(np.linalg.norm(x) / before))
    assert worst == pytest.approx(factor, rel=1e-12)
    assert jacobi_omega(shape) == pytest.approx((1 + factor) / 2)


@pytest.mark.parametrize("build", [constant_stencil, variable_stencil])
@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("zero", [False, True])
def test_sweeps_do_not_depend_on_threads(build: Any, periodic: bool, zero: bool) -> None:
    shape = (43, 31, 45)
    stencil = build(shape, (periodic, True, False), RNG, np.float64)
    x, f = (np.where(diagonal(stencil) > 0, RNG.standard_normal(shape), 0.0) for _ in range(2))
    omegas = chebyshev_omegas(4)
    results = []
    for count in (1, 2, 3):
        start = np.full(shape, np.nan) if zero else x.copy()
        with threads(count):
            results.append(stencil_jacobi(stencil, start, f, np.full(shape, np.nan), omegas=omegas, zero=zero))
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])
    expected = reference(stencil, np.zeros(shape) if zero else x, f, omegas)
    np.testing.assert_allclose(results[0], expected, atol=1e-12)


def small_stencils() -> list[Stencil]:
    return [
        constant_stencil((7, 1, 9), (True, True, False), RNG, np.float64),
        constant_stencil((5, 3, 7), (True, True, True), RNG, np.float64),
        variable_stencil((7, 5, 5), (True, False, True), RNG, np.float64),
        variable_stencil((9, 1, 11), (True, True, True), RNG, np.float64, holes=0.3),
        variable_stencil((25, 1, 23), (True, False, True), RNG, np.float64),
    ]


@pytest.mark.parametrize("smoother", ["chebyshev", "jacobi"])
@pytest.mark.parametrize("stencil", small_stencils(), ids=lambda s: str(diagonal(s).shape))
def test_a_cycle_is_symmetric_positive_definite(stencil: Stencil, smoother: Any) -> None:
    shape = diagonal(stencil).shape
    active = np.flatnonzero(diagonal(stencil) > 0)
    hierarchy = PlainHierarchy(stencil, smoother)
    M = np.empty((len(active), len(active)))
    for column, cell in enumerate(active):
        r, z = np.zeros(shape), np.full(shape, np.nan)
        r.flat[cell] = 1.0
        hierarchy.apply(r, z)
        M[:, column] = z.ravel()[active]
        assert np.count_nonzero(z) == np.count_nonzero(M[:, column])
    A = dense_matrix(stencil)[np.ix_(active, active)]
    np.testing.assert_allclose(M, M.T, atol=1e-12 * np.abs(M).max())
    values, vectors = np.linalg.eigh(A)
    range_of_A = vectors[:, values > 1e-10 * values.max()]
    assert np.linalg.eigvalsh(range_of_A.T @ M @ range_of_A).min() > 0
    half = range_of_A * np.sqrt(values[values > 1e-10 * values.max()])
    spectrum = np.linalg.eigvalsh(half.T @ M @ half)  # of M A
    assert spectrum.max() / spectrum.min() < 8


@cache
def coefficient(kind: str, shape: tuple[int, ...]) -> Any:
    rng = np.random.default_rng(3)
    if kind == "jumps":  # of 1e4 between blocks that the coarsening does not know
        blocks = np.where(rng.random([-(-n // 5) for n in shape]) < 0.5, 1.0, 1e4)
        for axis, n in enumerate(shape):
            blocks = np.repeat(blocks, 5, axis).take(np.arange(n), axis)
        return blocks
    return np.exp(rng.standard_normal(shape))


def box(shape: tuple[int, ...], periodic: str, kind: str = "constant", **sides: Boundary) -> LinearSystem:
    rng = np.random.default_rng(7)
    mask = rng.random(shape) < 0.75 if kind == "mask" else None
    boundary: dict[str, Boundary] = {axis: P for axis in periodic} | sides
    k = 1.0 if kind in ("constant", "mask") else coefficient(kind, shape)
    return poisson(Grid(shape, boundary=boundary, mask=mask), k, rng.standard_normal(shape), project=True)


def run(system: LinearSystem, rtol: float = 1e-8, **options: Any) -> Solution:
    return solve(system.A, system.b, Multigrid(**options), rtol=rtol)


ODD = [
    ((65,), "x"), ((65, 65), "x"), ((65, 65), "y"), ((65, 65), "xy"), ((65, 64), "xy"),
    ((33, 33, 33), "x"), ((33, 33, 33), "yz"), ((33, 33, 33), "xyz"), ((33, 20, 27), "xz"),
]


@pytest.mark.parametrize(("shape", "periodic"), ODD, ids=str)
def test_odd_periodic_boxes_agree_with_transforms(shape: tuple[int, ...], periodic: str) -> None:
    system = box(shape, periodic)
    assert run(system).iterations <= 10
    found, expected = run(system, rtol=1e-12), solve(system.A, system.b, FFT())
    assert found.converged
    np.testing.assert_allclose(found.x, expected.x, rtol=0, atol=1e-9 * np.abs(expected.x).max())


@pytest.mark.parametrize("kind", ["jumps", "lognormal", "mask"])
@pytest.mark.parametrize(("shape", "periodic"), [((65, 65), "xy"), ((33, 33, 33), "xz")], ids=str)
def test_odd_periodic_boxes_with_varying_coefficients(shape: tuple[int, ...], periodic: str, kind: str) -> None:
    solution = run(box(shape, periodic, kind))
    assert solution.converged
    assert solution.iterations <= 15
    assert solution.details["hierarchy"][0]["smoother"] == "chebyshev 4"


@pytest.mark.parametrize("kind", ["lognormal", "mask"])
def test_mixed_sides_agree_with_a_factorisation(kind: str) -> None:
    sides = {"y-": N, "y+": Boundary("robin", transfer=2.0)}
    system = box((33, 31), "x", kind, **sides)
    found, expected = run(system, rtol=1e-12), solve(system.A, system.b, Direct())
    assert found.converged
    np.testing.assert_allclose(found.x, expected.x, rtol=0, atol=1e-9 * np.abs(expected.x).max())


@pytest.mark.parametrize("smoother", ["chebyshev", "jacobi"])
@pytest.mark.parametrize("cycle", ["V", "W"])
def test_smoothers_may_be_chosen_where_two_colours_fit(smoother: str, cycle: str) -> None:
    system = box((40, 36), "x")
    chosen, standard = run(system, rtol=1e-11, smoother=smoother, cycle=cycle), run(system, rtol=1e-11)
    assert chosen.converged
    assert chosen.details["hierarchy"][0]["smoother"] == f"{smoother} 4"
    assert chosen.iterations <= 13
    np.testing.assert_allclose(chosen.x, standard.x, rtol=0, atol=1e-9 * np.abs(standard.x).max())


def test_many_right_hand_sides() -> None:
    system = box((33, 31), "x")
    b = np.random.default_rng(1).standard_normal((3, 33, 31))
    together = solve(system.A, b, Multigrid(), rtol=1e-11)
    assert together.converged
    for row, x in zip(b, together.x, strict=True):
        expected = solve(system.A, row, FFT()).x
        np.testing.assert_allclose(x, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def test_two_colours_on_an_odd_ring_are_refused() -> None:
    with pytest.raises(InputError, match="an even number of unknowns along periodic axes, the box is 65 x 64; use"):
        Multigrid(smoother="sor").setup(box((65, 64), "xy").A)
    Multigrid(smoother="sor").setup(box((65, 64), "y").A)


def test_coarse_boxes_need_two_colours() -> None:
    with pytest.raises(InputError, match="smoother 'jacobi' works with coarse levels of clusters"):
        Multigrid(smoother="jacobi", coarse="boxes").setup(box((8, 8), "").A)
