"""Fields painted region by region, as materials are described."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._errors import InputError
from sciml._expressions import Expression
from sciml._nearest import nearest
from sciml.mesh.grid import AXES, Grid
from sciml.mesh.mesh import Mesh

__all__ = ["Region", "paint", "paint_cells"]


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


def paint_cells(
    mesh: Mesh, base: float | str | NDArray[np.generic], regions: Iterable[tuple[str, Region, float | str]]
) -> NDArray[np.float64]:
    """One value a cell: of the last region that covers its centroid, else `base`.

    Parameters
    ----------
    mesh : Mesh
        Where the field lives.
    base : number, expression or ndarray, shape (n_cells,)
        Value outside all regions.
    regions : iterable of (name, Region, number or expression)
        Painted in order. A region without bounds and condition is the region of the mesh of that name.

    Returns
    -------
    ndarray of float64, shape (n_cells,)

    Raises
    ------
    InputError
        If a name is unknown, a region covers no cell, shapes differ or an expression is malformed.

    Examples
    --------
    >>> mesh = Mesh([[0, 0], [1, 0], [1, 1], [0, 1]], {"triangle": [[0, 1, 2], [0, 2, 3]]}, regions={"chip": [1]})
    >>> paint_cells(mesh, 1.0, [("chip", Region(), 5.0)])
    array([1., 5.])
    """
    centres = np.concatenate([mesh.points[block].mean(axis=1) for block in mesh.cells.values()])
    at = {axis: centres[:, a] for a, axis in enumerate(AXES[: mesh.ndim])}

    def evaluate(value: float | str, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
        here = {axis: points[inside] for axis, points in at.items()}
        given = Expression(value, tuple(at))(here) if isinstance(value, str) else value
        return np.broadcast_to(np.asarray(given, dtype=np.float64), int(np.count_nonzero(inside)))

    values = np.empty(mesh.n_cells)
    if isinstance(base, np.ndarray):
        if base.shape != values.shape:
            raise InputError(f"regions are painted on values of shape {base.shape}; expected {values.shape}")
        values[:] = base
    else:
        values[:] = evaluate(base, np.ones(mesh.n_cells, dtype=np.bool_))
    for name, region, value in regions:
        inside = _cells_of(mesh, name, region, at)
        if not inside.any():
            raise InputError(f"region '{name}' covers no cell of the mesh; extend it")
        values[inside] = evaluate(value, inside)
    return values


def _cells_of(mesh: Mesh, name: str, region: Region, at: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Cells of a named region, or those with the centroid inside a box."""
    inside = np.ones(mesh.n_cells, dtype=np.bool_)
    if not region.bounds and region.where is None:
        if name not in mesh.regions:
            known = ", ".join(mesh.regions) or "none"
            raise InputError(f"the mesh has no region '{name}'; it has {known}{nearest(name, mesh.regions)}")
        inside[:] = False
        inside[mesh.regions[name]] = True
        return inside
    for axis, (low, high) in region.bounds.items():
        if axis not in at:
            raise InputError(f"region bounds name axis '{axis}'; the mesh has {', '.join(at)}")
        inside &= (at[axis] >= low) & (at[axis] <= high)
    if region.where is not None:
        inside &= np.broadcast_to(Expression(region.where, tuple(at))(dict(at)) != 0, inside.shape)
    return inside
