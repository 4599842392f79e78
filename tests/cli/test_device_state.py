"""What the program says about devices and does without one, whether CuPy is installed or not."""

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Run = Callable[..., Any]


class CUDARuntimeError(RuntimeError):
    """As CuPy's."""


def library(names: tuple[bytes, ...] | None, driver: int) -> ModuleType:
    """A module like CuPy beside a driver of the given version, 0 for none, with devices of the given names."""

    def count() -> int:
        if names is None:
            raise CUDARuntimeError("cudaErrorInsufficientDriver: too old")
        return len(names)

    module: Any = ModuleType("cupy")
    module.__spec__ = ModuleSpec("cupy", None)
    module.cuda = SimpleNamespace(
        is_available=lambda: bool(names),
        runtime=SimpleNamespace(
            CUDARuntimeError=CUDARuntimeError, getDeviceCount=count, driverGetVersion=lambda: driver,
            getDeviceProperties=lambda k: {"name": (names or ())[k]},
        ),
    )
    return module


STATES = {
    "no CuPy": (None, "none (CuPy is not installed)"),
    "no driver": (library(None, 0), "none (there is no NVIDIA driver)"),
    "old driver": (library(None, 11080), "none (cudaErrorInsufficientDriver: too old)"),
    "no device": (library((), 13000), "none"),
    "two devices": (library((b"Card A", b"Card B"), 13000), "Card A, Card B"),
}


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One of `STATES`, by name."""
    monkeypatch.setitem(sys.modules, "cupy", STATES[request.param][0])
    return str(request.param)


def test_info_names_devices_or_says_why_there_are_none(run: Run, state: str) -> None:
    lines = dict(line.split("  ", 1) for line in run("info").stdout.splitlines() if "  " in line)
    assert lines["CUDA devices"].strip() == STATES[state][1]


def test_cpu_is_used_unless_asked_otherwise(run: Run, state: str) -> None:
    assert "converged" in run("solve", "--shape", "8,8").stdout


@pytest.mark.parametrize("state", [name for name in STATES if name != "two devices"], indirect=True)
def test_asking_for_a_device_that_is_not_there(run: Run, state: str) -> None:
    says = run("solve", "--shape", "8,8", "--device", "cuda", code=2).stderr
    assert ("pip install 'sciml-kit[cuda13]'" if state == "no CuPy" else "use device cpu") in says
