"""Weights of pairs that fall to zero at a cutoff."""

from typing import Literal

import torch
from torch import Tensor

__all__ = ["switch"]


def switch(r: Tensor, start: float, cutoff: float, kind: Literal["exponential", "polynomial"]) -> Tensor:
    """Weights of pairs at most `cutoff` apart.

    Parameters
    ----------
    r : Tensor
        Distances up to the cutoff [length].
    start, cutoff : float
        Where the switch lets go, and where it ends [length].
    kind : {"exponential", "polynomial"}
        exp(-exp(20 (r - start) / start)), which is 1/e at the start and about 1e-6 at the cutoff; or
        1 + u^3 (-6 u^2 + 15 u - 10) with u = (r - start) / (cutoff - start), from 1 to 0 with two derivatives.

    Examples
    --------
    >>> switch(torch.tensor([1.0, 1.5, 2.0]), 1.0, 2.0, "polynomial")
    tensor([1.0000, 0.5000, 0.0000])
    """
    if kind == "exponential":
        return torch.exp(-torch.exp(20 / start * (r - start)))
    u = ((r - start) / (cutoff - start)).clamp(0, 1)
    return 1 + u**3 * ((15 - 6 * u) * u - 10)
