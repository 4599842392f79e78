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
from sciml.train.build import open_sets
from sciml.train.metrics import METRICS
from sciml.train.record import grid_of, normaliser_of, split_of_record
from sciml.train.reproducible import reproducible
from sciml.train.resample import resample
from sciml.train.run import Run
from sciml.train.samples import Samples, join
from sciml.train.trained import check_grid

__all__ = ["Evaluation", "WorstSample", "evaluate"]

Array = NDArray[np.float32]
WORST = 3


@dataclass(frozen=True, eq=False)
class WorstSample:
    """A sample with a large error: first channels, each of the shape of the grid.

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
    run: Run, files: Sequence[str | Path] = (), *, protocol: str = "", resolution: int | None = None,
    skip_bad: bool = False, threads: int | None = None,
) -> Evaluation:
    """Metrics of the best model of a run.

    Parameters
    ----------
    files : sequence of str or Path
        Data sets; their test samples are used, or all where they have no split. None means the test samples of the
        data that the run was trained on.
    protocol : str
        Name of a published split of the files.
    resolution : int, optional
        Points an axis to average (cells) or thin out (nodes) all fields to.
    skip_bad : bool
        Leave out samples that are not finite instead of refusing them.
    threads : int, optional
        Of torch; default those of the run.

    Raises
    ------
    InputError
        If the data do not fit the model, or there are no test samples.
    """
    config, record = run.config(), run.record()
    with ExitStack() as stack:
        given = [str(Path(name).resolve()) for name in files]
        samples = _samples(config, record, given, protocol, stack)
        samples, bad = samples.without_bad(("test",), skip=skip_bad)
        indices = samples.split["test"]
        if not len(indices):
            raise InputError(f"there are no test samples in the data of {run.path}; use --data FILE")
        judged = _Judge(run, record, samples, resolution)
        with reproducible(threads or config.train.threads, config.train.seed, None), torch.no_grad():
            judged.judge(indices, config.train.batch_size)
        report = {
            "model": config.model.name,
            "checkpoint": str(run.path / "model.safetensors"),
            "data": given or list(config.data.files) or record["data"],
            "split": "test",
            "protocol": samples.protocol,
            "samples": len(indices),
            "indices": indices,
            "skipped": bad,
            "resolution": list(judged.grid.shape),
            "parameters": sum(p.numel() for p in judged.model.parameters()),
            "metrics": {
                name: {"mean": values.mean(), "std": values.std(), "per_sample": values}
                for name, values in judged.metrics.items()
            },
            "seconds_per_sample": judged.seconds / len(indices),
        }
        return Evaluation(report, judged.worst(indices))


class _Judge:
    """The model, and what it made of the samples so far."""

    def __init__(self, run: Run, record: dict[str, Any], samples: Samples, resolution: int | None) -> None:
        self.model, self.samples = run.model(), samples
        self.encoder, self.decoder = normaliser_of(record, "encoder"), normaliser_of(record, "decoder")
        self.grid = samples.grid
        if resolution is not None:
            self.grid = replace(samples.grid, shape=(resolution,) * samples.grid.ndim)
        self.metrics: dict[str, NDArray[np.float64]] = {}
        self.seconds = 0.0

    def pair(self, indices: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Inputs and outputs at the resolution asked for."""
        x, y = (
            torch.from_numpy(resample(self.samples.read(kind, indices), self.samples.grid, self.grid.shape))
            for kind in ("inputs", "outputs")
        )
        return x, y

    def predict(self, x: Tensor) -> Tensor:
        """Outputs in their own units."""
        return self.decoder.decode(self.model(self.encoder.encode(x)))

    def judge(self, indices: NDArray[np.int64], batch_size: int) -> None:
        """Compute all metrics; the time of predictions is taken after one that loads libraries."""
        parts = [indices[start : start + batch_size] for start in range(0, len(indices), batch_size)]
        self.predict(self.pair(parts[0])[0])
        found: dict[str, list[Tensor]] = {name: [] for name in METRICS}
        for part in parts:
            x, y = self.pair(part)
            begin = time.perf_counter()
            pred = self.predict(x)
            self.seconds += time.perf_counter() - begin
            for name, metric in METRICS.items():
                found[name].append(metric(pred, y, self.grid))
        self.metrics = {name: torch.cat(values).double().numpy() for name, values in found.items()}

    def worst(self, indices: NDArray[np.int64]) -> list[WorstSample]:
        """Samples with the largest relative L2 errors, worst first."""
        errors = self.metrics["rel_l2"]
        result = []
        for place in np.argsort(-errors, kind="stable")[:WORST]:
            x, y = self.pair(indices[place : place + 1])
            with torch.no_grad():
                pred = self.predict(x)
            name = f"{self.samples.name(int(indices[place]))}, rel_l2 {errors[place]:.3g}"
            result.append(WorstSample(name, *(values[0, 0].numpy() for values in (x, y, pred))))
        return result


def _samples(config: Any, record: dict[str, Any], files: list[str], protocol: str, stack: ExitStack) -> Samples:
    """The data with their test samples."""
    data = config.data
    sets = open_sets(files or data.files, protocol or ("" if files else data.protocol), stack)
    samples = join(
        sets, inputs=record["inputs"], outputs=record["outputs"], boundary=data.boundary, validation=0.0,
        seed=config.train.seed,
    )
    check_grid(samples.grid, grid_of(record))
    channels, wanted = samples.channels("inputs"), len(record["encoder"]["mean"])
    if channels != wanted:
        raise InputError(f"the data have {channels} input channels, the model takes {wanted}")
    if not files and not protocol:
        return replace(samples, split=split_of_record(record), protocol=record["protocol"])
    starts = np.cumsum([0, *map(len, sets)])
    test = [one.indices("test") + start for one, start in zip(sets, starts, strict=False)]
    named = [one.protocol if one.split else "all samples" for one in sets]
    return replace(samples, split={"test": np.concatenate(test)}, protocol=" + ".join(dict.fromkeys(named)))
