"""Layers in one, two or three dimensions."""

from typing import Any

import torch
from torch import Tensor, nn

from sciml._errors import InputError

__all__ = ["check_counts", "convolution", "coordinates", "pointwise"]

_CONVOLUTIONS: dict[int, Any] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}


def convolution(ndim: int, in_channels: int, out_channels: int, size: int, stride: int = 1) -> nn.Module:
    """A convolution without padding of its own.

    Examples
    --------
    >>> convolution(3, 2, 5, 3)(torch.zeros(1, 2, 6, 5, 4)).shape
    torch.Size([1, 5, 4, 3, 2])
    """
    layer: nn.Module = _CONVOLUTIONS[ndim](in_channels, out_channels, size, stride)
    return layer


def pointwise(ndim: int, in_channels: int, hidden: int, out_channels: int) -> nn.Module:
    """A network of two layers on the channels of each point."""
    return nn.Sequential(
        convolution(ndim, in_channels, hidden, 1), nn.GELU(), convolution(ndim, hidden, out_channels, 1)
    )


def coordinates(x: Tensor) -> Tensor:
    """Positions (i + 1/2) / n in the box, one channel an axis, for a batch (batch, channels, *spatial).

    Examples
    --------
    >>> coordinates(torch.zeros(1, 1, 4)).tolist()
    [[[0.125, 0.375, 0.625, 0.875]]]
    """
    spatial = x.shape[2:]
    along = [(torch.arange(n, dtype=x.dtype, device=x.device) + 0.5) / n for n in spatial]
    return torch.stack(torch.meshgrid(*along, indexing="ij")).expand(x.shape[0], len(spatial), *spatial)


def check_counts(**counts: int) -> None:
    """Refuse arguments that are not whole numbers >= 1.

    Raises
    ------
    InputError
        Naming the argument.
    """
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise InputError(f"{name} is {count!r}; expected a whole number >= 1")
