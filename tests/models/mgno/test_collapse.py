"""Coarse levels as one matrix: the same network, faster to start, and frozen."""

from typing import Any

import pytest
import torch

from sciml._errors import InputError
from sciml.models.mgno import MgNO
from sciml.models.mgno.collapse import CollapsedCycle, collapsed

STEPS = [[1, 1], [1, 0], [1, 1], [2, 0]]


def network(**arguments: Any) -> MgNO:
    torch.manual_seed(0)
    return MgNO(**{"hidden_channels": 6, "n_layers": 2, "steps": STEPS, **arguments})


@pytest.mark.parametrize("arguments", [
    {}, {"bias": True, "boundary": "periodic", "head": "cycle"}, {"restriction": "residual", "boundary": "neumann"},
    {"restriction": "fas", "location": "interior", "prolongation_kernel": 3}, {"ndim": 1},
    {"ndim": 3, "norm": "channel"}, {"boundary": {"x": "periodic", "y-": "neumann"}, "location": "node"},
])
@pytest.mark.parametrize("cells", [16, 64])
def test_it_is_the_same_network(arguments: dict[str, Any], cells: int) -> None:
    model = network(**arguments)
    fast = collapsed(model, cells)
    for shape in ((16, 17, 8), (33, 21, 9)):
        x = torch.randn(2, 1, *shape[: model.settings.ndim])
        with torch.no_grad():
            expected = model(x)
            torch.testing.assert_close(fast(x), expected, rtol=1e-5, atol=1e-5 * float(expected.abs().max()))
            torch.testing.assert_close(fast(-x), model(-x), rtol=1e-5, atol=1e-5 * float(expected.abs().max()))


def test_there_is_one_matrix_a_size_and_no_coarser_work() -> None:
    fast = collapsed(network(n_layers=1))
    (layer,) = fast.layers
    cycle = layer.W
    assert isinstance(cycle, CollapsedCycle)
    for n in (32, 32, 33):
        fast(torch.randn(1, 1, n, n))
    assert sorted(key[:2] for key in cycle.matrices) == [(2, (8, 8)), (3, (5, 5))]
    (M, constant), *_ = cycle.matrices.values()
    assert M.shape == ((6 + 1) * 64, 6 * 64)  # u has 6 channels in the first layer, f has 1
    assert not constant.any()


def test_the_model_itself_stays_trainable() -> None:
    model = network().train()
    before = [p.clone() for p in model.parameters()]
    fast = collapsed(model)
    assert not any(p.requires_grad for p in fast.parameters())
    assert all(p.requires_grad for p in model.parameters())
    with torch.no_grad():
        for p in model.parameters():
            p.zero_()
    assert all(torch.equal(p, q) for p, q in zip(fast.parameters(), before, strict=True))


def test_a_nonlinear_cycle_is_refused() -> None:
    with pytest.raises(InputError, match="not linear"):
        collapsed(network(norm="channel", norm_place="prolongation"))
