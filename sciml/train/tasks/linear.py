"""Search directions for one linear system on a grid, from right-hand sides alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sciml.kernels._stencil import Stencil, VariableStencil
from sciml.kernels.torch import stencil_apply
from sciml.pde import StencilOperator
from sciml.train.line_search import energy_loss, residual_loss
from sciml.train.losses import reduce
from sciml.train.samples import Samples

__all__ = ["DirectionLoss", "LinearTask", "Systems"]

DirectionLoss: TypeAlias = Literal["residual", "energy"]


class Systems(NamedTuple):
    """Right-hand sides of norm 1 and their solutions, each (batch, 1, *spatial)."""

    b: Tensor
    x: Tensor


@dataclass(frozen=True, eq=False)
class LinearTask:
    """Learn f such that the best step along f(b) solves A x = b as far as possible.

    Parameters
    ----------
    samples : Samples
        Right-hand sides as the only input, solutions as the only output.
    A : StencilOperator
        One for all samples.
    loss_name : {"residual", "energy"}
        What is left of the residual, or of the error in the energy norm; see `sciml.train.line_search`.
    reduction : {"mean", "sum"}
        Of the losses of a batch.
    batch_size : int
        Samples evaluated at once.
    device : str
    """

    samples: Samples
    A: StencilOperator
    loss_name: DirectionLoss = "residual"
    reduction: str = "mean"
    batch_size: int = 16
    device: str = "cpu"

    @property
    def sizes(self) -> Mapping[str, int]:
        """Number of samples of each part."""
        return {part: len(indices) for part, indices in self.samples.split.items()}

    def indices(self, part: str) -> NDArray[np.int64]:
        """The samples of a part."""
        return self.samples.split[part]

    def batch(self, indices: NDArray[np.int64], epoch: int) -> Systems:
        """Right-hand sides scaled to norm 1, and what solves them."""
        b, x = (torch.from_numpy(self.samples.read(kind, indices)) for kind in ("inputs", "outputs"))
        size = torch.linalg.vector_norm(b.flatten(1), dim=1).reshape(-1, *[1] * (b.ndim - 1))
        return Systems((b / size).to(self.device), (x / size).to(self.device))

    def losses(self, f: Tensor, batch: Systems) -> dict[str, Tensor]:
        """Both losses of directions, one number a sample."""
        f = f.to(batch.b.dtype)
        Af = stencil_apply(self._single if f.dtype == torch.float32 else self.A.stencil, f)
        return {"residual": residual_loss(f, batch.b, Af), "energy": energy_loss(f, batch.b, Af, batch.x)}

    def loss(self, model: nn.Module, batch: Systems) -> Tensor:
        """The reduced loss of a batch."""
        return reduce(self.losses(model(batch.b), batch)[self.loss_name], self.reduction)

    def evaluate(self, model: nn.Module, indices: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        """Both losses of each sample, and again the one that is minimised as ``loss``."""
        found: dict[str, list[Tensor]] = {}
        with torch.no_grad():
            for start in range(0, len(indices), self.batch_size):
                batch = self.batch(indices[start : start + self.batch_size], 0)
                losses = self.losses(model(batch.b), batch)
                for name, values in (losses | {"loss": losses[self.loss_name]}).items():
                    found.setdefault(name, []).append(values)
        return {name: torch.cat(parts).double().cpu().numpy() for name, parts in found.items()}

    @cached_property
    def _single(self) -> Stencil:
        """The stencil in float32."""
        return VariableStencil(*(part.astype(np.float32) for part in self.A.variable()))
