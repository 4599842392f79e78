"""Progress of a solve: a live bar on a terminal, plain lines elsewhere, all on stderr."""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Bar", "Lines", "Monitor", "monitor"]

INTERVAL = 2.0  # seconds between plain lines


class Monitor:
    """Says nothing; what the others build on: the rate of convergence and the time left.

    Notes wait until `release`, which comes when the input has been accepted: bad input is answered
    by one line alone.
    """

    def __init__(self, rtol: float) -> None:
        self.rtol = rtol
        self.iteration, self.residual, self.rate = 0, 1.0, math.nan
        self.waiting: list[str] | None = []
        self.first: tuple[int, float] | None = None  # earliest iteration seen and when it ended

    def stage(self, text: str) -> None:
        """A new phase begins."""

    def note(self, text: str) -> None:
        """Something the user should read."""
        if self.waiting is None:
            self.show(text)
        else:
            self.waiting.append(text)

    def release(self) -> None:
        """Show the notes so far and every later one at once."""
        notes, self.waiting = self.waiting or [], None
        for text in notes:
            self.show(text)

    def show(self, text: str) -> None:
        """Put a line on the screen."""

    def __call__(self, iteration: int, residual: float, /) -> None:
        """An iteration ended."""
        if iteration > self.iteration and residual > 0 and self.residual > 0:
            self.rate = (residual / self.residual) ** (1 / (iteration - self.iteration))
        self.iteration, self.residual = iteration, residual
        if self.first is None or iteration < self.first[0]:  # a second method starts to count anew
            self.first = iteration, time.perf_counter()

    @property
    def seconds_left(self) -> float:
        """Expected time until rtol is reached, NaN while unknown."""
        if self.first is None or self.iteration == self.first[0]:
            return math.nan
        if not (0 < self.rate < 1 and 0 < self.residual < math.inf and self.rtol > 0):
            return math.nan
        left = max(0.0, math.log(self.rtol / self.residual) / math.log(self.rate))
        return left * (time.perf_counter() - self.first[1]) / (self.iteration - self.first[0])

    def text(self) -> str:
        """Iteration, residual, rate and time left in one line."""
        left = self.seconds_left
        eta = f"  left {left:.1f} s" if math.isfinite(left) else ""
        rate = f"  rate {self.rate:.3f}" if math.isfinite(self.rate) else ""
        return f"iteration {self.iteration:4d}  residual {self.residual:.3e}{rate}{eta}"


class Lines(Monitor):
    """A line now and then; with `every`, one an iteration."""

    def __init__(self, rtol: float, every: bool) -> None:
        super().__init__(rtol)
        self.every = every
        self.last = time.perf_counter()

    def show(self, text: str) -> None:
        """Print a line."""
        click.echo(text, err=True)

    def __call__(self, iteration: int, residual: float, /) -> None:
        """Print a line if it is time."""
        super().__call__(iteration, residual)
        now = time.perf_counter()
        if self.every or now - self.last >= INTERVAL:
            self.last = now
            self.show(self.text())


class Bar(Monitor):
    """A live line with a bar over the decimal digits gained; with `every`, lines above it."""

    def __init__(self, rtol: float, every: bool, progress: "Progress", task: "TaskID") -> None:
        super().__init__(rtol)
        self.every, self.progress, self.task = every, progress, task

    def stage(self, text: str) -> None:
        """Show the phase."""
        self.progress.update(self.task, description=text)

    def show(self, text: str) -> None:
        """Print a line above the bar."""
        self.progress.console.print(text, highlight=False, markup=False)

    def __call__(self, iteration: int, residual: float, /) -> None:
        """Move the bar."""
        super().__call__(iteration, residual)
        done = math.log(residual) / math.log(self.rtol) if 0 < residual < 1 and 0 < self.rtol < 1 else 0.0
        self.progress.update(self.task, completed=min(done, 1.0), state=self.text())
        if self.every:
            self.show(self.text())


@contextmanager
def monitor(rtol: float, verbosity: int) -> Iterator[Monitor]:
    """The monitor that fits stderr and the verbosity (-1 quiet, 0 normal, 1 and more every iteration)."""
    if verbosity < 0 or sys.stderr is None:  # None: closed by whoever started us
        yield Monitor(rtol)
    elif not sys.stderr.isatty():
        yield Lines(rtol, verbosity > 0)
    else:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[state]}")
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            yield Bar(rtol, verbosity > 0, progress, progress.add_task("starting", total=1.0, state=""))
