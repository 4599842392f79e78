"""Neighbours of atoms under periodic boundaries."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._memory import require_memory
from sciml.kernels._cells import checked_points, positive
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels.atoms_search._lattice import Lattice, checked_cell, lattice
from sciml.kernels.atoms_search.numba import images, unfold_slab
from sciml.kernels.radius_search import rows_within

__all__ = ["atoms_search", "checked_cell"]

SLACK = 1e-9  # fractions are rounded; images too many are sorted out by their distance
IMAGE_BYTES = 120  # points, owner, turns, and the cell list of them
EDGE_BYTES = 40  # index, shift and vector


def atoms_search(
    positions: Any, cell: Any, periodic: Any, cutoff: float
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """All neighbours of each atom, images included, in any cell and for any cutoff.

    Parameters
    ----------
    positions : array_like, shape (n, 3)
        Anywhere, also outside of the cell [length].
    cell : array_like, shape (3, 3)
        Lattice vectors as rows [length]; those of axes that are not periodic do not matter.
    periodic : bool or three bools
        Axes along which the cell repeats.
    cutoff : float
        Neighbours are closer than this [length].

    Returns
    -------
    indptr : ndarray of int64, shape (n + 1,)
        Row i is ``indptr[i]:indptr[i + 1]``.
    indices : ndarray of int32
        Neighbour j of each pair; sorted by j, then by shift.
    shifts : ndarray of int32, shape (pairs, 3)
        S of the image at ``positions[j] + S @ cell``.

    Raises
    ------
    InputError
        If shapes or values do not fit or the cell has no volume.
    MemoryLimitError
        If there are more images or pairs than memory.

    Notes
    -----
    Images near the cell become points of their own, in the order of (j, S). Coordinates are rounded to multiples of a
    power of two so small that sums of them are exact; hence (i, j, S) is found if and only if (j, i, -S) is, also
    where rounding decides.

    Examples
    --------
    >>> atoms_search([[0.0, 0.0, 0.0]], np.eye(3), (True, False, False), 1.5)
    (array([0, 2]), array([0, 0], dtype=int32), array([[-1,  0,  0],
           [ 1,  0,  0]], dtype=int32))
    """
    positions = checked_points("positions", positions)
    if positions.shape[1] != 3:
        raise InputError(f"positions have shape {positions.shape}; expected (atoms, 3)")
    cell, periodic = checked_cell(cell, periodic)
    cutoff = positive("cutoff", cutoff)
    wrapped = _wrap(positions, cell, lattice(cell, periodic))
    points, owner, turns, home = _images(wrapped, cutoff)
    limit = float(np.nextafter(cutoff * cutoff, 0))
    indptr, indices = rows_within(points, cutoff, limit, wrapped.places, home, pair_bytes=EDGE_BYTES)
    shifts = np.empty((len(indices), 3), np.int32)
    parts = slabs(len(positions), 4 * len(indices))
    run_slabs(unfold_slab, parts, indptr, indices, owner, turns, wrapped.turns, shifts)
    return indptr, indices, shifts


class _Wrapped(NamedTuple):
    """Atoms moved into the cell.

    places : (n, 3) positions - turns @ cell, rounded
    turns : (n, 3) int32
    fractions : (n, 3)
    """

    places: NDArray[np.float64]
    turns: NDArray[np.int32]
    fractions: NDArray[np.float64]
    cell: NDArray[np.float64]
    lattice: Lattice


def _wrap(positions: NDArray[np.float64], cell: NDArray[np.float64], lattice: Lattice) -> _Wrapped:
    fractions = positions @ lattice.inverse
    turns = np.where(lattice.periodic, np.floor(fractions), 0.0)
    if np.abs(turns).max(initial=0) >= 2**30:
        raise InputError("positions lie more than 2^30 cells away from the origin; wrap them into the cell")
    places = positions - turns @ cell
    return _Wrapped(places, turns.astype(np.int32), fractions - turns, cell, lattice)


def _images(
    wrapped: _Wrapped, cutoff: float
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Points, owners and turns of all images within the cutoff of the box of the atoms; which are the atoms."""
    flags, n = wrapped.lattice.periodic, len(wrapped.places)
    # Along the normal of two faces the distance is the difference of fractions times the distance of the faces.
    pads = cutoff * np.linalg.norm(wrapped.lattice.inverse, axis=0) + SLACK
    fractions = np.where(flags, wrapped.fractions, 0.0)
    lower = np.where(flags, fractions.min(axis=0, initial=1) - pads, 0.0)
    upper = np.where(flags, fractions.max(axis=0, initial=0) + pads, 0.0)
    most = n * float(np.prod(np.maximum(upper - lower, 0) + 1))
    require_memory(int(min(most, 1e15)) * IMAGE_BYTES, f"the search among up to {most:.3g} images of {n} atoms")
    places, cell = wrapped.places, _rounded(wrapped, np.where(flags, 1 + np.ceil(pads), 0), cutoff)
    reach = cutoff * (1 + SLACK)
    low, high = places.min(axis=0, initial=np.inf) - reach, places.max(axis=0, initial=-np.inf) + reach
    home = np.empty(n, np.int32)
    points, owner, turns = _room(0)
    count = images(fractions, lower, upper, places, cell, low, high, points, owner, turns, home)
    points, owner, turns = _room(count)
    images(fractions, lower, upper, places, cell, low, high, points, owner, turns, home)
    return points, owner, turns, home


def _room(count: int) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    return np.empty((count, 3)), np.empty(count, np.int32), np.empty((count, 3), np.int32)


def _rounded(wrapped: _Wrapped, turns: NDArray[np.float64], cutoff: float) -> NDArray[np.float64]:
    """Round the places, in place, and the returned cell to multiples of a power of two.

    No sum of a place and up to `turns` lattice vectors then needs more than 51 bits.
    """
    largest = np.abs(wrapped.places).max(initial=cutoff) + (turns @ np.abs(wrapped.cell)).max()
    quantum = 2.0 ** (np.ceil(np.log2(largest)) - 51)
    np.round(wrapped.places / quantum, out=wrapped.places)
    wrapped.places[...] *= quantum
    return np.asarray(np.round(wrapped.cell / quantum) * quantum)
