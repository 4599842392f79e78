"""Variable coefficients: log-normal, soft and stiff inclusions, in three and two dimensions.

-div(k grad u) = f on the unit box, u = 0 on its sides, cells, f standard normal noise (seed + 1).
Fields (seed): k = exp(2 g); inclusions with k = 1e-4, 1e-6 (soft) or 1e4, 1e6 (stiff) in the 30 % of the cells where g
is largest and 1 elsewhere. g is `sciml.datasets.fields.gaussian_field` with a correlation length of 8 cells.
128^3 and 512^2; `Settings.size` replaces 128, and four times it 512.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.peers import hypre, pyamg
from sciml.bench import Problem, Settings, Table, compare, ours
from sciml.datasets.fields import inclusions, lognormal
from sciml.mesh import Grid
from sciml.pde import poisson

__all__ = ["COEFFICIENTS", "run"]

LENGTH = 8.0
COEFFICIENTS: dict[str, Callable[..., np.ndarray]] = {
    "k = exp(2 g)": partial(lognormal, sigma=2.0, length=LENGTH),
    **{
        f"{kind} inclusions {contrast:.0e}": partial(inclusions, contrast=contrast, fraction=0.3, length=LENGTH)
        for kind, contrast in (("soft", 1e-4), ("soft", 1e-6), ("stiff", 1e4), ("stiff", 1e6))
    },
}


def problem(name: str, shape: tuple[int, ...], seed: int) -> Problem:
    """One of `COEFFICIENTS` on a box."""
    k = COEFFICIENTS[name](shape, seed=seed)
    title = f"{name}, {'x'.join(map(str, shape))}"
    return Problem(title, poisson(Grid(shape), coefficient=k), Problem.noise(shape, seed + 1))


def run(settings: Settings) -> list[Table]:
    """A table per coefficient and dimension."""
    size = settings.size or 128
    contenders = [ours("multigrid"), *pyamg.contenders(), *hypre.pfmg(constant=False), *hypre.boomeramg()]
    shapes = ((size,) * 3, (4 * size,) * 2)
    return [compare(contenders, problem(k, shape, settings.seed), settings) for shape in shapes for k in COEFFICIENTS]
