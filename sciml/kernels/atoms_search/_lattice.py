"""The lattice of a partly periodic cell."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml.kernels._cells import LARGEST

__all__ = ["Lattice", "checked_cell", "lattice"]

# Volume over the product of the edge lengths; below it rounding decides on which side of a face an atom lies.
FLAT = 1e-10


class Lattice(NamedTuple):
    """Periodic lattice vectors, completed by orthonormal ones.

    basis : (3, 3) rows; those of axes that are not periodic are perpendicular to all others
    inverse : (3, 3), fractions are positions @ inverse
    periodic : (3,) bool
    """

    basis: NDArray[np.float64]
    inverse: NDArray[np.float64]
    periodic: NDArray[np.bool_]


def checked_cell(given: object, periodic: object) -> tuple[NDArray[np.float64], tuple[bool, ...]]:
    """Cell as float64 (3, 3) and three flags.

    Raises
    ------
    InputError
        If shapes, values or kinds do not fit.
    """
    cell = real_array("cell", given)
    if cell.shape != (3, 3):
        raise InputError(f"cell has shape {cell.shape}; expected (3, 3), lattice vectors as rows")
    if not (np.abs(cell) < LARGEST).all():
        raise InputError(f"cell has entries that are not finite or beyond {LARGEST:g}; expected lengths")
    flags = real_array("periodic", periodic)
    if flags.shape not in ((), (3,)) or not np.isin(flags, (0, 1)).all():
        raise InputError(f"periodic is {periodic}; expected one flag or three, one a lattice vector")
    a, b, c = np.broadcast_to(flags.astype(bool), 3).tolist()
    return np.ascontiguousarray(cell, dtype=np.float64), (a, b, c)


def lattice(cell: NDArray[np.float64], periodic: tuple[bool, ...]) -> Lattice:
    """Basis in which periodic images differ by whole numbers.

    Lattice vectors of axes that are not periodic have no meaning and may be zero. Perpendicular unit vectors
    replace them, which makes the distances between opposite faces the largest possible.

    Raises
    ------
    InputError
        If the periodic lattice vectors are linearly dependent.
    """
    flags = np.array(periodic, dtype=bool)
    spanned = cell[flags]
    lengths = np.linalg.norm(spanned, axis=1)
    directions = spanned / np.where(lengths > 0, lengths, 1)[:, None]
    if np.sqrt(max(np.linalg.det(directions @ directions.T), 0.0)) < FLAT:
        raise InputError(
            f"the periodic lattice vectors {spanned.tolist()} span no volume; give independent ones, or declare the "
            "other axes as not periodic"
        )
    basis = cell.copy()
    basis[~flags] = np.linalg.svd(directions if len(directions) else np.zeros((1, 3)))[2][len(directions) :]
    return Lattice(basis, np.asarray(np.linalg.inv(basis), np.float64), flags)
