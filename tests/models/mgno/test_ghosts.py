"""Fields continued past their sides: values against PyTorch's own padding, gradients by the definition."""

from itertools import product

import pytest
import torch
import torch.nn.functional as F

from sciml.models.mgno.ghosts import _gathered, extend, extended
from sciml.models.mgno.sides import Axis, Side

GHOSTS = ("zero", "odd", "reflect", "replicate", "wrap")
MODES = {"zero": "constant", "reflect": "reflect", "replicate": "replicate", "wrap": "circular"}
LAYOUTS = (torch.contiguous_format, torch.channels_last)


def axis(left: str, right: str) -> Axis:
    return Axis(Side(left), Side(right))  # type: ignore[arg-type]


@pytest.mark.parametrize("ghost", MODES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_equal_sides_are_the_paddings_of_pytorch(ghost: str, layout: torch.memory_format) -> None:
    x = torch.randn(2, 3, 5, 4).contiguous(memory_format=layout)
    ours = extended(x, [axis(ghost, ghost)] * 2, ((1, 1), (1, 1)))
    assert torch.equal(ours, F.pad(x, (1, 1, 1, 1), mode=MODES[ghost]))
    assert ours.is_contiguous(memory_format=layout)


def test_the_odd_continuation_vanishes_on_the_face() -> None:
    x = torch.randn(1, 1, 4)
    y = extended(x, [axis("odd", "odd")], ((1, 2),))[0, 0]
    assert torch.equal(y[0], -y[1])
    assert torch.equal(y[5:], -x[0, 0, 2:].flip(0))


@pytest.mark.parametrize(("left", "right"), list(product(GHOSTS, GHOSTS)))
def test_one_copy_equals_gathering_and_has_its_gradient(left: str, right: str) -> None:
    if (left == "wrap") != (right == "wrap"):
        left = right = "wrap"
    axes, widths = [axis(left, right), axis("reflect", "odd")], ((1, 2), (1, 1))
    x = torch.randn(2, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    ours = extended(x, axes, widths)
    ghosts = tuple((a.left.ghost, a.right.ghost) for a in axes)
    plain = _gathered(x, ghosts, widths)
    assert torch.equal(ours, plain)
    g = torch.randn_like(ours)
    mine, theirs = (torch.autograd.grad(y, x, g, retain_graph=True)[0] for y in (ours, plain))
    torch.testing.assert_close(mine, theirs, rtol=1e-14, atol=1e-14)


def test_second_derivatives_exist() -> None:
    x = torch.randn(1, 1, 3, 4, dtype=torch.float64, requires_grad=True)
    axes = [axis("wrap", "wrap"), axis("replicate", "zero")]
    assert torch.autograd.gradgradcheck(lambda v: extended(v, axes, ((1, 1), (1, 1))) ** 2, x)


def test_zeros_on_both_sides_are_left_to_the_convolution() -> None:
    x = torch.randn(1, 1, 4, 4)
    same, zeros = extend(x, [axis("zero", "zero")] * 2, ((1, 1), (1, 1)))
    assert same is x
    assert zeros == [1, 1]
    wider, zeros = extend(x, [axis("zero", "zero"), axis("zero", "reflect")], ((1, 1), (1, 1)))
    assert wider.shape == (1, 1, 4, 6)
    assert zeros == [1, 0]
