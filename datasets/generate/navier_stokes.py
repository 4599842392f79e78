"""Flow on the periodic unit square: dw/dt + u . grad w = viscosity Laplace w + f for the vorticity w of a flow u."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.generate.integrating_factor import rk4_step
from sciml.datasets.generate.recipe import Sample
from sciml.datasets.generate.torus import Torus
from sciml.mesh import Boundary, Grid

__all__ = ["NavierStokes"]

Array = NDArray[np.float64]
Spectrum = NDArray[np.complex128]
Scheme = Literal["rk4", "fno"]
Forcing = Literal["diagonal", "none"]

# Courant number of the default step of the fourth-order scheme, for flows of speed 1.
COURANT = 1.28
EULER_STEP = 1e-4
ORDER = {"rk4": 4, "fno": 1}


@dataclass(frozen=True)
class NavierStokes:
    """Parameters of the generator ``navier-stokes``.

    Frames are taken at the times (start, start + 1, ...) x interval: `history` of them are the input ``vorticity``, the
    next `frames` the output ``solution``; the input ``forcing`` is f.

    Parameters
    ----------
    viscosity : float
        Of the fluid; 1e-3, 1e-4 and 1e-5 are usual.
    start, history, frames : int
        First frame (0 is the random one the flow starts from), how many are given, how many are wanted.
    interval : float
        Time from frame to frame.
    forcing : {"diagonal", "none"}
        f = 0.1 (sin 2 pi (x + y) + cos 2 pi (x + y)), or 0.
    scheme : {"rk4", "fno"}
        Integrating factors with Runge-Kutta steps of fourth order, on resolved modes only; or the published one:
        Crank-Nicolson for viscosity, explicit Euler for the rest.
    step : float, optional
        Largest time step; default 1.28 / nodes an axis for ``rk4``, 1e-4 for ``fno``.
    refine : int
        The flow is computed on a grid r times as fine, and every r-th value stored.

    Notes
    -----
    Both schemes drop products in modes from two thirds of the highest on. The residual of a sample is the error of the
    first interval, estimated from steps twice as long.

    References
    ----------
    Z. Li et al., "Fourier Neural Operator for Parametric Partial Differential Equations", ICLR 2021.

    Examples
    --------
    >>> from sciml.datasets.generate.recipe import rng_of
    >>> sample = NavierStokes(frames=3).sample(16, rng_of(0, 0))
    >>> sample.inputs["vorticity"].shape, sample.outputs["solution"].shape
    ((10, 16, 16), (3, 16, 16))
    """

    viscosity: float = 1e-3
    start: int = 1
    history: int = 10
    frames: int = 10
    interval: float = 1.0
    forcing: Forcing = "diagonal"
    scheme: Scheme = "rk4"
    step: float | None = None
    refine: int = 1

    def __post_init__(self) -> None:
        for name, known in (("forcing", get_args(Forcing)), ("scheme", get_args(Scheme))):
            if getattr(self, name) not in known:
                raise InputError(f"navier-stokes {name} is '{getattr(self, name)}'; expected {' or '.join(known)}")
        for name, least in (("start", 0), ("history", 1), ("frames", 1), ("refine", 1)):
            if getattr(self, name) < least:
                raise InputError(f"navier-stokes {name} is {getattr(self, name)}; expected a whole number >= {least}")
        if not 0 <= self.viscosity < np.inf:
            raise InputError(f"navier-stokes viscosity is {self.viscosity}; expected a number >= 0")
        for name in ("interval", "step"):
            given = getattr(self, name)
            if given is not None and not 0 < given < np.inf:
                raise InputError(f"navier-stokes {name} is {given}; expected a number > 0")

    def grid(self, resolution: int) -> Grid:
        """Nodes i / n of the unit square, periodic."""
        return Grid((resolution, resolution), location="node", boundary=dict.fromkeys("xy", Boundary("periodic")))

    def equation(self) -> dict[str, Any]:
        """The vorticity equation, its viscosity and the names of the fields."""
        return {
            "kind": "navier_stokes", "viscosity": self.viscosity, "interval": self.interval, "refine": self.refine,
            "vorticity": "vorticity", "forcing": "forcing", "solution": "solution",
        }

    def sample(self, resolution: int, rng: np.random.Generator) -> Sample:
        """A flow from a random start."""
        torus = Torus(resolution * self.refine)
        if torus.n < 4:
            raise InputError(f"navier-stokes resolution {resolution} resolves no wave; expected at least 4 nodes")
        f = self._forcing(torus)
        w = initial_vorticity(torus, rng)
        frames, residual = self._run(torus, w, f)
        r = self.refine
        stored = np.array([torus.values(frame)[::r, ::r] for frame in frames])
        if not np.isfinite(stored).all():
            step = self._step(torus)
            raise InputError(f"navier-stokes step {step} lets the flow grow without bound; use a smaller one")
        given, wanted = np.split(stored, [self.history])
        return Sample({"vorticity": given, "forcing": f[::r, ::r]}, {"solution": wanted}, residual)

    def _forcing(self, torus: Torus) -> Array:
        if self.forcing == "none":
            return np.zeros((torus.n, torus.n))
        x, y = torus.coordinates
        return np.asarray(0.1 * (np.sin(2 * np.pi * (x + y)) + np.cos(2 * np.pi * (x + y))))

    def _step(self, torus: Torus) -> float:
        return self.step or (EULER_STEP if self.scheme == "fno" else COURANT / torus.n)

    def _run(self, torus: Torus, start: Array, f: Array) -> tuple[list[Spectrum], float]:
        """Spectra of the frames, and the relative error of the first interval."""
        steps = 2 * ceil(self.interval / self._step(torus) / 2 * (1 - 1e-12))
        force, w = torus.spectrum(f), torus.spectrum(start)
        if self.scheme == "rk4":
            force, w = force * torus.resolved, w * torus.resolved
        advance, double = (
            stepper(torus, self.scheme, self.viscosity, force, self.interval / count) for count in (steps, steps // 2)
        )
        count = self.start + self.history + self.frames
        frames = [w]
        with np.errstate(over="ignore", invalid="ignore"):
            while len(frames) < count:
                frames.append(repeat(advance, frames[-1], steps))
            rough = repeat(double, w, steps // 2)
            gap = np.linalg.norm(rough - frames[1]) / np.linalg.norm(frames[1])
        return frames[self.start :], float(gap / (2 ** ORDER[self.scheme] - 1))


def repeat(advance: Callable[[Spectrum], Spectrum], w: Spectrum, steps: int) -> Spectrum:
    """`steps` time steps from w."""
    for _ in range(steps):
        w = advance(w)
    return w


def stepper(
    torus: Torus, scheme: Scheme, viscosity: float, force: Spectrum, step: float
) -> Callable[[Spectrum], Spectrum]:
    """One time step on spectra of vorticity.

    Examples
    --------
    >>> torus = Torus(8)
    >>> w = torus.spectrum(np.cos(2 * np.pi * torus.coordinates[0]) * np.ones(8))
    >>> decayed = stepper(torus, "rk4", 1.0, 0 * w, 0.01)(w)
    >>> print(np.abs(decayed - np.exp(-0.04 * np.pi**2) * w).max() < 1e-12)
    True
    """
    decay = -viscosity * torus.laplacian
    if scheme == "rk4":
        return rk4_step(-decay, lambda w: force - torus.advection(w), step)
    # (w' - w) / step = viscosity Laplace (w + w') / 2 - u . grad w + f
    explicit, implicit = 1 - step * decay / 2, 1 / (1 + step * decay / 2)
    return lambda w: (explicit * w + step * (force - torus.advection(w))) * implicit


def initial_vorticity(torus: Torus, rng: np.random.Generator) -> Array:
    """Gaussian field of mean 0 and covariance 7^3 (-Laplace + 49)^(-5/2)."""
    return torus.gaussian(7.0**1.5, 7.0, 2.5, rng)
