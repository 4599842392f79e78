"""Half precision: rounding, the activation by its table, and chains whose fields are of it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sciml.kernels._half import as_half, as_single, has_half
from sciml.kernels.convolve_chain.links import Group
from sciml.kernels.convolve_chain.spec import chains
from sciml.kernels.convolve_chain.torch import convolve_chain, plain
from sciml.kernels.half_curve.torch import gelu, suits


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_numbers_are_rounded_as_by_torch(x: float) -> None:
    bits = as_half(np.array([x], np.float32))
    expected = torch.tensor([x], dtype=torch.float32).to(torch.bfloat16)
    assert bits[0] == expected.view(torch.uint16).numpy()[0]
    assert as_single(bits)[0] == expected.float().item()


def test_the_table_of_gelu_is_exact_to_rounding() -> None:
    x = torch.randn(2, 3, 40, 50).mul(3).to(torch.bfloat16).to(memory_format=torch.channels_last).requires_grad_()
    assert suits(x)
    assert not suits(x.detach().contiguous())
    assert not suits(x.detach().float())
    exact = x.detach().double().requires_grad_()
    (slope,) = torch.autograd.grad(F.gelu(exact).sum(), exact)
    g = torch.randn_like(x)
    y = gelu(x)
    (by_x,) = torch.autograd.grad(y, x, g, retain_graph=True)
    assert torch.equal(y, F.gelu(exact).to(torch.bfloat16))
    torch.testing.assert_close(by_x.double(), g.double() * slope, rtol=2**-7.99, atol=1e-6)
    (again,) = torch.autograd.grad(y, x, g, create_graph=True)
    torch.testing.assert_close(again, by_x, rtol=0.02, atol=1e-3)
    assert again.requires_grad


@given(st.integers(1, 9), st.integers(1, 4), st.integers(0, 99))
def test_pairs_of_a_group_are_its_sources(points: int, entries: int, seed: int) -> None:
    sources = np.random.default_rng(seed).integers(-1, 5, (entries, points))
    found, number = Group(np.arange(points), np.arange(entries), sources).pairs()
    both = found[number].reshape(entries, -1)
    assert both[:, :points].tolist() == sources.tolist()
    assert (both[:, points:] == -1).all()
    assert len(np.unique(found, axis=0)) == len(found)


@pytest.mark.skipif(not has_half(), reason="the processor has no instructions for bfloat16")
def test_chains_in_half_precision_are_as_close_as_its_digits() -> None:
    for chain, x, weights, constants in chains(np.random.default_rng(0), "float32"):
        parts = zip(torch.split(torch.from_numpy(weights), [w.size for w in chain.weights]), chain.weights, strict=True)
        w = [part.reshape(k.rows, k.taps, k.columns).transpose(1, 2) for part, k in parts]
        given_ = [torch.from_numpy(x[..., : chain.fields[0].channels]).movedim(-1, 1), torch.from_numpy(constants), *w]
        given_ = [part.detach().clone().requires_grad_() for part in given_]
        found: list[list[Tensor]] = []
        for half in (True, False):
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                y = convolve_chain(chain, given_[0], given_[1], given_[2:], (9,)) if half else plain(
                    chain, given_[0], given_[1], given_[2:]).movedim(-1, 1)
            assert y.dtype == (torch.bfloat16 if half else torch.float32)
            generator = torch.Generator().manual_seed(0)
            g = torch.randn(y.shape, generator=generator).to(torch.bfloat16)
            found.append([y, *torch.autograd.grad(y, given_, g.to(y.dtype))])
        for a, b in zip(*found, strict=True):
            assert float((a.detach() - b.detach()).norm()) <= 0.02 * float(b.detach().norm())
