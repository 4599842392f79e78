"""The training loop of every model: it knows tasks, steps and time, nothing of grids or meshes."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import nn

from sciml._errors import InputError
from sciml.train.ahead import Portion, batches
from sciml.train.config import Config
from sciml.train.engine import Engine
from sciml.train.log import Silent, Watcher
from sciml.train.ranks import Ranks, check_model
from sciml.train.reproducible import reproducible
from sciml.train.run import Run
from sciml.train.sampler import Sampler
from sciml.train.schedule import learning_rate
from sciml.train.stop import StopRequest, stop_requests
from sciml.train.task import Task

__all__ = ["Loop", "Position", "Status"]

TIMED = 20  # steps that decide how many fit into the time given
SETTLING = 5  # of them, whose times do not count: libraries are still setting up


class Status(Enum):
    """Why a run ended."""

    FINISHED = "finished"
    STOPPED_EARLY = "stopped early: the validation error did not get better any more"
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged: the loss is not finite; use a smaller optimiser.lr"


@dataclass
class Position:
    """Where a run is, with what it needs to know of the way so far.

    Parameters
    ----------
    step : int
        Steps done.
    total : int, optional
        Steps of the whole run, once known.
    best : float, optional
        Lowest validation error so far.
    stale : int
        Epochs since then.
    loss_sum, loss_count : float, int
        Of the steps of this epoch.
    seconds : float
        Spent in training.
    """

    step: int = 0
    total: int | None = None
    best: float | None = None
    stale: int = 0
    loss_sum: float = 0.0
    loss_count: int = 0
    seconds: float = 0.0


class Loop:
    """Trains a model on a task inside a run folder.

    Parameters
    ----------
    model : Module
        With ``save_pretrained``.
    task : Task
    config : Config
    run : Run
        Where checkpoints, metrics and the best model go.
    watcher : Watcher, optional
        Told of each step and epoch.
    ranks : Ranks, optional
        Processes that train together; the first one writes.
    """

    def __init__(
        self, model: nn.Module, task: Task, config: Config, run: Run, watcher: Watcher | None = None,
        ranks: Ranks | None = None,
    ) -> None:
        self.task, self.config, self.run, self.watcher = task, config, run, watcher or Silent()
        self.ranks = ranks or Ranks()
        check_model(model, self.ranks)
        self.engine = Engine(model, config.optimiser, config.train.autocast, config.train.device, self.ranks)
        size, together = task.sizes["train"], config.train.batch_size * config.optimiser.accumulate * self.ranks.size
        self.sampler = Sampler(size, together, config.train.seed)
        self.at = Position()
        self.saved = self.started = time.perf_counter()
        self.epoch_ends: list[float] = []  # seconds each took

    def resume(self, state: dict[str, Any]) -> None:
        """Take over the state of a checkpoint."""
        random = state.get("random", [state["engine"]["random"]])
        if len(random) != self.ranks.size:
            raise InputError(
                f"{self.run.path} was begun by {len(random)} process(es) and {self.ranks.size} go on, with other "
                f"batches; use torchrun --nproc-per-node {len(random)}"
            )
        self.engine.load(state["engine"])
        self.engine.random = random[self.ranks.rank]
        self.at = Position(**state["position"])
        if self.ranks.first:
            self.run.log.cut(self.at.step // self.sampler.steps)

    def extend(self, recorded: Config) -> None:
        """Let the number of steps be found anew where epochs or time were changed since `recorded`."""
        then, now = recorded.train, self.config.train
        if (then.epochs, then.max_minutes) != (now.epochs, now.max_minutes):
            self.at.total = None
            self.at.stale = 0
            self.at.seconds = 0.0 if now.max_minutes else self.at.seconds

    def state(self) -> dict[str, Any]:
        """All a later `resume` needs."""
        state: dict[str, Any] = {"engine": self.engine.state(), "position": asdict(self.at)}
        if self.ranks.size > 1:
            state["random"] = self.ranks.gather(state["engine"]["random"])
        return state

    def train(self) -> Status:
        """Go on to the end of the run.

        Returns
        -------
        Status
            The last checkpoint is written in any case but divergence, where the one before it is kept.

        Raises
        ------
        OSError
            If the disk is full; files are then as they were before.
        """
        self.started = time.perf_counter() - self.at.seconds
        self.saved = time.perf_counter()
        train, limit = self.config.train, self._limit()
        seed = (train.seed + self.ranks.rank) % 2**63  # no two processes draw the same numbers
        self.ranks.share([one.detach() for one in self.engine.model.parameters()])
        with reproducible(train.threads, seed, self.engine.random), stop_requests() as request:
            status = self._steps(limit, request)
            if status is not Status.DIVERGED:
                self.save()
            self.engine.random = torch.get_rng_state()
        if self.run.log.rows and self.ranks.first:
            self.run.write_curves()
        return status

    def save(self) -> None:
        """Write the checkpoint."""
        self.at.seconds = time.perf_counter() - self.started
        state = self.state()
        if self.ranks.first:
            self.run.save_checkpoint(state, self.config)
        self.saved = time.perf_counter()

    def _limit(self) -> int | None:
        """Steps of the run as far as known: by epochs, or as fixed by an earlier measurement."""
        train = self.config.train
        if self.at.total is None and not train.max_minutes:
            self.at.total = train.epochs * self.sampler.steps
        return self.at.total if self.at.total is not None else train.epochs * self.sampler.steps or None

    def _steps(self, limit: int | None, request: StopRequest) -> Status:
        train, durations = self.config.train, list[float]()
        workers = self.config.data.workers
        source = batches(self.task, self.sampler, self.at.step, train.batch_size, workers, self.ranks)
        begin = time.perf_counter()
        (stop,) = self.ranks.either(request.made)
        try:
            while limit is None or self.at.step < limit:
                if stop:
                    return Status.INTERRUPTED
                if not self._step(next(source)):
                    return Status.DIVERGED
                durations.append(time.perf_counter() - begin)
                if self.at.total is None and len(durations) == TIMED:
                    limit = self.at.total = self.ranks.agree(self._fitting(durations, limit))
                if self.at.step % self.sampler.steps == 0 or self.at.step == limit:
                    self._end_epoch()
                    if train.patience and self.at.stale >= train.patience:
                        return Status.STOPPED_EARLY
                due = self.ranks.first and time.perf_counter() - self.saved >= train.save_seconds
                stop, due = self.ranks.either(request.made, due)
                if due:
                    self.save()
                begin = time.perf_counter()
        finally:
            source.close()
        return Status.FINISHED

    def _step(self, portion: Portion) -> bool:
        at, optimiser = self.at, self.config.optimiser
        lr = learning_rate(at.step, at.total, optimiser.lr, self.config.schedule)
        losses, weights = [self._loss(batch) for batch in portion.batches], portion.shares
        if self.config.loss.reduction == "sum":  # losses grow with the batch by themselves
            weights = [1 / portion.most] * len(losses)
        loss = self.engine.step(losses, lr, weights)
        if not math.isfinite(loss):
            return False
        at.step, at.loss_sum, at.loss_count = at.step + 1, at.loss_sum + loss, at.loss_count + 1
        self.watcher.step(at.step, at.total, loss, lr)
        return True

    def _loss(self, batch: Any) -> Callable[[nn.Module], torch.Tensor]:
        return lambda model: self.task.loss(model, batch)

    def _fitting(self, durations: list[float], limit: int | None) -> int:
        """Steps that fit into the time given, the ends of epochs counted in."""
        if not self.epoch_ends:
            begin = time.perf_counter()
            self._validate()
            self.epoch_ends.append(time.perf_counter() - begin)
        left = 60 * self.config.train.max_minutes - (time.perf_counter() - self.started)
        an_end = median(self.epoch_ends)
        a_step = median(durations[SETTLING:]) + an_end / self.sampler.steps
        total = self.at.step + max(0, math.floor((left - an_end) / a_step))
        return total if limit is None else min(total, limit)

    def _validate(self) -> dict[str, float]:
        indices = self.task.indices("val")
        if not len(indices):
            return {}
        own = self.ranks.shard(indices)
        metrics = self.engine.evaluate(lambda model: self.task.evaluate(model, own)) if len(own) else {}
        parts = [part for part in self.ranks.gather(metrics) if part]
        return {name: float(np.concatenate([part[name] for part in parts]).mean()) for name in parts[0]}

    def _end_epoch(self) -> None:
        at, begin = self.at, time.perf_counter()
        found = self._validate()
        error = found.get(self.config.train.monitor, math.nan)
        train_loss = at.loss_sum / max(1, at.loss_count)
        finite = math.isfinite(error)
        # Roll-outs of early epochs may overflow; until one does not, the last model is better than none.
        if at.best is None or (finite and error < at.best):
            if self.ranks.first:
                self.engine.ema.save_pretrained(self.run.path)  # type: ignore[operator]
            at.best = error if finite else None
            at.stale = 0 if finite or not found else at.stale + 1
        else:
            at.stale += 1
        at.loss_sum, at.loss_count = 0.0, 0
        epoch = -(-at.step // self.sampler.steps)
        row = {"epoch": epoch, "step": at.step, "train_loss": train_loss}
        row |= {f"val_{name}": value for name, value in found.items()}
        row |= {"lr": self.engine.optimiser.param_groups[0]["lr"], "seconds": time.perf_counter() - self.started}
        if self.ranks.first:
            self.run.log.add(row)
        self.watcher.epoch(row)
        self.epoch_ends.append(time.perf_counter() - begin)
