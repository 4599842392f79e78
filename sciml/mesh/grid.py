"""Uniform box grids of one to three dimensions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from operator import index
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml._expressions import Expression
from sciml.mesh.boundary import Boundary

__all__ = ["AXES", "Grid", "sides"]

AXES = ("x", "y", "z")

# Spacings between these have squares (in A) and cubes (volumes) that float64 holds.
SMALLEST, LARGEST = 1e-100, 1e100


def sides(ndim: int) -> tuple[str, ...]:
    """Names of the sides of a box, axis by axis, minus before plus.

    Examples
    --------
    >>> sides(2)
    ('x-', 'x+', 'y-', 'y+')
    """
    return tuple(axis + sign for axis in AXES[:ndim] for sign in "-+")


@dataclass(frozen=True, eq=False)
class Grid:
    """A uniform box with boundary conditions, obstacles and fixed cells; immutable.

    Axis 0 is x, axis 1 y, axis 2 z. Cell grids keep their unknowns at the centres
    ``(i + 1/2) h``, ``h = extent / shape``; node grids at ``i h``, ``h = extent / (shape - 1)``
    (``extent / shape`` on a periodic axis), boundary nodes included.

    Parameters
    ----------
    shape : tuple of int
        Number of cells (or nodes) per axis, 1 to 3 axes.
    extent : tuple of float, optional
        Edge lengths; default 1 on every axis.
    location : {"cell", "node"}
        Where the unknowns sit.
    boundary : Boundary or mapping of side name to Boundary
        Sides not named are ``dirichlet`` 0. Side names: `sides`; an axis name (``"x"``) means both.
    mask : array of bool, optional, shape `shape`
        True = active, False = obstacle with zero flux through its faces.
    fixed, fixed_value : array of bool; float or array, shape `shape`
        Cells inside the domain whose value is prescribed.

    Raises
    ------
    InputError
        If shapes, names or values do not fit.

    Examples
    --------
    >>> grid = Grid((4, 8), boundary={"x": Boundary("periodic"), "y-": Boundary("neumann", 1.0)})
    >>> grid.spacing
    (0.25, 0.125)
    >>> grid.boundary["y+"].kind
    'dirichlet'
    """

    shape: tuple[int, ...]
    extent: tuple[float, ...] = ()
    location: Literal["cell", "node"] = "cell"
    boundary: Mapping[str, Boundary] = field(default_factory=dict)
    mask: NDArray[np.bool_] | None = None
    fixed: NDArray[np.bool_] | None = None
    fixed_value: NDArray[np.float64] | float = 0.0

    def __post_init__(self) -> None:
        shape = _whole_numbers(self.shape)
        extent = _lengths(self.extent) or (1.0,) * len(shape)
        _check_box(shape, extent, self.location)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "extent", extent)
        object.__setattr__(self, "boundary", _all_sides(self.boundary, len(shape)))
        for axis, n in zip(AXES, shape, strict=False):
            if self.location == "node" and n < 2 and not self.is_periodic(AXES.index(axis)):
                raise InputError(f"a node grid needs at least 2 nodes along {axis}; the shape is {shape}")
        for name in ("mask", "fixed"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _flags(name, getattr(self, name), shape))
        if self.mask is not None and not self.mask.any():
            raise InputError("the mask has no active cell; expected at least one True (1 = active, 0 = obstacle)")
        if self.fixed is not None:
            _check_fixed(self.fixed, self.mask)
            object.__setattr__(self, "fixed_value", _finite_field("fixed_value", self.fixed_value, shape, self.fixed))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of cells or nodes."""
        return int(np.prod(self.shape))

    def is_periodic(self, axis: int) -> bool:
        """Whether `axis` wraps around."""
        return self.boundary[AXES[axis] + "-"].kind == "periodic"

    @cached_property
    def spacing(self) -> tuple[float, ...]:
        """Distance between neighbouring unknowns per axis."""
        nodes = self.location == "node"
        return tuple(
            length / (n - 1 if nodes and not self.is_periodic(axis) else n)
            for axis, (n, length) in enumerate(zip(self.shape, self.extent, strict=True))
        )

    def coordinates(self) -> dict[str, NDArray[np.float64]]:
        """Coordinates of the unknowns, broadcastable against `shape`, keyed ``x, y, z``.

        Examples
        --------
        >>> Grid((2, 1)).coordinates()["x"].ravel()
        array([0.25, 0.75])
        """
        offset = 0.5 if self.location == "cell" else 0.0
        points = [(np.arange(n) + offset) * h for n, h in zip(self.shape, self.spacing, strict=True)]
        return dict(zip(AXES, np.meshgrid(*points, indexing="ij", sparse=True), strict=False))

    def side_coordinates(self, side: str) -> dict[str, NDArray[np.float64]]:
        """Coordinates of the faces (or nodes) of a side; its own axis has length 1."""
        axis = AXES.index(side[0])
        at = self.coordinates()
        at[side[0]] = np.full([1] * self.ndim, 0.0 if side[1] == "-" else self.extent[axis])
        return at

    def side_values(self, side: str, which: Literal["value", "transfer"] = "value") -> NDArray[np.float64]:
        """Boundary data of a side over its faces, shape `shape` with its axis of length 1.

        Raises
        ------
        InputError
            If an expression is not finite there or an array has another shape.
        """
        given = getattr(self.boundary[side], which)
        axis = AXES.index(side[0])
        shape = tuple(1 if a == axis else n for a, n in enumerate(self.shape))
        if isinstance(given, str):
            try:
                values = Expression(given, AXES[: self.ndim])(self.side_coordinates(side))
            except InputError as error:
                raise InputError(f"{which} on side {side}: {error}") from None
        else:
            values = np.asarray(given, dtype=np.float64)
            if values.ndim == self.ndim - 1 and values.ndim > 0:
                values = np.expand_dims(values, axis)
        try:
            values = np.broadcast_to(values, shape)
        except ValueError:
            raise InputError(
                f"{which} on side {side} has shape {np.shape(given)}; expected a number or {shape}"
            ) from None
        if not np.all(np.isfinite(values)):
            raise InputError(f"{which} on side {side} has {np.sum(~np.isfinite(values))} values that are not finite")
        return values

    def evaluate(self, given: ArrayLike | str, name: str = "array") -> NDArray[np.float64]:
        """A number, expression or array as float64, broadcastable against `shape`; errors call it `name`.

        Raises
        ------
        InputError
            If an array does not broadcast to `shape` or an expression is malformed.
        """
        if isinstance(given, str):
            try:
                return Expression(given, AXES[: self.ndim])(self.coordinates())
            except InputError as error:
                raise InputError(f"{name}: {error}") from None
        values = real_array(name, given)
        if values.ndim and values.shape != self.shape:
            raise InputError(f"{name} of shape {values.shape} does not match the grid; expected {self.shape}")
        return np.asarray(values, dtype=np.float64)

    def coarsened(self) -> "Grid":
        """The cell grid with half as many cells per axis (rounded up), same box and conditions.

        A coarse cell is active when any of its fine cells is.

        Raises
        ------
        InputError
            For node grids, array-valued boundary data, or fixed cells.
        """
        if self.location == "node" or self.fixed is not None:
            raise InputError("only cell grids without fixed cells can be coarsened")
        if any(data is not None and np.ndim(data) for b in self.boundary.values() for data in (b.value, b.transfer)):
            raise InputError("a grid with array-valued boundary data cannot be coarsened; use expressions")
        mask = self.mask
        for axis in range(self.ndim if mask is not None else 0):
            assert mask is not None
            mask = np.logical_or.reduceat(mask, np.arange(0, mask.shape[axis], 2), axis=axis)
        return replace(self, shape=tuple((n + 1) // 2 for n in self.shape), mask=mask)

    def hierarchy(self) -> "list[Grid]":
        """The grid and its coarsenings down to one cell per axis, finest first.

        Examples
        --------
        >>> [g.shape for g in Grid((8, 3)).hierarchy()]
        [(8, 3), (4, 2), (2, 1), (1, 1)]
        """
        grids = [self]
        while max(grids[-1].shape) > 1:
            grids.append(grids[-1].coarsened())
        return grids


def _whole_numbers(given: Iterable[int]) -> tuple[int, ...]:
    try:
        return tuple(index(n) for n in given)
    except TypeError:
        raise InputError(f"shape {given} is not a sequence of whole numbers; write (64, 64)") from None


def _lengths(given: Iterable[float]) -> tuple[float, ...]:
    try:
        return tuple(float(length) for length in given)
    except (TypeError, ValueError):
        raise InputError(f"extent {given} is not a sequence of numbers; write (1.0, 0.5)") from None


def _check_box(shape: tuple[int, ...], extent: tuple[float, ...], location: str) -> None:
    if not 1 <= len(shape) <= 3:
        raise InputError(f"shape {shape} has {len(shape)} axes; expected 1 to 3")
    if min(shape) < 1:
        raise InputError(f"shape {shape} has an axis without cells; expected whole numbers >= 1")
    if len(extent) != len(shape):
        raise InputError(f"extent {extent} has {len(extent)} entries; expected one per axis of shape {shape}")
    if not all(np.isfinite(length) and length > 0 for length in extent):
        raise InputError(f"extent {extent} must be finite and positive on every axis")
    if not all(SMALLEST < length / n < LARGEST for n, length in zip(shape, extent, strict=True)):
        raise InputError(
            f"extent {extent} makes spacings whose squares leave the range of float64; choose another unit of length"
        )
    if location not in ("cell", "node"):
        raise InputError(f"location '{location}' is unknown; use cell or node")


def _all_sides(given: Mapping[str, Boundary] | Boundary, ndim: int) -> dict[str, Boundary]:
    names = sides(ndim)
    if isinstance(given, Boundary):
        return dict.fromkeys(names, given)
    result = dict.fromkeys(names, Boundary())
    if not isinstance(given, Mapping) or not all(isinstance(condition, Boundary) for condition in given.values()):
        raise InputError(f"boundary is {given!r}; expected Boundary('neumann') or {{'x-': Boundary('neumann'), ...}}")
    for key, condition in given.items():
        both = (key + "-", key + "+")
        if key in names:
            result[key] = condition
        elif both[0] in names:
            result.update(dict.fromkeys(both, condition))
        else:
            near = get_close_matches(key, [*names, *AXES[:ndim]], n=1, cutoff=0.3)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise InputError(f"side '{key}' is unknown on a {ndim}-D grid; use {', '.join(names)}{hint}")
    for axis in AXES[:ndim]:
        kinds = {result[axis + "-"].kind, result[axis + "+"].kind}
        if "periodic" in kinds and len(kinds) > 1:
            if any(key in (axis + "-", axis + "+") and given[key].kind != "periodic" for key in given):
                raise InputError(f"axis {axis} is periodic on one side only; periodic names the axis or both sides")
            result.update(dict.fromkeys((axis + "-", axis + "+"), Boundary("periodic")))
    return result


def _check_fixed(fixed: NDArray[np.bool_], mask: NDArray[np.bool_] | None) -> None:
    count = 0 if mask is None else np.count_nonzero(fixed & ~mask)
    if count:
        raise InputError(f"{count} fixed cells lie in obstacles of the mask; clear them in one of the two arrays")


def _flags(name: str, given: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    values = real_array(name, given)
    if values.shape != shape:
        raise InputError(f"{name} of shape {values.shape} does not match the grid; expected {shape}")
    if values.dtype != np.bool_ and not np.all((values == 0) | (values == 1)):
        meaning = "active" if name == "mask" else "fixed"
        raise InputError(f"{name} holds values other than 0 and 1; expected 1 = {meaning}, 0 = not")
    return np.ascontiguousarray(values, dtype=np.bool_)


def _finite_field(name: str, given: ArrayLike, shape: tuple[int, ...], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    values = np.asarray(real_array(name, given), dtype=np.float64)
    if values.ndim and values.shape != shape:
        raise InputError(f"{name} of shape {values.shape} does not match the grid; expected {shape}")
    values = np.broadcast_to(values, shape)
    if not np.all(np.isfinite(values[where])):
        raise InputError(f"{name} has NaN or infinite entries in fixed cells")
    return values
