"""Coefficient, shift and source on a mesh as the caller gives them: evaluated and checked."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml._expressions import Expression
from sciml._nearest import nearest
from sciml.kernels.p1_product import p1_product
from sciml.mesh import AXES
from sciml.pde.p1.simplices import Simplices

__all__ = ["evaluate", "read_coefficient", "read_shift", "source_load"]

Array: TypeAlias = NDArray[np.float64]


def evaluate(text: str, points: Array, name: str) -> Array:
    """An expression at points (..., d), broadcast to (...).

    Raises
    ------
    InputError
        If it is malformed or not finite somewhere.
    """
    ndim = points.shape[-1]
    try:
        values = Expression(text, AXES[:ndim])({axis: points[..., a] for a, axis in enumerate(AXES[:ndim])})
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    values = np.broadcast_to(values, points.shape[:-1])
    bad = np.count_nonzero(~np.isfinite(values))
    if bad:
        raise InputError(f"{name} '{text}' is not finite at {bad} of {values.size} points")
    return values


def read_coefficient(space: Simplices, given: Any) -> Array:
    """k as (1 or m, 1) numbers or (1 or m, d (d + 1) / 2) upper triangles of tensors.

    Raises
    ------
    InputError
        If it is not finite and positive (definite) in a cell, or shapes do not fit.
    """
    d = space.ndim
    if isinstance(given, (tuple, list)):
        if len(given) != d:
            raise InputError(
                f"coefficient has {len(given)} entries; expected {d}, one per axis, or a single number, expression, "
                "mapping of regions or array"
            )
        entries = [_positive(space, k, f"coefficient along {axis}") for axis, k in zip(AXES, given, strict=False)]
        packed = np.zeros((max(map(len, entries)), d * (d + 1) // 2))
        for axis, k in enumerate(entries):
            packed[:, _packed_place(d, axis, axis)] = k
        return packed
    tensor = None if isinstance(given, (str, Mapping)) else real_array("coefficient", given)
    if tensor is not None and tensor.shape in ((d, d), (space.n_given, d, d)):
        return _packed(space, np.asarray(tensor, dtype=np.float64).reshape(-1, d, d))
    return _positive(space, given, "coefficient")[:, None]


def read_shift(space: Simplices, given: Any) -> Array:
    """Sigma as an array (1,) or (m,).

    Raises
    ------
    InputError
        If it is negative or not finite in a cell, or shapes do not fit.
    """
    sigma = _cell_values(space, given, "shift")
    _refuse(space, "shift", ~((sigma >= 0) & (sigma < np.inf)), "negative or not finite", "numbers >= 0")
    return sigma


def source_load(space: Simplices, volumes: Array, given: Any) -> Array:
    """Integrals of f phi_i, shape (n,) or (batch, n).

    Raises
    ------
    InputError
        If f is not finite or shapes do not fit.

    Notes
    -----
    With M_ab = |T| (1 + delta_ab) / ((d + 1) (d + 2)) the load of a function that is linear in every cell is
    exact; an expression is replaced by its interpolant, which costs O(h^2). A value per cell is exact too.
    """
    d, n = space.ndim, space.mesh.n_points
    masses = volumes / ((d + 1) * (d + 2))
    if isinstance(given, Mapping):
        given = np.broadcast_to(_cell_values(space, given, "source"), len(space.cells))
        return p1_product(space.cells, space.incidence, np.ones(n), masses=masses * given)
    if isinstance(given, str):
        return p1_product(space.cells, space.incidence, evaluate(given, space.mesh.points, "source"), masses=masses)
    f = np.asarray(real_array("source", given), dtype=np.float64)
    if f.ndim > 2 or f.size == 0 or (f.ndim and f.shape[-1] not in (n, space.n_given)):
        raise InputError(
            f"source of shape {f.shape} does not match the mesh; expected a number, ({n},) for its points, "
            f"({space.n_given},) for its cells, or one of these after a batch axis"
        )
    if not np.isfinite(f).all():
        raise InputError(f"source has {np.count_nonzero(~np.isfinite(f))} entries that are not finite")
    b = np.empty((*f.shape[:-1], n))
    for target, row in zip(b.reshape(-1, n), f.reshape(-1, f.shape[-1] if f.ndim else 1), strict=True):
        if len(row) == space.n_given != n and f.ndim:
            target[:] = p1_product(space.cells, space.incidence, np.ones(n), masses=masses * space.of_given(row))
        else:
            target[:] = p1_product(space.cells, space.incidence, np.array(np.broadcast_to(row, n)), masses=masses)
    return b


def _cell_values(space: Simplices, given: Any, name: str) -> Array:
    """Values of the simplices, (m,), or one for all, (1,)."""
    if isinstance(given, Mapping):
        return _by_region(space, given, name)
    points, cells = space.mesh.points, space.cells
    if isinstance(given, str):
        return evaluate(given, points[cells].mean(axis=1), name)
    values = np.asarray(real_array(name, given), dtype=np.float64)
    if values.ndim == 0:
        return values.reshape(1)
    if values.shape == (space.n_given,):
        return space.of_given(values)
    if values.shape == (len(points),):
        return np.asarray(values[cells].mean(axis=1))  # the integral of a linear function
    raise InputError(
        f"{name} of shape {values.shape} does not match the mesh; expected a number, ({space.n_given},) for its cells "
        f"or ({len(points)},) for its points"
    )


def _by_region(space: Simplices, given: Mapping[str, Any], name: str) -> Array:
    regions, result = space.mesh.regions, np.full(len(space.cells), np.nan)
    missing = np.ones(len(space.cells), dtype=np.bool_)
    for region, value in given.items():
        if region not in regions:
            known = ", ".join(regions) or "none"
            raise InputError(f"{name}: the mesh has no region '{region}'; it has {known}{nearest(region, regions)}")
        if isinstance(value, Mapping):
            raise InputError(f"{name} of region '{region}' is a mapping; expected a number, expression or array")
        within = regions[region]
        values = _cell_values(space, value, f"{name} of region '{region}'")
        result[within] = values if len(values) == 1 else values[within]
        missing[within] = False
    if missing.any():
        first = space.given_number(int(np.argmax(missing)))
        raise InputError(
            f"{name} leaves {np.count_nonzero(missing)} cells without a value (first: {first}); name all regions"
        )
    return result


def _positive(space: Simplices, given: Any, name: str) -> Array:
    k = _cell_values(space, given, name)
    _refuse(space, name, ~((k > 0) & (k < np.inf)), "not finite and positive", "finite numbers > 0")
    return k


def _packed(space: Simplices, tensor: Array) -> Array:
    size = np.abs(tensor).max(axis=(1, 2), keepdims=True)
    bad = ~np.isfinite(size[:, 0, 0]) | np.any(np.abs(tensor - tensor.swapaxes(1, 2)) > 1e-12 * size, axis=(1, 2))
    _refuse(space, "coefficient", bad, "not a finite symmetric tensor", "k_ab = k_ba", given=True)
    lowest = np.linalg.eigvalsh(tensor)[:, 0]
    _refuse(space, "coefficient", ~(lowest > 0), "not positive definite", "eigenvalues > 0", given=True)
    upper = np.triu_indices(space.ndim)
    packed = np.ascontiguousarray(tensor[:, upper[0], upper[1]])
    return packed if len(packed) == 1 else space.of_given(packed)


def _packed_place(d: int, a: int, b: int) -> int:
    """Where entry (a, b), a <= b, lies in the upper triangle read row after row."""
    return a * d - a * (a - 1) // 2 + b - a


def _refuse(
    space: Simplices, name: str, bad: NDArray[np.bool_], what: str, expected: str, *, given: bool = False
) -> None:
    if not bad.any():
        return
    if len(bad) == 1:
        raise InputError(f"{name} is {what}; expected {expected}")
    first = int(np.argmax(bad))
    first = first if given else space.given_number(first)
    raise InputError(f"{name} is {what} in {np.count_nonzero(bad)} cells (first: {first}); expected {expected}")
