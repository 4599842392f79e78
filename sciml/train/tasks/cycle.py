"""A multigrid cycle that shall reduce the energy of errors, on random systems of a family."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sciml.datasets.families import random_system
from sciml.kernels._stencil import VariableStencil
from sciml.models.dcdm.boxes import product
from sciml.models.dcdm.cycle import LearnedCycle
from sciml.models.dcdm.jacobi import JacobiCycle
from sciml.pde import StencilOperator
from sciml.pde.system import GridSystem

__all__ = ["CycleTask", "Errors"]

TINY = 1e-30


class Errors(NamedTuple):
    """Operators over boxes of one shape, and errors on them, (batch, n0, n1, n2); 0 where no cell is active."""

    operators: tuple[StencilOperator, ...]
    stencils: tuple[VariableStencil, ...]
    e: Tensor


@dataclass(frozen=True, eq=False)
class CycleTask:
    """Learn M such that steepest descent along M r loses as much of the error as possible, step after step.

    Each sample is an operator and an error of normal noise. The errors that follow are those the cycle itself leaves
    behind, so what it reduces badly is what it meets again.

    Parameters
    ----------
    family : str
        See `sciml.datasets.families.random_system`.
    shape : tuple of int
        Cells of the boxes.
    sizes : mapping of str to int
        Number of samples of ``train``, new ones in each epoch, and of ``val``, always the same.
    steps : int
        Steps taken from each error.
    seed : int
    """

    family: str
    shape: tuple[int, ...]
    sizes: Mapping[str, int]
    steps: int = 8
    seed: int = 0

    def indices(self, part: str) -> NDArray[np.int64]:
        """The samples of a part, those of ``val`` after those of ``train``."""
        start = 0 if part == "train" else self.sizes["train"]
        return np.arange(start, start + self.sizes[part])

    def batch(self, indices: NDArray[np.int64], epoch: int) -> Errors:
        """Operators and errors drawn from the seed, the epoch and the indices."""
        drawn = [self._sample(int(index), epoch) for index in indices]
        stencils = tuple(system.A.variable() for system, _ in drawn)
        e = torch.from_numpy(np.stack([error for _, error in drawn]))
        return Errors(tuple(system.A for system, _ in drawn), stencils, e)

    def loss(self, model: nn.Module, batch: Errors) -> Tensor:
        """Mean over samples of the factor by which a step reduces the error, the geometric mean over steps."""
        return self.factors(model, batch).mean()

    def factors(self, model: nn.Module, batch: Errors) -> Tensor:
        """The same for each sample, in the energy norm; gradients do not reach beyond a step."""
        assert isinstance(model, LearnedCycle | JacobiCycle)
        hierarchy: Any = model.hierarchy(batch.stencils)
        box = hierarchy.boxes[0]
        active, e, found = (box.share > 0).to(box.d.dtype), batch.e.to(box.d), list[Tensor]()
        for _ in range(self.steps):
            r = product(box, e) * active
            z = model(hierarchy, r) * active
            left = e - _dot(r, z) / _dot(z, product(box, z)).clamp_min(TINY) * z
            energy = _dot(left, product(box, left)).clamp_min(TINY)
            found.append(torch.log(energy / _dot(e, r).clamp_min(TINY)).flatten())
            e = _projected(batch.operators, (left / energy.sqrt()).detach())
        return torch.exp(torch.stack(found).mean(0) / 2)

    def evaluate(self, model: nn.Module, indices: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        """The factor of each sample, as ``loss``."""
        with torch.no_grad():
            factors = [self.factors(model, self.batch(np.array([index]), 0)) for index in indices]
        return {"loss": torch.cat(factors).double().cpu().numpy()}

    def _sample(self, index: int, epoch: int) -> tuple[GridSystem, NDArray[np.float64]]:
        fixed = index >= self.sizes["train"]
        rng = np.random.default_rng([self.seed, 0 if fixed else 1 + epoch, index])
        system = random_system(self.family, self.shape, rng)
        error = rng.standard_normal(system.A.shape[0])
        if system.A.active is not None:
            error[~system.A.active.ravel()] = 0.0
        if system.A.nullspace is not None:
            system.A.nullspace.project(error)
        return system, error.reshape(system.A.variable().d.shape)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum((1, 2, 3), keepdim=True)


def _projected(operators: tuple[StencilOperator, ...], e: Tensor) -> Tensor:
    """Without means on floating components, which have no energy."""
    for A, error in zip(operators, e, strict=True):
        if A.nullspace is not None:
            row = error.double().numpy().ravel()
            error.copy_(torch.from_numpy(A.nullspace.project(row.copy()).reshape(error.shape)))
    return e
