"""Obstacles in the box: porous media, single blocked cells, balls and boxes.

-lap u = f in the active cells, no flux into obstacles, u = 0 on the sides of the unit box, f standard normal noise
(seed + 1), whose mean is removed on every enclosed pocket. Masks (seed) of `sciml.datasets.fields`: smooth pores with
50 % active cells (correlation length 8 cells), every cell active with probability 1/2, and 24 balls and boxes.
128^3 and 512^2; `Settings.size` replaces 128, and four times it 512.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.peers import hypre, pyamg
from sciml.bench import Problem, Settings, Table, compare, ours
from sciml.datasets.fields import obstacles, porous_mask, random_mask
from sciml.mesh import Grid
from sciml.pde import poisson

__all__ = ["MASKS", "run"]

MASKS: dict[str, Callable[..., np.ndarray]] = {
    "smooth pores 50 %": partial(porous_mask, fraction=0.5, length=8.0),
    "single cells 50 %": partial(random_mask, fraction=0.5),
    "balls and boxes": partial(obstacles, count=24),
}


def problem(name: str, shape: tuple[int, ...], seed: int) -> Problem:
    """One of `MASKS` on a box."""
    grid = Grid(shape, mask=MASKS[name](shape, seed=seed))
    title = f"{name}, {'x'.join(map(str, shape))}"
    return Problem(title, poisson(grid, source=0.0), Problem.noise(shape, seed + 1))


def run(settings: Settings) -> list[Table]:
    """A table per mask and dimension."""
    size = settings.size or 128
    contenders = [ours("multigrid"), *pyamg.contenders(), *hypre.pfmg(constant=False), *hypre.boomeramg()]
    shapes = ((size,) * 3, (4 * size,) * 2)
    return [compare(contenders, problem(mask, shape, settings.seed), settings) for shape in shapes for mask in MASKS]
