"""Networks whose convolutions run in our own kernels agree with those of PyTorch."""

from typing import Any

import pytest
import torch

from sciml.models.mgno import MgNO
from sciml.models.mgno.layer import OperatorLayer

CASES: dict[str, dict[str, Any]] = {
    "zero": {}, "odd": {"dirichlet": "odd"}, "periodic": {"boundary": "periodic"},
    "mixed": {"boundary": {"x": "periodic", "y-": "neumann"}}, "nodes": {"boundary": "neumann", "location": "node"},
    "classical": {"restriction": "residual", "steps": [[1, 1], [1, 1], [2, 0]]}, "fas": {"restriction": "fas"},
    "transfers": {"prolongation_kernel": 3, "restriction_kernel": 4}, "interior": {"location": "interior"},
}


CHAINS: dict[str, dict[str, Any]] = CASES | {
    "line": {"ndim": 1, "boundary": {"x-": "neumann"}}, "box": {"ndim": 3, "boundary": {"x": "periodic"}},
    "nodes shared": {"boundary": "neumann", "location": "node", "share_A": True, "restriction": "residual"},
    "fixed": {"transfer": "fixed", "boundary": "neumann"}, "coarse first": {
        "restriction": "residual", "steps": [[0, 1], [0, 1], [1, 1]], "boundary": {"y": "periodic", "x+": "neumann"}},
    "growing": {"legacy": ["growing", "unpadded", "idle_A"], "steps": [[1, 1], [2, 0]]},
}


@pytest.mark.parametrize("options", [case for name, case in CHAINS.items() if name not in ("odd", "fas")])
def test_cycles_in_one_call_are_those_step_by_step(options: dict[str, Any]) -> None:
    torch.manual_seed(0)
    model = MgNO(2, hidden_channels=8, n_layers=2, **options).double()
    results = []
    x = torch.randn(3, 2, *(9, 12, 5)[: model.settings.ndim], dtype=torch.double, requires_grad=True)
    for one_call in (True, False):
        for layer in model.layers:
            assert isinstance(layer, OperatorLayer)
            assert layer.W.one_call or results
            layer.W.one_call = one_call
        y = model(x)
        gradients = torch.autograd.grad(y.square().sum(), [x, *model.parameters()], allow_unused=True)
        results.append([y.detach(), *gradients])
    for a, b in zip(*results, strict=True):
        assert (a is None) is (b is None)
        assert a is None or float((a - b).norm()) <= 1e-13 * float(b.norm())


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
@pytest.mark.parametrize("shape", [(32, 16), (17, 21)])
def test_single_precision_agrees_with_double(options: dict[str, Any], shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    model = MgNO(hidden_channels=24, n_layers=2, **options)
    x = torch.randn(2, 1, *shape)
    results = []
    for dtype in (torch.float32, torch.float64):
        model.to(dtype).zero_grad()
        y = model(x.to(dtype))
        y.square().sum().backward()
        results.append([y.detach(), *(p.grad.clone() for p in model.parameters() if p.grad is not None)])
    for a, b in zip(*results, strict=True):
        assert float((a.double() - b).norm()) <= 1e-5 * float(b.norm()) + 1e-12
