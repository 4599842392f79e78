"""One layer of the operator network: a V-cycle, a pointwise map and an activation."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sciml.models.mgno.convolutions import PLAIN
from sciml.models.mgno.cycle import VCycle
from sciml.models.mgno.settings import CycleSettings

__all__ = ["OperatorLayer"]


class OperatorLayer(nn.Module):
    """v -> gelu(norm(W v) + B v + b).

    Parameters
    ----------
    in_channels, out_channels : int
    settings : CycleSettings
        Of the V-cycle W.
    pointwise : bool
        Whether there are B, which mixes channels at each point, and the constants b.
    norm : Module, optional
    """

    def __init__(
        self, in_channels: int, out_channels: int, settings: CycleSettings, *, pointwise: bool = True,
        norm: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.W = VCycle(in_channels, out_channels, settings)
        self.B = PLAIN[settings.ndim](in_channels, out_channels, 1) if pointwise else None
        self.norm = nn.Identity() if norm is None else norm

    def forward(self, v: Tensor) -> Tensor:
        """Fields of shape (batch, in_channels, *spatial) to (batch, out_channels, *spatial)."""
        w = torch.as_tensor(self.norm(self.W(v)))
        return F.gelu(w if self.B is None else w + self.B(v))
