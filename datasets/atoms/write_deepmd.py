"""Frames of atoms as systems of deepmd, in folders or in groups of an HDF5 file."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.atoms.frames import LABELS, frame_name, symbols_of
from sciml.datasets.dataset import PARTS, DataSet

__all__ = ["write_folders", "write_hdf5"]

SET = 2000  # frames of one
NAMES = {"energy": "energy", "forces": "force", "virial": "virial"}


class Sink(Protocol):
    """Where texts and arrays of a system go."""

    def text(self, name: str, words: list[str]) -> None:
        """Words, one a line."""

    def array(self, group: str, name: str, values: NDArray[Any]) -> None:
        """An array of a set."""


class Folders:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def text(self, name: str, words: list[str]) -> None:
        """One word a line; nothing at all for none."""
        (self.folder / name).write_text("".join(f"{word}\n" for word in words))

    def array(self, group: str, name: str, values: NDArray[Any]) -> None:
        """A .npy file in the folder of the set."""
        (self.folder / group).mkdir(exist_ok=True)
        np.save(self.folder / group / f"{name}.npy", values)


class Groups:
    """Data sets in a group of an open HDF5 file."""

    def __init__(self, group: Any) -> None:
        self.group = group

    def text(self, name: str, words: list[str]) -> None:
        """Numbers as numbers, names as bytes, a flag for no words."""
        if not words:
            self.group[name] = True
        elif name == "type.raw":
            self.group[name] = np.array(words, np.int64)
        else:
            self.group[name] = np.array([word.encode() for word in words])

    def array(self, group: str, name: str, values: NDArray[Any]) -> None:
        """A data set, checksummed."""
        self.group.create_dataset(f"{group}/{name}.npy", data=values, chunks=values.shape, fletcher32=True)


class System(NamedTuple):
    """Frames that fit into one system."""

    name: str
    species: NDArray[np.int32]
    frames: NDArray[np.int64]
    labels: tuple[str, ...]
    is_periodic: bool


def write_folders(data: DataSet, folder: Path, *, mixed: bool = False) -> None:
    """Write systems, one a composition, below a folder; parts of a split go to folders of their own.

    Parameters
    ----------
    mixed : bool
        Systems are of one number of atoms instead, the species of each frame beside it.

    Raises
    ------
    InputError
        If frames are periodic along some axes only, which deepmd does not know.
    """
    for part, frames in _parts(data):
        systems = _systems(data, frames, mixed)
        for system in systems:
            alone = len(systems) == 1
            _write(data, system, Folders(folder / part / ("" if alone else system.name)), mixed)


def write_hdf5(data: DataSet, path: Path) -> None:
    """Write systems as groups of an HDF5 file.

    Raises
    ------
    InputError
        As `write_folders`.
    """
    from sciml.datasets.formats.sink import new_hdf5

    with new_hdf5(path) as (file, sink):
        for part, frames in _parts(data):
            for system in _systems(data, frames, False):
                _write(data, system, Groups(file.require_group(f"{part}/{system.name}".strip("/"))), False)
                sink.check()


def _parts(data: DataSet) -> Iterator[tuple[str, NDArray[np.int64]]]:
    if not data.split:
        yield "", np.arange(len(data))
        return
    left = np.setdiff1d(np.arange(len(data)), np.concatenate(list(data.split.values())))
    if len(left):
        raise InputError(f"{data.name}: {len(left)} frames are in no part of the split, "
                         f"{frame_name(data, int(left[0]))} first; deepmd has no place for them")
    yield from ((part, data.split[part]) for part in PARTS if len(data.split.get(part, ())))


def _systems(data: DataSet, frames: NDArray[np.int64], mixed: bool) -> list[System]:
    symbols = symbols_of(data)
    found: dict[tuple[Any, ...], tuple[NDArray[np.int32], list[int]]] = {}
    for frame in frames.tolist():
        species, axes = data.inputs["species"][frame], data.inputs["periodic"][frame]
        if axes.any() != axes.all():
            raise InputError(f"{frame_name(data, frame)} is periodic along some axes only ({axes.tolist()}); deepmd "
                             "knows all or none: write .extxyz or .h5")
        labels = tuple(name for name in LABELS if name in data.outputs and _there(data, name, frame))
        key = len(species) if mixed else species.tobytes(), bool(axes.all()), labels
        found.setdefault(key, (species, []))[1].append(frame)
    names = Counter[str]()
    systems = []
    for (_, is_periodic, labels), (species, members) in found.items():
        name = f"{len(species)}_atoms" if mixed else _formula(species, symbols)
        names[name] += 1
        name = name if names[name] == 1 else f"{name}_{names[name]}"
        systems.append(System(name, species, np.array(members), labels, is_periodic))
    return systems


def _write(data: DataSet, system: System, sink: Sink, mixed: bool) -> None:
    sink.text("type.raw", [str(0 if mixed else number) for number in system.species.tolist()])
    sink.text("type_map.raw", list(symbols_of(data)))
    if not system.is_periodic:
        sink.text("nopbc", [])
    for k, first in enumerate(range(0, len(system.frames), SET)):
        frames, group = system.frames[first : first + SET], f"set.{k:03d}"
        wanted = {"coord": "positions"} | {NAMES[label]: label for label in system.labels}
        wanted |= {"box": "cell"} if system.is_periodic else {}
        wanted |= {"real_atom_types": "species"} if mixed else {}
        wanted |= {"fparam": "frame_values", "aparam": "atom_values"}
        fields = {**data.inputs, **data.outputs}
        for name, key in wanted.items():
            if key in fields:
                values = fields[key][frames]
                size = values.size // len(frames)
                sink.array(group, name, values if key == "energy" else values.reshape(len(frames), size))
        if "charge" in fields:
            spin = fields["spin"][frames] if "spin" in fields else np.zeros(len(frames))
            sink.array(group, "charge_spin", np.stack((fields["charge"][frames], spin), axis=1).astype(np.float64))


def _there(data: DataSet, label: str, frame: int) -> bool:
    return not np.isnan(data.outputs[label][frame]).all()


def _formula(species: NDArray[np.int32], symbols: tuple[str, ...]) -> str:
    counts = np.bincount(species, minlength=len(symbols)).tolist()
    return "".join(f"{symbol}{count}" for symbol, count in zip(symbols, counts, strict=True) if count)
