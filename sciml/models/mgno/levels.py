"""Networks with fewer levels, or with one more on top for a grid twice as fine."""

import torch
from torch import Tensor, nn

from sciml._errors import InputError
from sciml.models.mgno.ghosts import extended
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

    Raises
    ------
    InputError
        If the fields of `model` are values at nodes.

    Notes
    -----
    The new level restricts the input by averages over 2^d cells and prolongates the output u by the parabola through
    the averages of three cells, u_j -+ (u_{j+1} - u_{j-1}) / 8 on the halves of cell j, axis after axis. Averages of
    the result are the output again, so the error of the network on its own grid stays what it was; what is added is
    the error of a third-order interpolation. Ghost values follow the boundary conditions, odd at Dirichlet sides,
    where the parabola then vanishes on the face.

    Examples
    --------
    >>> model = MgNO(hidden_channels=4, n_layers=1)
    >>> tuple(Refined(model)(torch.zeros(1, 1, 64, 48)).shape)
    (1, 1, 64, 48)
    """

    def __init__(self, model: "MgNO | Refined") -> None:
        super().__init__()
        self.model: nn.Module = model
        self.settings: CycleSettings = model.settings
        if self.settings.location != "cell":
            raise InputError(f"a level is added above cell averages; the location is {self.settings.location}")
        self.axes = axis_rules(self.settings.boundary, self.settings.ndim, "cell", "odd")

    def forward(self, x: Tensor) -> Tensor:
        """Prediction of shape (batch, out_channels, *spatial), for even sizes.

        Raises
        ------
        InputError
            If a size is odd.
        """
        if any(n % 2 for n in x.shape[2:]):
            raise InputError(f"the field has shape {tuple(x.shape)}; expected even sizes, whose halves are predicted")
        for dim in range(2, x.ndim):
            x = x.unflatten(dim, (-1, 2)).mean(dim + 1)  # type: ignore[no-untyped-call]
        u = torch.as_tensor(self.model(x))
        for axis in range(u.ndim - 2):
            u = _halved(u, self.axes, axis)
        return u


def _halved(u: Tensor, axes: tuple[Axis, ...], axis: int) -> Tensor:
    """Averages over the halves of all cells along an axis."""
    n, dim = u.shape[axis + 2], axis + 2
    wider = extended(u, axes, tuple((1, 1) if a == axis else (0, 0) for a in range(len(axes))))
    slope = (wider.narrow(dim, 2, n) - wider.narrow(dim, 0, n)) / 8
    return torch.stack((u - slope, u + slope), dim + 1).flatten(dim, dim + 1)
