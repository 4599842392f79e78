"""Poisson's equation on the unit line, square or cube with any of its data random."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.fields import obstacles
from sciml.datasets.generate.cosine_field import cosine_field
from sciml.datasets.generate.recipe import Sample
from sciml.datasets.systems import poisson_system, rim_of
from sciml.mesh import Grid
from sciml.solvers import Multigrid, solve

__all__ = ["Poisson"]

Array = NDArray[np.float64]
Coefficient = Literal["constant", "lognormal", "inclusions"]
Source = Literal["random", "one"]
Walls = Literal["zero", "random"]

RTOL = 1e-11
# Inclusions lie where a field of deviation 1 is above this, about a third of the box.
THRESHOLD = 0.5
# Deviation of random values on the boundary: what a source of deviation 1 leads to inside.
WALL_DEVIATION = 0.1


@dataclass(frozen=True)
class Poisson:
    """Parameters of the generator ``poisson``: -div(k grad u) = f, u = g on the boundary, flux 0 at obstacles.

    Inputs are those of ``coefficient``, ``source``, ``boundary`` (values g in the outermost cells, 0 inside) and
    ``mask`` (1 outside obstacles) that are random.

    Parameters
    ----------
    ndim : int
        1, 2 or 3.
    source : {"random", "one"}
        f: a Gaussian field of deviation 1, or 1.
    coefficient : {"constant", "lognormal", "inclusions"}
        k: 1, the exponential of a Gaussian field, or `contrast` inside blobs and 1 outside.
    boundary : {"zero", "random"}
        g: 0, or a Gaussian field of deviation 0.1.
    obstacles : int
        Number of balls and boxes.
    length : float
        Correlation length of all fields.
    sigma : float
        Deviation of log k of the lognormal coefficient.
    contrast : float
        k inside inclusions.

    Notes
    -----
    Fields have covariance proportional to (-Laplace + length^-2)^-2 and mean 0. Cell-centred finite volumes with
    harmonic means, solved by multigrid to a relative residual of 1e-11; labels solve the system of the stored grid.

    Examples
    --------
    >>> from sciml.datasets.generate.recipe import rng_of
    >>> sample = Poisson(boundary="random", obstacles=3).sample(16, rng_of(0, 0))
    >>> sorted(sample.inputs), sample.residual < 1e-10
    (['boundary', 'mask', 'source'], True)
    """

    ndim: int = 2
    source: Source = "random"
    coefficient: Coefficient = "constant"
    boundary: Walls = "zero"
    obstacles: int = 0
    length: float = 0.2
    sigma: float = 1.0
    contrast: float = 10.0

    def __post_init__(self) -> None:
        for name, known in (("source", Source), ("coefficient", Coefficient), ("boundary", Walls)):
            if getattr(self, name) not in get_args(known):
                raise InputError(f"poisson {name} is '{getattr(self, name)}'; expected {' or '.join(get_args(known))}")
        if self.ndim not in (1, 2, 3):
            raise InputError(f"poisson ndim is {self.ndim}; expected 1, 2 or 3")
        if self.obstacles < 0:
            raise InputError(f"poisson obstacles is {self.obstacles}; expected a whole number >= 0")
        for name in ("length", "sigma", "contrast"):
            if not 0 < getattr(self, name) < np.inf:
                raise InputError(f"poisson {name} is {getattr(self, name)}; expected a number > 0")
        if not self._random():
            raise InputError("nothing of this poisson is random; set source, coefficient, boundary or obstacles")

    def grid(self, resolution: int) -> Grid:
        """Cells of the unit box, Dirichlet on all sides."""
        return Grid((resolution,) * self.ndim)

    def equation(self) -> dict[str, Any]:
        """Poisson's equation with the names of what is random."""
        shared = {"kind": "poisson", "coefficient": 1.0, "source": 1.0, "solution": "solution", "scheme": "volumes"}
        return shared | {"refine": 1} | {name: name for name in self._random()}

    def _random(self) -> list[str]:
        given = {
            "coefficient": self.coefficient != "constant", "source": self.source != "one",
            "boundary": self.boundary != "zero", "mask": self.obstacles > 0,
        }
        return [name for name, random in given.items() if random]

    def sample(self, resolution: int, rng: np.random.Generator) -> Sample:
        """Draw what is random and solve."""
        shape = (resolution,) * self.ndim
        # One stream each: what else is random changes nothing.
        streams = dict(zip(("coefficient", "source", "boundary", "mask"), rng.spawn(4), strict=True))
        inputs = {name: self._drawn(name, shape, streams[name]) for name in self._random()}
        system = poisson_system(self.grid(resolution), self.equation(), inputs)
        solution = solve(system.A, system.b, Multigrid(), rtol=RTOL)
        return Sample(inputs, {"solution": system.expand(solution.x)}, solution.residual)

    def _drawn(self, name: str, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if name == "mask":
            return obstacles(shape, self.obstacles, rng).astype(np.float64)
        field = unit_field(shape, 1 / self.length, rng)
        if name == "boundary":
            return rim_of(WALL_DEVIATION * field)
        if name == "source":
            return field
        if self.coefficient == "lognormal":
            return np.asarray(np.exp(self.sigma * field))
        return np.where(field > THRESHOLD, self.contrast, 1.0)


def unit_field(shape: tuple[int, ...], tau: float, rng: np.random.Generator) -> Array:
    """Gaussian field with covariance proportional to (-Laplace + tau^2)^-2, of deviation 1 (from modes below 32).

    Examples
    --------
    >>> unit_field((4, 4), 5.0, np.random.default_rng(0)).shape
    (4, 4)
    """
    k2 = np.square(np.indices((32,) * len(shape))).sum(axis=0).ravel()[1:]
    deviation = tau * np.sqrt(np.sum((np.pi**2 * k2 + tau**2) ** -2.0))
    return np.asarray(cosine_field(shape, tau, 2.0, rng) / deviation)
