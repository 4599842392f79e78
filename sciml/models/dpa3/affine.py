"""Matrices with a bias, kept as (inputs, outputs)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["Affine", "row_blocks"]


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


def row_blocks(one: Affine, widths: Sequence[int]) -> tuple[Tensor, ...]:
    """Blocks of W for the parts of a concatenated input, and b.

    x W = x_1 W_1 + x_2 W_2 + ...: parts that repeat, as atoms in pairs and pairs in angles, are then multiplied once.

    Parameters
    ----------
    one : Affine
    widths : sequence of int
        Of the parts.

    Examples
    --------
    >>> [tuple(block.shape) for block in row_blocks(Affine(5, 2), [2, 3])]
    [(2, 2), (3, 2), (2,)]
    """
    bias = one.matrix.new_zeros(one.matrix.shape[1]) if one.bias is None else one.bias
    return *torch.split(one.matrix, list(widths)), bias
