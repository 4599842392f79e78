"""Frames of atoms made up, and files of them written by hand in the formats of others."""

from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
from numpy.typing import NDArray

from sciml.datasets.dataset import DataSet

Array = NDArray[Any]
SYMBOLS = ("H", "C", "O")


class Frames(NamedTuple):
    """Frames of one composition: numbers of SYMBOLS, and arrays over frames."""

    species: Array
    positions: Array
    cell: Array
    energy: Array
    forces: Array
    virial: Array


def frames(species: list[int], count: int, seed: int = 0, dtype: str = "f8") -> Frames:
    """Atoms on a jittered lattice, so that none are close, in sheared cells, with labels of no meaning."""
    rng, n = np.random.default_rng(seed), len(species)
    lattice = 2.0 * np.stack(np.unravel_index(np.arange(n), (3, 3, 3)), axis=1)
    positions = lattice + rng.uniform(-0.3, 0.3, (count, n, 3))
    cell = 6.5 * np.eye(3) + rng.uniform(-0.4, 0.4, (count, 3, 3))
    drawn = positions, cell, rng.standard_normal(count), rng.standard_normal((count, n, 3))
    virial = rng.standard_normal((count, 3, 3))
    return Frames(np.array(species), *(x.astype(dtype) for x in (*drawn, virial + virial.transpose(0, 2, 1))))


def write_npy(folder: Path, given: Frames, symbols: tuple[str, ...] | None = SYMBOLS, **changes: Any) -> Path:
    """A system by the book; `changes` replace arrays by name, None leaves one out."""
    count = len(given.energy)
    arrays = {
        "coord": given.positions.reshape(count, -1), "box": given.cell.reshape(count, 9), "energy": given.energy,
        "force": given.forces.reshape(count, -1), "virial": given.virial.reshape(count, 9),
    } | changes
    (folder / "set.000").mkdir(parents=True)
    (folder / "type.raw").write_text("\n".join(map(str, given.species)) + "\n")
    if symbols is not None:
        (folder / "type_map.raw").write_text(" ".join(symbols))
    for name, values in arrays.items():
        if values is not None:
            np.save(folder / "set.000" / f"{name}.npy", values)
    return folder


def write_group(path: Path, key: str, given: Frames, free: bool) -> Path:
    """A system as a group of an HDF5 file, as dpdata lays it out."""
    count = len(given.energy)
    with h5py.File(path, "a") as file:
        group = file.create_group(key)
        group["type.raw"] = given.species
        group["type_map.raw"] = np.array([symbol.encode() for symbol in SYMBOLS])
        arrays = {"coord": given.positions.reshape(count, -1), "energy": given.energy[:, None]}
        arrays["force"] = given.forces.reshape(count, -1)
        if free:
            group["nopbc"] = True
        else:
            arrays["box"] = given.cell.reshape(count, 9)
        for name, values in arrays.items():
            group[f"set.000/{name}.npy"] = values
    return path


def contents(data: DataSet) -> list[dict[str, Any]]:
    """Everything said about each frame, species by name."""
    symbols = np.array((data.equation or {})["symbols"])
    sides = {**data.inputs, **data.outputs}
    found = []
    for frame in range(len(data)):
        values = {name: field[frame] for name, field in sides.items()}
        values["species"] = symbols[values["species"]]
        found.append({name: value.tolist() for name, value in values.items() if not _absent(value)})
    return found


def _absent(value: Array) -> bool:
    return value.dtype.kind == "f" and bool(np.isnan(value).all())
