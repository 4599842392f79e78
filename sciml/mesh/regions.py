"""Fields painted region by region, as materials are described."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._errors import InputError
from sciml._expressions import Expression
from sciml.mesh.grid import AXES, Grid

__all__ = ["Region", "paint"]


@dataclass(frozen=True)
class Region:
    """A box, cut down by a condition.

    Parameters
    ----------
    bounds : mapping of axis name to (low, high)
        Closed intervals [length]; an axis that is not named is taken whole.
    where : str, optional
        Expression in x, y, z that is not 0 inside.

    Examples
    --------
    >>> paint(Grid((4,)), 1.0, [(Region({"x": (0.0, 0.5)}), "10*x")])
    array([1.25, 3.75, 1.  , 1.  ])
    """

    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    where: str | None = None

    def window(self, grid: Grid) -> tuple[slice, ...]:
        """Index box of the unknowns whose coordinates lie within the bounds.

        Raises
        ------
        InputError
            If the bounds name an axis the grid does not have.
        """
        for axis in self.bounds:
            if axis not in AXES[: grid.ndim]:
                raise InputError(f"region bounds name axis '{axis}'; the grid has {', '.join(AXES[: grid.ndim])}")
        slices = []
        for axis, points in grid.coordinates().items():
            low, high = self.bounds.get(axis, (-np.inf, np.inf))
            slack = 1e-9 * float(grid.extent[AXES.index(axis)])  # a bound on a node means that node
            begin, end = np.searchsorted(points.ravel(), [low - slack, high + slack])
            slices.append(slice(int(begin), int(end)))
        return tuple(slices)


def paint(grid: Grid, base: ArrayLike | str, regions: Iterable[tuple[Region, float | str]]) -> NDArray[np.float64]:
    """A field that has the value of the last region that covers an unknown, else `base`.

    Parameters
    ----------
    grid : Grid
        Where the field lives.
    base : number, expression or ndarray of shape `grid.shape`
        Value outside all regions.
    regions : iterable of (Region, number or expression)
        Painted in order.

    Returns
    -------
    ndarray of float64, shape `grid.shape`

    Raises
    ------
    InputError
        If a region covers no unknown, or an expression is malformed.
    """
    values = np.empty(grid.shape)
    values[...] = grid.evaluate(base)
    coordinates = grid.coordinates()
    for region, value in regions:
        window = region.window(grid)
        if any(part.start == part.stop for part in window):
            raise InputError(f"a region with bounds {dict(region.bounds)} covers no unknown of the grid; extend it")
        here = {
            axis: points[tuple(part if points.shape[a] > 1 else slice(None) for a, part in enumerate(window))]
            for axis, points in coordinates.items()
        }
        names = AXES[: grid.ndim]
        inside = Expression(region.where, names)(here) != 0 if region.where else np.True_
        painted = Expression(value, names)(here) if isinstance(value, str) else value
        np.copyto(values[window], painted, where=inside)
    return values
