"""What the tests of CUDA sources collect for their report, in one process or in several."""

import os
from pathlib import Path
from typing import Any

import pytest
from host_cuda.report import Report

REPORT = pytest.StashKey[Report]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REPORT] = Report()


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Report:
    """Rows of the report."""
    return request.config.stash[REPORT]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["cuda"] = session.config.stash[REPORT].rows()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process of pytest-xdist has ended."""
    node.config.stash[REPORT].add(getattr(node, "workeroutput", {}).get("cuda", {}))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line; everything to the folder that SCIML_CUDA_REPORT names, if any."""
    rows = config.stash[REPORT]
    if line := rows.summary():
        terminalreporter.write_line(line)
        if folder := os.environ.get("SCIML_CUDA_REPORT"):
            rows.write(Path(folder))
