"""The automatic choice against every method chosen by hand, on fifteen problems.

Unit boxes, f standard normal noise, fields of `sciml.datasets.fields` with a correlation length of 8 cells. Cubes have
64^3 cells (`Settings.size` replaces 64), squares eight times as many an edge, the line 64^3; two problems are small.
The table per problem shows how far `auto` is from the best explicit method (`times_fastest`).
"""

from collections.abc import Iterator
from typing import Any

from sciml.bench import Problem, Settings, Table, compare, ours, ours_auto
from sciml.datasets.fields import inclusions, lognormal, obstacles, permeability, porous_mask
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson

__all__ = ["problems", "run"]

FREE = Boundary("neumann")
DIRECT_UP_TO = 300_000  # unknowns; in three dimensions a tenth of it


def _problem(name: str, grid: Grid, seed: int, **terms: Any) -> Problem:
    title = f"{name}, {'x'.join(map(str, grid.shape))}"
    return Problem(title, poisson(grid, source=0.0, **terms), Problem.noise(grid.shape, seed))


def _line_and_squares(n: int, seed: int) -> Iterator[Problem]:
    line, square = (n**3,), (8 * n, 8 * n)
    yield _problem("line, k = exp(2 g)", Grid(line), seed, coefficient=lognormal(line, 2.0, 8.0, seed))
    yield _problem("constant", Grid(square), seed)
    mixed = {"x-": Boundary("robin", 0.0, transfer=5.0), "y": FREE}
    yield _problem("constant, Robin and Neumann sides", Grid(square, boundary=mixed), seed)
    yield _problem("k = exp(2 g)", Grid(square), seed, coefficient=lognormal(square, 2.0, 8.0, seed))
    yield _problem("soft inclusions 1e-4", Grid(square), seed, coefficient=inclusions(square, 1e-4, seed=seed))
    yield _problem("stiff inclusions 1e4", Grid(square), seed, coefficient=inclusions(square, 1e4, seed=seed))
    yield _problem("smooth pores 50 %", Grid(square, mask=porous_mask(square, seed=seed)), seed)
    blocks = Grid(square, mask=obstacles(square, 12, seed))
    yield _problem("obstacles, k = (1, 1e-3)", blocks, seed, coefficient=(1.0, 1e-3))
    small = (5 * n // 8 + 3,) * 2
    yield _problem("small, k = exp(2 g)", Grid(small), seed, coefficient=lognormal(small, 2.0, 8.0, seed))


def _cubes(n: int, seed: int) -> Iterator[Problem]:
    cube = (n,) * 3
    yield _problem("constant", Grid(cube), seed)
    wrapped = {"x": Boundary("periodic"), "y": FREE, "z": FREE}
    yield _problem("constant, periodic and Neumann", Grid(cube, boundary=wrapped), seed)
    yield _problem("k = exp(2 g), shift 1", Grid(cube), seed, coefficient=lognormal(cube, 2.0, 8.0, seed), shift=1.0)
    rock = Grid(cube, boundary={"y": FREE, "z": FREE})
    yield _problem("permeability 1e6", rock, seed, coefficient=permeability(cube, 1e6, (16, 16, 4), seed=seed))
    yield _problem("balls and boxes", Grid(cube, mask=obstacles(cube, 24, seed)), seed)
    small = (max(4, n // 5),) * 3
    yield _problem("small, stiff inclusions 1e4", Grid(small), seed, coefficient=inclusions(small, 1e4, seed=seed))


def problems(size: int, seed: int) -> Iterator[Problem]:
    """The fifteen problems, one at a time."""
    yield from _line_and_squares(size, seed)
    yield from _cubes(size, seed)


def run(settings: Settings) -> list[Table]:
    """A table per problem: the automatic choice first."""
    tables = []
    for problem in problems(settings.size or 64, settings.seed):
        methods = ["multigrid", "amg", "pcg"]
        if problem.A.separable is not None:
            methods.insert(0, "fft")
        if len(problem.rhs) <= DIRECT_UP_TO / (10 if len(problem.shape) == 3 else 1):
            methods.append("direct")
        tables.append(compare([ours_auto(), *map(ours, methods)], problem, settings))
    return tables
