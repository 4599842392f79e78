"""What the tests of CUDA sources collect for their report."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from host_cuda.report import Report

REPORT = pytest.StashKey[Report]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REPORT] = Report()


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    """Rows of the report; written to the folder that SCIML_CUDA_REPORT names, if any."""
    rows = request.config.stash.setdefault(REPORT, Report())
    yield rows
    if folder := os.environ.get("SCIML_CUDA_REPORT"):
        rows.write(Path(folder))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if (rows := config.stash.get(REPORT, None)) and (line := rows.summary()):
        terminalreporter.write_line(line)
