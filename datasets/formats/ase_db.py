"""Databases of ASE in SQLite; ASE itself reads them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sciml._errors import InputError
from sciml._optional import require
from sciml.datasets.atoms.elements import SYMBOLS
from sciml.datasets.atoms.frames import KIND, assembled
from sciml.datasets.atoms.xyz_parts import Frame, joined_frames, virial_of
from sciml.datasets.dataset import DataSet
from sciml.datasets.protocols import protocol_of

__all__ = ["open_files", "recognises"]


def recognises(path: Path) -> bool:
    """Whether it is a database of SQLite.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """The rows of databases, one after the other; read into memory at once.

    Raises
    ------
    InputError
        If a database is damaged or of another program, or a protocol is asked for.
    MissingDependencyError
        If ASE is not installed.
    """
    protocol_of(KIND, protocol)
    parts = [joined_frames(str(path), path, _rows(path)) for path in paths]
    return assembled(paths[0].stem, parts, {"format": "ASE db"})


def _rows(path: Path) -> list[Frame]:
    db = require("ase.db", "'sciml-kit[atoms]'")
    try:
        found = [_frame(row) for row in db.connect(path, type="db").select()]
    except Exception as error:  # ASE and SQLite raise many kinds
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{path} is damaged or no database of ASE ({reason}); expected rows of atoms") from None
    if not found:
        raise InputError(f"{path} holds no rows; expected atoms")
    return found


def _frame(row: Any) -> Frame:
    cell = np.asarray(row.cell, np.float64)
    found: Frame = {
        "symbols": np.array(SYMBOLS)[row.numbers], "positions": np.asarray(row.positions, np.float64), "cell": cell,
        "periodic": np.asarray(row.pbc, bool),
    }
    labels = {key: row.get(key) for key in ("energy", "forces", "stress")}
    if labels["energy"] is not None:
        found["energy"] = float(labels["energy"])
    if labels["forces"] is not None:
        found["forces"] = np.asarray(labels["forces"], np.float64)
    if labels["stress"] is not None:
        found["virial"] = virial_of(np.asarray(labels["stress"], np.float64), cell)
    return found
