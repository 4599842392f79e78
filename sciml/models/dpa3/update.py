"""How features take up what a layer found."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sciml.models.dpa3.settings import DPA3Settings

__all__ = ["Steps"]


class Steps(nn.Module):
    """u and its updates x_1, ..., x_k in one.

    With learned steps u + d_1 x_1 + d_2 x_2 + ..., a vector d for each; else the mean (u + x_1 + ...) / sqrt(k + 1) or
    the increment u + (x_1 + ...) / sqrt(k).

    Examples
    --------
    >>> steps = Steps(2, 1, DPA3Settings(scale=0.5))
    >>> steps(torch.ones(1, 2), [torch.ones(1, 2)])
    tensor([[1.5000, 1.5000]], grad_fn=<AddBackward0>)
    """

    def __init__(self, width: int, count: int, settings: DPA3Settings) -> None:
        super().__init__()
        self.kind = settings.update
        learned = count if settings.update in ("residual", "sequential") else 0
        start = torch.randn if settings.scales == "normal" else torch.ones
        self.scales = nn.ParameterList(nn.Parameter(settings.scale * start(width)) for _ in range(learned))

    def forward(self, u: Tensor, updates: Sequence[Tensor], first: int = 0) -> Tensor:
        """Features with updates number `first`, `first` + 1, ..."""
        if self.kind == "average":
            return (u + sum(updates)) / math.sqrt(len(updates) + 1)
        if self.kind == "increment":
            return u + sum(updates) / math.sqrt(len(updates))
        for k, x in enumerate(updates, first):
            u = u + self.scales[k] * x
        return u
