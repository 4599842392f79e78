"""Progress: rate, time left, and which lines appear."""

import io
import math
from contextlib import redirect_stderr

import pytest
from numba import njit
from rich.console import Console
from rich.progress import Progress, TextColumn

from sciml.cli import _progress
from sciml.cli._compiling import Compilations, watch_compilation
from sciml.cli._progress import Bar, Lines, Monitor, monitor


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that shows what the test puts into it."""
    now = [0.0]
    monkeypatch.setattr(_progress.time, "perf_counter", lambda: now[0])
    return now


def test_rate_and_time_left(clock: list[float]) -> None:
    """A tenth an iteration of 2 seconds: from 1e-3 to 1e-8 takes 5 iterations."""
    watch = Monitor(1e-8)
    for iteration in (1, 2, 3):
        clock[0] = 100.0 + 2.0 * iteration
        watch(iteration, 10.0**-iteration)
    assert watch.rate == pytest.approx(0.1)
    assert watch.seconds_left == pytest.approx(10.0)
    assert "left 10.0 s" in watch.text()


@pytest.mark.parametrize("residuals", [[], [0.5], [0.5, 0.0], [0.5, 0.7], [0.5, math.nan], [math.inf, math.nan]])
def test_time_left_is_unknown(clock: list[float], residuals: list[float]) -> None:
    watch = Monitor(1e-8)
    for iteration, residual in enumerate(residuals, 1):
        clock[0] += 1
        watch(iteration, residual)
    assert math.isnan(watch.seconds_left)
    assert "left" not in watch.text()


@pytest.mark.parametrize(("every", "seen"), [(False, [4, 8]), (True, [1, 2, 3, 4, 5, 6, 7, 8, 9])])
def test_plain_lines(clock: list[float], every: bool, seen: list[int]) -> None:
    with redirect_stderr(io.StringIO()) as stream:
        lines = Lines(1e-8, every)
        for iteration in range(1, 10):
            clock[0] += 0.5
            lines(iteration, 0.5**iteration)
    assert [int(line.split()[1]) for line in stream.getvalue().splitlines()] == seen


def test_notes_wait_until_the_input_is_accepted() -> None:
    with redirect_stderr(io.StringIO()) as stream:
        lines = Lines(1e-8, False)
        lines.note("compiling")
        assert stream.getvalue() == ""
        lines.release()
        lines.note("stalled")
    assert stream.getvalue() == "compiling\nstalled\n"


def test_bar_counts_digits() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with Progress(TextColumn("{task.fields[state]}"), console=console) as progress:
        bar = Bar(1e-8, True, progress, progress.add_task("start", total=1.0, state=""))
        bar.stage("solving")
        for iteration in (1, 2, 3, 4):
            bar(iteration, 10.0**-iteration)
        task = progress.tasks[0]
        assert task.completed == pytest.approx(0.5)
        assert task.description == "solving"
    assert "residual 1.000e-04" in console.file.getvalue()  # type: ignore[attr-defined]


def test_quiet() -> None:
    with redirect_stderr(io.StringIO()) as stream, monitor(1e-8, -1) as watch:
        watch.stage("reading")
        watch.release()
        watch.note("text")
        watch(1, 0.5)
    assert stream.getvalue() == ""


def test_compilation_is_noticed_once() -> None:
    announced: list[str] = []

    @njit
    def double(x: float) -> float:
        return 2 * x

    with watch_compilation(lambda: announced.append("compiling")) as compiled:
        for value in (1.0, 2.0, 3):
            double(value)
    assert announced == ["compiling"]
    assert len(compiled.intervals) == 2, "one for float, one for int"
    assert compiled.seconds() > 0
    with watch_compilation(lambda: announced.append("again")) as compiled:
        double(5.0)
    assert announced == ["compiling"]
    assert compiled.seconds() == 0


def test_compile_time_within_an_interval() -> None:
    compiled = Compilations([(1.0, 3.0), (5.0, 6.0)])
    assert compiled.seconds() == 3.0
    assert compiled.seconds(2.0, 5.5) == 1.5
    assert compiled.seconds(3.0, 5.0) == 0.0
