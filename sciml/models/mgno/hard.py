"""Dirichlet conditions that hold exactly: nodes on those sides are set to 0."""

from collections.abc import Sequence

import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.models.mgno.settings import CycleSettings
from sciml.models.mgno.sides import Axis

__all__ = ["check_hard", "with_zeros"]


def check_hard(settings: CycleSettings) -> None:
    """Refuse what has no value on a Dirichlet side.

    Raises
    ------
    InputError
        If the values are no nodes that lie on the sides, or no side is a Dirichlet one.
    """
    if settings.location != "node":
        raise InputError(f"hard_dirichlet sets nodes on Dirichlet sides to 0; the location is {settings.location}, "
                         "whose values do not lie on them: leave it out, or use location='node'")
    if not any(side.ghost == "zero" for axis in settings.axes for side in (axis.left, axis.right)):
        raise InputError(f"hard_dirichlet was asked for, and no side of {settings.boundary!r} is a Dirichlet one")


def with_zeros(u: Tensor, axes: Sequence[Axis]) -> Tensor:
    """Fields of nodes, 0 on Dirichlet sides.

    Parameters
    ----------
    u : Tensor, shape (batch, channels, *spatial)
    axes : sequence of Axis

    Examples
    --------
    >>> from sciml.models.mgno.sides import axis_rules
    >>> with_zeros(torch.ones(1, 1, 4), axis_rules({"x-": "dirichlet", "x+": "neumann"}, 1, "node")).tolist()
    [[[0.0, 1.0, 1.0, 1.0]]]
    """
    for dim, axis in enumerate(axes, start=2):
        i = torch.arange(u.shape[dim], device=u.device)
        fixed = torch.zeros_like(i, dtype=torch.bool)
        if axis.left.ghost == "zero":
            fixed = i == 0
        if axis.right.ghost == "zero":
            fixed = fixed | (i == u.shape[dim] - 1)
        u = u.masked_fill(fixed.reshape(-1, *(1,) * (u.ndim - 1 - dim)), 0.0)
    return u
