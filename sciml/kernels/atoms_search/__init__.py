"""Neighbours of atoms under periodic boundaries."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import on_device_of, to_host
from sciml._errors import InputError
from sciml._memory import require_memory
from sciml.kernels._cells import beside, checked_points, positive
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels.atoms_search._lattice import Lattice, checked_cell, lattice
from sciml.kernels.atoms_search.numba import find_images, unfold_slab
from sciml.kernels.radius_search import rows_within

__all__ = ["Images", "atoms_search", "checked_cell", "images", "unfold"]

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
    where rounding decides. Positions on a CUDA device are searched there, and the result stays there.

    Examples
    --------
    >>> atoms_search([[0.0, 0.0, 0.0]], np.eye(3), (True, False, False), 1.5)
    (array([0, 2]), array([0, 0], dtype=int32), array([[-1,  0,  0],
           [ 1,  0,  0]], dtype=int32))
    """
    positions = checked_points("positions", positions)
    if positions.shape[1] != 3:
        raise InputError(f"positions have shape {positions.shape}; expected (atoms, 3)")
    cell, periodic = checked_cell(to_host(cell), periodic)
    cutoff = positive("cutoff", cutoff)
    limit = float(np.nextafter(cutoff * cutoff, 0))
    with on_device_of(positions):
        wrapped = _wrap(positions, cell, lattice(cell, periodic))
        places, found = _near_images(wrapped, cutoff)
        indptr, indices = rows_within(found.points, cutoff, limit, places, found.home, pair_bytes=EDGE_BYTES)
        return indptr, indices, unfold(indptr, indices, found.owner, found.turns, wrapped.turns)


class Images(NamedTuple):
    """Images of atoms as points, atom after atom, in rising order of their turns.

    points : (images, 3)
    owner : (images,) int32, the atom
    turns : (images, 3) int32, by how many lattice vectors it is moved
    home : (n,) int32, the image of each atom that is the atom itself
    """

    points: NDArray[np.float64]
    owner: NDArray[np.int32]
    turns: NDArray[np.int32]
    home: NDArray[np.int32]


class _Wrapped(NamedTuple):
    """Atoms moved into the cell.

    places : (n, 3) positions - turns @ cell
    turns : (n, 3) int32
    fractions : (n, 3), 0 along axes that are not periodic
    """

    places: NDArray[np.float64]
    turns: NDArray[np.int32]
    fractions: NDArray[np.float64]
    cell: NDArray[np.float64]
    lattice: Lattice


def _wrap(positions: NDArray[np.float64], cell: NDArray[np.float64], lattice: Lattice) -> _Wrapped:
    flags = beside(lattice.periodic, positions)
    fractions = np.where(flags, positions @ beside(lattice.inverse, positions), 0.0)
    turns = np.floor(fractions)
    if len(turns) and np.abs(turns).max() >= 2**30:
        raise InputError("positions lie more than 2^30 cells away from the origin; wrap them into the cell")
    places = positions - turns @ beside(cell, positions)
    return _Wrapped(places, turns.astype(np.int32), fractions - turns, cell, lattice)


def _near_images(wrapped: _Wrapped, cutoff: float) -> tuple[NDArray[np.float64], Images]:
    """Rounded places, and all images within the cutoff of the box of the atoms."""
    flags, n = wrapped.lattice.periodic, len(wrapped.places)
    # Along the normal of two faces the distance is the difference of fractions times the distance of the faces.
    pads = cutoff * np.linalg.norm(wrapped.lattice.inverse, axis=0) + SLACK
    lower, upper = (np.where(flags, ends, 0.0) for ends in _extent(wrapped.fractions, pads))
    most = n * float(np.prod(np.maximum(upper - lower, 0) + 1))
    require_memory(int(min(most, 1e15)) * IMAGE_BYTES, f"the search among up to {most:.3g} images of {n} atoms")
    places, cell = _rounded(wrapped, np.where(flags, 1 + np.ceil(pads), 0), cutoff)
    low, high = _extent(places, cutoff * (1 + SLACK))
    small = (beside(values, places) for values in (lower, upper, cell, low, high))
    return places, images(wrapped.fractions, places, *small)


def _extent(values: NDArray[np.float64], margin: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and largest of each column, on the CPU, and a margin beyond."""
    if not len(values):
        return np.full(3, np.inf), np.full(3, -np.inf)
    return to_host(values.min(axis=0)) - margin, to_host(values.max(axis=0)) + margin


def _rounded(
    wrapped: _Wrapped, turns: NDArray[np.float64], cutoff: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places and cell rounded to multiples of a power of two.

    No sum of a place and up to `turns` lattice vectors then needs more than 51 bits.
    """
    largest = max([cutoff, *np.abs(_extent(wrapped.places, 0.0)).ravel()]) if len(wrapped.places) else cutoff
    largest += (turns @ np.abs(wrapped.cell)).max()
    quantum = 2.0 ** (np.ceil(np.log2(largest)) - 51)
    return np.rint(wrapped.places / quantum) * quantum, np.rint(wrapped.cell / quantum) * quantum


@dispatched
def images(
    fractions: NDArray[np.float64], places: NDArray[np.float64], lower: NDArray[np.float64],
    upper: NDArray[np.float64], cell: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64],
) -> Images:
    """All images of atoms in two boxes.

    Parameters
    ----------
    fractions, places : ndarray of float64, shape (n, 3)
        Of the atoms in units of lattice vectors, and in space.
    lower, upper : ndarray of float64, shape (3,)
        Between them lie the fractions of the images.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows.
    low, high : ndarray of float64, shape (3,)
        Between them lie the places of the images.
    """
    given = fractions, lower, upper, places, cell, low, high
    home = np.empty(len(places), np.int32)
    count = find_images(*given, *_room(0), home)
    room = _room(count)
    find_images(*given, *room, home)
    return Images(*room, home)


def _room(count: int) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    return np.empty((count, 3)), np.empty(count, np.int32), np.empty((count, 3), np.int32)


@dispatched
def unfold(
    indptr: NDArray[np.int64], indices: NDArray[np.int32], owner: NDArray[np.int32], turns: NDArray[np.int32],
    wraps: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Turn images into atoms, in place in `indices`; returns the shifts (pairs, 3), which count from where they were.

    Parameters
    ----------
    indptr, indices : ndarray
        Images near each atom.
    owner, turns : ndarray of int32, shape (images,) and (images, 3)
        As of `Images`.
    wraps : ndarray of int32, shape (n, 3)
        By how many lattice vectors each atom was moved back into the cell.
    """
    shifts = np.empty((len(indices), 3), np.int32)
    parts = slabs(len(wraps), 4 * len(indices))
    run_slabs(unfold_slab, parts, indptr, indices, owner, turns, wraps, shifts)
    return shifts
