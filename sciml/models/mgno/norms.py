"""Normalisations: one whose parameters know no grid, and the published one that is tied to a size."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from torch import nn

from sciml._errors import InputError

__all__ = ["Norm", "norm_layer"]

Norm: TypeAlias = Literal["none", "channel", "layer"]


def norm_layer(kind: Norm, channels: int, shape: Sequence[int] | None) -> nn.Module:
    """A normalisation by mean and deviation over channels and space of a sample.

    Parameters
    ----------
    kind : {"none", "channel", "layer"}
        ``channel``: scale and offset of each channel; ``layer``: of each channel at each point of `shape`.
    channels : int
    shape : sequence of int, optional
        The one size that ``layer`` accepts.

    Raises
    ------
    InputError
        If the kind is unknown, or ``layer`` has no size.

    Examples
    --------
    >>> sum(p.numel() for p in norm_layer("channel", 24, None).parameters())
    48
    """
    if kind == "none":
        return nn.Identity()
    if kind == "channel":
        return nn.GroupNorm(1, channels)
    if kind != "layer":
        raise InputError(f"norm '{kind}' is unknown; use none, channel or layer")
    if shape is None:
        raise InputError("norm 'layer' has parameters at every point; give norm_shape, or use norm 'channel'")
    return nn.LayerNorm([channels, *shape])
