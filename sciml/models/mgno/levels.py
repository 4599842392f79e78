"""Networks with fewer levels, or with one more on top for a grid twice as fine."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sciml._errors import InputError
from sciml.models.mgno.energy import beside, block_means, least_energy
from sciml.models.mgno.model import MgNO
from sciml.models.mgno.settings import CycleSettings
from sciml.models.mgno.sides import Axis, axis_rules

__all__ = ["Refined", "truncated"]


def truncated(model: MgNO, levels: int) -> MgNO:
    """The network that `model` is on grids with room for no more than `levels` levels.

    Parameters
    ----------
    model : MgNO
        Weights of levels below are left out: what a training grid had no room for stayed at its initial values, and
        would come into play on finer grids.
    levels : int

    Raises
    ------
    InputError
        If the network has fewer levels.

    Examples
    --------
    >>> model = MgNO(hidden_channels=4, n_layers=1)
    >>> truncated(model, 3).settings.sizes((64, 64))
    [(64, 64), (32, 32), (16, 16)]
    """
    if not 1 <= levels <= model.settings.levels:
        raise InputError(f"{levels} levels were asked of a network with {model.settings.levels}; expected 1 to that")
    kernels = model.config["prolongation_kernel"][: levels - 1]
    new = MgNO(**{**model.config, "steps": model.config["steps"][:levels], "prolongation_kernel": kernels})
    weights = model.state_dict()
    new.load_state_dict({name: weights[name] for name in new.state_dict()})
    new.to(next(model.parameters()).dtype).train(model.training)
    return new


class Refined(nn.Module):
    """A network with one more level on top, for cells half as wide as those it was trained on.

    Parameters
    ----------
    model : MgNO or Refined
        Of cell averages.
    coefficient : int, optional
        Channel of the input that holds a where the output is the u of -div(a grad u) = f, both in units in which they
        are positive and vanish on Dirichlet sides.
    spacing : sequence of float, optional
        Widths of a cell, of which ratios count; default equal.

    Raises
    ------
    InputError
        If the fields of `model` are values at nodes, or there is not one width an axis.

    Notes
    -----
    The new level restricts the input by averages over 2^d cells and prolongates the output u by the parabola through
    the averages of three cells, u_j -+ (u_{j+1} - u_{j-1}) / 8 on the halves of cell j, axis after axis. Averages of
    the result are the output again, so the error of the network on its own grid stays what it was; what is added is
    the error of a third-order interpolation. Ghost values follow the boundary conditions, odd at Dirichlet sides,
    where the parabola then vanishes on the face.

    A parabola knows nothing of kinks. With `coefficient`, four steps lower the energy of the flow (a grad u, grad u)
    from there, and keep the averages (`sciml.models.mgno.energy.least_energy`): u bends where a jumps. Nothing else is
    assumed of f than that it varies little within a cell of the network.

    Examples
    --------
    >>> model = MgNO(hidden_channels=4, n_layers=1)
    >>> tuple(Refined(model)(torch.zeros(1, 1, 64, 48)).shape)
    (1, 1, 64, 48)
    >>> tuple(Refined(model, coefficient=0)(torch.ones(1, 1, 64, 48)).shape)
    (1, 1, 64, 48)
    """

    def __init__(
        self, model: "MgNO | Refined", coefficient: int | None = None, spacing: Sequence[float] | None = None
    ) -> None:
        super().__init__()
        self.model: nn.Module = model
        self.coefficient, self.spacing = coefficient, spacing
        self.settings: CycleSettings = model.settings
        if self.settings.location != "cell":
            raise InputError(f"a level is added above cell averages; the location is {self.settings.location}")
        if spacing is not None and len(spacing) != self.settings.ndim:
            raise InputError(f"{len(spacing)} widths of a cell are given; expected {self.settings.ndim}, one an axis")
        self.axes = axis_rules(self.settings.boundary, self.settings.ndim, "cell", "odd")

    def forward(self, x: Tensor) -> Tensor:
        """Prediction of shape (batch, out_channels, *spatial), for even sizes.

        Raises
        ------
        InputError
            If a size is odd, or the coefficient is not positive.
        """
        if any(n % 2 for n in x.shape[2:]):
            raise InputError(f"the field has shape {tuple(x.shape)}; expected even sizes, whose halves are predicted")
        u = torch.as_tensor(self.model(block_means(x)))
        for axis in range(u.ndim - 2):
            u = _halved(u, self.axes, axis)
        if self.coefficient is None:
            return u
        a = x[:, self.coefficient, None]
        if not torch.compiler.is_exporting() and not bool((a > 0).all()):
            raise InputError("the coefficient has values that are not positive; give it in its own units, or none")
        return least_energy(u, a, self.axes, self.spacing)


def _halved(u: Tensor, axes: tuple[Axis, ...], axis: int) -> Tensor:
    """Averages over the halves of all cells along an axis."""
    n, dim = u.shape[axis + 2], axis + 2
    wider = beside(u, axes, axis)
    slope = (wider.narrow(dim, 2, n) - wider.narrow(dim, 0, n)) / 8
    return torch.stack((u - slope, u + slope), dim + 1).flatten(dim, dim + 1)
