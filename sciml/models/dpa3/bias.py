"""Energies of free atoms by least squares."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.structure import Structure

__all__ = ["composition", "least_squares_bias"]


def composition(structures: Sequence[Structure], species: Sequence[str]) -> NDArray[np.float64]:
    """How many atoms of each species a structure has, shape (structures, species).

    Examples
    --------
    >>> composition([Structure(["O", "H", "H"], [[0, 0, 0], [0, 0, 1], [0, 1, 0]])], ["H", "O"])
    array([[2., 1.]])
    """
    return np.array([[structure.symbols.count(name) for name in species] for structure in structures], np.float64)


def least_squares_bias(
    counts: NDArray[np.float64], energies: NDArray[np.float64], known: Mapping[int, float] | None = None
) -> tuple[NDArray[np.float64], float]:
    """The energies b of free atoms with the least ||C b - E||, and of these the least ||b||.

    Parameters
    ----------
    counts : ndarray, shape (structures, species)
        C, numbers of atoms.
    energies : ndarray, shape (structures,)
        E [eV].
    known : mapping of int to float, optional
        Energies of some species that are given [eV].

    Returns
    -------
    bias : ndarray, shape (species,)
        Zero for species that never occur [eV].
    left : float
        Root mean square of (C b - E) / atoms [eV].

    Raises
    ------
    InputError
        If shapes do not fit or energies are not finite.

    Examples
    --------
    >>> bias, left = least_squares_bias(np.array([[2.0, 1.0], [1.0, 0.0]]), np.array([-5.0, -1.0]))
    >>> bias.round(12), round(left, 12)
    (array([-1., -3.]), 0.0)
    """
    if energies.shape != (len(counts),) or not np.isfinite(energies).all():
        wrong = np.count_nonzero(~np.isfinite(energies))
        raise InputError(f"energies have shape {energies.shape} and {wrong} numbers that are not finite; expected "
                         f"{len(counts)} finite ones, one a structure")
    fixed = dict(known or {})
    free = np.array([k for k in range(counts.shape[1]) if k not in fixed], np.int64)
    bias = np.zeros(counts.shape[1])
    bias[list(fixed)] = list(fixed.values())
    bias[free] = np.linalg.lstsq(counts[:, free], energies - counts @ bias)[0]
    left = (counts @ bias - energies) / counts.sum(axis=1)
    return bias, float(np.sqrt(np.mean(left**2)))
