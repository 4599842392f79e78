"""The Fourier neural operator: layers that multiply the low Fourier modes by learned matrices."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from sciml._errors import InputError
from sciml.models._layers import check_counts, convolution, coordinates, pointwise
from sciml.models._pretrained import Pretrained

__all__ = ["FNO"]


class FNO(Pretrained):
    """Fourier neural operator in one to three dimensions, for every size of grid.

    It imposes no boundary condition: fields wrap around in each spectral layer, and sides are told apart by
    coordinates and, where asked for, by cells of zeros beyond them (`domain_padding`).

    Parameters
    ----------
    n_modes : sequence of int
        Modes kept on each axis, both signs counted: the original's "12 modes" are 24 here. Its length is the dimension.
    in_channels, out_channels, hidden_channels : int
        Channels of input, output and inside.
    n_layers : int
        Spectral layers.
    positional_embedding : {"grid", None}
        "grid" appends coordinates to the input.
    lifting_channel_ratio, projection_channel_ratio : int
        Width of the networks at the two ends over `hidden_channels`.
    domain_padding : float
        Cells of zeros appended to each axis as a fraction of its size; 0 for periodic problems.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Z. Li et al., "Fourier Neural Operator for Parametric Partial Differential Equations", ICLR 2021.

    Examples
    --------
    >>> model = FNO((8, 8), in_channels=1, out_channels=2, hidden_channels=4, n_layers=2)
    >>> model(torch.zeros(3, 1, 17, 32)).shape
    torch.Size([3, 2, 17, 32])
    """

    def __init__(
        self,
        n_modes: Sequence[int],
        in_channels: int,
        out_channels: int,
        hidden_channels: int = 32,
        n_layers: int = 4,
        positional_embedding: Literal["grid"] | None = "grid",
        lifting_channel_ratio: int = 2,
        projection_channel_ratio: int = 2,
        domain_padding: float = 0.0,
    ) -> None:
        super().__init__()
        ndim = len(n_modes)
        if not 1 <= ndim <= 3:
            raise InputError(f"n_modes {n_modes!r} has {ndim} entries; expected one for each of 1 to 3 axes")
        check_counts(
            in_channels=in_channels, out_channels=out_channels, hidden_channels=hidden_channels, n_layers=n_layers,
            lifting_channel_ratio=lifting_channel_ratio, projection_channel_ratio=projection_channel_ratio,
            **{f"n_modes[{axis}]": n for axis, n in enumerate(n_modes)},
        )
        if positional_embedding not in ("grid", None):
            raise InputError(f"positional_embedding is '{positional_embedding}'; expected 'grid' or None")
        if not 0 <= domain_padding <= 1:
            raise InputError(f"domain_padding is {domain_padding}; expected a fraction from 0 to 1")
        self.config = {
            "n_modes": list(n_modes), "in_channels": in_channels, "out_channels": out_channels,
            "hidden_channels": hidden_channels, "n_layers": n_layers, "positional_embedding": positional_embedding,
            "lifting_channel_ratio": lifting_channel_ratio, "projection_channel_ratio": projection_channel_ratio,
            "domain_padding": domain_padding,
        }
        self.with_coordinates, self.domain_padding = positional_embedding == "grid", domain_padding
        width = hidden_channels
        lifted = in_channels + (ndim if self.with_coordinates else 0)
        self.lifting = pointwise(ndim, lifted, lifting_channel_ratio * width, width)
        self.spectral = nn.ModuleList(SpectralConvolution(width, n_modes) for _ in range(n_layers))
        self.skips = nn.ModuleList(convolution(ndim, width, width, 1) for _ in range(n_layers))
        self.projection = pointwise(ndim, width, projection_channel_ratio * width, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Output fields, shape (batch, out_channels, *spatial), for (batch, in_channels, *spatial)."""
        spatial = x.shape[2:]
        if self.with_coordinates:
            x = torch.cat((x, coordinates(x)), 1)
        x = self.lifting(x)
        if self.domain_padding:
            beyond = [round(n * self.domain_padding) for n in spatial]
            x = functional.pad(x, [width for n in reversed(beyond) for width in (0, n)])
        for layer, (spectral, skip) in enumerate(zip(self.spectral, self.skips, strict=True), 1):
            x = spectral(x) + skip(x)
            if layer < len(self.spectral):
                x = functional.gelu(x)
        for axis, n in enumerate(spatial, 2):
            x = x.narrow(axis, 0, n)
        y: Tensor = self.projection(x)
        return y


class SpectralConvolution(nn.Module):
    """Multiplies each low mode of a field by a matrix over channels; higher modes become 0.

    Weights are kept as real and imaginary parts, in the order k = 0, 1, ..., -2, -1 of each axis; on the last axis, of
    a real transform, only k >= 0.
    """

    def __init__(self, channels: int, n_modes: Sequence[int]) -> None:
        super().__init__()
        self.n_modes = (*n_modes[:-1], n_modes[-1] // 2 + 1)
        self.weight = nn.Parameter(torch.randn(channels, channels, *self.n_modes, 2) / channels / 2**0.5)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve; transforms have no half precision, so they and the products are in float32 or float64."""
        axes = tuple(range(2, x.ndim))
        with torch.autocast(x.device.type, enabled=False):
            full = x if x.dtype == torch.float64 else x.float()
            spectrum = torch.fft.rfftn(full, dim=axes, norm="forward")
            weight, out = torch.view_as_complex(self.weight), torch.zeros_like(spectrum)
            for here, there in self._blocks(spectrum.shape[2:]):
                modes: tuple[Any, ...] = (..., *here)
                weights: tuple[Any, ...] = (..., *there)
                out[modes] = torch.einsum("bi...,io...->bo...", spectrum[modes], weight[weights])
            y: Tensor = torch.fft.irfftn(out, s=x.shape[2:], dim=axes, norm="forward").to(x.dtype)
            return y

    def _blocks(self, shape: Sequence[int]) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
        """Corners of a spectrum that are kept, and where their weights are; a small grid has fewer modes."""
        choices: list[list[tuple[slice, slice]]] = []
        for n, m in zip(shape[:-1], self.n_modes[:-1], strict=True):
            p, q = min((m + 1) // 2, (n + 1) // 2), min(m // 2, n // 2)
            signs = [(slice(0, p), slice(0, p)), (slice(n - q, n), slice(m - q, m))]
            choices.append(signs if q else signs[:1])
        last = slice(0, min(shape[-1], self.n_modes[-1]))
        for chosen in product(*choices, [(last, last)]):
            yield _columns(chosen)


def _columns(pairs: Iterable[tuple[slice, slice]]) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    first, second = zip(*pairs, strict=True)
    return tuple(first), tuple(second)
