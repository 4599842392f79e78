"""Read the arrays of a problem on a box."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.cli._settings import Settings
from sciml.cli._values import FieldValue, RegionValues
from sciml.mesh.grid import Grid
from sciml.mesh.io.arrays import ArrayFile
from sciml.mesh.regions import paint

__all__ = ["Inputs", "read_inputs"]

Field: TypeAlias = float | str | NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Inputs:
    """A problem in memory: what `sciml.pde.poisson` takes, and the initial guess."""

    grid: Grid
    coefficient: Field | tuple[Field, ...]
    source: Field
    shift: Field
    x0: NDArray[np.float64] | None


def read_inputs(settings: Settings, grid: Grid) -> Inputs:
    """Read every file, evaluate expressions, paint regions.

    Raises
    ------
    InputError
        If a file is damaged, or mask or fixed cells hold other values than 0 and 1.
    """
    mask = _flags("mask", settings.mask, 1.0, settings, grid)
    fixed = _flags("fixed", settings.fixed, 0.0, settings, grid)
    fixed_value = _field("fixed_value", settings.fixed_value, settings, grid)
    coefficient = tuple(_field("coefficient", k, settings, grid) for k in settings.coefficient)
    held = 0.0 if fixed is None else np.broadcast_to(grid.evaluate(fixed_value, "fixed_value"), grid.shape)
    domain = replace(grid, mask=mask, fixed=fixed, fixed_value=held)
    return Inputs(
        grid=domain,
        coefficient=coefficient if len(coefficient) > 1 else coefficient[0],
        source=_field("source", settings.source, settings, grid),
        shift=_field("shift", settings.shift, settings, grid),
        x0=_guess(settings.x0, grid),
    )


def _load(value: FieldValue | RegionValues) -> Field:
    if isinstance(value, Mapping):  # refused when the box was planned
        raise InputError("values by region belong to meshes")
    return value.read() if isinstance(value, ArrayFile) else value


def _field(name: str, value: FieldValue | RegionValues, settings: Settings, grid: Grid) -> Field:
    """A field as given, or painted when regions set it."""
    layers = [(painted.region, painted.values[name]) for painted in settings.regions if name in painted.values]
    given = _load(value)
    return paint(grid, given, layers) if layers else given


def _flags(
    name: str, value: FieldValue | None, default: float, settings: Settings, grid: Grid
) -> NDArray[np.bool_] | None:
    """Mask or fixed cells; `Grid` refuses other values than 0 and 1."""
    painted = any(name in region.values for region in settings.regions)
    if value is None and not painted:
        return None
    given = _field(name, default if value is None else value, settings, grid)
    flags = given if isinstance(given, np.ndarray) else np.broadcast_to(grid.evaluate(given), grid.shape)
    return cast(NDArray[np.bool_], flags)


def _guess(value: FieldValue | None, grid: Grid) -> NDArray[np.float64] | None:
    if value is None:
        return None
    given = _load(value)
    if not (isinstance(given, np.ndarray) and given.ndim > grid.ndim):
        given = np.broadcast_to(grid.evaluate(given), grid.shape)
    guess = np.asarray(given, dtype=np.float64)
    if not np.all(np.isfinite(guess)):
        raise InputError(f"x0 has {np.sum(~np.isfinite(guess))} entries that are not finite; expected numbers")
    return guess
