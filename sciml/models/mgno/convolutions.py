"""Convolutions of a cycle: at one level, down to the next coarser one, and back up.

One form of transfer serves every size. Restriction puts coarse point j at fine point 2 j (2 j + 1 where the boundary
node is no unknown, between 2 j and 2 j + 1 for kernels of 4). Prolongation is the transposed convolution over the
whole line, on coarse values that were continued past the sides like all other fields; what lies outside the
fine box is then cut off. The box is that of the fine field, so the parity of its sizes plays no part in the kernels;
continuing by wrapped values makes the transfer exactly periodic; and export cuts by indices, whose number is the
fine size by construction, so that sizes stay free (slices of a doubled size are only accepted for
multiples of a power of two). Where the fine sizes are even nothing is copied.
"""

from collections.abc import Callable, Sequence
from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from sciml.kernels.convolve3.torch import convolve3, suits
from sciml.kernels.convolve4_up.torch import convolve4_up
from sciml.models._crop import crop
from sciml.models.mgno.ghosts import Widths, extend
from sciml.models.mgno.recorded import Recorded, line, prolonging
from sciml.models.mgno.sides import Axis

__all__ = ["Local", "Prolongation", "Restriction"]

PLAIN = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
CONVOLVE: dict[int, Callable[..., Tensor]] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
SPREAD: dict[int, Callable[..., Tensor]] = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


class _Padded(nn.Module):
    """A convolution over a field that is continued past each side by its own rule."""

    def __init__(
        self, channels: tuple[int, int], axes: Sequence[Axis], kernel: int, stride: int, widths: Widths, bias: bool
    ) -> None:
        super().__init__()
        model = PLAIN[len(axes)](*channels, kernel, bias=bias)  # brings its initial values
        self.weight = model.weight
        self.bias = cast(nn.Parameter | None, model.bias)
        self.axes, self.stride, self.widths = tuple(axes), stride, widths

    def forward(self, x: Tensor) -> Tensor:
        if isinstance(x, Recorded):
            return cast(Tensor, self._noted(x))
        x, inside = extend(x, self.axes, self.widths)
        return CONVOLVE[len(inside)](x, self.weight, self.bias, self.stride, inside)

    def _noted(self, x: Recorded, base: Recorded | None = None, sign: int = 1) -> Recorded:
        kernel = self.weight.shape[2]
        shape = [n if self.stride == 1 else axis.coarsened(n, kernel)
                 for axis, n in zip(self.axes, x.shape[2:], strict=True)]
        axes = (line(axis, n, points, kernel, self.stride, width[0])
                for axis, n, points, width in zip(self.axes, x.shape[2:], shape, self.widths, strict=True))
        links = x.recorder.links((self.stride, self.axes, kernel, x.shape[2:]), axes)
        return x.convolved(self, links, shape, base, sign=sign)


class Local(_Padded):
    """Kernels of 3 a side at one level: the A and S of a cycle, with what follows them.

    Parameters
    ----------
    in_channels, out_channels : int
    axes : sequence of Axis
    bias : bool
    """

    def __init__(self, in_channels: int, out_channels: int, axes: Sequence[Axis], *, bias: bool = False) -> None:
        super().__init__((in_channels, out_channels), axes, 3, 1, ((1, 1),) * len(axes), bias)

    def forward(self, x: Tensor, base: Tensor | None = None, *, minus: bool = False) -> Tensor:
        """A x, or base + A x, or base - A x."""
        if isinstance(x, Recorded):
            return cast(Tensor, self._noted(x, cast(Recorded | None, base), -1 if minus else 1))
        if self.bias is None and suits(x, self.weight):
            wider, inside = extend(x, self.axes, self.widths)
            if inside[0] == inside[1]:
                return convolve3(wider, self.weight, inside[0], base, -1.0 if minus else 1.0)
        y = super().forward(x)
        if base is None:
            return y
        # In place: no convolution needs its own output for the gradient, and large new tensors cost page faults.
        return base - y if minus else y.add_(base)


class Restriction(_Padded):
    """Every second point (kernel 3), or the middle of every two (kernel 4)."""

    def __init__(self, in_channels: int, out_channels: int, axes: Sequence[Axis], *, kernel: int = 3) -> None:
        # With kernels of 4 the second layer after the end is read for odd sizes only.
        of_nodes = tuple((int(not axis.left.inner), int(not axis.right.inner)) for axis in axes)
        widths = of_nodes if kernel == 3 else ((1, 2),) * len(axes)
        super().__init__((in_channels, out_channels), axes, kernel, 2, widths, bias=False)


class Prolongation(nn.Module):
    """Transposed convolution to the next finer level, of any size.

    Parameters
    ----------
    in_channels, out_channels : int
    axes : sequence of Axis
    kernel : {3, 4}
        Fine points a coarse one reaches: 2 j - 1 to 2 j + 1, or to 2 j + 2 (from 2 j on where the boundary node is
        no unknown).
    """

    def __init__(self, in_channels: int, out_channels: int, axes: Sequence[Axis], *, kernel: int = 4) -> None:
        super().__init__()
        self.weight = TRANSPOSED[len(axes)](in_channels, out_channels, kernel, bias=False).weight
        self.axes = tuple(axes)
        layers = [int({axis.left.ghost, axis.right.ghost} != {"zero"}) for axis in axes]
        self.widths = tuple((layer, layer) for layer in layers)
        # Index of fine point 0 on the whole line.
        starts = [2 * layer + int(not axis.left.inner) for layer, axis in zip(layers, axes, strict=True)]
        self.cut = [0 if axis.right.inner else start for start, axis in zip(starts, axes, strict=True)]
        self.first = [start - cut for start, cut in zip(starts, self.cut, strict=True)]
        self.more = 4 - kernel

    def forward(self, e: Tensor, shape: Sequence[int], base: Tensor | None = None) -> Tensor:
        """Values on a finer level of `shape`, from `e` on the coarser one, added to `base`."""
        if isinstance(e, Recorded):
            return cast(Tensor, self._noted(e, shape, cast(Recorded | None, base)))
        if self.doubles(e, shape):
            return convolve4_up(e, self.weight, base)
        fine = self._spread(e, shape)
        return fine if base is None else fine.add_(base)

    def doubles(self, e: Tensor, shape: Sequence[int]) -> bool:
        """Whether there is a faster way for these fields."""
        plain = self.cut == [1, 1] and self.first == [0, 0] and self.more == 0 and not any(map(any, self.widths))
        return plain and suits(e, self.weight) and tuple(shape) == tuple(2 * n for n in e.shape[2:])

    def _noted(self, e: Recorded, shape: Sequence[int], base: Recorded | None) -> Recorded:
        kernel = self.weight.shape[2]
        axes = (prolonging(*given, kernel) for given in zip(self.axes, e.shape[2:], shape, strict=True))
        links = e.recorder.links(("up", self.axes, kernel, tuple(shape)), axes)
        return e.convolved(self, links, shape, base, turned=True)

    def _spread(self, e: Tensor, shape: Sequence[int]) -> Tensor:
        e = extend(e, self.axes, self.widths)[0] if any(map(any, self.widths)) else e
        fine = SPREAD[len(self.axes)](e, self.weight, None, 2, self.cut, self.more)
        return crop(fine, shape, self.first)
