"""Operators on the Darcy files of neuraloperator 0.3.0: MgNO and that package's FNO after 25 seconds on one core.

1000 samples of 16^2 points at i / 16 to train on, 50 to judge, which the wheel of the package also holds on 32^2
points. The wheel is fetched from the package index when the case first runs. Of the symmetries of the square only the
exchange of axes maps such points to themselves. Two sizes of about 190,000 parameters at most and two learning rates of
each network are compared on a tenth of the training samples, in half the time; the chosen ones are then trained on all
1000, with `Settings.repeats` seeds. The number of epochs is that of 25 s on a core without neighbours.

On 32^2 points: the network itself there; its prediction on every second point, interpolated linearly; and one more
level, as on the way down and up of multigrid at nodes: the coefficient is restricted by full weighting, the prediction
prolongated by cubic splines. Symmetrised predictions are means of the two that the exchange of axes gives, at twice the
cost.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import neuraloperator
from sciml.bench import Settings, Table
from sciml.bench.contest import Contest, Entrant, compared, errors_of, errors_over_seeds, field_errors
from sciml.bench.tables import Row
from sciml.bench.trainings import Outcome
from sciml.datasets.open import open_dataset
from sciml.mesh import Grid
from sciml.train.native import interpolated
from sciml.train.trained import Trained

__all__ = ["run"]

CHOOSING, TRAINING = 12.5, 25.0  # seconds of a core without neighbours
SHARED = {"data.augment": "transpose", "data.boundary": "dirichlet", "loss.name": "h1_fd", "train.batch_size": 16}
STEPS = [[1, 0], [1, 0], [1, 0], [2, 0]]
MGNO = Entrant("MgNO", {
    f"{channels} channels": {
        "model.name": "mgno", "model.hidden_channels": channels, "model.n_layers": 4, "model.steps": STEPS,
    }
    for channels in (12, 16)
}, (3e-3, 6e-3))
PEER = Entrant("FNO of neuraloperator", {
    f"{width} channels, {modes} modes": {
        "model.name": "neuraloperator", "model.hidden_channels": width, "model.n_modes": [modes, modes],
    }
    for width, modes in ((24, 8), (16, 12))
}, (3e-3, 6e-3))
OWN = Entrant("FNO of sciml (neuraloperator's cannot be had)", {
    f"{width} channels, {modes} modes": {
        "model.name": "fno", "model.hidden_channels": width, "model.n_modes": [modes, modes],
    }
    for width, modes in ((24, 8), (16, 12))
}, (3e-3, 6e-3))

Array = NDArray[np.float32]


def full_weighting(x: Array) -> Array:
    """Means with weights 1, 2, 1 around every second point of the last two axes; beyond the sides x goes on as it is.

    Examples
    --------
    >>> full_weighting(np.ones((1, 1, 8, 8), np.float32)).shape
    (1, 1, 4, 4)
    """
    for axis in (-2, -1):
        lines = np.moveaxis(x, axis, -1)
        wide = np.concatenate([lines[..., :1], lines], -1)
        x = np.moveaxis((wide[..., :-1:2] + 2 * wide[..., 1::2] + wide[..., 2::2]) / 4, -1, axis)
    return np.ascontiguousarray(x, np.float32)


def splined(u: Array) -> Array:
    """Values at i / 2n from those at i / n, by cubic splines that vanish at 1."""
    from scipy.interpolate import make_interp_spline

    for axis in (-2, -1):
        n, lines = u.shape[axis], np.moveaxis(u, axis, -1)
        closed = np.concatenate([lines, np.zeros_like(lines[..., :1])], -1)
        spline = make_interp_spline(np.arange(n + 1) / n, closed, k=3, axis=-1)
        u = np.moveaxis(spline(np.arange(2 * n) / (2 * n)), -1, axis)
    return np.ascontiguousarray(u, np.float32)


def linear(u: Array) -> Array:
    """The same with straight lines."""
    n = u.shape[-1]
    closed = np.pad(u, [(0, 0)] * (u.ndim - 2) + [(0, 1), (0, 1)])
    fine = interpolated(closed, Grid((2 * n + 1, 2 * n + 1), location="node"))
    return np.ascontiguousarray(fine[..., :-1, :-1], np.float32)


def on_finer_points(outcome: Outcome, file: Path) -> dict[str, dict[str, float]]:
    """Errors in percent on points twice as dense, by the way there."""
    trained = Trained.of(outcome.path)
    with open_dataset(file) as data:
        x, y = (np.asarray(fields[name][:], np.float32)[:, None] for fields, name in (
            (data.inputs, "coefficient"), (data.outputs, "solution")))
    grid = replace(trained.grid, shape=y.shape[2:], extent=tuple((n - 1) / n for n in y.shape[2:]))
    ways = {
        "itself": trained.predict(x),
        "interpolated": linear(trained.predict(x[..., ::2, ::2])),
        "one more level": splined(trained.predict(full_weighting(x))),
    }
    return {way: field_errors(u, y, grid) for way, u in ways.items()}


def finer_rows(name: str, outcomes: list[Outcome | None], file: Path) -> list[Row]:
    """A row for each way."""
    found = [on_finer_points(outcome, file) for outcome in outcomes if outcome is not None]
    return [
        {"method": f"{name}, {way}", "seeds": len(found)} | errors_over_seeds([errors[way] for errors in found])
        for way in (found[0] if found else ())
    ]


def symmetrised_rows(trained: dict[str, list[Outcome | None]]) -> list[Row]:
    """A row for each network, on the points of training."""
    rows: list[Row] = []
    for name, outcomes in trained.items():
        found = [errors_of(outcome, symmetrise=True) for outcome in outcomes if outcome is not None]
        if found:
            rows.append({"method": f"{name}, symmetrised", "seeds": len(found)} | errors_over_seeds(found))
    return rows


def contests(settings: Settings, folder: Path, entrants: tuple[Entrant, ...]) -> tuple[Contest, Contest]:
    """To choose by a tenth of the training samples, and to train on all."""
    files = {"data.files": [str((folder / f"darcy_{part}_16.pt").resolve()) for part in ("train", "test")]}
    return (
        Contest("neuralop-choose", SHARED | files | {"data.validation": 0.1}, settings, entrants, undisturbed=True),
        Contest("neuralop", SHARED | files | {"data.validation": 0.0}, settings, entrants, undisturbed=True),
    )


def run(settings: Settings) -> list[Table]:
    """Choice, comparison on the points of training, and on denser ones."""
    unpacked = neuraloperator.fetched(Path(settings.runs, "data"))
    if unpacked is None:
        return [Table("Darcy flow of neuraloperator", [{"method": "all", "status": "the wheel cannot be fetched"}])]
    entrants = (MGNO, PEER if neuraloperator.register(unpacked.resolve()) else OWN)
    folder = unpacked / neuraloperator.DATA
    choosing, held = contests(settings, folder, entrants)
    chosen = [choosing.choose(entrant, CHOOSING) for entrant in entrants]
    choices = [choice for choice, _ in chosen if choice is not None]
    seeds = range(settings.seed, settings.seed + settings.repeats)
    seconds = f"{TRAINING * settings.fraction:g} s of a core"
    main, trained = compared(f"16^2 points, {seconds}", held, choices, seeds, TRAINING)
    finer = [row for name, outcomes in trained.items()
             for row in finer_rows(name, outcomes, folder / "darcy_test_32.pt")]
    tried = [row for _, rows in chosen for row in rows]
    return [
        main, Table("Symmetrised, 16^2 points", symmetrised_rows(trained)),
        Table("Trained on 16^2 points, judged on 32^2", finer),
        Table(f"Choice on a tenth of the training samples, {CHOOSING * settings.fraction:g} s each", tried),
    ]
