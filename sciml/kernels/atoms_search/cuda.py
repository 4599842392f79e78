"""Launches for images of atoms on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels.atoms_search import Images

__all__ = ["PROGRAM", "images", "unfold"]

PROGRAM = Program(__package__, "rows", types=())


def images(
    fractions: NDArray[np.float64], places: NDArray[np.float64], lower: NDArray[np.float64],
    upper: NDArray[np.float64], cell: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64],
) -> Images:
    """See the package function."""
    n = len(places)
    starts = np.zeros_like(places, shape=n + 1, dtype=np.int64)
    home = np.empty_like(places, shape=n, dtype=np.int32)
    given = n, fractions, places, lower, upper, cell, low, high
    PROGRAM.launch("images", n, (), *given, False, starts, _room(places, 0), home)
    starts = np.cumsum(starts)
    room = _room(places, int(starts[-1]))
    PROGRAM.launch("images", n, (), *given, True, starts, room, home)
    return Images(*room, home)


def _room(
    places: NDArray[np.float64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    owner = np.empty_like(places, shape=count, dtype=np.int32)
    return np.empty_like(places, shape=(count, 3)), owner, np.empty_like(owner, shape=(count, 3))


def unfold(
    indptr: NDArray[np.int64], indices: NDArray[np.int32], owner: NDArray[np.int32], turns: NDArray[np.int32],
    wraps: NDArray[np.int32],
) -> NDArray[np.int32]:
    """See the package function."""
    pairs = len(indices)
    shifts = np.empty_like(indices, shape=(pairs, 3))
    sizes = np.int64(len(wraps)), np.int64(pairs)
    PROGRAM.launch("unfold", pairs, (), *sizes, indptr, indices, owner, turns, wraps, shifts)
    return shifts
