"""The learned multigrid cycle where coefficients jump.

-div(k grad u) = f, u = 0 on the sides, k = 1 and 1e4 in blobs (a smooth random field cut at its median, seed) or
24 balls and boxes of either; f is normal noise (seed + 1). 128^3; `Settings.size` replaces 128. The rival is multigrid
as it is by default, and with the levels that the learned cycle begins with (boxes, V-cycle).
"""

from collections.abc import Callable

import numpy as np

from benchmarks.peers import pyamg
from sciml.bench import Problem, Settings, Table, compare, ours
from sciml.datasets.fields import obstacles, porous_mask
from sciml.mesh import Grid
from sciml.pde import poisson

__all__ = ["MEDIA", "run"]

CONTRAST = 1e4
MEDIA: dict[str, Callable[[tuple[int, ...], int], np.ndarray]] = {
    "blobs": lambda shape, seed: np.where(porous_mask(shape, 0.5, shape[0] / 14, seed), CONTRAST, 1.0),
    "soft bodies": lambda shape, seed: np.where(obstacles(shape, 24, seed), CONTRAST, 1.0),
    "stiff bodies": lambda shape, seed: np.where(obstacles(shape, 24, seed), 1.0, CONTRAST),
}


def problem(name: str, shape: tuple[int, ...], seed: int) -> Problem:
    """One of `MEDIA` on a box."""
    title = f"{name}, {'x'.join(map(str, shape))}"
    system = poisson(Grid(shape), MEDIA[name](shape, seed), source=0.0)
    return Problem(title, system, Problem.noise(shape, seed + 1))


def run(settings: Settings) -> list[Table]:
    """A table per medium."""
    shape = (settings.size or 128,) * 3
    contenders = [
        ours("dcdm"), ours("multigrid"), ours("multigrid", {"coarse": "boxes", "cycle": "V"}, "multigrid, boxes, V"),
        ours("pcg"), ours("cg"), *pyamg.contenders(),
    ]
    return [compare(contenders, problem(name, shape, settings.seed), settings) for name in MEDIA]
