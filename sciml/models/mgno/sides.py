"""Boundary conditions of a network: which ghost values continue a field past each side of its box."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from sciml._errors import InputError
from sciml.mesh import AXES, Boundary, Grid, sides

__all__ = ["Axis", "Conditions", "Ghost", "Location", "Side", "axis_rules", "conditions_of"]

Ghost: TypeAlias = Literal["zero", "odd", "reflect", "replicate", "wrap"]
Location: TypeAlias = Literal["cell", "node", "interior"]
Conditions: TypeAlias = str | Mapping[str, str]

HONOURED = ("dirichlet", "neumann", "periodic")
LOCATIONS = ("cell", "node", "interior")


@dataclass(frozen=True)
class Side:
    """One side of an axis.

    Parameters
    ----------
    ghost : {"zero", "odd", "reflect", "replicate", "wrap"}
        Value one step outside: 0; minus the outermost one; the second, or the outermost one (a mirror
        at a node, or at a face); that of the opposite end.
    inner : bool
        The boundary node itself is no unknown and lies one spacing outside on every level, so that the coarse
        nodes are the second, fourth, ... from this side.
    """

    ghost: Ghost
    inner: bool = False


@dataclass(frozen=True)
class Axis:
    """The two sides of an axis."""

    left: Side
    right: Side

    def coarsened(self, n: int, kernel: int) -> int:
        """Points of the next level for `n` points of this one."""
        if kernel == 4:
            return (n + 1) // 2
        return (n + 1 - self.left.inner - self.right.inner) // 2


def axis_rules(
    boundary: Conditions, ndim: int, location: Location = "cell", dirichlet: Literal["zero", "odd"] = "zero"
) -> tuple[Axis, ...]:
    """Ghost values for conditions by name.

    Parameters
    ----------
    boundary : str or mapping of side (``"x-"``) or axis (``"x"``) to str
        ``dirichlet``, ``neumann`` or ``periodic``, all with value 0; sides not named are ``dirichlet``.
    ndim : int
        Number of axes, 1 to 3.
    location : {"cell", "node", "interior"}
        Cell averages; nodes with those on the boundary; nodes without those on Dirichlet sides.
    dirichlet : {"zero", "odd"}
        Ghost of a Dirichlet side of cells: 0 at the next centre, or the odd continuation, which is 0 on the face.

    Raises
    ------
    InputError
        If a condition is one that no ghost value expresses, or a name is unknown.

    Examples
    --------
    >>> [axis.left.ghost for axis in axis_rules({"x": "periodic", "y-": "neumann"}, 2)]
    ['wrap', 'replicate']
    """
    if location not in LOCATIONS:
        raise InputError(f"location '{location}' is unknown; use {', '.join(LOCATIONS)}")
    if ndim not in (1, 2, 3):
        raise InputError(f"ndim is {ndim}; expected 1, 2 or 3")
    if dirichlet == "odd" and location != "cell":
        raise InputError(f"the odd continuation belongs to cells; the location is {location}, use dirichlet='zero'")
    named = _named(boundary, ndim)
    # Grid knows which names there are, and that periodic names both sides.
    resolved = Grid((8,) * ndim, boundary=named).boundary
    rules = {name: _rule(condition.kind, location, dirichlet) for name, condition in resolved.items()}
    return tuple(Axis(rules[axis + "-"], rules[axis + "+"]) for axis in AXES[:ndim])


def _named(boundary: Conditions, ndim: int) -> dict[str, Boundary]:
    given = dict.fromkeys(AXES[:ndim], boundary) if isinstance(boundary, str) else boundary
    if not isinstance(given, Mapping):
        raise InputError(f"boundary is {boundary!r}; expected 'periodic', or {{'x': 'periodic', 'y-': 'neumann'}}")
    for name, kind in given.items():
        if kind not in HONOURED:
            raise InputError(f"the network cannot honour a boundary condition {kind!r} on {name}; use one of "
                             f"{', '.join(HONOURED)}")
    return {name: Boundary(kind) for name, kind in given.items()}  # type: ignore[arg-type]


def _rule(kind: str, location: Location, dirichlet: Ghost) -> Side:
    if kind == "periodic":
        return Side("wrap")
    if kind == "neumann":
        return Side("replicate" if location == "cell" else "reflect")
    return Side(dirichlet, inner=location == "interior")


def conditions_of(grid: Grid) -> dict[str, str]:
    """Conditions of a grid by side, for a network on its fields.

    Raises
    ------
    InputError
        For robin sides, and values other than 0: ghost values do not know them.

    Examples
    --------
    >>> conditions_of(Grid((8,), boundary=Boundary("neumann")))
    {'x-': 'neumann', 'x+': 'neumann'}
    """
    for name in sides(grid.ndim):
        condition = grid.boundary[name]
        if condition.kind not in HONOURED:
            raise InputError(f"the network cannot honour the {condition.kind} condition on {name}; use one of "
                             f"{', '.join(HONOURED)}")
        if condition.kind != "periodic" and np.any(grid.side_values(name)):
            raise InputError(
                f"the network cannot honour {condition.kind} values other than 0 on {name}; subtract a field that "
                "takes them, or hand them over as an input channel of a grid whose values are 0"
            )
    return {name: grid.boundary[name].kind for name in sides(grid.ndim)}
