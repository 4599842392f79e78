"""Symmetries of a box applied to samples; which one is decided by (seed, epoch, sample) alone."""

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations, product
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.mesh import AXES, Grid

__all__ = ["AUGMENTATIONS", "Symmetry", "act", "chosen", "is_mirror", "odd_fields", "symmetries"]

# Order of the axes, and those that are reversed afterwards.
Symmetry: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]

AUGMENTATIONS = ("none", "transpose", "flip", "d4")
# Kinds of equations all of whose fields change sign in a mirror: vorticity and its source, the velocity on a line.
ODD = ("navier_stokes", "burgers")


def symmetries(name: str, grid: Grid) -> list[Symmetry]:
    """The group of a name on a grid, the identity first.

    Parameters
    ----------
    name : {"none", "transpose", "flip", "d4"}
        Exchanges of axes, reversals of axes, or both (the 8 symmetries of a square; 2 in one dimension, 48 in three).
        They are meant for scalar fields and equations without a preferred direction.

    Raises
    ------
    InputError
        If the name is unknown, or the grid is not mapped to itself: sizes, extents or conditions of sides differ.

    Examples
    --------
    >>> len(symmetries("d4", Grid((8, 8)))), symmetries("transpose", Grid((8, 8)))
    (8, [((0, 1), ()), ((1, 0), ())])
    """
    if name not in AUGMENTATIONS:
        known = ", ".join(AUGMENTATIONS)
        raise InputError(f"augmentation '{name}' is unknown; use one of {known}{nearest(name, AUGMENTATIONS)}")
    axes = tuple(range(grid.ndim))
    orders = list(permutations(axes)) if name in ("transpose", "d4") else [axes]
    flips = list(product((False, True), repeat=grid.ndim)) if name in ("flip", "d4") else [(False,) * grid.ndim]
    _check(name, grid, exchanges=len(orders) > 1, reverses=len(flips) > 1)
    return [(order, tuple(axis for axis in axes if flip[axis])) for order in orders for flip in flips]


def chosen(count: int, seed: int, epoch: int, sample: int) -> int:
    """Which of `count` symmetries a sample gets in an epoch.

    Examples
    --------
    >>> chosen(8, 0, 1, 5) == chosen(8, 0, 1, 5) < 8
    True
    """
    # The second key tells these numbers from those of the order of an epoch.
    state = np.random.SeedSequence(seed, spawn_key=(epoch, sample)).generate_state(1, np.uint64)[0]
    return int(state % np.uint64(count))


def is_mirror(symmetry: Symmetry) -> bool:
    """Whether a symmetry turns left-handed into right-handed.

    Examples
    --------
    >>> [is_mirror(g) for g in (((0, 1), (0, 1)), ((1, 0), ()), ((1, 0), (0,)))]
    [False, True, False]
    """
    order, reversed_axes = symmetry
    swaps = sum(a > b for a, b in combinations(order, 2))
    return (swaps + len(reversed_axes)) % 2 == 1


def act(symmetry: Symmetry, x: Tensor, odd: bool = False) -> Tensor:
    """A sample (channels, *spatial) with its axes exchanged and reversed; odd fields change sign in a mirror.

    Examples
    --------
    >>> act(((1, 0), (0,)), torch.tensor([[[1, 2], [3, 4]]])).tolist()
    [[[2, 4], [1, 3]]]
    """
    order, reversed_axes = symmetry
    x = x.permute(0, *(axis + 1 for axis in order))
    x = torch.flip(x, [axis + 1 for axis in reversed_axes])
    return -x if odd and is_mirror(symmetry) else x


def odd_fields(name: str, equation: Mapping[str, Any] | None, inputs: Sequence[str], *, moving: bool) -> bool:
    """Whether the fields of an equation change sign in a mirror, as vorticity and the velocity on a line do.

    Parameters
    ----------
    name : str
        Of the augmentation.
    equation : mapping, optional
        As data sets have it.
    inputs : sequence of str
        What the model is given.
    moving : bool
        Whether fields are those of a motion, which may have a direction that nothing tells.

    Raises
    ------
    InputError
        If the equation is not known to have the symmetry: it is not told, or has a force that is no input.

    Examples
    --------
    >>> odd_fields("d4", {"kind": "burgers"}, ["initial"], moving=True), odd_fields("d4", None, ["a"], moving=False)
    (True, False)
    """
    if name == "none":
        return False
    kind = (equation or {}).get("kind")
    if moving and kind not in ODD:
        raise InputError(f"augmentation {name} needs an equation with that symmetry, and the data tell none; use none")
    force = (equation or {}).get("forcing")
    if kind in ODD and force is not None and force not in inputs:
        raise InputError(f"augmentation {name} turns the flow, not its '{force}'; add that to data.inputs or use none")
    return kind in ODD


def _check(name: str, grid: Grid, *, exchanges: bool, reverses: bool) -> None:
    ends = [tuple(_condition(grid, axis + sign) for sign in "-+") for axis in AXES[: grid.ndim]]
    if reverses and any(low != high for low, high in ends):
        raise InputError(f"augmentation {name} reverses axes, but conditions at the two ends of one differ; use none")
    if exchanges and (len({*zip(grid.shape, grid.extent, strict=True)}) > 1 or len({*ends}) > 1):
        raise InputError(
            f"augmentation {name} exchanges axes, but shape {grid.shape}, extent {grid.extent} or the conditions of "
            "the sides differ between them; use none or flip"
        )


def _condition(grid: Grid, side: str) -> tuple[str, str]:
    condition = grid.boundary[side]
    return condition.kind, repr((condition.value, condition.transfer))
