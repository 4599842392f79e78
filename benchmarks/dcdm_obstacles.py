"""The learned multigrid cycle on obstacles and walls it has not seen in training.

-lap u = f with systems of `sciml.datasets.families` (seed): balls, boxes and capsules, with open or closed sides or
with liquid below a surface; and walls of one cell or single cells solid at random. f is normal noise (seed + 1). 128^3
and 512^2; `Settings.size` replaces 128, and four times it 512. The rival is multigrid as it is by default, and with the
levels that the learned cycle begins with (boxes, V-cycle).
"""

import numpy as np

from benchmarks.peers import pyamg
from sciml.bench import Problem, Settings, Table, compare, ours
from sciml.datasets.families import random_system

__all__ = ["FAMILIES", "run"]

FAMILIES = ("obstacles", "walls")


def problem(family: str, shape: tuple[int, ...], seed: int) -> Problem:
    """One system of a family."""
    system = random_system(family, shape, np.random.default_rng(seed))
    return Problem(f"{family}, {'x'.join(map(str, shape))}", system, Problem.noise(shape, seed + 1))


def run(settings: Settings) -> list[Table]:
    """A table per family and dimension."""
    size = settings.size or 128
    contenders = [
        ours("dcdm"), ours("multigrid"), ours("multigrid", {"coarse": "boxes", "cycle": "V"}, "multigrid, boxes, V"),
        ours("pcg"), ours("cg"), *pyamg.contenders(),
    ]
    shapes = ((size,) * 3, (4 * size,) * 2)
    return [compare(contenders, problem(family, shape, settings.seed), settings) for shape in shapes
            for family in FAMILIES]
