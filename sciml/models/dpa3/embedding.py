"""First features of atoms: a row for each species, and what charge and spin of the whole add."""

import torch
from torch import Tensor, nn

from sciml.models.dpa3.activations import Activation
from sciml.models.dpa3.affine import Affine

__all__ = ["ChargeSpin", "Table"]


class Table(nn.Module):
    """A learned row of d features for each of n names.

    The published table is a residual layer on one-hot vectors, which adds them to the rows where the widths allow it:
    once for d = n, twice side by side for d = 2 n.

    Examples
    --------
    >>> Table(3, 5)(torch.tensor([2, 0])).shape
    torch.Size([2, 5])
    """

    def __init__(self, names: int, width: int, bias: bool = False) -> None:
        super().__init__()
        self.map = Affine(names, width, bias)

    def forward(self, which: Tensor) -> Tensor:
        """Rows, shape (..., d)."""
        rows: Tensor = self.map.matrix
        names, width = rows.shape
        if width in (names, 2 * names):
            rows = rows + torch.eye(names, dtype=rows.dtype, device=rows.device).repeat(1, width // names)
        rows = rows.index_select(0, which)
        return rows if self.map.bias is None else rows + self.map.bias


class ChargeSpin(nn.Module):
    """Features of the total charge, -100 to 99, and of the spin, 0 to 99, of a structure.

    Examples
    --------
    >>> ChargeSpin(4, torch.tanh)(torch.tensor([[-1, 2]])).shape
    torch.Size([1, 4])
    """

    LOWEST, CHARGES, SPINS = -100, 200, 100

    def __init__(self, width: int, activation: Activation) -> None:
        super().__init__()
        self.charges, self.spins = Table(self.CHARGES, width), Table(self.SPINS, width)
        self.mix, self.activation = Affine(2 * width, width), activation

    def forward(self, charge_spin: Tensor) -> Tensor:
        """Features (structures, d) of integers (structures, 2)."""
        charge, spin = charge_spin.unbind(1)
        return self.activation(self.mix(torch.cat([self.charges(charge - self.LOWEST), self.spins(spin)], 1)))
