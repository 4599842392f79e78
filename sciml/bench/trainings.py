"""Trainings with a budget of processor time: fixed beforehand, resumable, shared among processes."""

import fcntl
import json
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from sciml._atomic import replacing
from sciml.train import Config, Loop, Status, resumed, started
from sciml.train.config import flat
from sciml.train.engine import Engine
from sciml.train.log import Silent
from sciml.train.reproducible import reproducible
from sciml.train.sampler import Sampler
from sciml.train.session import prepared_for
from sciml.train.task import Task

__all__ = ["Curve", "Outcome", "Pace", "Training", "carry_out", "paces"]

# Processor seconds and validation error at the end of each epoch.
Curve: TypeAlias = list[list[float]]

# Steps of a round, those of them that do not count, and rounds.
TIMED, SETTLING, ROUNDS = 9, 4, 5


@dataclass(frozen=True)
class Training:
    """A run of `sciml.train` on one thread.

    Parameters
    ----------
    name : str
        Of its folder; no other training of the same case has it.
    settings : mapping of str to Any
        ``{"section.key": value}`` of `Config`.
    """

    name: str
    settings: Mapping[str, Any]

    @property
    def config(self) -> Config:
        """All settings."""
        return Config().changed({"train.save_seconds": 30.0} | dict(self.settings) | {"train.threads": 1})


@dataclass(frozen=True)
class Pace:
    """Processor seconds of a step and of a validation, and the steps of an epoch."""

    step: float
    validation: float
    steps: int

    def epochs(self, seconds: float) -> int:
        """How many fit into so many processor seconds, at least one.

        Examples
        --------
        >>> Pace(0.5, 1.0, 18).epochs(35.0)
        3
        """
        return max(1, math.floor(seconds / (self.steps * self.step + self.validation)))


@dataclass(frozen=True)
class Outcome:
    """What a finished training came to.

    Parameters
    ----------
    path : str
        Folder of the run.
    status : str
        "finished", or why it ended before.
    epochs, parameters : int
    seconds : float
        Of the processor, as measured.
    validation : float
        Lowest validation error, infinite where the run diverged.
    curve : list of [float, float]
        Processor seconds and validation error after each epoch.
    """

    path: str
    status: str
    epochs: int
    parameters: int
    seconds: float
    validation: float
    curve: Curve


def paces(trainings: Sequence[Training], *, undisturbed: bool = False) -> list[Pace]:
    """What trainings cost on this machine, measured on copies in turns.

    The time that passes on a clock depends on what else runs, and the learning rate on the number of steps; so that
    number is fixed beforehand, by these paces. Processor seconds are longer where neighbours use the same caches and
    memory.

    Parameters
    ----------
    trainings : sequence of Training
    undisturbed : bool
        Take the fastest of the steps, which no neighbour disturbed, instead of their median.
    """
    with ExitStack() as stack:
        stopwatches = [_Stopwatch(training.config, stack) for training in trainings]
        for _ in range(ROUNDS):
            for stopwatch in stopwatches:
                stopwatch.measure()
        return [stopwatch.pace(min if undisturbed else median) for stopwatch in stopwatches]


def carry_out(training: Training, folder: Path, only: str = "*") -> Outcome | None:
    """Train, go on with what was killed, or read what was finished before.

    Parameters
    ----------
    training : Training
    folder : Path
        Holds a folder for each training. Several processes may work in it: each training is one's only.
    only : str
        Pattern of names, as of files; others are read if they are there, and not begun.

    Returns
    -------
    Outcome or None
        None if the training is not to be begun here, or another process is at it.

    Raises
    ------
    KeyboardInterrupt
        If the training was asked to stop; the same call goes on with it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> training = Training("small", {"model.name": "unet", "model.hidden_channels": 2, "train.epochs": 1})
    >>> with TemporaryDirectory() as folder:
    ...     outcome, again = (carry_out(training, Path(folder)) for _ in range(2))
    >>> outcome.epochs, outcome == again
    (1, True)
    """
    place = folder / training.name
    if (found := _outcome(place, training)) or not fnmatchcase(training.name, only):
        return found
    place.mkdir(parents=True, exist_ok=True)
    with _alone(place / "lock") as alone:
        if not alone:
            return None
        found = _outcome(place, training) or _train(training, place)
    return found


def _outcome(place: Path, training: Training) -> Outcome | None:
    """What was written at the end of a training with these settings."""
    try:
        written = json.loads((place / "outcome.json").read_text())
    except OSError:
        return None
    if not _alike(written["training"], _described(training)):
        return None
    values = written["outcome"]
    return Outcome(**values | {"validation": math.inf if values["validation"] is None else values["validation"]})


def _described(training: Training) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(json.dumps(flat(training.config)))
    return settings


def _alike(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether settings are the same but for those that an older or newer version does not know."""
    known = {key for key in {*then, *now} if (key in then and key in now) or key.startswith("model.")}
    return all(then.get(key) == now.get(key) for key in known)


def _train(training: Training, place: Path) -> Outcome:
    described = _described(training)
    begun = place / "training.json"
    if not begun.exists() or not _alike(json.loads(begun.read_text()), described):
        shutil.rmtree(place / "run", ignore_errors=True)
        _write(begun, described)
    with _loop(training, place / "run") as loop:
        clock = _Clock(loop, place / "seconds.json")
        loop.watcher = clock
        status = loop.train()
        if status is Status.INTERRUPTED:
            raise KeyboardInterrupt
        outcome = _judged(loop, status, clock)
    plain = asdict(outcome) | {"validation": outcome.validation if math.isfinite(outcome.validation) else None}
    _write(place / "outcome.json", {"training": described, "outcome": plain})
    return outcome


@contextmanager
def _loop(training: Training, run: Path) -> Iterator[Loop]:
    """The run at its checkpoint, or a new one."""
    if (run / "last" / "state.safetensors").exists():
        with resumed(run) as loop:
            yield loop
        return
    shutil.rmtree(run, ignore_errors=True)
    with started(training.config, run) as loop:
        yield loop


def _judged(loop: Loop, status: Status, clock: "_Clock") -> Outcome:
    key = f"val_{loop.config.train.monitor}"
    errors = {row["epoch"]: row[key] for row in loop.run.log.rows if row.get(key) is not None}
    curve = [[seconds, errors[epoch]] for epoch, seconds in clock.ends if epoch in errors]
    best = min(errors.values(), default=math.inf) if status is not Status.DIVERGED else math.inf
    return Outcome(
        str(loop.run.path), status.value.partition(":")[0], loop.config.train.epochs,
        sum(weight.numel() for weight in loop.engine.model.parameters()), clock.now(), best, curve,
    )


class _Clock(Silent):
    """Processor seconds of a run at the ends of its epochs; what a kill took is counted at the rate of the others."""

    def __init__(self, loop: Loop, path: Path) -> None:
        self.path, per_epoch = path, loop.sampler.steps
        written: list[list[float]] = json.loads(path.read_text()) if loop.at.step and path.exists() else []
        self.ends = [[epoch, seconds] for epoch, seconds in written if epoch * per_epoch <= loop.at.step]
        epoch, seconds = self.ends[-1] if self.ends else (0, 0.0)
        later = loop.at.step / per_epoch - epoch
        self.before = seconds + later * (seconds / epoch if epoch else 0.0)
        self.start = time.process_time()

    def now(self) -> float:
        """Seconds since the run began."""
        return self.before + time.process_time() - self.start

    def epoch(self, row: Mapping[str, Any]) -> None:
        """Write the seconds down."""
        self.ends.append([row["epoch"], self.now()])
        _write(self.path, self.ends)


@contextmanager
def _alone(lock: Path) -> Iterator[bool]:
    """Whether no other process is in such a block with this file; the system ends locks with their process."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _write(path: Path, values: Any) -> None:
    with replacing(path) as (partial,):
        partial.write_text(json.dumps(values))


class _Stopwatch:
    """Steps and validations of a network that is thrown away."""

    def __init__(self, config: Config, stack: ExitStack) -> None:
        prepared = prepared_for(config, stack)
        self.task: Task = prepared.task
        self.train = prepared.config.train
        self.sampler = Sampler(self.task.sizes["train"], self.train.batch_size, self.train.seed)
        self.engine = Engine(prepared.model, prepared.config.optimiser, self.train.autocast, self.train.device)
        self.steps: list[float] = []
        self.validations: list[float] = []

    def measure(self) -> None:
        """A round."""
        with reproducible(self.train.threads, self.train.seed, None):
            for step in range(TIMED):
                begin = time.process_time()
                self._step(step)
                if step >= SETTLING:
                    self.steps.append(time.process_time() - begin)
            begin = time.process_time()
            self.engine.evaluate(lambda model: self.task.evaluate(model, self.task.indices("val")))
            self.validations.append(time.process_time() - begin)

    def pace(self, summary: Callable[[list[float]], float]) -> Pace:
        """What the rounds come to."""
        return Pace(summary(self.steps), summary(self.validations), self.sampler.steps)

    def _step(self, step: int) -> None:
        epoch, drawn = self.sampler.batch(step)
        batch = self.task.batch(self.task.indices("train")[drawn], epoch)
        self.engine.step([lambda model: self.task.loss(model, batch)], 0.0)
