"""Progress of a training run: a live bar on a terminal, plain lines elsewhere, all on stderr."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from sciml.train.log import Silent, Watcher

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Bar", "Lines", "Pace", "watching"]

INTERVAL = 10.0  # seconds between plain lines


class Pace:
    """Steps a second and the time left, from the steps seen so far."""

    def __init__(self) -> None:
        self.first: tuple[int, float] | None = None

    def text(self, step: int, total: int | None, loss: float, lr: float) -> str:
        """Step, loss, learning rate, rate and time left in one line."""
        now = time.perf_counter()
        if self.first is None:
            self.first = step, now
        steps, seconds = step - self.first[0], now - self.first[1]
        rate = steps / seconds if steps and seconds > 0 else 0.0
        pace = f"  {rate:.3g} steps/s" if rate else ""
        left = f"  left {readable_seconds((total - step) / rate)}" if rate and total is not None else ""
        return f"step {step}{f' of {total}' if total is not None else ''}  loss {loss:.3e}  lr {lr:.1e}{pace}{left}"


class Lines:
    """A line an epoch, and now and then one in between."""

    def __init__(self) -> None:
        self.pace, self.last = Pace(), time.perf_counter()

    def step(self, step: int, total: int | None, loss: float, lr: float) -> None:
        """Print a line if it is time."""
        text = self.pace.text(step, total, loss, lr)
        if time.perf_counter() - self.last >= INTERVAL:
            self.last = time.perf_counter()
            click.echo(text, err=True)

    def epoch(self, row: Mapping[str, Any]) -> None:
        """Print the metrics of an epoch."""
        self.last = time.perf_counter()
        click.echo(epoch_text(row), err=True)


class Bar:
    """A live bar over all steps, with the metrics of epochs above it."""

    def __init__(self, progress: "Progress", task: "TaskID") -> None:
        self.progress, self.task, self.pace = progress, task, Pace()

    def step(self, step: int, total: int | None, loss: float, lr: float) -> None:
        """Move the bar."""
        self.progress.update(self.task, completed=step, total=total, state=self.pace.text(step, total, loss, lr))

    def epoch(self, row: Mapping[str, Any]) -> None:
        """Print a line above the bar."""
        self.progress.console.print(epoch_text(row), highlight=False, markup=False)


def epoch_text(row: Mapping[str, Any]) -> str:
    """The metrics of an epoch in one line.

    Examples
    --------
    >>> epoch_text({"epoch": 3, "train_loss": 0.5, "val_rel_l2": 0.25, "seconds": 61.0})
    'epoch   3  train_loss 5.000e-01  val_rel_l2 2.500e-01  1 min 1 s'
    """
    names = ("train_loss", "val_loss", "val_rel_l2", "val_rel_h1")
    shown = "  ".join(f"{name} {row[name]:.3e}" for name in names if row.get(name) is not None)
    return f"epoch {row['epoch']:3d}  {shown}  {readable_seconds(row['seconds'])}"


def readable_seconds(seconds: float) -> str:
    """A duration in at most two units.

    Examples
    --------
    >>> readable_seconds(5.4), readable_seconds(119.0), readable_seconds(7260.0)
    ('5 s', '1 min 59 s', '2 h 1 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@contextmanager
def watching(quiet: bool) -> Iterator[Watcher]:
    """The watcher that fits stderr."""
    if quiet or sys.stderr is None:  # None: closed by whoever started us
        yield Silent()
    elif not sys.stderr.isatty():
        yield Lines()
    else:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = BarColumn(20), TextColumn("{task.fields[state]}")
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            yield Bar(progress, progress.add_task("training", total=None, state=""))
