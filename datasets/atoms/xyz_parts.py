"""What the keys and columns of extended XYZ mean: cells, labels by their many names, stress or virial."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.atoms.elements import SYMBOLS, in_order
from sciml.datasets.atoms.frames import LABELS, Part
from sciml.datasets.atoms.xyz_text import XyzFrame
from sciml.datasets.ragged import InMemory

__all__ = ["joined_frames", "part_of", "virial_of"]

# Names in the order in which they win.
KEYS = {
    "energy": ("energy", "ref_energy", "dft_energy", "energies_total", "total_energy", "free_energy"),
    "forces": ("forces", "force", "ref_forces", "ref_force", "dft_forces", "dft_force"),
    "virial": ("virial", "virials", "ref_virial", "ref_virials", "dft_virial"),
    "stress": ("stress", "ref_stress", "dft_stress"),
    "charge": ("charge", "total_charge"),
    "spin": ("spin", "total_spin"),
    "frame_values": ("fparam",),
    "atom_values": ("aparam",),
}
SPECIES, POSITIONS = ("species", "z", "numbers", "atomic_numbers"), ("pos", "positions")
VOIGT = np.array([0, 5, 4, 5, 1, 3, 4, 3, 2])  # of xx yy zz yz xz xy in the order of rows

Frame = dict[str, Any]


def part_of(path: Path, frames: Iterable[XyzFrame]) -> tuple[Part, dict[str, str]]:
    """All frames of a file, and for each label the key it was found under.

    Raises
    ------
    InputError
        If a value is damaged or a frame lacks what it must have.
    """
    used: dict[str, str] = {}
    read = [_frame(path, frame, used) for frame in frames]
    if not read:
        raise InputError(f"{path} holds no frames; expected extended XYZ")
    return joined_frames(str(path), path, read), used


def joined_frames(name: str, path: Path, frames: list[Frame]) -> Part:
    """Frames as one part; labels that only some have are NaN in the others.

    Parameters
    ----------
    frames : list of dict
        With ``symbols``, ``positions``, ``cell``, ``periodic``, and any of labels and optional inputs.
    """
    symbols = in_order({symbol for frame in frames for symbol in frame["symbols"].tolist()})
    number = {symbol: k for k, symbol in enumerate(symbols)}
    counts = np.array([len(frame["symbols"]) for frame in frames])
    species = np.array([number[symbol] for frame in frames for symbol in frame["symbols"].tolist()], np.int32)
    inputs = {"species": species, "positions": np.concatenate([frame["positions"] for frame in frames])}
    for key in ("cell", "periodic"):
        inputs[key] = np.stack([frame[key] for frame in frames])
    for key in ("charge", "spin", "frame_values", "atom_values"):
        if any(key in frame for frame in frames):
            inputs[key] = _optional(name, key, frames)
    outputs = {key: _label(key, frames) for key in LABELS if any(key in frame for frame in frames)}
    return Part(name, symbols, counts, _rows(inputs), _rows(outputs), path)


def virial_of(stress: NDArray[np.float64], cell: NDArray[np.float64]) -> NDArray[np.float64]:
    """-V sigma, from 9 numbers or the 6 of xx yy zz yz xz xy.

    Examples
    --------
    >>> virial_of(np.arange(6.0), 2 * np.eye(3))[0]
    array([ -0., -40., -32.])
    """
    full = stress[VOIGT] if stress.size == 6 else stress.ravel()
    return np.asarray(-abs(np.linalg.det(cell)) * full.reshape(3, 3))


def _rows(arrays: Mapping[str, NDArray[Any]]) -> dict[str, InMemory]:
    return {key: InMemory(values) for key, values in arrays.items()}


def _optional(name: str, key: str, frames: list[Frame]) -> NDArray[Any]:
    values: list[Any] = [frame.get(key, 0 if key == "charge" else None) for frame in frames]
    lacking = next((k for k, value in enumerate(values) if value is None), None)
    if lacking is not None:
        raise InputError(f"frame {lacking} of {name} has no {key} and others have; give it to all frames")
    try:
        return np.concatenate(values) if key == "atom_values" else np.array(values)
    except ValueError:
        raise InputError(f"{name}: {key} is not of one length in all frames; expected as many numbers") from None


def _label(key: str, frames: list[Frame]) -> NDArray[np.float64]:
    def value(frame: Frame) -> NDArray[np.float64]:
        shape = (len(frame["symbols"]),) if key == "forces" else ()
        return np.asarray(frame.get(key, np.full((*shape, *LABELS[key]), np.nan)), np.float64)

    return np.concatenate(list(map(value, frames))) if key == "forces" else np.stack(list(map(value, frames)))


def _frame(path: Path, frame: XyzFrame, used: dict[str, str]) -> Frame:
    where = f"{path}, line {frame.line}"
    species = next((frame.columns[name] for name in SPECIES if name in frame.columns), None)
    positions = next((frame.columns[name] for name in POSITIONS if name in frame.columns), None)
    if species is None or positions is None or positions.shape[1:] != (3,):
        raise InputError(f"{where}: columns {', '.join(frame.columns)} given; expected species and pos of 3 numbers")
    lattice = _numbers(where, frame.values, "lattice", 9)
    found: Frame = {
        "symbols": _symbols(where, species), "positions": positions,
        "cell": np.zeros((3, 3)) if lattice is None else lattice.reshape(3, 3),
        "periodic": _flags(where, frame.values.get("pbc"), lattice is not None),
    }
    return found | _labels(where, frame, found["cell"], used) | _further(where, frame)


def _labels(where: str, frame: XyzFrame, cell: NDArray[np.float64], used: dict[str, str]) -> Frame:
    found: Frame = {}
    energy = _first(frame.values, "energy", used)
    if energy:
        found["energy"] = _numbers(where, frame.values, energy, 1)[0]  # type: ignore[index]
    forces = _first(frame.columns, "forces", used)
    if forces:
        found["forces"] = frame.columns[forces]
        if found["forces"].shape[1:] != (3,):
            shape = found["forces"].shape
            raise InputError(f"{where}: column {forces} has shape {shape}; expected three numbers an atom")
    virial, stress = (_first(frame.values, key, {}) for key in ("virial", "stress"))
    if virial:
        found["virial"] = _numbers(where, frame.values, virial, 9).reshape(3, 3)  # type: ignore[union-attr]
    elif stress:
        size = 6 if len(frame.values[stress].split()) == 6 else 9
        found["virial"] = virial_of(_numbers(where, frame.values, stress, size), cell)  # type: ignore[arg-type]
    if virial or stress:
        used.setdefault("virial", virial or stress)
    return found


def _further(where: str, frame: XyzFrame) -> Frame:
    found: Frame = {}
    for key in ("charge", "spin"):
        name = _first(frame.values, key, {})
        if name:
            value = _numbers(where, frame.values, name, 1)[0]  # type: ignore[index]
            found[key] = int(value) if value == round(value) else value
    name = _first(frame.values, "frame_values", {})
    if name:
        found["frame_values"] = _numbers(where, frame.values, name, len(frame.values[name].split()))
    name = _first(frame.columns, "atom_values", {})
    if name:
        found["atom_values"] = frame.columns[name].reshape(len(frame.columns[name]), -1)
    return found


def _first(there: Mapping[str, Any], key: str, used: dict[str, str]) -> str:
    name = next((name for name in KEYS[key] if name in there), "")
    if name:
        used.setdefault(key, name)
    return name


def _numbers(where: str, values: Mapping[str, str], key: str, count: int) -> NDArray[np.float64] | None:
    if key not in values:
        return None
    try:
        numbers = np.array([float(word) for word in values[key].split()])
    except ValueError:
        numbers = np.empty(0)
    if len(numbers) != count:
        raise InputError(f"{where}: {key}={values[key][:60]} given; expected {count} number{'s' if count > 1 else ''}")
    return numbers


def _flags(where: str, text: str | None, has_cell: bool) -> NDArray[np.bool_]:
    if text is None:
        return np.full(3, has_cell)
    words = [word[:1].upper() for word in text.split()]
    if len(words) not in (1, 3) or not set(words) <= set("TF10"):
        raise InputError(f"{where}: pbc={text} given; expected three of T and F")
    return np.broadcast_to(np.array([word in "T1" for word in words]), 3).copy()


def _symbols(where: str, species: NDArray[Any]) -> NDArray[np.str_]:
    """Names as they are; numbers are those of elements."""
    if species.dtype.kind == "U" and not all(word.isdigit() for word in species.tolist()):
        return species
    numbers = species.astype(np.int64)
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(SYMBOLS):
        raise InputError(f"{where}: atomic number {numbers.max()} given; expected 1 to {len(SYMBOLS) - 1}")
    return np.array(SYMBOLS)[numbers]
