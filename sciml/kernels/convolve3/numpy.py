"""Readable reference of convolutions with kernels of 3 x 3, channels last."""

import numpy as np

from sciml.kernels._stencil import Array

__all__ = ["convolve3", "windows"]


def windows(x: Array, pad: int) -> Array:
    """View (N, H + 2 pad - 2, W + 2 pad - 2, C, 3, 3) of the 3 x 3 points around each."""
    padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    found: Array = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))
    return found


def convolve3(
    x: Array, w: Array, pad: int = 1, base: Array | None = None, scale: float = 1.0, *, adjoint: bool = False
) -> Array:
    """``base + scale w * x``."""
    if adjoint:
        w = w[:, ::-1, ::-1].transpose(3, 1, 2, 0)
    y: Array = (0 if base is None else base) + scale * np.einsum("nhwcij,kijc->nhwk", windows(x, pad), w)
    return y
