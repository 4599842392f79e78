"""Ghost values around fields on a grid: what a convolution sees beyond the sides, by boundary condition."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.mesh.grid import AXES, sides

__all__ = ["BoundaryKinds", "Location", "pad", "side_kinds"]

Location: TypeAlias = Literal["cell", "node"]
# One kind for all sides, or kinds by side ("x-") and axis ("x"); sides not named are dirichlet.
BoundaryKinds: TypeAlias = str | Mapping[str, str]

HONOURED = ("dirichlet", "neumann", "periodic")


def side_kinds(boundary: BoundaryKinds, ndim: int) -> tuple[tuple[str, str], ...]:
    """Kinds at both ends of every axis.

    Raises
    ------
    InputError
        If a side or kind is unknown, or an axis is periodic at one end only.

    Examples
    --------
    >>> side_kinds({"x": "periodic", "y+": "neumann"}, 2)
    (('periodic', 'periodic'), ('dirichlet', 'neumann'))
    """
    names = sides(ndim)
    given = {name: boundary for name in names} if isinstance(boundary, str) else boundary
    kinds = dict.fromkeys(names, "dirichlet")
    for name, kind in given.items():
        if kind not in HONOURED:
            raise InputError(
                f"boundary condition '{kind}' on {name} cannot be honoured by this model; use one of "
                f"{', '.join(HONOURED)}{nearest(str(kind), HONOURED)}"
            )
        ends = [side for side in names if name in (side, side[0])]
        if not ends:
            raise InputError(f"side '{name}' is unknown on a {ndim}-D grid; use {', '.join(names)}")
        kinds |= dict.fromkeys(ends, kind)
    pairs = tuple((kinds[axis + "-"], kinds[axis + "+"]) for axis in AXES[:ndim])
    for axis, pair in zip(AXES, pairs, strict=False):
        if "periodic" in pair and pair[0] != pair[1]:
            raise InputError(f"axis {axis} is periodic on one side only; periodic names the axis or both sides")
    return pairs


def pad(x: Tensor, kinds: tuple[tuple[str, str], ...], location: Location) -> Tensor:
    """`x` with one ghost value beyond every side.

    Dirichlet 0: zeros. Periodic: the other end. Neumann 0: the value at the side on cells, its mirror image one further
    inside on nodes.

    Parameters
    ----------
    x : Tensor, shape (batch, channels, *spatial)
    kinds : as of `side_kinds`
    location : {"cell", "node"}

    Examples
    --------
    >>> pad(torch.tensor([[[1.0, 2.0, 3.0]]]), (("neumann", "dirichlet"),), "cell").tolist()
    [[[1.0, 1.0, 2.0, 3.0, 0.0]]]
    """
    if all(kind == "dirichlet" for pair in kinds for kind in pair):
        return functional.pad(x, (1, 1) * len(kinds))
    for axis, (low, high) in enumerate(kinds, start=2):
        n = x.shape[axis]
        inside = min(1, n - 1) if location == "node" else 0
        ends = {"periodic": (n - 1, 0), "neumann": (inside, n - 1 - inside), "dirichlet": (0, n - 1)}
        before, after = x.narrow(axis, ends[low][0], 1), x.narrow(axis, ends[high][1], 1)
        before = torch.zeros_like(before) if low == "dirichlet" else before
        after = torch.zeros_like(after) if high == "dirichlet" else after
        x = torch.cat((before, x, after), axis)
    return x
