"""Chains of convolutions on tensors: gradients of both orders, and the tables they follow."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sciml.kernels._half import has_half
from sciml.kernels.convolve_chain.chain import Chain
from sciml.kernels.convolve_chain.links import Links
from sciml.kernels.convolve_chain.spec import example
from sciml.kernels.convolve_chain.torch import convolve_chain, plain, suits


def tensors(chain: Chain, size: int = 2) -> list[Tensor]:
    """x, constants and weights."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(size, chain.fields[0].channels, 3, 3), (chain.fields[-1].channels,)]
    for w in chain.weights:
        shapes.append((w.rows, w.columns, w.taps))
    return [torch.randn(shape, generator=generator, dtype=torch.double, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("data", [3, 8])
def test_gradients_of_both_orders_are_those_of_the_plain_chain(data: int) -> None:
    chain = example(np.random.default_rng(0), 8, data)
    found: list[list[Tensor]] = []
    for fast in (True, False):
        x, constants, *weights = given_ = tensors(chain)
        y = convolve_chain(chain, x, constants, weights, (3, 3))
        y = y if fast else plain(chain, x, constants, weights).reshape(2, 3, 3, -1).movedim(-1, 1)
        first = torch.autograd.grad((y**3).sum(), given_, retain_graph=True)
        again = torch.autograd.grad((y**3).sum(), given_, create_graph=True)
        second = torch.autograd.grad(sum(part.square().sum() for part in again), given_)
        found.append([y, *first, *again, *second])
    for a, b in zip(*found, strict=True):
        assert float((a - b).detach().norm()) <= 1e-13 * float(b.detach().norm())


def test_gradients_are_those_of_finite_differences() -> None:
    chain = example(np.random.default_rng(1), 8, 3)
    assert torch.autograd.gradcheck(
        lambda x, constants, *weights: convolve_chain(chain, x, constants, weights, (3, 3)), tensors(chain, 1),
        fast_mode=True,
    )


def test_gradients_that_nobody_asks_for_are_left_out() -> None:
    chain = example(np.random.default_rng(0), 8, 3)
    x, _, *weights = tensors(chain)
    y = convolve_chain(chain, x, None, weights, (3, 3)).square().sum()
    by_x, by_w = torch.autograd.grad(y, (x, weights[2]))
    (alone,) = torch.autograd.grad(convolve_chain(chain, x.detach(), None, weights, (3, 3)).square().sum(), weights[2])
    frozen = [w.detach() for w in weights]
    (of_x,) = torch.autograd.grad(convolve_chain(chain, x, None, frozen, (3, 3)).square().sum(), x)
    assert torch.equal(alone, by_w)
    assert torch.equal(of_x, by_x)


def test_only_what_is_computed_now_is_taken() -> None:
    x = torch.zeros(1, 8, 4, 4)
    assert suits(x, x)
    assert not suits(x, x.double())
    assert not suits(x.half(), x.half())
    with torch.autocast("cpu", torch.bfloat16):
        assert suits(x, x) is has_half()
        assert not suits(x.double(), x.double())
    with torch.autocast("cpu", torch.float16):
        assert not suits(x, x)


@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 4), st.integers(0, 40), st.integers(0, 99))
def test_groups_hold_every_link_and_every_point(points: int, sources: int, taps: int, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    target, tap, source = (rng.integers(0, n, count) for n in (points, taps, sources))
    links = Links(target, tap, source, (rng.integers(0, 2, points), rng.integers(0, 2, sources)), taps)
    for groups, n, expected in ((links.groups(), points, (target, tap, source)),
                                (links.adjoint(), sources, (source, tap, target))):
        found = [(p, t, s) for group in groups for t, row in zip(group.taps, group.sources, strict=True)
                 for p, s in zip(group.points, row, strict=True) if s >= 0]
        assert sorted(found) == sorted(zip(*expected, strict=True))
        assert sorted(p for group in groups if not group.again for p in group.points) == list(range(n))
        seen: set[int] = set()
        for group in groups:  # what adds to a point comes after what writes it
            assert not group.again or set(group.points) <= seen
            seen |= set(group.points)
