"""The layers against their formula, written again with the plain functions of PyTorch, gradients included."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sciml.models.mgno import CycleSettings, MgNO
from sciml.models.mgno.layer import OperatorLayer


def published(model: MgNO, x: Tensor) -> Tensor:
    """Zero padding, plain restriction, one step a level and two on the last; sizes 2^k."""
    v = x
    for layer in model.layers:
        W = dict(layer.W.named_parameters())
        f, u, kept = v, F.conv2d(v, W["levels.0.S.0.weight"], padding=1), []
        for level in range(1, model.settings.levels):
            kept.append(u)
            u = F.conv2d(u, W[f"Pi.{level - 1}.weight"], stride=2, padding=1)
            f = F.conv2d(f, W[f"R.{level - 1}.weight"], stride=2, padding=1)
            for step in range(model.settings.steps[level][0]):
                r = f - F.conv2d(u, W[f"levels.{level}.A.{step}.weight"], padding=1)
                u = u + F.conv2d(r, W[f"levels.{level}.S.{step}.weight"], padding=1)
        for level in reversed(range(model.settings.levels - 1)):
            u = kept[level] + F.conv_transpose2d(u, W[f"T.{level}.weight"], stride=2, padding=1)
        v = F.gelu(u + F.conv2d(v, layer.B.weight, layer.B.bias))
    return F.conv2d(v, model.head.weight)


@pytest.mark.parametrize("channels", [1, 3])
def test_values_and_gradients_are_those_of_the_formula(channels: int) -> None:
    torch.manual_seed(0)
    model = MgNO(channels, hidden_channels=5, n_layers=3, steps=[[1, 0]] * 3 + [[2, 0]]).double()
    x = torch.randn(2, channels, 16, 32, dtype=torch.float64, requires_grad=True)
    ours, theirs = model(x), published(model, x)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)
    g = torch.randn_like(ours)
    leaves = [x, *model.parameters()]
    gradients = [torch.autograd.grad(y, leaves, g) for y in (ours, theirs)]
    for mine, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("restriction", ["residual", "fas"])
def test_derivatives_of_layers_by_differences(restriction: str) -> None:
    torch.manual_seed(0)
    settings = CycleSettings(steps=[[1, 1], [1, 1]], restriction=restriction, boundary="periodic", bias=True)
    layer = OperatorLayer(2, 2, settings).double().to(memory_format=torch.channels_last)
    v = torch.randn(1, 2, 5, 3, dtype=torch.float64).contiguous(memory_format=torch.channels_last).requires_grad_()
    assert torch.autograd.gradcheck(layer, v)
    assert torch.autograd.gradgradcheck(layer, v)


def test_recomputed_layers_have_the_same_gradient_in_half_the_memory() -> None:
    options = {"hidden_channels": 8, "n_layers": 4, "steps": [[1, 0], [2, 0]], "boundary": "periodic"}
    gradients, kept = [], []
    x = torch.randn(2, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    for recompute in (False, True):
        torch.manual_seed(0)
        model = MgNO(recompute=recompute, **options)
        parameters = {p.untyped_storage().data_ptr() for p in model.parameters()}
        saved: dict[int, int] = {}

        def keep(t: Tensor, saved: dict[int, int] = saved, parameters: set[int] = parameters) -> Tensor:
            if t.untyped_storage().data_ptr() not in parameters:
                saved[t.untyped_storage().data_ptr()] = t.untyped_storage().nbytes()
            return t

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda t: t):
            y = model(x)
        kept.append(sum(saved.values()))
        y.square().sum().backward()
        gradients.append([p.grad for p in model.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))
    assert kept[1] < 0.5 * kept[0]


def test_inference_changes_nothing_but_its_own_tensors() -> None:
    torch.manual_seed(0)
    model = MgNO(2, hidden_channels=4, n_layers=2, steps=[[1, 1], [2, 0]], lifting=True)
    x = torch.randn(2, 2, 9, 8).contiguous(memory_format=torch.channels_last)
    before, trained = x.clone(), model(x).detach()
    with torch.inference_mode():
        assert torch.equal(model(x), model(x))
        torch.testing.assert_close(model(x), trained)
    assert torch.equal(x, before)


def test_half_precision_runs_in_autocast() -> None:
    torch.manual_seed(0)
    model = MgNO(hidden_channels=8, n_layers=2, boundary={"x": "periodic"})
    x = torch.randn(2, 1, 16, 16)
    with torch.autocast("cpu", torch.bfloat16):
        y = model(x)
    y.float().square().mean().backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
    assert (y.float() - model(x)).norm() <= 0.05 * model(x).norm()
