"""Convolutions of 3 x 3 on tensors: gradients of both orders, and where they are used."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sciml.kernels.convolve3.torch import convolve3, suits
from sciml.kernels.convolve4_up.torch import convolve4_up


def tensors(channels: int = 24, side: int = 9, pad: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(channels + side)
    x = torch.randn(2, 24, side, side + 1, generator=generator).to(memory_format=torch.channels_last)
    w = torch.randn(channels, 24, 3, 3, generator=generator)
    base = torch.randn(2, channels, side + 2 * pad - 2, side + 2 * pad - 1, generator=generator)
    return x.requires_grad_(), w.requires_grad_(), base.requires_grad_()


def plain(x: Tensor, w: Tensor, pad: int, base: Tensor, scale: float) -> Tensor:
    return base + scale * F.conv2d(x, w, padding=pad)


def plain_up(x: Tensor, w: Tensor, base: Tensor) -> Tensor:
    return base + F.conv_transpose2d(x, w, None, 2, 1)


def assert_close(found: Any, expected: Any) -> None:
    for a, b in zip(found, expected, strict=True):
        assert float((a.detach().double() - b.detach()).norm()) <= 1e-6 * float(b.detach().norm())


@pytest.mark.parametrize("pad", [0, 1, 2])
@pytest.mark.parametrize("scale", [1.0, -1.0])
def test_gradients_of_both_orders_are_those_of_the_plain_convolution(pad: int, scale: float) -> None:
    given = tensors(pad=pad)
    exact = [part.detach().double().requires_grad_() for part in given]
    found = []
    for function, (x, w, base) in ((convolve3, given), (plain, exact)):
        y = function(x, w, pad, base, scale)
        first = torch.autograd.grad((y**2).sum(), (x, w, base))
        y = function(x, w, pad, base, scale)
        again = torch.autograd.grad((y**3).sum() / 100, (x, w), create_graph=True)
        gx, gw = (part.square().sum() / 1e4 for part in again)
        second = torch.autograd.grad(gx + gw, (x, w, base))
        found.append([y, *first, *again, *second])
    assert_close(*found)


def test_gradients_that_nobody_asks_for_are_left_out() -> None:
    x, w, _ = tensors()
    both = torch.autograd.grad(convolve3(x, w).square().sum(), (x, w))
    (by_w,) = torch.autograd.grad(convolve3(x.detach(), w).square().sum(), w)
    (by_x,) = torch.autograd.grad(convolve3(x, w.detach()).square().sum(), x)
    assert_close((by_x, by_w), both)


def test_only_what_is_faster_there_is_taken() -> None:
    x, w, _ = tensors()
    assert suits(x, w)
    assert not suits(x.detach().contiguous(), w)  # channels first
    assert not suits(x.double(), w.double())
    assert not suits(x[:, :, :, :7].contiguous(memory_format=torch.channels_last), w)  # a short side
    assert not suits(x, tensors(16)[1])
    assert not suits(x, tensors(28)[1])
    assert not suits(x, tensors(56)[1])
    with torch.autocast("cpu", torch.bfloat16):
        assert not suits(x, w)


def test_gradients_of_transposed_convolutions_are_those_of_the_plain_one() -> None:
    x, _, _ = tensors()
    generator = torch.Generator().manual_seed(1)
    w, base = torch.randn(24, 24, 4, 4, generator=generator), torch.randn(2, 24, 18, 20, generator=generator)
    found = []
    for function, dtype in ((convolve4_up, torch.float32), (plain_up, torch.float64)):
        given = [part.detach().to(dtype).requires_grad_() for part in (x, w, base)]
        y = function(*given)
        first = torch.autograd.grad((y**3).sum() / 100, given, create_graph=True)
        second = torch.autograd.grad((first[0].square().sum() + first[1].square().sum()) / 1e6, given)
        found.append([y, *first, *second])
    assert_close(*found)
