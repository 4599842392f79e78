"""Matrices with a bias, kept as (inputs, outputs)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["Affine", "joined"]


class Affine(nn.Module):
    """x W + b with W of shape (inputs, outputs).

    W is drawn from N(0, 1 / (inputs + outputs)) and b from N(0, 1), as in the published training.

    Examples
    --------
    >>> Affine(3, 2)(torch.zeros(5, 3)).shape
    torch.Size([5, 2])
    """

    def __init__(self, inputs: int, outputs: int, bias: bool = True) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.randn(inputs, outputs) / (inputs + outputs) ** 0.5)
        self.bias = nn.Parameter(torch.randn(outputs)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """Map the last axis."""
        return x @ self.matrix if self.bias is None else x @ self.matrix + self.bias


def joined(maps: Sequence[Affine], rows: Sequence[int]) -> tuple[list[Tensor], Tensor]:
    """Several maps of one concatenated input: a block of W for each part of it, outputs side by side, and b.

    x W = x_1 W_1 + x_2 W_2 + ...: parts that repeat, as atoms in pairs and pairs in angles, are then multiplied once.

    Parameters
    ----------
    maps : sequence of Affine
        Of the same inputs.
    rows : sequence of int
        Widths of the parts.

    Examples
    --------
    >>> blocks, bias = joined([Affine(5, 2), Affine(5, 1)], [2, 3])
    >>> [tuple(block.shape) for block in blocks], tuple(bias.shape)
    ([(2, 3), (3, 3)], (3,))
    """
    matrices: list[Tensor] = [one.matrix for one in maps]
    biases: list[Tensor] = [one.bias for one in maps if one.bias is not None]
    blocks = torch.split(matrices[0] if len(maps) == 1 else torch.cat(matrices, 1), list(rows))
    return list(blocks), biases[0] if len(maps) == 1 else torch.cat(biases)
