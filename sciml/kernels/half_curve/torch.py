"""The activation gelu of bfloat16 tensors: its 65536 values are found once."""

from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from sciml.kernels._stencil import Array
from sciml.kernels.half_curve import half_curve

__all__ = ["gelu", "suits"]


def suits(x: Tensor) -> bool:
    """Whether the table takes this tensor: bfloat16 with channels last, on the CPU, to be computed now."""
    now = not (torch.compiler.is_exporting() or torch.compiler.is_compiling()
               or torch._C._are_functorch_transforms_active())
    return now and x.dtype == torch.bfloat16 and x.device.type == "cpu" and x.movedim(1, -1).is_contiguous()


def gelu(x: Tensor) -> Tensor:
    """``torch.nn.functional.gelu``, half a unit in the last place from the exact value at most.

    Parameters
    ----------
    x : Tensor of bfloat16, shape (N, C, *spatial), channels last

    Examples
    --------
    >>> x = torch.linspace(-2, 2, 5, dtype=torch.bfloat16).reshape(1, 1, 5)
    >>> bool(torch.equal(gelu(x), F.gelu(x)))
    True
    """
    y: Tensor = _Gelu.apply(x)  # type: ignore[no-untyped-call]
    return y


class _Gelu(torch.autograd.Function):
    """Gradients of gradients are left to PyTorch."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return _tensor(half_curve(_bits(x), tables()[0], threads=torch.get_num_threads()))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (x,), g = ctx.saved_tensors, gradients[0]
        if torch.is_grad_enabled():
            again: Tensor = torch.autograd.grad(F.gelu(x), x, g, create_graph=True)[0]
            return again
        return _tensor(half_curve(_bits(x), tables()[1], _bits(g), threads=torch.get_num_threads()))


@cache
def tables() -> tuple[Array, Array]:
    """Values rounded from double precision, and slopes, by the bits of the argument."""
    bits = torch.arange(2**16, dtype=torch.int32).to(torch.uint16)
    x = bits.view(torch.bfloat16).double()
    # y = x P(x) with the normal distribution P, so that y' = P + x P'.
    slope = torch.special.erfc(-x / 2**0.5) / 2 + x * torch.exp(-x * x / 2) / (2 * torch.pi) ** 0.5
    return F.gelu(x).to(torch.bfloat16).view(torch.uint16).numpy(), slope.float().numpy()


def _bits(x: Tensor) -> Array:
    bits: Array = x.detach().movedim(1, -1).contiguous().view(torch.uint16).numpy()
    return bits


def _tensor(bits: Array) -> Tensor:
    return torch.from_numpy(bits).view(torch.bfloat16).movedim(-1, 1)
