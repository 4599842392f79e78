"""Whether energies and forces can be in the units they should be in."""

import numpy as np
from numpy.typing import NDArray

from sciml.datasets.atoms.elements import NUMBERS
from sciml.datasets.atoms.frames import symbols_of
from sciml.datasets.dataset import DataSet

__all__ = ["energy_scale"]

FRAMES = 500  # that are looked at, evenly spread
LEAST = 8  # frames from which a spread is told
# Energy of an atom with all its electrons: -0.7687 Z^(7/3) Hartree at most [eV]. 1.2: what relativity adds.
ATOM = 1.2 * 0.7687 * 27.2114
HIGHEST = 100.0  # of an atom, above separate ones [eV]
STIFFEST = 150.0  # [eV/Angstrom^2]


def energy_scale(data: DataSet) -> str:
    """What makes the units of energies or forces doubtful, empty when nothing does.

    Two questions are asked. Is an energy lower than that of all electrons at bare nuclei, or far above that of separate
    atoms? And do energies vary as forces let expect?

    Parameters
    ----------
    data : DataSet
        Of atoms; read in part.

    Raises
    ------
    InputError
        If it is no data set of atoms.

    Notes
    -----
    The Thomas-Fermi energy of an atom, -0.7687 Z^(7/3) Hartree, is below that of any method. In a thermal ensemble of
    oscillators of stiffness k at temperature T a component of force has the variance f^2 = k T and the total energy of
    N atoms the deviation sqrt(3 N / 2) T, so that sqrt(3 N / 2) f^2 / deviation is k: 10 to 50 eV/Angstrom^2 for
    molecules, less for solids, and less the further structures are apart. Hartree beside eV/Angstrom give 27 times as
    much, kcal/mol for both 23 times.
    """
    symbols = symbols_of(data)
    if "energy" not in data.outputs:
        return ""
    frames = np.unique(np.linspace(0, len(data) - 1, min(len(data), FRAMES)).astype(np.int64))
    energies = data.outputs["energy"][frames].astype(np.float64)
    frames, energies = frames[np.isfinite(energies)], energies[np.isfinite(energies)]
    counts = np.array([np.bincount(data.inputs["species"][int(k)], minlength=len(symbols)) for k in frames])
    if not len(frames):
        return ""
    return _level(energies, counts, symbols) or _spread(data, frames, energies, counts)


def _level(energies: NDArray[np.float64], counts: NDArray[np.int64], symbols: tuple[str, ...]) -> str:
    per_atom = energies / counts.sum(axis=1)
    if per_atom.max() > HIGHEST:
        return (f"energies reach {per_atom.max():.4g} eV an atom, far above separate atoms; check their sign and unit "
                "(expected eV of the whole frame)")
    if not set(symbols) <= set(NUMBERS):
        return ""
    numbers = np.array([NUMBERS[symbol] for symbol in symbols], np.float64)
    least = -ATOM * counts @ numbers ** (7 / 3)
    k = int(np.argmin(energies / -least))
    if energies[k] < least[k]:
        return (f"energies reach {per_atom[k]:.6g} eV an atom, below {least[k] / counts[k].sum():.6g} of bare nuclei "
                "with all electrons; they may be in kcal/mol, kJ/mol or meV (expected eV)")
    return ""


def _spread(
    data: DataSet, frames: NDArray[np.int64], energies: NDArray[np.float64], counts: NDArray[np.int64]
) -> str:
    if "forces" not in data.outputs or len(frames) < LEAST + counts.shape[1]:
        return ""
    bias = np.linalg.lstsq(counts.astype(np.float64), energies, rcond=None)[0]
    atoms = counts.sum(axis=1)
    deviation = float(np.std((energies - counts @ bias) / np.sqrt(1.5 * atoms)))
    # Of the middle frame, so that a few wild ones decide nothing.
    squares = [np.mean(np.square(data.outputs["forces"][int(k)].astype(np.float64))) for k in frames]
    f2 = float(np.nanmedian(squares)) if np.isfinite(squares).any() else 0.0
    if not f2 > STIFFEST * deviation > 0:
        return ""
    return (f"energies vary by {deviation * np.sqrt(1.5 * np.mean(atoms)):.3g} eV where forces of {np.sqrt(f2):.3g} "
            f"eV/Angstrom let expect more (stiffness {f2 / deviation:.3g} eV/Angstrom^2, molecules have 10 to 50); "
            "energies may be in Hartree or Rydberg, or forces in kcal/mol/Angstrom or more")
