"""A U-Net on grids of any size, padded by the boundary conditions."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from sciml._errors import InputError
from sciml.models._crop import crop
from sciml.models._layers import check_counts, convolution
from sciml.models._padding import BoundaryKinds, Location, pad, side_kinds
from sciml.models._pretrained import Pretrained

__all__ = ["UNet"]


class UNet(Pretrained):
    """Convolutions on a pyramid of grids, with links between equal sizes on the way down and up.

    n points become ceil(n / 2) on the next level, by convolutions of stride 2; on the way up each value is repeated and
    the surplus of an odd size cut off. Every convolution is padded by the boundary conditions, so a periodic network
    commutes with shifts by 2^n_layers points.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of input and output.
    hidden_channels : int
        Channels on the finest level; each coarser one has twice as many.
    n_layers : int
        Times the grid is halved.
    ndim : int
        1, 2 or 3.
    boundary : str or mapping of side to str
        dirichlet, neumann or periodic, for all sides or by side ("x-") and axis ("x"); others are refused.
    location : {"cell", "node"}
        Where values sit, which decides about ghost values at neumann sides.

    Raises
    ------
    InputError
        If an argument is out of range, or a boundary condition is none that padding can honour.

    References
    ----------
    O. Ronneberger, P. Fischer and T. Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015.

    Examples
    --------
    >>> model = UNet(1, 1, hidden_channels=4, n_layers=2, boundary={"x": "periodic", "y": "neumann"})
    >>> model(torch.zeros(2, 1, 12, 7)).shape
    torch.Size([2, 1, 12, 7])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        hidden_channels: int = 32,
        n_layers: int = 3,
        ndim: int = 2,
        boundary: BoundaryKinds = "dirichlet",
        location: Location = "cell",
    ) -> None:
        super().__init__()
        check_counts(
            in_channels=in_channels, out_channels=out_channels, hidden_channels=hidden_channels, n_layers=n_layers
        )
        if ndim not in (1, 2, 3) or location not in ("cell", "node"):
            raise InputError(f"ndim {ndim} on {location}s; expected 1, 2 or 3 on cells or nodes (cell, node)")
        kinds = side_kinds(boundary, ndim)
        self.config = {
            "in_channels": in_channels, "out_channels": out_channels, "hidden_channels": hidden_channels,
            "n_layers": n_layers, "ndim": ndim, "location": location,
            "boundary": boundary if isinstance(boundary, str) else dict(boundary),
        }

        def block(before: int, after: int) -> nn.Module:
            return nn.Sequential(*(
                part
                for c in (before, after)
                for part in (Padded(ndim, c, after, kinds, location), _norm(after), nn.GELU())
            ))

        widths = [hidden_channels * 2**level for level in range(n_layers + 1)]
        self.first = block(in_channels, widths[0])
        self.halvings = nn.ModuleList(Padded(ndim, a, a, kinds, location, stride=2) for a in widths[:-1])
        self.down = nn.ModuleList(block(a, b) for a, b in pairwise(widths))
        self.up = nn.ModuleList(block(a + b, a) for a, b in pairwise(widths))
        self.last = convolution(ndim, widths[0], out_channels, 1)

    @property
    def smallest_side(self) -> int:
        """Points along an axis from which on the coarsest level has more than one; exported networks need them."""
        return int(2 ** len(self.halvings)) + 1

    def forward(self, x: Tensor) -> Tensor:
        """Output fields, shape (batch, out_channels, *spatial), for (batch, in_channels, *spatial)."""
        x = self.first(x)
        passed = []
        for halve, down in zip(self.halvings, self.down, strict=True):
            passed.append(x)
            x = down(halve(x))
        for up in reversed(self.up):
            fine = passed.pop()
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = up(torch.cat((fine, crop(x, fine.shape[2:])), 1))
        y: Tensor = self.last(x)
        return y


class Padded(nn.Module):
    """A convolution of size 3 whose ghost values follow the boundary conditions."""

    def __init__(
        self, ndim: int, in_channels: int, out_channels: int, kinds: tuple[tuple[str, str], ...], location: Location,
        stride: int = 1,
    ) -> None:
        super().__init__()
        self.kinds, self.location = kinds, location
        self.convolution = convolution(ndim, in_channels, out_channels, 3, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Pad and convolve."""
        y: Tensor = self.convolution(pad(x, self.kinds, self.location))
        return y


def _norm(channels: int) -> nn.Module:
    """Statistics of a sample over all points, in up to 8 groups of channels: independent of resolution and batch."""
    groups = next(g for g in (8, 4, 2, 1) if channels % g == 0)
    return nn.GroupNorm(groups, channels)
