"""Darcy flow on the unit square: -div(a grad u) = 1, u = 0 on the boundary, a a random medium of two or more values."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.generate.cosine_field import cosine_field
from sciml.datasets.generate.gwf import solve_gwf
from sciml.datasets.generate.recipe import Sample
from sciml.mesh import Grid
from sciml.pde import poisson
from sciml.solvers import Multigrid, solve

__all__ = ["Darcy"]

Array = NDArray[np.float64]
Variant = Literal["smooth", "rough", "multiscale"]
Scheme = Literal["volumes", "gwf"]

# tau of the Gaussian field, and a where it is >= 0 and < 0
MEDIA = {"smooth": (3.0, 12.0, 3.0), "rough": (5.0, 12.0, 2.0)}
# Of the solve; what is stored in float32 is rounded a thousand times more.
RTOL = 1e-11


@dataclass(frozen=True)
class Darcy:
    """Parameters of the generator ``darcy``.

    Parameters
    ----------
    variant : {"smooth", "rough", "multiscale"}
        Two values on either side of the zero set of a Gaussian field, with few or with many interfaces; or
        a product of trigonometric functions of rising frequency, over four orders of magnitude.
    refine : int
        1: labels solve the system of the stored grid. r: coefficient and solution are averages over r x r cells
        of a solve r times as fine, labels much closer to the equation itself.
    scheme : {"volumes", "gwf"}
        Cell-centred finite volumes with harmonic means, or the published discretisation of the benchmark (vertices,
        arithmetic means, splines between cells and vertices, over- and undershoots at jumps included).

    References
    ----------
    Z. Li et al., "Fourier Neural Operator for Parametric Partial Differential Equations", ICLR 2021.
    J. He, X. Liu and J. Xu, "MgNO: Efficient Parameterization of Linear Operators via Multigrid", ICLR 2024.

    Examples
    --------
    >>> from sciml.datasets.generate.recipe import rng_of
    >>> sample = Darcy().sample(16, rng_of(0, 0))
    >>> np.unique(sample.inputs["coefficient"]), bool(sample.outputs["solution"].min() > 0)
    (array([ 3., 12.]), True)
    """

    variant: Variant = "smooth"
    refine: int = 1
    scheme: Scheme = "volumes"

    def __post_init__(self) -> None:
        for name, known in (("variant", get_args(Variant)), ("scheme", get_args(Scheme))):
            if getattr(self, name) not in known:
                raise InputError(f"darcy {name} is '{getattr(self, name)}'; expected one of {', '.join(known)}")
        if self.refine < 1:
            raise InputError(f"darcy refine is {self.refine}; expected a whole number >= 1")

    def grid(self, resolution: int) -> Grid:
        """Cells of the unit square, u = 0 on all sides."""
        return Grid((resolution, resolution))

    def equation(self) -> dict[str, Any]:
        """Poisson's equation with the stored coefficient, source 1."""
        return {
            "kind": "poisson", "coefficient": "coefficient", "source": 1.0, "solution": "solution",
            "scheme": self.scheme, "refine": self.refine,
        }

    def sample(self, resolution: int, rng: np.random.Generator) -> Sample:
        """A medium and its flow."""
        n = resolution * self.refine
        if self.scheme == "gwf" and n < 4:
            raise InputError(f"darcy resolution {resolution} is too small for cubic splines; expected at least 4")
        a = self._medium(n, rng)
        if self.scheme == "gwf":
            u, residual = solve_gwf(a)
        else:
            system = poisson(Grid((n, n)), coefficient=a)
            solution = solve(system.A, system.b, Multigrid(), rtol=RTOL)
            u, residual = solution.x, solution.residual
        return Sample({"coefficient": averaged(a, self.refine)}, {"solution": averaged(u, self.refine)}, residual)

    def _medium(self, n: int, rng: np.random.Generator) -> Array:
        if self.variant == "multiscale":
            return trigonometric(n, rng)
        tau, above, below = MEDIA[self.variant]
        return np.where(cosine_field((n, n), tau, 2.0, rng) >= 0, above, below)


def averaged(u: Array, ratio: int) -> Array:
    """Means over blocks of ratio x ratio cells.

    Examples
    --------
    >>> averaged(np.arange(16.0).reshape(4, 4), 2)
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    n = len(u) // ratio
    return np.asarray(u.reshape(n, ratio, n, ratio).mean(axis=(1, 3)))


def trigonometric(n: int, rng: np.random.Generator) -> Array:
    """The product over k = 1..6 of (1 + cos(a_k pi (x + y)) / 2) (1 + sin(a_k pi (y - 3 x)) / 2).

    a_k is uniform between 2^(k - 1) and 1.5 times that.
    """
    x = (np.arange(n) + 0.5) / n
    diagonal, across = x[:, None] + x, x - 3 * x[:, None]
    a = np.ones((n, n))
    for frequency in rng.uniform(1, 1.5, 6) * 2.0 ** np.arange(6):
        a *= (1 + 0.5 * np.cos(frequency * np.pi * diagonal)) * (1 + 0.5 * np.sin(frequency * np.pi * across))
    return a
