"""One layer of the operator network: a V-cycle, a pointwise map and an activation."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sciml.kernels.half_curve.torch import gelu as half_gelu
from sciml.kernels.half_curve.torch import suits as half_suits
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
        if isinstance(self.norm, nn.Identity) and self.W.is_chain(v):
            w = self.W.chained(v, self.B)
        else:
            w = torch.as_tensor(self.norm(self.W(v)))
            w = w if self.B is None else add_pointwise(w, v, self.B)
        if half_suits(w):
            return half_gelu(w)
        return F.gelu(w) if torch.is_grad_enabled() else torch.ops.aten.gelu_(w)


def add_pointwise(w: Tensor, v: Tensor, B: nn.Module) -> Tensor:
    """w + B v + b, in place where channels come last."""
    weight, b = B.get_parameter("weight"), B.get_parameter("bias")
    by_rows = v.movedim(1, -1).is_contiguous() and w.movedim(1, -1).is_contiguous()
    if not by_rows or torch.compiler.is_exporting() or torch.is_autocast_enabled(w.device.type):
        return torch.as_tensor(w.add_(B(v)))
    result: Tensor = _AddPointwise.apply(w, v, weight.flatten(1), b)  # type: ignore[no-untyped-call]
    return result


class _AddPointwise(torch.autograd.Function):
    """One matrix product over all points, added to w where it lies; autograd would copy w for a change of its view."""

    @staticmethod
    def forward(ctx: Any, w: Tensor, v: Tensor, B: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(v, B)
        ctx.mark_dirty(w)
        _rows(w).add_(b).addmm_(_rows(v), B.T)
        return w

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        v, B = ctx.saved_tensors
        g = gradients[0].movedim(1, -1)
        rows = g.reshape(-1, g.shape[-1])
        back = (rows @ B).reshape(*g.shape[:-1], B.shape[1]).movedim(-1, 1)
        return gradients[0], back, rows.T @ _rows(v), rows.sum(0)


def _rows(x: Tensor) -> Tensor:
    """Points by channels; a view of a tensor whose channels come last."""
    return x.movedim(1, -1).flatten(0, -2)
