"""Right-hand sides for networks that propose directions: combinations of Ritz vectors, low ones emphasised."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.generate.recipe import Sample
from sciml.datasets.systems import poisson_system
from sciml.mesh import AXES, Boundary, Grid
from sciml.pde import poisson
from sciml.pde.ritz import ritz_pairs
from sciml.solvers import FFT, solve

__all__ = ["Ritz"]

Walls = Literal["neumann", "dirichlet"]

RTOL = 1e-11


@dataclass(frozen=True)
class Ritz:
    """Parameters of the generator ``ritz``: -Laplace u = f on one box, f = sum c_j v_j of norm 1.

    v_j are Ritz vectors of the operator in a Krylov space of dimension `vectors` (see `sciml.pde.ritz`), ascending,
    constants left out; c_j is normal noise, `factor` times as large for the lower ones. The input is ``source``; the
    output ``solution`` is not needed for the published loss, but for that in the energy norm.

    Parameters
    ----------
    vectors : int
        Dimension of the Krylov space; 10,000 as published, for cubes of 64^3 and 128^3.
    low : float
        Share of the Ritz vectors that are emphasised.
    factor : float
        By how much; 9 as published.
    boundary : {"neumann", "dirichlet"}
        On all sides, with value 0.
    ndim : int
        1, 2 or 3.
    start : int
        Seed of the first vector of the Krylov space, which all samples share.

    Raises
    ------
    InputError
        If a number is out of range.

    References
    ----------
    A. Kaneda, O. Akar, J. Chen, V. A. T. Kala, D. Hyde and J. Teran, "A Deep Conjugate Direction Method for
    Iteratively Solving Linear Systems", ICML 2023.

    Examples
    --------
    >>> from sciml.datasets.generate.recipe import rng_of
    >>> f = Ritz(vectors=20, ndim=2).sample(8, rng_of(0, 0)).inputs["source"]
    >>> bool(abs(np.linalg.norm(f) - 1) < 1e-12 and abs(f.sum()) < 1e-12)
    True
    """

    vectors: int = 400
    low: float = 0.55
    factor: float = 9.0
    boundary: Walls = "neumann"
    ndim: int = 3
    start: int = 0

    def __post_init__(self) -> None:
        if self.boundary not in get_args(Walls):
            raise InputError(f"ritz boundary is '{self.boundary}'; expected {' or '.join(get_args(Walls))}")
        if self.ndim not in (1, 2, 3):
            raise InputError(f"ritz ndim is {self.ndim}; expected 1, 2 or 3")
        if self.vectors < 1 or self.start < 0:
            raise InputError(
                f"ritz vectors is {self.vectors} and start {self.start}; expected whole numbers from 1 and from 0"
            )
        if not (0 <= self.low <= 1 and 0 < self.factor < np.inf):
            raise InputError(
                f"ritz low is {self.low} and factor {self.factor}; expected a share from 0 to 1 and a number > 0"
            )

    def grid(self, resolution: int) -> Grid:
        """Cells of the unit box."""
        return Grid((resolution,) * self.ndim, boundary=dict.fromkeys(AXES[: self.ndim], Boundary(self.boundary)))

    def equation(self) -> dict[str, Any]:
        """Poisson's equation with coefficient 1."""
        return {
            "kind": "poisson", "coefficient": 1.0, "source": "source", "solution": "solution", "scheme": "volumes",
            "refine": 1,
        }

    def sample(self, resolution: int, rng: np.random.Generator) -> Sample:
        """Draw a right-hand side and solve."""
        vectors = _vectors(self, resolution)
        c = rng.standard_normal(len(vectors))
        c[: round(self.low * len(vectors))] *= self.factor
        f = np.einsum("j,jn->n", c, vectors).reshape(self.grid(resolution).shape)  # unlike BLAS, on one thread
        f /= np.linalg.norm(f)
        inputs = {"source": f}
        system = poisson_system(self.grid(resolution), self.equation(), inputs)
        solution = solve(system.A, system.b, FFT(), rtol=RTOL)
        return Sample(inputs, {"solution": solution.x}, solution.residual)


@lru_cache(maxsize=1)  # the same for all samples of a file, and the work of hundreds of them
def _vectors(recipe: Ritz, resolution: int) -> NDArray[np.float64]:
    A = poisson(recipe.grid(resolution), source=0.0).A
    vectors = ritz_pairs(A, recipe.vectors, recipe.start).vectors
    vectors.flags.writeable = False
    return vectors
