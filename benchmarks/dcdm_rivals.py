"""The learned cycle against the fastest of 54 classical cycles, and against three tuned numbers.

Systems with obstacles in boxes whose sides hold u or not, with obstacles below air, with three walls of one cell that
have small openings, and with coefficients that jump by 1e4, at 128^3 and 512^2 (`Settings.size` replaces 128, and four
times it 512); f is normal noise. A cycle is judged by the seconds to the tolerance, interpolated between iterations in
the logarithm of the residual, plus a tenth of those of its set-up. All cycles of the grid solve three systems (from
seed on); the three fastest, multigrid as it comes, and the V(2,2) cycle with three numbers tuned on the first of them
meet the learned cycle on ten others, each the better of two runs. All means are geometric ones. `Settings.only` picks
parts by name (obstacles-3d, walls-2d, ...), so that they can be recorded one after the other; `Settings.fraction` is
the part of the ten systems.
"""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from itertools import product
from math import inf

import numpy as np

from benchmarks._rivals import Cycle, Reached, cycles, geometric_mean, learned, reached, shipped, three_scalars
from benchmarks.dcdm_jump import MEDIA
from sciml.bench import Problem, Settings, Table
from sciml.bench.tables import Row
from sciml.datasets.families import random_system
from sciml.kernels import threads
from sciml.mesh import Boundary, Grid
from sciml.pde import GridSystem, poisson

__all__ = ["FAMILIES", "run"]

TRIED, SEEDS = 3, 10
SHARED = 10  # solves that share a set-up
FINALISTS = 3
RUNS = 2


def walls(shape: tuple[int, ...], seed: int) -> GridSystem:
    """Three walls of one cell across the box, each with two openings of a twelfth of its edges."""
    rng = np.random.default_rng(seed)
    mask = np.ones(shape, bool)
    for _ in range(3):
        axis = int(rng.integers(len(shape)))
        wall = np.zeros(tuple(n for a, n in enumerate(shape) if a != axis), bool)
        for _ in range(2):
            starts = [int(rng.uniform(0, 0.9) * n) for n in wall.shape]
            wall[tuple(slice(a, a + max(1, n // 12)) for a, n in zip(starts, wall.shape, strict=True))] = True
        np.moveaxis(mask, axis, 0)[int(rng.uniform(0.1, 0.9) * shape[axis])] &= wall
    return poisson(Grid(shape, mask=mask), source=0.0)


def liquid(shape: tuple[int, ...], seed: int) -> GridSystem:
    """Six balls and a box in a closed box; the last layer of cells is air, u = 0 at their centres."""
    rng, d = np.random.default_rng(seed), len(shape)
    places = np.ix_(*((np.arange(n) + 0.5) / n for n in shape))
    solid = np.zeros(shape, bool)
    for _ in range(6):
        centre, radius = rng.uniform(0.15, [0.85] * (d - 1) + [0.75]), rng.uniform(0.05, 0.16)
        solid |= sum((x - c) ** 2 for x, c in zip(places, centre, strict=True)) < radius**2
    centre, half = rng.uniform(0.3, 0.7, d), rng.uniform(0.05, 0.12, d)
    inside = np.ones(shape, bool)
    for x, c, size in zip(places, centre, half, strict=True):
        inside &= abs(x - c) < size
    air = np.zeros(shape, bool)
    air[..., -1] = True
    sides = dict.fromkeys("xyz"[:d], Boundary("neumann"))
    return poisson(Grid(shape, boundary=sides, mask=~(solid | inside) | air, fixed=air), source=0.0, project=True)


def jumps(shape: tuple[int, ...], seed: int) -> GridSystem:
    """The media of ``dcdm_jump`` in turns."""
    name = tuple(MEDIA)[seed % len(MEDIA)]
    return poisson(Grid(shape), MEDIA[name](shape, seed), source=0.0)


FAMILIES: dict[str, Callable[[tuple[int, ...], int], GridSystem]] = {
    "obstacles": lambda shape, seed: random_system("obstacles", shape, np.random.default_rng(seed)),
    "liquid": liquid,
    "walls": walls,
    "jumps": jumps,
}


def problem(family: str, shape: tuple[int, ...], seed: int) -> Problem:
    """A system with noise on its right."""
    return Problem(family, FAMILIES[family](shape, seed), Problem.noise(shape, seed + 1))


def grid_of_cycles(given: Sequence[Problem], rtol: float) -> list[tuple[Cycle, list[Reached]]]:
    """Every classical cycle on the given systems, fastest first."""
    found = [(cycle, [reached(cycle, one, rtol) for one in given]) for cycle in cycles()]
    return sorted(found, key=lambda pair: mean_of(pair[1]))


def mean_of(results: Sequence[Reached]) -> float:
    """Geometric mean of the seconds a solve."""
    return geometric_mean([one.each_of(SHARED) for one in results])


def tuned(given: Problem, rtol: float) -> Cycle:
    """Three scalars by a compass search for the fewest interpolated iterations."""
    best, step = np.array([1.2, 1.0, 1.0]), np.array([0.1, 0.1, 0.1])

    def count(numbers: np.ndarray) -> float:
        fits = 1 <= numbers[0] < 1.95 and numbers.min() > 0.2
        return reached(three_scalars(*numbers), given, rtol).iterations if fits else inf

    lowest = count(best)
    for _ in range(3):
        improved = False
        for axis, sign in product(range(3), (1, -1)):
            trial = best.copy()
            trial[axis] += sign * step[axis]
            found = count(trial)
            if found < lowest:
                best, lowest, improved = trial, found, True
        if not improved:
            step = step / 2
    return three_scalars(*best)


def met(contenders: Sequence[Cycle], family: str, shape: tuple[int, ...], settings: Settings) -> list[list[Reached]]:
    """Each of them on systems that none was chosen by; the better of two runs, in turns."""
    count = max(2, round(SEEDS * settings.fraction))
    found: list[list[Reached]] = [[] for _ in contenders]
    for seed in range(settings.seed + TRIED, settings.seed + TRIED + count):
        given = problem(family, shape, seed)
        runs = [[reached(cycle, given, settings.rtol) for cycle in contenders] for _ in range(RUNS)]
        for results, tries in zip(found, zip(*runs, strict=True), strict=True):
            results.append(min(tries, key=lambda one: one.each_of(SHARED)))
    return found


def row_of(cycle: Cycle, results: Sequence[Reached]) -> Row:
    """Geometric means, over the systems."""
    row: Row = {"method": cycle.name, "setup_seconds": geometric_mean([one.setup for one in results])}
    if not np.isfinite(mean_of(results)):
        return row | {"status": "not in 60 iterations"}
    return row | {
        "solve_seconds": geometric_mean([one.solve for one in results]), "seconds_each_of_ten": mean_of(results),
        "iterations": geometric_mean([one.iterations for one in results]), "status": "converged",
    }


def part(family: str, shape: tuple[int, ...], settings: Settings) -> list[Table]:
    """The grid, and the finals."""
    for cycle in (*cycles(), learned(), shipped()):  # compiles
        reached(cycle, problem(family, (16,) * len(shape), 0), settings.rtol)
    given = [problem(family, shape, seed) for seed in range(settings.seed, settings.seed + TRIED)]
    found = grid_of_cycles(given, settings.rtol)
    contenders = [
        learned(), *(cycle for cycle, _ in found[:FINALISTS]), shipped(), tuned(given[0], settings.rtol)
    ]
    finals = met(contenders, family, shape, settings)
    means = [mean_of(results) for results in finals]
    rows = [
        row_of(cycle, results) | {"times_dcdm": mean / means[0] if np.isfinite(mean) else None}
        for cycle, results, mean in zip(contenders, finals, means, strict=True)
    ]
    gain = min(means[1 : 1 + FINALISTS]) / means[0]
    title = f"{family}, {'x'.join(map(str, shape))}"
    note = f"Against the fastest cycle of the grid the learned one gains {gain:.2f}x."
    return [
        Table(f"{title}: ten systems", rows, note),
        Table(f"{title}: the grid on three systems", [row_of(*pair) for pair in found]),
    ]


def run(settings: Settings) -> list[Table]:
    """Two tables per family and dimension, and what was left out."""
    size = settings.size or 128
    tables: list[Table] = []
    waiting: list[Row] = []
    for (dim, shape), family in product((("3d", (size,) * 3), ("2d", (4 * size,) * 2)), FAMILIES):
        name = f"{family}-{dim}"
        if fnmatchcase(name, settings.only):
            with threads(settings.threads):
                tables += part(family, shape, settings)
        else:
            waiting.append({"part": name, "status": "not run"})
    return [*tables, Table("Parts", waiting)] if waiting else tables
