"""Cell lists as plain arrays: points sorted into the boxes of a grid whose walls may lie anywhere."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import device_of, is_on_device, on_device_of, real_array, to_device, to_host
from sciml._errors import InputError

__all__ = [
    "QUERY_WORK", "Cells", "Walls", "beside", "cells_per_axis", "checked_points", "checked_queries", "choose_walls",
    "padded", "positive",
]

Walls = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

# Squares of coordinates beyond this do not fit into float64.
LARGEST = 1e150
SAMPLE = 4096
QUERY_WORK = 40  # array elements a search touches for one query, roughly


class Cells(NamedTuple):
    """Points of up to three coordinates, cell after cell (C order of the cells).

    walls : three arrays, n_a + 1 rising numbers from -inf to inf; cell c of an axis holds
        walls[c] <= x < walls[c + 1]
    starts : (n_0 n_1 n_2 + 1,) int32, range of the points of each cell
    order : (n,) int32, the points, rising within a cell
    coordinates : (3, n) float64, in that order
    """

    walls: Walls
    starts: NDArray[np.int32]
    order: NDArray[np.int32]
    coordinates: NDArray[np.float64]


def checked_points(name: str, given: object) -> NDArray[np.float64]:
    """Points as float64, shape (n, d), where they lie.

    Raises
    ------
    InputError
        If they are not real numbers of that shape, not finite, or too large to be squared.
    """
    points = real_array(name, given)
    if points.ndim != 2 or not 1 <= points.shape[1] <= 3:
        raise InputError(f"{name} have shape {points.shape}; expected (n, d) with d = 1, 2 or 3 coordinates")
    if len(points) >= 2**31:
        raise InputError(f"{name} are {len(points)} points; expected fewer than 2^31")
    with on_device_of(points):
        points = points.astype(np.float64, order="C", copy=False)
        if points.size and not (points.min() > -LARGEST and points.max() < LARGEST):  # NaN fails, too
            wrong = ~(np.abs(points) < LARGEST).all(axis=1)
            raise InputError(
                f"{name} have {int(wrong.sum())} rows that are not finite or beyond {LARGEST:g}, the first is row "
                f"{int(wrong.argmax())}; remove them or change the unit"
            )
    return points


def checked_queries(given: object, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Queries as float64, with as many coordinates as `points`.

    Raises
    ------
    InputError
        As `checked_points`, or if the numbers of coordinates or the devices differ.
    """
    queries = checked_points("queries", given)
    if device_of(queries) != device_of(points):
        raise InputError(f"queries lie on {device_of(queries)}, points on {device_of(points)}; bring them together")
    if queries.shape[1] != points.shape[1]:
        raise InputError(f"queries have {queries.shape[1]} coordinates, points {points.shape[1]}; expected the same")
    return queries


def positive(name: str, given: float) -> float:
    """A length as float.

    Raises
    ------
    InputError
        Unless it is finite, greater than 0 and has a square in float64.
    """
    value = real_array(name, given)
    if value.ndim or not 1 / LARGEST < value < LARGEST:
        raise InputError(f"{name} is {given}; expected one number > 0 (at least {1 / LARGEST:g}, below {LARGEST:g})")
    return float(value)


def padded(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points with leading zero coordinates up to three, so that the last one stays last."""
    n, d = points.shape
    if d == 3:
        return points
    full = np.zeros_like(points, shape=(n, 3))
    full[:, 3 - d :] = points
    return full


def choose_walls(points: NDArray[np.float64], widths: tuple[float, ...], most: int, crowded: bool = False) -> Walls:
    """Walls at least `widths` apart for at most about `most` cells.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 3)
        What the cells will hold.
    widths : tuple of float
        Least width of a cell along each axis, may be 0.
    most : int
        Largest number of cells.
    crowded : bool
        Put walls at quantiles of a sample, so that clusters, graded meshes and far outliers are cut
        finely; else at even distances.

    Returns
    -------
    three ndarrays of float64
        Where the points lie.
    """
    low, high = ([float(extreme(x)) if len(x) else 0.0 for x in points.T] for extreme in (np.min, np.max))
    counts = _fitting(np.subtract(high, low), np.array(widths), most)
    if crowded:
        # The multiples of the golden section sample any order of the points evenly.
        chosen = (np.arange(SAMPLE) * 0.6180339887498949 % 1 * len(points)).astype(np.int64)
        sample = np.sort(to_host(np.take(points, beside(chosen, points), axis=0)), axis=0)
        inner = [
            _spaced(sample[np.arange(1, n) * SAMPLE // n, axis], widths[axis]) for axis, n in enumerate(counts)
        ]
    else:
        inner = [np.linspace(low[axis], high[axis], n + 1)[1:-1] for axis, n in enumerate(counts)]
    a, b, c = (beside(np.concatenate([[-np.inf], walls, [np.inf]]), points) for walls in inner)
    return a, b, c


def cells_per_axis(walls: Walls) -> tuple[int, int, int]:
    """How many cells there are along each axis."""
    a, b, c = (len(w) - 1 for w in walls)
    return a, b, c


def beside(values: Any, points: NDArray[np.float64]) -> Any:
    """An array of the CPU where points lie, on the current device if on any."""
    return to_device(values) if is_on_device(points) else values


def _fitting(spans: NDArray[np.float64], widths: NDArray[np.float64], most: int) -> list[int]:
    """How often cells of `widths`, or of wider ones all scaled alike, fit into a box."""
    with np.errstate(divide="ignore", invalid="ignore"):
        counts = np.where(spans > 0, spans / widths, 1.0)
        if not np.isfinite(counts).all():  # no least width: cubes
            side = spans.max() / most
            counts = np.maximum(spans / side, 1.0)
    counts = np.maximum(counts, 1.0)
    while np.prod(np.floor(counts)) > most:
        long = counts > 1
        counts[long] /= max(1.01, (np.exp(np.log(counts).sum() - np.log(most))) ** (1 / np.count_nonzero(long)))
        counts = np.maximum(counts, 1.0)
    return [int(n) for n in counts]


def _spaced(walls: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """The walls that are at least `width` away from the last one kept."""
    kept: list[float] = []
    for wall in np.unique(walls).tolist():
        if not kept or wall - kept[-1] >= width:
            kept.append(wall)
    return np.array(kept)
