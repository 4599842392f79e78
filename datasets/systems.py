"""The linear system of a stored sample, from the equation and the grid of its file."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh import AXES, Boundary, Grid
from sciml.pde import GridSystem, poisson

__all__ = ["poisson_system", "rim_of"]

Array = NDArray[np.float64]


def poisson_system(grid: Grid, equation: Mapping[str, Any], inputs: Mapping[str, NDArray[Any]]) -> GridSystem:
    """-div(k grad u) = f with what the sample gives and what all samples share.

    Parameters
    ----------
    grid : Grid
        Of the file.
    equation : mapping
        Of kind ``poisson``. ``coefficient`` and ``source`` are numbers or names of inputs, ``mask`` and ``boundary``
        (if there) names of inputs: 1 in active cells; Dirichlet values of the faces of the outermost cells, in these.
    inputs : mapping of str to ndarray
        Of one sample.

    Raises
    ------
    InputError
        If the equation is of another kind, or an input is missing.

    Examples
    --------
    >>> equation = {"kind": "poisson", "coefficient": 1.0, "source": "source"}
    >>> poisson_system(Grid((4,)), equation, {"source": np.arange(4.0)}).b
    array([0., 1., 2., 3.])
    """
    if equation.get("kind") != "poisson":
        raise InputError(f"equation of kind '{equation.get('kind')}' given; expected poisson")

    def value(name: str) -> Any:
        given = equation.get(name)
        if isinstance(given, str) and given not in inputs:
            raise InputError(f"the equation takes its {name} from the input '{given}', which the sample has not")
        return np.asarray(inputs[given], np.float64) if isinstance(given, str) else given

    mask, rim = value("mask"), value("boundary")
    if mask is not None:
        grid = replace(grid, mask=mask)
    if rim is not None:
        grid = replace(grid, boundary=_walls(grid, rim))
    coefficient, source = (1.0 if given is None else given for given in (value("coefficient"), value("source")))
    return poisson(grid, coefficient, source, project=True)


def rim_of(values: Array) -> Array:
    """The field in the outermost cells, 0 inside: how Dirichlet values are stored.

    Examples
    --------
    >>> rim_of(np.ones((3, 3)))
    array([[1., 1., 1.],
           [1., 0., 1.],
           [1., 1., 1.]])
    """
    rim = values.copy()
    rim[(slice(1, -1),) * values.ndim] = 0.0
    return rim


def _walls(grid: Grid, rim: Array) -> dict[str, Boundary]:
    """Each side that is Dirichlet with the values of the cells beside it."""
    walls = dict(grid.boundary)
    for side, given in grid.boundary.items():
        if given.kind == "dirichlet":
            walls[side] = Boundary("dirichlet", np.take(rim, 0 if side[1] == "-" else -1, AXES.index(side[0])))
    return walls
