"""Directions of a network for operators on grids: float32 networks inside float64 iterations."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sciml._errors import InputError
from sciml.models.dcdm.conditioned import ConditionedDCDM
from sciml.pde import StencilOperator
from sciml.solvers.krylov.preconditioner import linear_operator

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["NetworkDirections", "NetworkState"]


@dataclass(frozen=True, eq=False)
class NetworkState:
    """z = ||r|| f(r / ||r||) on the box of an operator, 0 where there is no unknown.

    Parameters
    ----------
    f : callable
        From a tensor (batch, 1, *shape) to another.
    weights : Tensor
        One of those f computes with: it tells precision and device.
    shape : tuple of int
        Box of unknowns.
    active : ndarray of bool, shape `shape`, optional
        False where there is no unknown; None when all are.
    """

    f: Callable[[Tensor], Tensor]
    weights: Tensor
    shape: tuple[int, ...]
    active: NDArray[np.bool_] | None = None

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Overwrite `z` by the direction for `r`; both of shape (N,) or (batch, N)."""
        rows = np.asarray(r, dtype=np.float64).reshape(-1, 1, *self.shape)
        sizes = np.sqrt(np.square(rows).sum(axis=tuple(range(1, rows.ndim)), keepdims=True))
        unit = np.divide(rows, sizes, out=np.zeros_like(rows), where=sizes > 0)
        with torch.inference_mode():
            proposed = self.f(torch.from_numpy(unit).to(self.weights)).double().cpu().numpy()
        z[...] = (proposed * sizes).reshape(z.shape)
        if self.active is not None:
            np.copyto(z.reshape(-1, *self.shape), 0.0, where=~self.active)

    def aspreconditioner(self) -> "LinearOperator":
        """The directions as ``M=`` of SciPy's Krylov solvers, which expect them to be linear in r."""
        return linear_operator(self.apply, prod(self.shape))


@dataclass(frozen=True, eq=False)
class NetworkDirections:
    """A network as `model` of `sciml.solvers.Directions`, or as preconditioner of `FCG` and `GMRES`.

    Parameters
    ----------
    model : Module
        From fields (batch, 1, *spatial) to fields of the same shape, in its own precision and on its own device; on
        any grid with as many axes as it was made for. A `ConditionedDCDM` is also given the obstacles, once.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.models.dcdm import PublishedDCDM
    >>> from sciml.pde import poisson
    >>> from sciml.solvers import Directions, solve
    >>> _ = torch.manual_seed(0)
    >>> model = PublishedDCDM("64", hidden_channels=2, linear=True)
    >>> system = poisson(Grid((6, 6, 6)))
    >>> found = solve(system.A, system.b, Directions(NetworkDirections(model)), maxiter=5)
    >>> found.iterations  # without training it would take many more
    5
    """

    model: nn.Module

    def setup(self, A: Any) -> NetworkState:
        """Fit the network to the box of `A`.

        Raises
        ------
        InputError
            If `A` is not a StencilOperator on the CPU, or its box has another number of axes than the network.
        """
        if not isinstance(A, StencilOperator):
            raise InputError(f"a network on grids was given a {type(A).__name__}; it proposes directions for operators "
                             "on grids, as sciml.pde.poisson assembles them")
        ndim = getattr(self.model, "config", {}).get("ndim", len(A.grid_shape))
        if len(A.grid_shape) != ndim:
            raise InputError(f"the box {A.grid_shape} has {len(A.grid_shape)} axes; the network works on {ndim}")
        f: Callable[[Tensor], Tensor] = self.model.eval()
        weights = next(self.model.parameters())
        if isinstance(self.model, ConditionedDCDM):
            with torch.inference_mode():
                f = partial(self.model.directions, self.model.coefficients(_images(A).to(weights)))
        return NetworkState(f, weights, A.grid_shape, A.active)


def _images(A: StencilOperator) -> Tensor:
    """Air (none: prescribed values sit on faces, not in cells), fluid, and what is not solid, (1, 3, *shape)."""
    fluid = np.ones(A.grid_shape) if A.active is None else A.active.astype(np.float64)
    return torch.from_numpy(np.stack([np.zeros_like(fluid), fluid, fluid])[None])
