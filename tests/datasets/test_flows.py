"""Time-dependent generators: vorticity on the torus, Burgers' equation."""

from itertools import pairwise

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.datasets.generate.burgers import Burgers, evolve, initial_values
from sciml.datasets.generate.navier_stokes import NavierStokes, initial_vorticity, repeat, stepper
from sciml.datasets.generate.recipe import rng_of
from sciml.datasets.generate.torus import Torus


@pytest.mark.parametrize("scheme", ["rk4", "fno"])
@pytest.mark.parametrize("mode", [(1, 0), (2, 3)])
def test_a_single_mode_decays_exactly(scheme: str, mode: tuple[int, int]) -> None:
    """It carries nothing: w(t) = exp(-nu 4 pi^2 |k|^2 t) w(0), and Crank-Nicolson's factor for the published scheme."""
    torus, viscosity, step, steps = Torus(16), 0.01, 0.02, 25
    x, y = torus.coordinates
    w = np.cos(2 * np.pi * (mode[0] * x + mode[1] * y)) * np.ones((16, 16))
    advance = stepper(torus, scheme, viscosity, 0 * torus.spectrum(w), step)  # type: ignore[arg-type]
    rate = viscosity * 4 * np.pi**2 * (mode[0] ** 2 + mode[1] ** 2)
    factor = np.exp(-rate * step) if scheme == "rk4" else (1 - rate * step / 2) / (1 + rate * step / 2)
    found = torus.values(repeat(advance, torus.spectrum(w), steps))
    np.testing.assert_allclose(found, factor**steps * w, atol=1e-13)


@pytest.mark.parametrize(("scheme", "order"), [("rk4", 4), ("fno", 1)])
def test_enstrophy_is_conserved_without_viscosity_to_the_order_of_the_steps(scheme: str, order: int) -> None:
    torus = Torus(24)
    w = torus.spectrum(initial_vorticity(torus, rng_of(0, 0)) * 5) * torus.resolved
    drifts = []
    for steps in (16, 32):
        advance = stepper(torus, scheme, 0.0, 0 * w, 1.0 / steps)  # type: ignore[arg-type]
        end = torus.values(repeat(advance, w, steps))
        drifts.append(abs(np.mean(end**2) / np.mean(torus.values(w) ** 2) - 1))
    assert drifts[1] > 0
    assert np.log2(drifts[0] / drifts[1]) > order - 0.2


def test_fourth_order_of_the_default_scheme() -> None:
    torus = Torus(16)
    x, y = torus.coordinates
    force = torus.spectrum(np.sin(2 * np.pi * (x + 2 * y)))
    w = torus.spectrum(3 * initial_vorticity(torus, rng_of(0, 1))) * torus.resolved
    ends = [repeat(stepper(torus, "rk4", 1e-3, force, 2.0 / steps), w, steps) for steps in (20, 40, 80)]
    gaps = [np.linalg.norm(a - b) for a, b in pairwise(ends)]
    assert np.log2(gaps[0] / gaps[1]) == pytest.approx(4, abs=0.2)


def test_published_scheme_step_by_step() -> None:
    """Full complex transforms, written down once more from the published formulas."""
    n, viscosity, step = 16, 1e-3, 1e-4
    w = rng_of(0, 2).standard_normal((n, n))
    k = np.fft.fftfreq(n) * n
    kx, ky = np.meshgrid(k, k, indexing="ij")
    square = 4 * np.pi**2 * (kx**2 + ky**2)
    x = np.arange(n) / n
    f = 0.1 * (np.sin(2 * np.pi * (x[:, None] + x)) + np.cos(2 * np.pi * (x[:, None] + x)))
    kept = (np.abs(kx) <= 2 / 3 * n / 2) & (np.abs(ky) <= 2 / 3 * n / 2)
    psi_of = np.where(square > 0, 1 / np.where(square > 0, square, 1), 0)
    expected = np.fft.fft2(w)
    for _ in range(5):
        psi = expected * psi_of
        u, v = (np.fft.ifft2(2j * np.pi * ky * psi).real, -np.fft.ifft2(2j * np.pi * kx * psi).real)
        wx, wy = (np.fft.ifft2(2j * np.pi * k_ * expected).real for k_ in (kx, ky))
        product = np.fft.fft2(u * wx + v * wy) * kept
        decay = step * viscosity * square / 2
        expected = (-step * product + step * np.fft.fft2(f) + (1 - decay) * expected) / (1 + decay)
    torus = Torus(n)
    found = repeat(stepper(torus, "fno", viscosity, torus.spectrum(f), step), torus.spectrum(w), 5)
    np.testing.assert_allclose(torus.values(found), np.fft.ifft2(expected).real, atol=1e-12)


def test_standard_deviation_of_the_first_vorticity() -> None:
    torus = Torus(48)
    squares = [np.square(initial_vorticity(torus, rng_of(0, index))).mean() for index in range(1000)]
    assert np.sqrt(np.mean(squares)) == pytest.approx(0.1852, rel=0.02)


@pytest.mark.parametrize("n", [16, 17, 49])
def test_finer_grids_only_add_modes(n: int) -> None:
    few, many = (Torus(m).spectrum(initial_vorticity(Torus(m), rng_of(4, 0))) / m**2 for m in (n, 98))
    half = (n - 1) // 2
    np.testing.assert_allclose(few[: half + 1, : half + 1], many[: half + 1, : half + 1], atol=1e-15)
    one, other = (np.fft.rfft(initial_values(m, rng_of(4, 0))) / m for m in (n, 98))
    np.testing.assert_allclose(one[: n // 3], other[: n // 3], atol=1e-15)


def test_flow_keeps_its_mean_and_both_schemes_agree() -> None:
    """The published scheme is of first order: its error at step 1e-3 is what it says about itself."""
    one, other = (
        NavierStokes(start=0, history=1, frames=2, scheme=scheme, step=step).sample(32, rng_of(0, 0))  # type: ignore[arg-type]
        for scheme, step in (("rk4", 0.02), ("fno", 1e-3))
    )
    for sample in (one, other):
        assert np.abs(sample.outputs["solution"].mean(axis=(1, 2))).max() < 1e-15
    scale = np.linalg.norm(one.outputs["solution"])
    assert one.residual < 1e-7
    assert np.linalg.norm(one.outputs["solution"] - other.outputs["solution"]) / scale < 20 * other.residual < 0.01


def test_frames_follow_each_other() -> None:
    """Frames wanted after three given ones are those given when more are given."""
    few = NavierStokes(start=2, history=3, frames=2, refine=2).sample(8, rng_of(1, 1))
    many = NavierStokes(start=0, history=6, frames=1, refine=2).sample(8, rng_of(1, 1))
    np.testing.assert_array_equal(few.inputs["vorticity"], many.inputs["vorticity"][2:5])
    np.testing.assert_array_equal(few.outputs["solution"], [many.inputs["vorticity"][5], many.outputs["solution"][0]])


@pytest.mark.parametrize("viscosity", [0.1, 0.03])
@pytest.mark.parametrize("n", [96, 257])
def test_burgers_against_cole_and_hopf(viscosity: float, n: int) -> None:
    """u = -2 nu phi'/phi, where phi obeys the heat equation from exp(-(integral of u0) / (2 nu))."""
    u = initial_values(n, rng_of(0, 3))
    k, fine = np.arange(n // 2 + 1), 16 * n
    integral = np.where(k > 0, np.fft.rfft(u) / np.where(k > 0, 2j * np.pi * k, 1), 0)
    phi = np.fft.rfft(np.exp(-np.fft.irfft(16 * integral, fine) / (2 * viscosity)))
    frequencies = 2 * np.pi * np.arange(fine // 2 + 1)
    times = np.array([0.5, 1.0])
    for time, found in zip(times, evolve(u, viscosity, times, 500), strict=True):
        decayed = phi * np.exp(-viscosity * frequencies**2 * time)
        exact = -2 * viscosity * np.fft.irfft(1j * frequencies * decayed, fine) / np.fft.irfft(decayed, fine)
        np.testing.assert_allclose(found, exact[::16], atol=1e-8)


def test_burgers_sample_keeps_its_mean() -> None:
    one, several = (Burgers(frames=frames).sample(32, rng_of(0, 0)) for frames in (1, 4))
    assert several.outputs["solution"].shape == (4, 32)
    np.testing.assert_allclose(one.outputs["solution"], several.outputs["solution"][-1], atol=1e-9)
    assert one.residual < 1e-9
    assert abs(one.outputs["solution"].mean()) < 1e-12


@pytest.mark.parametrize(("recipe", "wrong", "said"), [
    (NavierStokes, {"scheme": "euler"}, "expected rk4 or fno"), (NavierStokes, {"frames": 0}, "frames is 0"),
    (NavierStokes, {"viscosity": -1.0}, ">= 0"), (NavierStokes, {"step": 0.0}, "> 0"),
    (Burgers, {"viscosity": 0.0}, "> 0"), (Burgers, {"refine": 0}, "refine is 0"),
])
def test_parameters_out_of_range(recipe: type, wrong: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        recipe(**wrong)


@pytest.mark.parametrize("recipe", [
    NavierStokes(step=1.0, interval=8.0, frames=9, viscosity=0.0), Burgers(step=1.0, viscosity=1e-6, time=40.0),
])
def test_steps_that_are_too_long_are_refused(recipe: NavierStokes | Burgers) -> None:
    with pytest.raises(InputError, match="use a smaller one"):
        recipe.sample(32, rng_of(0, 0))
