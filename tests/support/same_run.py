"""Two runs that should not differ in a bit."""

from pathlib import Path
from typing import Any

import torch

from sciml.train import Run
from sciml.train.state import load_state


def assert_same_run(one: Path, other: Path) -> None:
    """Weights, moments, means, random numbers, best model and rows; times may differ."""
    assert (one / "model.safetensors").read_bytes() == (other / "model.safetensors").read_bytes()
    a, b = (load_state(path / "last" / "state.safetensors") for path in (one, other))
    for state in (a, b):
        state["position"].pop("seconds")
    assert_same(a, b)
    rows = [[{k: v for k, v in row.items() if k != "seconds"} for row in Run.open(p).log.rows] for p in (one, other)]
    assert rows[0] == rows[1]


def assert_same(a: Any, b: Any) -> None:
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, list):
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    elif isinstance(a, torch.Tensor):
        assert torch.equal(a, b)
    else:
        assert a == b
