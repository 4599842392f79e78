"""Burgers' equation on the periodic unit interval: du/dt + d(u^2 / 2)/dx = viscosity d^2 u / dx^2."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.generate.integrating_factor import rk4_step
from sciml.datasets.generate.nested import nested_normals
from sciml.datasets.generate.recipe import Sample
from sciml.mesh import Boundary, Grid

__all__ = ["Burgers", "evolve"]

Array = NDArray[np.float64]
Spectrum = NDArray[np.complex128]


@dataclass(frozen=True)
class Burgers:
    """Parameters of the generator ``burgers``: from ``initial`` at time 0 to ``solution`` at later times.

    Parameters
    ----------
    viscosity : float
        0.1 is usual.
    time : float
        Of the last frame.
    frames : int
        Number of frames at equal intervals up to that time; 1: the last alone, without an axis of time.
    step : float
        Largest time step.
    refine : int
        Computed with r times as many nodes, every r-th value stored.

    Notes
    -----
    Initial values are Gaussian with mean 0 and covariance 625 (-d^2/dx^2 + 25)^(-2), in the modes below two
    thirds of the highest, whose products are exact. Integrating factors with Runge-Kutta steps of fourth order.
    The residual of a sample is the error estimated from steps twice as long.

    References
    ----------
    Z. Li et al., "Fourier Neural Operator for Parametric Partial Differential Equations", ICLR 2021.

    Examples
    --------
    >>> from sciml.datasets.generate.recipe import rng_of
    >>> sample = Burgers().sample(64, rng_of(0, 0))
    >>> sample.inputs["initial"].shape, sample.residual < 1e-8
    ((64,), True)
    """

    viscosity: float = 0.1
    time: float = 1.0
    frames: int = 1
    step: float = 1e-3
    refine: int = 4

    def __post_init__(self) -> None:
        for name in ("viscosity", "time", "step"):
            if not 0 < getattr(self, name) < np.inf:
                raise InputError(f"burgers {name} is {getattr(self, name)}; expected a number > 0")
        for name in ("frames", "refine"):
            if getattr(self, name) < 1:
                raise InputError(f"burgers {name} is {getattr(self, name)}; expected a whole number >= 1")

    def grid(self, resolution: int) -> Grid:
        """Nodes i / n of the unit interval, periodic."""
        return Grid((resolution,), location="node", boundary={"x": Boundary("periodic")})

    def equation(self) -> dict[str, Any]:
        """Burgers' equation, its viscosity and the names of the fields."""
        return {
            "kind": "burgers", "viscosity": self.viscosity, "time": self.time, "refine": self.refine,
            "initial": "initial", "solution": "solution",
        }

    def sample(self, resolution: int, rng: np.random.Generator) -> Sample:
        """Random initial values and what becomes of them."""
        if resolution * self.refine < 4:
            raise InputError(f"burgers resolution {resolution} resolves no wave; expected at least 4 nodes")
        u = initial_values(resolution * self.refine, rng)
        steps = 2 * ceil(self.time / self.frames / self.step / 2 * (1 - 1e-12))
        times: Array = self.time / self.frames * np.arange(1.0, self.frames + 1)
        frames, rough = (evolve(u, self.viscosity, times, count) for count in (steps, steps // 2))
        if not np.isfinite(rough).all():
            raise InputError(f"burgers step {self.step} lets u grow without bound at this viscosity; use a smaller one")
        residual = float(np.linalg.norm(frames - rough) / np.linalg.norm(frames) / 15)
        stored = frames[:, :: self.refine]
        return Sample({"initial": u[:: self.refine]}, {"solution": stored if self.frames > 1 else stored[0]}, residual)


def evolve(u: Array, viscosity: float, times: Array, steps: int) -> Array:
    """Solutions at equally spaced times, from `u` at time 0.

    Parameters
    ----------
    u : ndarray of float64, shape (n,)
        Without modes from n / 3 on.
    times : ndarray of float64, shape (frames,)
    steps : int
        Time steps from frame to frame.

    Returns
    -------
    ndarray of float64, shape (frames, n)

    Examples
    --------
    >>> evolve(np.full(6, 2.0), 0.1, np.array([1.0]), 4)
    array([[2., 2., 2., 2., 2., 2.]])
    """
    from scipy.fft import irfft, rfft

    n = len(u)
    k = np.arange(n // 2 + 1.0)
    slope = -1j * np.pi * k * (3 * k < n)  # of u^2, halved

    def carried(spectrum: Spectrum) -> Spectrum:
        return np.asarray(slope * rfft(irfft(spectrum, n) ** 2))

    advance = rk4_step(-viscosity * (2 * np.pi * k) ** 2, carried, float(times[0]) / steps)
    frames, spectrum = [], rfft(u)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in times:
            spectrum = _repeat(advance, spectrum, steps)
            frames.append(irfft(spectrum, n))
    return np.array(frames)


def initial_values(n: int, rng: np.random.Generator) -> Array:
    """Sum over 0 < k < n / 3 of 25 sqrt(2) (4 pi^2 k^2 + 25)^-1 (a cos 2 pi k x + b sin 2 pi k x), a and b normal."""
    from scipy.fft import irfft

    k = np.arange(n // 2 + 1)
    a, b = np.moveaxis(nested_normals(k, rng, 2), -1, 0)
    amplitude = 25 * np.sqrt(2) / (4 * np.pi**2 * k**2 + 25) * (k > 0) * (3 * k < n)
    return np.asarray(irfft(n / 2 * amplitude * (a - 1j * b), n))


def _repeat(advance: Callable[[Spectrum], Spectrum], u: Spectrum, steps: int) -> Spectrum:
    for _ in range(steps):
        u = advance(u)
    return u
