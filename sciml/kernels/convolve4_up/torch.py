"""Transposed convolutions of torch tensors with kernels of 4 x 4 and stride 2."""

from typing import Any

import torch
from torch import Tensor

from sciml.kernels.convolve3.torch import as_array
from sciml.kernels.convolve4_up import convolve4_up as kernel

__all__ = ["convolve4_up"]


def convolve4_up(x: Tensor, w: Tensor, base: Tensor | None = None) -> Tensor:
    """``base + conv_transpose2d(x, w, stride=2, padding=1)``, differentiable to any order.

    Parameters
    ----------
    x : Tensor of float32, shape (N, C, H, W), channels last
    w : Tensor of float32, shape (C, K, 4, 4)
        C and K multiples of 8, up to 48.
    base : Tensor like the result, optional

    Returns
    -------
    Tensor, shape (N, K, 2 H, 2 W), channels last

    Examples
    --------
    >>> x = torch.ones(1, 8, 2, 2).to(memory_format=torch.channels_last)
    >>> convolve4_up(x, torch.ones(8, 8, 4, 4))[0, 0, 1]
    tensor([16., 32., 32., 16.])
    """
    y: Tensor = _ConvolveUp.apply(x, w, base)  # type: ignore[no-untyped-call]
    return y


class _ConvolveUp(torch.autograd.Function):
    """Gradients are those of PyTorch."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, base: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, w)
        size, _, height, width = x.shape
        shape = (size, w.shape[1], 2 * height, 2 * width)
        out = torch.empty(shape, dtype=x.dtype, memory_format=torch.channels_last)
        added = None if base is None else as_array(base)
        kernel(as_array(x), as_array(w), added, out=as_array(out), threads=torch.get_num_threads())
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (x, w), g = ctx.saved_tensors, gradients[0]
        asked = [*ctx.needs_input_grad[:2], False]
        by_x, by_w, _ = torch.ops.aten.convolution_backward(
            g, x, w, None, [2, 2], [1, 1], [1, 1], True, [0, 0], 1, asked
        )
        return by_x, by_w, g if ctx.needs_input_grad[2] else None
