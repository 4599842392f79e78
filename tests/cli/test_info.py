"""The commands around solve: info, help, version."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import click
import numpy as np
import pytest

from sciml import __version__
from sciml.cli._execute import use_threads
from sciml.cli.main import COMMANDS
from sciml.kernels import get_threads

Run = Callable[..., Any]


def test_info(run: Run) -> None:
    lines = dict(line.split(None, 1) for line in run("info", "-q").stdout.splitlines())
    assert lines["sciml"] == __version__
    assert lines["numpy"] == np.__version__
    text = run("info", "-v").stdout
    for part in ("usable, the default number of threads", "usable memory", "kernel cache", "CUDA devices", "CHOLMOD"):
        assert part in text


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"sciml {__version__}\n"


def test_no_command_shows_help(run: Run) -> None:
    assert run().stdout == run("--help").stdout
    assert "Example:" in run("--help").stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_exist_and_show_an_example(run: Run, name: str) -> None:
    command = getattr(import_module(COMMANDS[name][0]), name)
    assert isinstance(command, click.Command)
    assert f"sciml {name}" in run(name, "--help").stdout


def test_threads_reach_every_pool() -> None:
    from threadpoolctl import threadpool_info

    before = get_threads()
    with use_threads(1):
        assert get_threads() == 1
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
    assert get_threads() == before
