"""Progress of a known number of things: a live bar on a terminal, plain lines elsewhere, all on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import click

__all__ = ["Pace", "Progress", "counting"]

Progress: TypeAlias = Callable[[int, int], None]

INTERVAL = 5.0  # seconds between plain lines


class Pace:
    """Things a second and the time left, from what was seen since the first call.

    Parameters
    ----------
    what : str
        What is counted, in the plural.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.first: tuple[int, float] | None = None

    def text(self, done: int, total: int) -> str:
        """Number, rate and time left in one line."""
        now = time.perf_counter()
        if self.first is None:
            self.first = done, now
        count, seconds = done - self.first[0], now - self.first[1]
        if not count or seconds <= 0:
            return f"{done} of {total} {self.what}"
        rate = count / seconds
        return f"{done} of {total} {self.what}  {rate:.3g}/s  left {(total - done) / rate:.0f} s"


@contextmanager
def counting(what: str, quiet: bool) -> Iterator[Progress]:
    """What to call as ``progress(done, total)``, in the form that fits stderr."""
    pace = Pace(what)
    if quiet or sys.stderr is None:  # None: closed by whoever started us
        yield lambda done, total: None
    elif not sys.stderr.isatty():
        yield _lines(pace)
    else:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = BarColumn(20), TextColumn("{task.fields[state]}")
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=None, state="")
            yield lambda done, total: bar.update(task, completed=done, total=total, state=pace.text(done, total))


def _lines(pace: Pace) -> Progress:
    last = [time.perf_counter()]

    def show(done: int, total: int) -> None:
        text = pace.text(done, total)
        if time.perf_counter() - last[0] >= INTERVAL:
            last[0] = time.perf_counter()
            click.echo(text, err=True)

    return show
