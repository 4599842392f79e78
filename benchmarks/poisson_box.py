"""Constant coefficients on a cube: transforms, multigrid and everybody else.

-lap u = f on the unit cube, u = 0 on its faces, cells, f standard normal noise. Main size 128^3, also half of it; ours
alone at twice the size, multigrid also on two threads there; sparse direct solvers at a quarter. `Settings.size`
replaces 128.
"""

from benchmarks.peers import hypre, pyamg, scipy
from sciml.bench import Problem, Settings, Table, compare, ours
from sciml.mesh import Grid
from sciml.pde import poisson

__all__ = ["run"]


def box(size: int, seed: int) -> Problem:
    """The cube of `size` cells an edge."""
    system = poisson(Grid((size,) * 3))
    return Problem(f"box {size}^3", system, Problem.noise((size,) * 3, seed))


def run(settings: Settings) -> list[Table]:
    """Tables at four sizes, smallest last."""
    size = settings.size or 128
    own = [ours("fft"), ours("multigrid")]
    two = ours("multigrid", label="sciml multigrid, two threads", count=2)
    iterative = [*pyamg.contenders(), scipy.conjugate_gradients(), *hypre.pfmg(constant=True), *hypre.boomeramg()]
    everybody = [*own, scipy.transform(settings.threads), *iterative]
    return [
        compare([*own, two, scipy.transform(settings.threads)], box(2 * size, settings.seed), settings),
        compare(everybody, box(size, settings.seed), settings),
        compare(everybody, box(size // 2, settings.seed), settings),
        compare([*own, ours("direct"), scipy.direct()], box(size // 4, settings.seed), settings),
    ]
