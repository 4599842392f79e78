"""Convolutions of torch tensors with kernels of 3 x 3, whose gradients are such convolutions again."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.grad import conv2d_input, conv2d_weight

from sciml.kernels._lanes import LANES
from sciml.kernels._stencil import Array
from sciml.kernels.convolve3 import convolve3 as kernel
from sciml.kernels.convolve3_weights import convolve3_weights

__all__ = ["as_array", "convolve3", "suits"]

# 16 channels are faster in oneDNN, which counts in sixteens; above 48 the sums of a tile leave the registers.
LEAST, MOST = 24, 48


def suits(x: Tensor, w: Tensor) -> bool:
    """Whether our convolutions take these tensors, and are faster than PyTorch with them.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    w : Tensor, shape (K, C, n, n)
    """
    return (
        x.ndim == 4 and x.dtype == torch.float32 == w.dtype and x.device.type == "cpu" == w.device.type
        and all(LEAST <= channels <= MOST and channels % LANES == 0 for channels in w.shape[:2])
        and min(x.shape[2:]) >= 8 and x.is_contiguous(memory_format=torch.channels_last)
        and not torch.is_autocast_enabled("cpu") and not torch.compiler.is_exporting()
        and not torch.compiler.is_compiling()
    )


def convolve3(x: Tensor, w: Tensor, pad: int = 1, base: Tensor | None = None, scale: float = 1.0) -> Tensor:
    """``base + scale conv2d(x, w, padding=pad)``, differentiable to any order.

    Parameters
    ----------
    x : Tensor of float32, shape (N, C, H, W), channels last
    w : Tensor of float32, shape (K, C, 3, 3)
        C and K multiples of 8, up to 48.
    pad : {0, 1, 2}
    base : Tensor like the result, optional
    scale : float

    Returns
    -------
    Tensor, shape (N, K, H + 2 pad - 2, W + 2 pad - 2), channels last

    Examples
    --------
    >>> x = torch.ones(1, 8, 4, 4).to(memory_format=torch.channels_last)
    >>> convolve3(x, torch.ones(8, 8, 3, 3))[0, 0, 0]
    tensor([32., 48., 48., 32.])
    """
    y: Tensor = _Convolve.apply(x, w, pad, base, scale)  # type: ignore[no-untyped-call]
    return y


class _Convolve(torch.autograd.Function):
    """Gradients of gradients are left to PyTorch."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, pad: int, base: Tensor | None, scale: float) -> Tensor:
        ctx.save_for_backward(x, w)
        ctx.pad, ctx.scale = pad, scale
        return _convolved(x, w, pad, base, scale)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (x, w), g, pad, scale = ctx.saved_tensors, gradients[0], ctx.pad, ctx.scale
        by_x, by_w, _, by_base, _ = ctx.needs_input_grad
        if torch.is_grad_enabled():
            gx = scale * conv2d_input(x.shape, w, g, padding=pad) if by_x else None  # type: ignore[no-untyped-call]
            gw = scale * conv2d_weight(x, w.shape, g, padding=pad) if by_w else None  # type: ignore[no-untyped-call]
            return gx, gw, None, g if by_base else None, None
        gx = _convolved(g, w, 2 - pad, None, scale, adjoint=True) if by_x else None
        gw = scale * _by_weights(x, g, pad) if by_w else None
        return gx, gw, None, g if by_base else None, None


def _convolved(x: Tensor, w: Tensor, pad: int, base: Tensor | None, scale: float, *, adjoint: bool = False) -> Tensor:
    height, width = (n + 2 * pad - 2 for n in x.shape[2:])
    out = torch.empty((len(x), w.shape[adjoint], height, width), dtype=x.dtype, memory_format=torch.channels_last)
    added, threads = None if base is None else as_array(base), torch.get_num_threads()
    kernel(as_array(x), as_array(w), pad, added, scale, adjoint=adjoint, out=as_array(out), threads=threads)
    return out


def _by_weights(x: Tensor, g: Tensor, pad: int) -> Tensor:
    found = convolve3_weights(as_array(x), as_array(g), pad, threads=torch.get_num_threads())
    return torch.from_numpy(found).permute(0, 3, 1, 2)


def as_array(x: Tensor) -> Array:
    """Channels last, as an axis too."""
    array: Array = x.detach().permute(0, 2, 3, 1).contiguous().numpy()
    return array
