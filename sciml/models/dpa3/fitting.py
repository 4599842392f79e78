"""The network that turns features of an atom into its energy."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from sciml.models.dpa3.activations import Activation
from sciml.models.dpa3.affine import Affine

__all__ = ["Fitting"]


class Fitting(nn.Module):
    """Hidden layers with links around those that keep or double the width, and a last linear one.

    Parameters
    ----------
    inputs : int
    hidden : sequence of int
    scales : bool
        Whether layers with a link have learned steps, drawn from N(0.1, 0.001^2).
    activation : callable

    Examples
    --------
    >>> Fitting(4, (8, 8), True, torch.tanh)(torch.zeros(3, 4)).shape
    torch.Size([3])
    """

    def __init__(self, inputs: int, hidden: Sequence[int], scales: bool, activation: Activation) -> None:
        super().__init__()
        widths = [inputs, *hidden]
        self.layers = nn.ModuleList(Affine(a, b) for a, b in pairwise([*widths, 1]))
        self.scales = nn.ParameterDict({
            str(k): nn.Parameter(0.1 + 0.001 * torch.randn(b))
            for k, (a, b) in enumerate(pairwise(widths)) if scales and b in (a, 2 * a)
        })
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Energies (atoms,) of features (atoms, inputs)."""
        *hidden, last = self.layers
        for k, layer in enumerate(hidden):
            y = self.activation(layer(x))
            y = y * self.scales[str(k)] if str(k) in self.scales else y
            inputs, outputs = x.shape[1], y.shape[1]
            x = y + x.repeat(1, outputs // inputs) if outputs in (inputs, 2 * inputs) else y
        energies: Tensor = last(x)
        return energies.squeeze(1)
