"""Networks that compete at equal processor time: each at the best of its sizes and learning rates."""

import fcntl
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sciml._atomic import replacing
from sciml.bench.settings import Settings
from sciml.bench.tables import Row, Table
from sciml.bench.trainings import Outcome, Pace, Training, carry_out, paces
from sciml.datasets.generate.engine import Order, generate
from sciml.mesh import Grid
from sciml.train.evaluate import evaluate
from sciml.train.metrics import METRICS

__all__ = [
    "Choice",
    "Contest",
    "Entrant",
    "compared",
    "data_set",
    "errors_of",
    "errors_over_seeds",
    "field_errors",
    "judged",
    "locked",
    "mean_and_spread",
]

ERRORS = ("rel_l2", "rel_h1")

DIVERGED = "diverged"


@dataclass(frozen=True)
class Entrant:
    """A kind of network, and what it may be tried with.

    Parameters
    ----------
    name : str
    sizes : mapping of str to mapping
        Settings of the model by the name of its size.
    rates : sequence of float
        Learning rates.
    """

    name: str
    sizes: Mapping[str, Mapping[str, Any]]
    rates: Sequence[float]


@dataclass(frozen=True)
class Choice:
    """An entrant with one size and one learning rate."""

    entrant: str
    size: str
    rate: float
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """As folders are called."""
        return f"{self.entrant}-{self.size}-lr{self.rate:g}".lower().replace(" ", "_")

    def row(self) -> Row:
        """First columns of its row."""
        return {"method": self.entrant, "size": self.size, "learning_rate": self.rate}


@dataclass(frozen=True)
class Contest:
    """Trainings on one data set, in the time that each network needs there.

    Parameters
    ----------
    label : str
        First part of the names of trainings.
    settings : mapping
        What all share: data, augmentation, loss, schedule.
    run : Settings
        Of the case: where trainings are kept, which are begun, and what part of the time they get.
    entrants : sequence of Entrant
        All that take part; their paces are measured together, once, and kept beside the trainings.
    undisturbed : bool
        Take the paces of a core without neighbours: the fastest steps instead of usual ones.
    """

    label: str
    settings: Mapping[str, Any]
    run: Settings
    entrants: Sequence[Entrant]
    undisturbed: bool = False

    def train(self, choice: Choice, seed: int, seconds: float, label: str = "") -> Outcome | None:
        """A training of so many processor seconds; None where it is not finished."""
        name = f"{self.label}-{label}{choice.name}-seed{seed}"
        if not self._paces_file.exists() and not fnmatchcase(name, self.run.only):
            return None  # before anything was begun
        epochs = self.paces[f"{choice.entrant} {choice.size}"].epochs(seconds * self.run.fraction)
        own = {"optimiser.lr": choice.rate, "train.seed": seed, "train.epochs": epochs}
        training = Training(name, dict(self.settings) | dict(choice.settings) | own)
        return carry_out(training, Path(self.run.runs), self.run.only)

    @property
    def _paces_file(self) -> Path:
        return Path(self.run.runs, f"{self.label}-paces.json")

    @cached_property
    def paces(self) -> dict[str, Pace]:
        """By entrant and size."""
        file = self._paces_file
        networks = {
            f"{entrant.name} {size}": dict(self.settings) | dict(settings)
            for entrant in self.entrants for size, settings in entrant.sizes.items()
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        with locked(file.with_suffix(".lock")):
            if not file.exists():
                listed = [Training(name, settings) for name, settings in networks.items()]
                found = paces(listed, undisturbed=self.undisturbed)
                kept = {name: asdict(pace) for name, pace in zip(networks, found, strict=True)}
                with replacing(file) as (partial,):
                    partial.write_text(json.dumps(kept, indent=1))
            return {name: Pace(**values) for name, values in json.loads(file.read_text()).items()}

    def choose(
        self, entrant: Entrant, seconds: float, long: float = 0.0, seeds: int = 1
    ) -> tuple[Choice | None, list[Row]]:
        """The size and rate with the lowest validation error, and a row for each; None before all are known.

        Parameters
        ----------
        entrant : Entrant
        seconds : float
            Processor seconds of a trial.
        long : float
            Those of the training that follows: every size is trained so long with the first seed, at its best rate
            with which it does not diverge, and the best of them is chosen.
        seeds : int
            Trials of each size and rate, whose errors are averaged.
        """
        tried = [
            [self._tried(Choice(entrant.name, size, rate, settings), seconds, seeds) for rate in entrant.rates]
            for size, settings in entrant.sizes.items()
        ]
        rows = [trial.row for trials in tried for trial in trials]
        if not all(trial.done for trials in tried for trial in trials):
            return None, rows
        best = [self._best(trials, long) for trials in tried]
        if long and not all(trial.done for trial in best if trial is not None):
            return None, rows
        known = [trial for trial in best if trial is not None]
        if not known:
            return None, rows
        chosen = min(known, key=lambda trial: trial.error)
        chosen.row["status"] = "chosen"
        return chosen.choice, rows

    def _tried(self, choice: Choice, seconds: float, seeds: int) -> "_Trial":
        ends = [self.train(choice, self.run.seed + i, seconds, "choose-") for i in range(seeds)]
        done = [end for end in ends if end is not None]
        trial = _Trial(choice, choice.row(), len(done) == seeds)
        if trial.done:
            trial.error = fmean(end.validation for end in done)
            worst = max(done, key=lambda end: end.validation)
            trial.row |= facts(done[0]) | {"validation_percent": _percent(trial.error), "status": worst.status}
        else:
            trial.row["status"] = "not run"
        return trial

    def _best(self, trials: Sequence["_Trial"], long: float) -> "_Trial | None":
        """Of one size."""
        for trial in sorted(trials, key=lambda trial: trial.error):
            if not long:
                return trial
            end = self.train(trial.choice, self.run.seed, long)
            if end is None or end.status != DIVERGED:
                return trial.after(end, long * self.run.fraction)
            trial.row["status"] = f"diverges in {long * self.run.fraction:g} s"
        return None


@dataclass
class _Trial:
    """A choice, its row, whether it is finished, and its error on validation samples."""

    choice: Choice
    row: Row
    done: bool
    error: float = math.inf

    def after(self, end: Outcome | None, seconds: float) -> "_Trial":
        """With the error after the long training, if that is finished."""
        self.done = end is not None
        if end is not None:
            self.error = end.validation
            self.row[f"validation_percent_after_{seconds:g}_s"] = _percent(end.validation)
        return self


def facts(outcome: Outcome | None) -> Row:
    """Columns of a training."""
    if outcome is None:
        return {}
    return {
        "parameters": outcome.parameters, "epochs": outcome.epochs, "processor_seconds": outcome.seconds,
        "validation_percent": _percent(outcome.validation),
    }


def _percent(error: float) -> float | None:
    return 100 * error if math.isfinite(error) else None


def compared(
    title: str, held: Contest, choices: Sequence[Choice], seeds: Sequence[int], seconds: float, note: str = ""
) -> tuple[Table, dict[str, list[Outcome | None]]]:
    """Every chosen network trained with every seed, all networks with one seed before the next.

    Returns
    -------
    Table
        Errors on the test samples, and the curves of the first seed.
    dict
        Outcomes by entrant, None where a training is not finished.
    """
    trained: dict[str, list[Outcome | None]] = {choice.entrant: [] for choice in choices}
    for seed in seeds:
        for choice in choices:
            trained[choice.entrant].append(held.train(choice, seed, seconds))
    rows = [judged(choice.row(), trained[choice.entrant]) for choice in choices]
    curves = {name: ends[0].curve for name, ends in trained.items() if ends[0] is not None and ends[0].curve}
    return Table(title, rows, note, curves), trained


def judged(method: Row, outcomes: Sequence[Outcome | None]) -> Row:
    """Errors on the test samples over the seeds that are finished."""
    done = [outcome for outcome in outcomes if outcome is not None]
    if not done:
        return method | {"status": "not run"}
    row = method | facts(done[0]) | {"seeds": len(done), "processor_seconds": fmean(one.seconds for one in done)}
    row.pop("validation_percent")
    return row | errors_over_seeds([errors_of(outcome) for outcome in done])


def errors_of(outcome: Outcome, symmetrise: bool = False) -> dict[str, float]:
    """Mean relative errors on the test samples, in percent."""
    metrics = evaluate(outcome.path, symmetrise=symmetrise).report["metrics"]
    return {name: 100 * float(metrics[name]["mean"]) for name in ERRORS}


def errors_over_seeds(found: Sequence[Mapping[str, float]]) -> Row:
    """Columns of errors: mean and spread of each."""
    row: Row = {}
    for name in found[0]:
        row |= mean_and_spread(f"{name}_percent", [errors[name] for errors in found])
    return row


def field_errors(u: NDArray[np.float32], y: NDArray[np.float32], grid: Grid) -> dict[str, float]:
    """The same of predictions u and targets y, shape (N, channels, *grid.shape)."""
    pair = torch.from_numpy(np.ascontiguousarray(u, y.dtype)), torch.from_numpy(y)
    return {name: 100 * float(METRICS[name](*pair, grid).mean()) for name in ERRORS}


def mean_and_spread(name: str, values: Sequence[float]) -> Row:
    """Columns of a mean, and of the standard deviation where there are several values.

    Examples
    --------
    >>> mean_and_spread("error", [1.0, 3.0])
    {'error': 2.0, 'error_spread': 1.4142135623730951}
    """
    return {name: fmean(values), f"{name}_spread": stdev(values) if len(values) > 1 else None}


def data_set(order: Order, path: Path) -> Path:
    """A generated file, made by the first process that needs it while others wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.with_suffix(".lock")):
        if not path.exists():
            generate(order, path)
    return path


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """A block that one process enters at a time."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
