"""Chains of convolutions of torch tensors, differentiable to any order."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sciml.kernels._half import has_half
from sciml.kernels._stencil import Array
from sciml.kernels.convolve_chain import convolve_chain as kernel
from sciml.kernels.convolve_chain.chain import Chain, pitch
from sciml.kernels.convolve_chain.links import Links
from sciml.kernels.convolve_chain_gradient import convolve_chain_gradient

__all__ = ["convolve_chain", "suits"]


def suits(x: Tensor, w: Tensor) -> bool:
    """Whether a chain takes these tensors: on the CPU, to be computed and not to be traced, of one precision.

    Where automatic casts to bfloat16 are on, and the processor has instructions for it, fields are of that precision
    and weights of float32.
    """
    now = not (torch.compiler.is_exporting() or torch.compiler.is_compiling()
               or torch._C._are_functorch_transforms_active())
    if torch.is_autocast_enabled("cpu"):
        half = torch.get_autocast_dtype("cpu") == torch.bfloat16 and w.dtype == torch.float32 and has_half()
        fits = half and x.dtype in (torch.float32, torch.bfloat16)
    else:
        fits = x.dtype == w.dtype and x.dtype in (torch.float32, torch.float64)
    return now and fits and x.device.type == "cpu" == w.device.type


def convolve_chain(
    chain: Chain, x: Tensor, constants: Tensor | None, weights: Sequence[Tensor], shape: Sequence[int]
) -> Tensor:
    """The last field of a chain, in the precision of `x`; bfloat16 where automatic casts to it are on.

    Parameters
    ----------
    chain : Chain
    x : Tensor of float32, float64 or bfloat16, shape (N, C, *spatial)
    constants : Tensor, shape (K,), optional
        Default 0.
    weights : sequence of Tensor
        (K, C, *kernel), or (C, K, *kernel) where they are turned.
    shape : sequence of int
        Of the last field.

    Returns
    -------
    Tensor, shape (N, K, *shape), channels last
    """
    x = x.to(torch.bfloat16) if torch.is_autocast_enabled("cpu") else x
    if torch.is_grad_enabled():
        y: Tensor = _Chain.apply(chain, x, constants, tuple(shape), *weights)  # type: ignore[no-untyped-call]
        return y
    return _forward(chain, by_points(x), constants, tuple(shape), _flat(weights), None)


class _Chain(torch.autograd.Function):
    """Gradients of gradients are left to PyTorch."""

    @staticmethod
    def forward(
        ctx: Any, chain: Chain, x: Tensor, constants: Tensor | None, shape: tuple[int, ...], *weights: Tensor
    ) -> Tensor:
        points, flat = by_points(x), _flat(weights)
        kept = points.new_empty((len(x), chain.kept))
        ctx.save_for_backward(x, constants, points, flat, kept, *weights)
        ctx.chain = chain
        return _forward(chain, points, constants, shape, flat, kept)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, constants, points, flat, kept, *weights = ctx.saved_tensors
        _, wants_x, wants_constants, _, *wants = ctx.needs_input_grad
        if torch.is_grad_enabled():
            return _again(ctx.chain, x, constants, weights, gradients[0], ctx.needs_input_grad)
        g = by_points(gradients[0])
        by_x = torch.empty_like(points) if wants_x else None
        found = convolve_chain_gradient(
            ctx.chain, as_array(points), flat.numpy(), as_array(kept), as_array(g),
            by_x=None if by_x is None else as_array(by_x), threads=torch.get_num_threads(),
        )
        by_flat, by_constants = (torch.from_numpy(part) for part in found)
        parts = torch.split(by_flat, [w.numel() for w in weights])
        by_weights = [_as_weight(*pair) if want else None for want, *pair in zip(wants, parts, weights, strict=True)]
        gx = None if by_x is None else by_x[..., : x.shape[1]].reshape(len(x), *x.shape[2:], -1).movedim(-1, 1)
        return None, gx, by_constants[: len(constants)] if wants_constants else None, None, *by_weights


def _forward(
    chain: Chain, points: Tensor, constants: Tensor | None, shape: tuple[int, ...], flat: Tensor, kept: Tensor | None
) -> Tensor:
    channels = pitch(chain.fields[-1].channels)
    out = points.new_empty((len(points), *shape, channels))
    added = flat.new_zeros(channels) if constants is None else constants.detach()
    kernel(
        chain, as_array(points), flat.numpy(), added.numpy(), kept=None if kept is None else as_array(kept),
        out=as_array(out).reshape(len(points), -1, channels), threads=torch.get_num_threads(),
    )
    return out.movedim(-1, 1)


def as_array(x: Tensor) -> Array:
    """Without a copy; bfloat16 as the same bits."""
    array: Array = x.view(torch.uint16).numpy() if x.dtype == torch.bfloat16 else x.numpy()
    return array


def by_points(x: Tensor) -> Tensor:
    """(N, points, channels), a view where channels come last and fill whole lanes."""
    rows = x.detach().movedim(1, -1).flatten(1, -2)
    missing = pitch(x.shape[1]) - x.shape[1]
    if not missing:
        return rows.contiguous()
    wide = rows.new_zeros((*rows.shape[:2], pitch(x.shape[1])))
    wide[..., : x.shape[1]] = rows
    return wide


def _flat(weights: Sequence[Tensor]) -> Tensor:
    return torch.cat([w.detach().movedim(1, -1).reshape(-1) for w in weights])


def _as_weight(part: Tensor, w: Tensor) -> Tensor:
    return part.view(w.shape[0], *w.shape[2:], w.shape[1]).movedim(-1, 1)


def _again(
    chain: Chain, x: Tensor, constants: Tensor | None, weights: list[Tensor], g: Tensor, wants: Sequence[bool]
) -> tuple[Tensor | None, ...]:
    """Gradients that can be differentiated."""
    given = [None, x, constants, None, *weights]
    y = plain(chain, x.to(weights[0].dtype), constants, weights)
    asked = [t for t, want in zip(given, wants, strict=True) if want and t is not None]
    found = iter(torch.autograd.grad(y, asked, g.to(y.dtype).movedim(1, -1).flatten(1, -2), create_graph=True))
    return tuple(next(found) if want else None for want in wants)


def plain(chain: Chain, x: Tensor, constants: Tensor | None, weights: Sequence[Tensor]) -> Tensor:
    """The chain by PyTorch's own operations, (N, points, K)."""
    fields: dict[int, Tensor] = {0: x.movedim(1, -1).flatten(1, -2)}
    for step in chain.steps:
        w = weights[step.weight].flatten(2)
        matrices = w.permute(2, 0, 1) if chain.weights[step.weight].turned else w.permute(2, 1, 0)
        y = step.sign * _mapped(fields[step.source], matrices, step.links)
        y = y if step.base is None else fields[step.base] + y
        fields[step.target] = y + constants if step.constant and constants is not None else y
    return fields[len(chain.fields) - 1]


def _mapped(x: Tensor, matrices: Tensor, links: Links) -> Tensor:
    """Sums over entries (tap, C, K) of gathered points."""
    points = len(links.kinds[0])
    target, tap, source = (torch.from_numpy(part) for part in (links.target, links.tap, links.source))
    total = x.new_zeros((len(x), points, matrices.shape[2]))
    for t in range(links.taps):
        chosen = torch.nonzero(tap == t)[:, 0]
        total = total.index_add(1, target[chosen], x[:, source[chosen]] @ matrices[t])
    return total

