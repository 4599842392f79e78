"""Judge the model of a run on samples it has not seen."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sciml._errors import InputError
from sciml.mesh import Grid
from sciml.train.held_out import held_out
from sciml.train.levels import with_levels
from sciml.train.metrics import METRICS
from sciml.train.resample import resample
from sciml.train.samples import Samples
from sciml.train.symmetrised import symmetrised
from sciml.train.trained import Trained

__all__ = ["Evaluation", "WorstSample", "evaluate"]

Array = NDArray[np.float32]
WORST = 3


@dataclass(frozen=True, eq=False)
class WorstSample:
    """A sample with a large error: first channels, each of the shape of the grid; in time, the last frames.

    Parameters
    ----------
    name : str
        The sample and its error.
    input, target, prediction : ndarray
    """

    name: str
    input: Array
    target: Array
    prediction: Array


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The report of an evaluation, and the samples with the largest errors."""

    report: dict[str, Any]
    worst: list[WorstSample]


def evaluate(
    run: str | Path, files: Sequence[str | Path] = (), *, protocol: str = "", resolution: int | None = None,
    levels: int = 0, symmetrise: bool = False, skip_bad: bool = False, classical: bool = False,
    threads: int | None = None,
) -> Evaluation:
    """Metrics of the best model of a run.

    Parameters
    ----------
    run : str or Path
        Its folder.
    files : sequence of str or Path
        Data sets; their test samples are used, or all where they have no split. None means the test samples of the
        data that the run was trained on.
    protocol : str
        Name of a published split of the files.
    resolution : int, optional
        Points an axis to average (cells) or thin out (nodes) all fields to.
    levels : int
        Levels to add above the network, for cells 2^levels times as narrow as in training, by `with_levels`.
    symmetrise : bool
        Average predictions over the symmetries of ``data.augment``, by `symmetrised`.
    skip_bad : bool
        Leave out samples that are not finite instead of refusing them.
    classical : bool
        Also time a classical solver that stops at the error of the model.
    threads : int, optional
        Of torch; default those of the run.

    Raises
    ------
    InputError
        If the data do not fit the model, there are no test samples, or no classical solver knows the equation.
    """
    trained = with_levels(Trained.of(run), levels)
    if symmetrise:
        trained = symmetrised(trained)
    own = trained.config.data.files
    with ExitStack() as stack:
        found = held_out(trained, files, stack, protocol=protocol)
        samples, bad = found.without_bad(("test",), skip=skip_bad)
        indices = samples.split["test"]
        if not len(indices):
            raise InputError(f"all {len(bad)} test samples have values that are not finite; use other data")
        if classical and resolution is not None:
            raise InputError("a classical solver is compared on the grid of the data; leave the resolution out")
        judged = _Judge(trained, samples, resolution, threads)
        judged.judge(indices, trained.config.train.batch_size)
        report = {
            "model": trained.config.model.name,
            "checkpoint": str(trained.path / "model.safetensors"),
            "data": [str(Path(name).resolve()) for name in files or own] or trained.record["data"],
            "split": "test",
            "protocol": samples.protocol,
            "samples": len(indices),
            "indices": indices,
            "skipped": bad,
            "resolution": list(judged.grid.shape),
            "parameters": trained.parameters,
            **({"levels": levels} if levels else {}),
            **({"symmetrised": trained.config.data.augment} if symmetrise else {}),
            "metrics": {
                name: {"mean": values.mean(), "std": values.std(), "per_sample": values, **judged.per_step(name)}
                for name, values in judged.metrics.items()
            },
            "seconds_per_sample": judged.seconds / len(indices),
        }
        if trained.layout is not None:
            report["time"] = trained.record["time"]
        if classical:
            from sciml.train.classical import classical_facts

            report["classical"] = classical_facts(samples, indices, judged.metrics["rel_l2"])
        return Evaluation(report, judged.worst(indices))


class _Judge:
    """The model, and what it made of the samples so far."""

    def __init__(self, trained: Trained, samples: Samples, resolution: int | None, threads: int | None) -> None:
        self.trained, self.samples, self.threads = trained, samples, threads
        self.grid: Grid = samples.grid
        if resolution is not None:
            self.grid = replace(samples.grid, shape=(resolution,) * samples.grid.ndim)
        self.metrics: dict[str, NDArray[np.float64]] = {}
        self.steps: dict[str, NDArray[np.float64]] = {}
        self.seconds = 0.0

    def pair(self, indices: NDArray[np.int64]) -> tuple[Array, Array]:
        """Inputs and outputs at the resolution asked for."""
        x, y = (
            resample(self.samples.read(kind, indices), self.samples.grid, self.grid.shape)
            for kind in ("inputs", "outputs")
        )
        return x, y

    def judge(self, indices: NDArray[np.int64], batch_size: int) -> None:
        """Compute all metrics; the time of predictions is taken after one that loads libraries."""
        self.trained.predict(self.pair(indices[:1])[0], self.threads)
        found: dict[str, list[Tensor]] = {name: [] for name in METRICS}
        each: dict[str, list[Tensor]] = {name: [] for name in METRICS}
        steps = range(self.trained.steps)
        for start in range(0, len(indices), batch_size):
            x, y = self.pair(indices[start : start + batch_size])
            begin = time.perf_counter()
            pred = self.trained.predict(x, self.threads)
            self.seconds += time.perf_counter() - begin
            ours, theirs = torch.from_numpy(pred), torch.from_numpy(y)
            for name, metric in METRICS.items():
                found[name].append(metric(ours, theirs, self.grid))
                if self.trained.layout is not None:
                    errors = [metric(self.frame(ours, k), self.frame(theirs, k), self.grid) for k in steps]
                    each[name].append(torch.stack(errors, 1))
        self.metrics = {name: torch.cat(values).double().numpy() for name, values in found.items()}
        self.steps = {name: torch.cat(values).double().numpy() for name, values in each.items() if values}

    def frame(self, y: Tensor, step: int) -> Tensor:
        """All fields after a step."""
        return y[:, step :: self.trained.steps]

    def per_step(self, name: str) -> dict[str, NDArray[np.float64]]:
        """Mean of a metric over the samples after each step in time."""
        return {} if self.trained.layout is None else {"per_step": self.steps[name].mean(0)}

    def worst(self, indices: NDArray[np.int64]) -> list[WorstSample]:
        """Samples with the largest relative L2 errors, worst first."""
        errors = self.metrics["rel_l2"]
        result = []
        for place in np.argsort(-errors, kind="stable")[:WORST]:
            x, y = self.pair(indices[place : place + 1])
            pred = self.trained.predict(x, self.threads)
            name = f"{self.samples.name(int(indices[place]))}, rel_l2 {errors[place]:.3g}"
            last = self.trained.steps - 1
            given = 0 if self.trained.layout is None else self.trained.layout.history - 1
            result.append(WorstSample(name, x[0, given], y[0, last], pred[0, last]))
        return result
