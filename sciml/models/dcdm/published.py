"""The two published networks of the deep conjugate direction method, and their linear variants."""

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from torch import Tensor, nn
from torch.nn import functional

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.models._crop import crop
from sciml.models._layers import check_counts
from sciml.models._pretrained import Pretrained

__all__ = ["NETWORKS", "Network", "PublishedDCDM"]

Network: TypeAlias = Literal["64", "128"]

# Pairs of convolutions on the fine grid, on the coarse one, and on the fine one again; named after the size of the cube
# each was trained on.
NETWORKS: dict[str, tuple[int, int, int]] = {"64": (2, 3, 2), "128": (3, 5, 3)}

_CONVOLUTIONS: dict[int, Any] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
_POOLS: dict[int, Any] = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}


class PublishedDCDM(Pretrained):
    """A residual network on two grids: a residual of norm 1 in, a search direction out.

    Convolutions of size 3 with zeros beyond the box, in pairs with a link around each; one averaging over 2 x 2 x 2
    cells on the way down, each value repeated on the way up. It sees the residual only: neither obstacles nor boundary
    conditions. Odd sizes are padded by zeros.

    Parameters
    ----------
    network : {"64", "128"}
        Which of the two, after the edge of the cube it was published for; either runs on any size.
    hidden_channels : int
        16 as published: 97,457 and 152,881 parameters in three dimensions.
    linear : bool
        Without activations and biases: the direction is then linear in the residual.
    ndim : int
        1, 2 or 3.

    Raises
    ------
    InputError
        If an argument is out of range.

    Notes
    -----
    Weights are drawn as in the published code, uniform after Glorot with biases of 0. With ReLU and biases f(-r) is not
    -f(r) and f(s r) is not s f(r), which is why residuals are scaled to norm 1. One coarsening lets information travel
    no further than some 20 cells, whatever the grid.

    References
    ----------
    A. Kaneda, O. Akar, J. Chen, V. A. T. Kala, D. Hyde and J. Teran, "A Deep Conjugate Direction Method for
    Iteratively Solving Linear Systems", ICML 2023.

    Examples
    --------
    >>> import torch
    >>> model = PublishedDCDM("64")
    >>> sum(weight.numel() for weight in model.parameters())
    97457
    >>> model(torch.zeros(2, 1, 8, 7, 6)).shape
    torch.Size([2, 1, 8, 7, 6])
    """

    def __init__(
        self, network: Network = "64", hidden_channels: int = 16, linear: bool = False, ndim: int = 3
    ) -> None:
        super().__init__()
        check_counts(hidden_channels=hidden_channels)
        if network not in NETWORKS:
            raise InputError(f"network is '{network}'; use {' or '.join(NETWORKS)}{nearest(str(network), NETWORKS)}")
        if ndim not in _CONVOLUTIONS or not isinstance(linear, bool):
            raise InputError(f"ndim is {ndim!r} and linear {linear!r}; expected 1, 2 or 3, and true or false")
        self.config = {"network": network, "hidden_channels": hidden_channels, "linear": linear, "ndim": ndim}
        self.linear, self.pool = linear, _POOLS[ndim]

        def convolution(given: int, made: int, size: int = 3) -> nn.Module:
            layer: nn.Module = _CONVOLUTIONS[ndim](given, made, size, padding="same", bias=not linear)
            return layer

        self.stem = convolution(1, hidden_channels)
        self.fine, self.coarse, self.tail = (
            nn.ModuleList(convolution(hidden_channels, hidden_channels) for _ in range(2 * pairs))
            for pairs in NETWORKS[network]
        )
        self.last = convolution(hidden_channels, 1, 1)
        self.apply(_initialised)

    def forward(self, r: Tensor) -> Tensor:
        """Directions (batch, 1, *spatial) for residuals of the same shape."""
        spatial = r.shape[2:]
        a, b = None, self.stem(functional.pad(r, [k for n in reversed(spatial) for k in (0, n % 2)]))
        for first, second in _pairs(self.fine):
            a = self._activated(first(b)) if a is None else self._activated(first(b)) + a
            b = self._activated(second(a))
        a = self._linked(self.coarse, self.pool(b, 2))
        a = functional.interpolate(a, scale_factor=2.0, mode="nearest") + b
        return crop(self.last(self._linked(self.tail, a)), spatial)

    def _linked(self, layers: nn.ModuleList, a: Tensor) -> Tensor:
        for first, second in _pairs(layers):
            a = self._activated(second(self._activated(first(a)))) + a
        return a

    def _activated(self, x: Tensor) -> Tensor:
        return x if self.linear else functional.relu(x)


def _pairs(layers: nn.ModuleList) -> Iterator[tuple[nn.Module, nn.Module]]:
    """Layers two by two."""
    found = list(layers)
    return zip(found[::2], found[1::2], strict=True)


def _initialised(module: nn.Module) -> None:
    if isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
