"""Predictions of MgNO as initial guesses of multigrid, with zero and with coarser grids as rivals.

Darcy flow in media of two values, solved by conjugate gradients with a symmetric multigrid cycle to
`Settings.rtol`: 100 held-out media on 32^2, 64^2, 128^2 and 256^2 cells, the same media on all grids. Networks are
trained on 32^2 and on 64^2 cells, with 1000 samples, and fine grids see them with levels on top, or by linear
interpolation from their own grid. Nested iteration is the classical guess: the averaged problem on 8^2 cells, and
on each finer grid two iterations from what the coarser one found. Every guess u enters as s u, the multiple that is
closest to the solution in the energy norm. Milliseconds are of the processor, the fastest of `Settings.repeats` runs
a sample, mean over samples; set-up on the grid itself is the same for all and left out, those of the coarser grids of
nested iteration are part of its guess. Residual, energy error (in percent of the energy norm of the solution) and
its estimate (r . M r)^1/2 by one cycle M are those of u; `estimate` is the ratio of that to the true error.
`Settings.size` replaces 32, `Settings.fraction` shortens everything.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml.bench import Settings, Table
from sciml.bench.contest import data_set
from sciml.bench.tables import Row
from sciml.bench.trainings import Training, carry_out
from sciml.datasets import open_dataset
from sciml.datasets.generate.darcy import Darcy
from sciml.datasets.generate.engine import Order
from sciml.kernels import threads
from sciml.mesh import Grid
from sciml.models.mgno import Refined
from sciml.pde import poisson
from sciml.solvers import Multigrid
from sciml.solvers._guess import energy_error_estimate, energy_multiple, energy_norm, relative_residual
from sciml.train.export_run import in_units
from sciml.train.native import interpolated
from sciml.train.normalise import Normaliser
from sciml.train.resample import resample
from sciml.train.trained import Trained

__all__ = ["run"]

Vector: TypeAlias = NDArray[np.float64]
Guess: TypeAlias = Callable[[NDArray[Any], Grid], Vector]

SAMPLES = (1000, 100, 0)
HELD_OUT = 100
EPOCHS = {1: 30, 2: 12}  # by cells of the training grid, in multiples of the smallest
COARSEST, ITERATIONS = 8, 2  # of nested iteration
SHARED = {
    "model.name": "mgno", "model.hidden_channels": 16, "model.n_layers": 4, "optimiser.lr": 2e-3,
    "data.augment": "d4", "loss.name": "h1_fd", "train.batch_size": 16,
}


@dataclass
class Found:
    """What a guess came to on one sample: `error` relative to the solution, `estimate` to the error."""

    iterations: int
    guess_seconds: float
    solve_seconds: float
    residual: float
    error: float
    estimate: float


def data(settings: Settings, resolution: int, counts: Sequence[int], seed: int) -> Path:
    """Samples whose solutions solve the system of the stored grid."""
    scaled = [max(8, round(count * settings.fraction)) if count else 0 for count in counts]
    order = Order("darcy", Darcy(), sum(scaled), resolution, seed, (scaled[0], scaled[1], scaled[2]))
    return data_set(order, Path(settings.runs, "data", f"darcy-own-{resolution}-{sum(scaled)}-{seed}.h5"))


def network(settings: Settings, resolution: int, epochs: int) -> Trained | None:
    """MgNO of one grid; None where its training is not to be begun."""
    steps = [[1, 0]] * (resolution.bit_length() - 2) + [[2, 0]]  # down to 2^2 cells
    file = data(settings, resolution, SAMPLES, settings.seed).resolve()
    own = {
        "data.files": [str(file)], "model.steps": steps, "train.seed": settings.seed,
        "train.epochs": max(1, round(epochs * settings.fraction)),
    }
    outcome = carry_out(Training(f"certified-{resolution}", SHARED | own), Path(settings.runs), settings.only)
    return None if outcome is None else Trained.of(outcome.path)


def on_top(trained: Trained, levels: int) -> Trained:
    """The network with levels above it, for cells 2^levels times as narrow, where fields are in their own units."""
    inner = in_units(trained)
    inner.settings = trained.model.settings  # boundary conditions of the new levels
    model: Any = inner
    for _ in range(levels):
        model = Refined(model)
    units = Normaliser.identity(1)
    return replace(trained, model=model, encoder=units, decoder=units)


def guesses(networks: dict[int, Trained], n: int) -> dict[str, Guess | None]:
    """Ways to begin on n^2 cells."""
    ways: dict[str, Guess | None] = {"zero": None, "nested iteration": nested}
    for m, trained in networks.items():
        levels = (n // m).bit_length() - 1
        if n >= m:
            note = f", {levels} level{'s' * (levels > 1)} on top" if levels else ""
            ways[f"MgNO of {m}^2{note}"] = _predicted(on_top(trained, levels))
        if n > m:
            ways[f"MgNO of {m}^2, interpolated"] = _by_interpolation(trained)
    return ways


def _predicted(trained: Trained) -> Guess:
    return lambda a, grid: trained.predict(a[None, None], 1)[0, 0].astype(np.float64)


def _by_interpolation(trained: Trained) -> Guess:
    def guess(a: NDArray[Any], grid: Grid) -> Vector:
        coarse = trained.predict(resample(a[None, None], grid, trained.grid.shape), 1)
        return interpolated(coarse[0, 0].astype(np.float64), grid)

    return guess


def nested(a: NDArray[Any], grid: Grid) -> Vector:
    """The solution on cells twice as wide, by some iterations from that on cells twice as wide again."""
    n = grid.shape[0] // 2
    if n < COARSEST:
        return np.zeros(grid.shape)
    coarse = replace(grid, shape=(n, n))
    averaged = a.reshape(n, 2, n, 2).mean((1, 3))
    system, solver = poisson(coarse, averaged), Multigrid()
    start = None if n == COARSEST else nested(averaged, coarse)
    x = solver.solve(solver.setup(system.A), system.b, start, maxiter=30 if n == COARSEST else ITERATIONS).x
    return interpolated(x.reshape(n, n), grid)


def measured(a: NDArray[Any], grid: Grid, ways: dict[str, Guess | None], settings: Settings) -> list[Found]:
    """All ways on one medium, in alternating runs."""
    system, solver = poisson(grid, a), Multigrid()
    A, b = system.A, system.b.ravel()
    state = solver.setup(A)
    x = solver.solve(state, b, rtol=1e-12).x.ravel()
    found: list[Found | None] = [None] * len(ways)
    for _ in range(settings.repeats):
        for place, guess in enumerate(ways.values()):
            begin = time.thread_time()
            u = np.zeros(b.size) if guess is None else guess(a, grid).ravel()
            begun = time.thread_time()
            start = None if guess is None else energy_multiple(A, b, u) * u
            solution = solver.solve(state, b, start, rtol=settings.rtol)
            seconds = begun - begin, time.thread_time() - begun
            assert solution.converged
            before = found[place]
            if before is None:
                error, estimate = energy_norm(A, u - x), energy_error_estimate(state, b - A @ u)
                quality = relative_residual(A, b, u), error / energy_norm(A, x), estimate / error
                before = found[place] = Found(solution.iterations, *seconds, *quality)
            before.guess_seconds = min(before.guess_seconds, seconds[0])
            before.solve_seconds = min(before.solve_seconds, seconds[1])
    return [one for one in found if one is not None]


def row(name: str, found: Sequence[Found], zero: Sequence[Found]) -> Row:
    """Means over samples; the estimate by its extremes."""
    guess, solve = (1e3 * fmean(getattr(one, key) for one in found) for key in ("guess_seconds", "solve_seconds"))
    whole = 1e3 * fmean(one.solve_seconds for one in zero)
    values: Row = {
        "method": name, "iterations": fmean(one.iterations for one in found), "guess_ms": guess, "solve_ms": solve,
        "times_zero": (guess + solve) / whole, "residual": fmean(one.residual for one in found),
        "energy_error_percent": 100 * fmean(one.error for one in found),
    }
    ratios = [one.estimate for one in found]
    extremes = zip(("least", "median", "most"), (min(ratios), median(ratios), max(ratios)), strict=True)
    return values | {f"estimate_{which}": ratio for which, ratio in extremes}


def table(settings: Settings, networks: dict[int, Trained], n: int) -> Table:
    """All ways on one grid."""
    ways = guesses(networks, n)
    file = data(settings, n, (0, 0, HELD_OUT), settings.seed + 1)
    with open_dataset(file) as opened:
        coefficients, grid = opened.inputs["coefficient"][:], opened.grid
    assert grid is not None
    found = [measured(a, grid, ways, settings) for a in coefficients]
    by_way = list(zip(*found, strict=True))
    rows = [row(name, by_way[place], by_way[0]) for place, name in enumerate(ways)]
    return Table(f"{len(found)} media on {n}^2 cells, to {settings.rtol:g}", rows)


def run(settings: Settings) -> list[Table]:
    """A table a grid."""
    n = settings.size or 32
    with threads(1):
        trained = {m * n: network(settings, m * n, epochs) for m, epochs in EPOCHS.items()}
        networks = {m: one for m, one in trained.items() if one is not None}
        return [table(settings, networks, n * 2**k) for k in range(4)]
