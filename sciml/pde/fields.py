"""Coefficient, source and shift as the caller gives them: evaluated, checked, reduced to what varies."""

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml.mesh import AXES, Grid
from sciml.pde.layout import Layout, cut

__all__ = ["CoefficientLike", "FieldLike", "read_coefficient", "read_shift", "read_source"]

Array: TypeAlias = NDArray[np.float64]
FieldLike: TypeAlias = ArrayLike | str
CoefficientLike: TypeAlias = FieldLike | Sequence[FieldLike]


def read_coefficient(grid: Grid, given: CoefficientLike) -> tuple[Array, ...]:
    """One coefficient per axis, each an array without axes (constant) or of `grid.ndim` axes.

    Axes of length 1 mean that it does not vary there. In obstacles it becomes 0, which closes
    their faces.

    Raises
    ------
    InputError
        If an active cell has a value that is not finite and positive, or shapes do not fit.
    """
    entries: Sequence[Any] | None = given if isinstance(given, (tuple, list)) else None
    if entries is None:
        return (_positive(grid, cast(FieldLike, given), "coefficient"),) * grid.ndim
    if len(entries) != grid.ndim:
        raise InputError(
            f"coefficient has {len(entries)} entries; expected {grid.ndim}, one per axis, or a single number, "
            "expression or array"
        )
    return tuple(_positive(grid, k, f"coefficient along {axis}") for axis, k in zip(AXES, entries, strict=False))


def read_source(grid: Grid, place: Layout, given: FieldLike) -> Array:
    """Source at the unknowns as a new array ``(*place.shape)`` or ``(batch, *place.shape)``; 0 in obstacles.

    Raises
    ------
    InputError
        If an unknown has a value that is not finite, or shapes do not fit.
    """
    values = grid.evaluate(given, "source") if isinstance(given, str) else real_array("source", given)
    lead = values.shape[:1] if values.ndim > grid.ndim and values.shape[1:] == grid.shape else ()
    if lead == (0,):
        raise InputError(f"source of shape {values.shape} holds no right-hand side; expected a batch >= 1")
    if not lead and not isinstance(given, str):
        values = grid.evaluate(values, "source")
    part = values[(slice(None), *place.window)] if lead else cut(values, place.window)
    b = np.empty(lead + place.shape)
    b[...] = part
    if place.unknown is not None:
        np.copyto(b, 0.0, where=~place.unknown)
    if not np.isfinite(part if place.unknown is None else b).all():
        raise _refused("source", ~np.isfinite(b), "not finite", place)
    return b


def read_shift(grid: Grid, given: FieldLike) -> Array:
    """The multiple sigma of u as an array without axes or broadcastable to the grid; 0 in obstacles.

    Raises
    ------
    InputError
        If it is negative or not finite in an active cell.
    """
    values = grid.evaluate(given, "shift")
    if values.ndim and grid.mask is not None:
        values = np.where(grid.mask, values, 0.0)
    bad = ~((values >= 0) & (values < np.inf))
    if bad.any():
        raise _refused("shift", bad, "negative or not finite")
    return _reduced(values)


def _positive(grid: Grid, given: FieldLike, name: str) -> Array:
    k = grid.evaluate(given, name)
    if grid.mask is None:
        positive = k.min() > 0
    else:
        k = np.where(grid.mask, k, 0.0)
        positive = k.min() >= 0 and np.count_nonzero(k) == np.count_nonzero(grid.mask)
    if not (positive and k.max() < np.inf):
        bad = ~((k > 0) & (k < np.inf))
        raise _refused(name, bad if grid.mask is None else bad & grid.mask, "not finite and positive")
    return _reduced(k)


def _reduced(values: Array) -> Array:
    """A field without axes if it is one number, or with one axis longer than 1 if it varies along that only."""
    if values.ndim and values.min() == values.max():
        return np.array(values.flat[0])
    for axis in range(values.ndim):
        first, last = (
            values[tuple(slice(None) if a == axis else end for a in range(values.ndim))]
            for end in (slice(0, 1), slice(-1, None))
        )
        if np.array_equal(first, last) and np.all(values == first):
            return first
    return values


def _refused(name: str, bad: NDArray[np.bool_], what: str, place: Layout | None = None) -> InputError:
    """Error with the number of bad entries and the first index, counted on the grid's own axes."""
    if bad.ndim == 0:
        bound = {"shift": " >= 0", "source": ""}.get(name, " > 0")
        return InputError(f"{name} is {what}; expected a finite number{bound}")
    first = [int(i) for i in np.argwhere(bad)[0]]
    if place is not None:
        lead = len(first) - len(place.window)
        first[lead:] = [i + s.start for i, s in zip(first[lead:], place.window, strict=True)]
    return InputError(
        f"{name} is {what} in {np.count_nonzero(bad)} active cells, first at index {tuple(first)}; "
        "correct these entries, or mark them as obstacles in the mask"
    )
