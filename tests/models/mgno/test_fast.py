"""Networks whose convolutions run in our own kernels agree with those of PyTorch."""

from typing import Any

import pytest
import torch

from sciml.models.mgno import MgNO

CASES: dict[str, dict[str, Any]] = {
    "zero": {}, "odd": {"dirichlet": "odd"}, "periodic": {"boundary": "periodic"},
    "mixed": {"boundary": {"x": "periodic", "y-": "neumann"}}, "nodes": {"boundary": "neumann", "location": "node"},
    "classical": {"restriction": "residual", "steps": [[1, 1], [1, 1], [2, 0]]}, "fas": {"restriction": "fas"},
    "transfers": {"prolongation_kernel": 3, "restriction_kernel": 4}, "interior": {"location": "interior"},
}


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
