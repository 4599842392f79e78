"""The network that succeeded DCDM: linear in the residual, on a pyramid of grids, with kernels made of the geometry."""

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from sciml._errors import InputError
from sciml.models._crop import crop
from sciml.models._layers import check_counts, convolution
from sciml.models._pretrained import Pretrained

__all__ = ["Coefficients", "ConditionedDCDM"]

_POOLS: dict[int, Any] = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}
_MODES = {1: "linear", 2: "bilinear", 3: "trilinear"}
IMAGES = 3  # air, fluid, not solid


class Coefficients(NamedTuple):
    """What the network makes of a geometry.

    pre, post : list of Tensor, one a grid, finest first, each (batch, 3^ndim, *spatial): the kernel of every cell
    bottom : Tensor, the same on the coarsest grid
    scales : list of (Tensor, Tensor), each (batch, 1, *[1] * ndim): shares of a grid and of those below it
    """

    pre: list[Tensor]
    post: list[Tensor]
    bottom: Tensor
    scales: list[tuple[Tensor, Tensor]]


class ConditionedDCDM(Pretrained):
    """Search directions by products with 3 x 3 x 3 kernels that differ from cell to cell, on a pyramid of grids.

    On the way down the field is multiplied by the kernels of its grid and averaged over 2 x 2 x 2 cells; on the way up
    it is interpolated, multiplied by other kernels, and added to what was left there. The kernel of a cell is an affine
    function of the geometry in the 27 cells around it, the shares in the sums one of the geometry as a whole. So the
    direction is linear in the residual.

    Parameters
    ----------
    n_layers : int
        Times the grid is halved: 20,582 parameters for 4 and 25,174 for 5 in three dimensions.
    ndim : int
        1, 2 or 3.

    Raises
    ------
    InputError
        If an argument is out of range.

    Notes
    -----
    Geometry comes as three images of zeros and ones: air (cells of value 0), fluid, and all that is not solid. Beyond
    the box all three are 0, also where fields are padded to multiples of 2^n_layers cells. The map is not symmetric,
    so it is one for `Directions` or `FCG`, not for `PCG`.

    References
    ----------
    K. W. Lan, E. Gueidon, A. Kaneda, J. Panetta and J. Teran, "A Neural-Preconditioned Poisson Solver for Mixed
    Dirichlet and Neumann Boundary Conditions", ICML 2024.

    Examples
    --------
    >>> model = ConditionedDCDM(4)
    >>> sum(weight.numel() for weight in model.parameters())
    20582
    >>> model(torch.zeros(2, 1, 8, 7, 6)).shape
    torch.Size([2, 1, 8, 7, 6])
    """

    def __init__(self, n_layers: int = 4, ndim: int = 3) -> None:
        super().__init__()
        check_counts(n_layers=n_layers)
        if ndim not in _POOLS:
            raise InputError(f"ndim is {ndim!r}; expected 1, 2 or 3")
        self.config = {"n_layers": n_layers, "ndim": ndim}
        self.ndim, self.n_layers = ndim, n_layers

        def kernels(count: int) -> nn.ModuleList:
            return nn.ModuleList(convolution(ndim, IMAGES, 3**ndim, 3) for _ in range(count))

        self.pre, self.post, self.bottom = kernels(n_layers), kernels(n_layers), kernels(1)[0]
        self.own, self.below = (
            nn.ModuleList(convolution(ndim, IMAGES, 1, 3) for _ in range(n_layers)) for _ in range(2)
        )
        for share in (*self.own, *self.below):
            _averaged(share, convolution(ndim, IMAGES, 27, 3))

    def coefficients(self, images: Tensor) -> Coefficients:
        """Kernels and shares of a geometry, to be kept as long as it stays.

        Parameters
        ----------
        images : Tensor, shape (batch, 3, *spatial)
            Ones in cells that are air, fluid, and not solid.
        """
        images = self._padded(images)
        pyramid = [images]
        for _ in range(self.n_layers):
            pyramid.append(_POOLS[self.ndim](pyramid[-1], 2))
        pre, post = (
            [self._of(layer, image) for layer, image in zip(layers, pyramid, strict=False)]
            for layers in (self.pre, self.post)
        )
        axes = tuple(range(2, 2 + self.ndim))
        scales = [
            (self._of(own, image).mean(axes, keepdim=True), self._of(below, image).mean(axes, keepdim=True))
            for own, below, image in zip(self.own, self.below, pyramid, strict=False)
        ]
        return Coefficients(pre, post, self._of(self.bottom, pyramid[-1]), scales)

    def directions(self, coefficients: Coefficients, r: Tensor) -> Tensor:
        """Directions (batch, 1, *spatial) for residuals of the same shape and a geometry that is known."""
        x, kept = self._padded(r), []
        for kernel in coefficients.pre:
            kept.append(_multiplied(kernel, x))
            x = _POOLS[self.ndim](kept[-1], 2)
        x = _multiplied(coefficients.bottom, x)
        for kernel, (own, below), fine in reversed(
            list(zip(coefficients.post, coefficients.scales, kept, strict=True))
        ):
            x = functional.interpolate(x, scale_factor=2.0, mode=_MODES[self.ndim], align_corners=False)
            x = own * fine + below * _multiplied(kernel, x)
        return crop(x, r.shape[2:])

    def forward(self, r: Tensor, images: Tensor | None = None) -> Tensor:
        """Directions (batch, 1, *spatial) for residuals of the same shape; without images all cells are fluid."""
        if images is None:
            images = torch.ones_like(r[:1]).expand(1, IMAGES, *r.shape[2:]).clone()
            images[:, 0] = 0.0
        return self.directions(self.coefficients(images), r)

    def _padded(self, x: Tensor) -> Tensor:
        step = 2**self.n_layers
        return functional.pad(x, [k for n in reversed(x.shape[2:]) for k in (0, -n % step)])

    def _of(self, layer: nn.Module, images: Tensor) -> Tensor:
        made: Tensor = layer(functional.pad(images, (1, 1) * self.ndim))
        return made


def _multiplied(kernel: Tensor, x: Tensor) -> Tensor:
    """Sum over the offsets o of K_i(o) x_{i + o}, 0 beyond the box."""
    spatial: Sequence[int] = x.shape[2:]
    padded = functional.pad(x, (1, 1) * len(spatial))
    y = torch.zeros_like(x)
    for k, offset in enumerate(product(range(3), repeat=len(spatial))):
        window = padded
        for axis, (o, n) in enumerate(zip(offset, spatial, strict=True), start=2):
            window = window.narrow(axis, o, n)
        y = y + kernel[:, k : k + 1] * window
    return y


def _averaged(share: nn.Module, drawn: nn.Module) -> None:
    """Published initial shares: means over 27 draws of a layer."""
    with torch.no_grad():
        for mine, others in zip(share.parameters(), drawn.parameters(), strict=True):
            mine.copy_(others.mean(0, keepdim=True))
