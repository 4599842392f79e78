"""Frames of atoms as a database of ASE."""

from pathlib import Path
from typing import Any

import numpy as np

from sciml._errors import InputError
from sciml._optional import require
from sciml.datasets.atoms.elements import NUMBERS
from sciml.datasets.atoms.frames import frame_name, symbols_of
from sciml.datasets.dataset import DataSet

__all__ = ["as_ase", "write_database"]

VOIGT = (0, 4, 8, 5, 2, 1)  # xx yy zz yz xz xy out of rows


def as_ase(data: DataSet, frame: int) -> Any:
    """A frame as ``ase.Atoms`` whose calculator holds its labels.

    Parameters
    ----------
    data : DataSet
        Of atoms.
    frame : int

    Raises
    ------
    InputError
        If a species is no element, or there is a virial but no volume to make it a stress.
    MissingDependencyError
        If ASE is not installed.
    """
    ase = require("ase", "'sciml-kit[atoms]'")
    single = require("ase.calculators.singlepoint", "'sciml-kit[atoms]'")
    symbols = symbols_of(data)
    names = [symbols[number] for number in data.inputs["species"][frame].tolist()]
    if not set(names) <= set(NUMBERS):
        others = ", ".join(sorted(set(names) - set(NUMBERS)))
        raise InputError(f"{frame_name(data, frame)} has species {others}; expected elements, for ASE knows no others")
    atoms = ase.Atoms(
        names, data.inputs["positions"][frame], cell=data.inputs["cell"][frame], pbc=data.inputs["periodic"][frame]
    )
    atoms.info = {key: data.inputs[key][frame].item() for key in ("charge", "spin") if key in data.inputs}
    labels: dict[str, Any] = {key: field[frame].astype(np.float64) for key, field in data.outputs.items()}
    there = {key: value for key, value in labels.items() if not np.isnan(value).all()}
    if "virial" in there:
        virial = there.pop("virial")
        volume = abs(np.linalg.det(data.inputs["cell"][frame].astype(np.float64)))
        if not volume:
            raise InputError(f"{frame_name(data, frame)} has a virial and a cell without volume; ASE takes stress "
                             "alone: write .extxyz or .h5")
        there["stress"] = -virial.ravel()[list(VOIGT)] / volume
    if "energy" in there:
        there["energy"] = float(there["energy"])
    if there:
        atoms.calc = single.SinglePointCalculator(atoms, **there)
    return atoms


def write_database(data: DataSet, path: Path) -> None:
    """Write frames as rows of a database.

    Raises
    ------
    InputError
        As `as_ase`.
    """
    db = require("ase.db", "'sciml-kit[atoms]'")
    with db.connect(path, type="db", append=False) as rows:
        for frame in range(len(data)):
            rows.write(as_ase(data, frame))
