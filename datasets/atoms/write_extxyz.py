"""Frames of atoms as extended XYZ."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.atoms.frames import symbols_of
from sciml.datasets.dataset import DataSet

__all__ = ["write_extxyz"]


def write_extxyz(data: DataSet, path: Path) -> None:
    """Write frames with as many digits as their numbers have.

    The virial is written as it is; where a frame is periodic along all axes its stress -W/V [eV/Angstrom^3] is too,
    for programs that know only that.

    Raises
    ------
    InputError
        If a name of a species has spaces in it.
    """
    symbols = symbols_of(data)
    if any(len(symbol.split()) != 1 for symbol in symbols):
        raise InputError(f"species {', '.join(map(repr, symbols))} given; expected names without spaces for .extxyz")
    with path.open("w") as file:
        for frame in range(len(data)):
            inputs, outputs = ({k: v[frame] for k, v in side.items()} for side in (data.inputs, data.outputs))
            there = {key: value for key, value in outputs.items() if not np.isnan(value).all()}
            file.write(_text([symbols[k] for k in inputs["species"].tolist()], inputs, there))


def _text(names: list[str], inputs: dict[str, NDArray[Any]], outputs: dict[str, NDArray[Any]]) -> str:
    columns = {"pos": inputs["positions"]} | {
        name: side[key] for name, key, side in (("forces", "forces", outputs), ("aparam", "atom_values", inputs))
        if key in side
    }
    layout = ":".join(("species:S:1", *(f"{name}:R:{values.shape[1]}" for name, values in columns.items())))
    comment = [f"Properties={layout}", *_values(inputs, outputs)]
    cells = np.concatenate([values.astype(object) for values in columns.values()], axis=1)
    rows = [" ".join((name, *map(_number, row))) for name, row in zip(names, cells.tolist(), strict=True)]
    return "\n".join((str(len(names)), " ".join(comment), *rows, ""))


def _values(inputs: dict[str, NDArray[Any]], outputs: dict[str, NDArray[Any]]) -> list[str]:
    cell, axes = inputs["cell"], inputs["periodic"]
    found = [f"Lattice={_listed(cell)}"] if cell.any() or axes.any() else []
    found.append('pbc="' + " ".join("FT"[int(one)] for one in axes) + '"')
    if "energy" in outputs:
        found.append(f"energy={_number(outputs['energy'])}")
    if "virial" in outputs:
        found.append(f"virial={_listed(outputs['virial'])}")
        volume = abs(np.linalg.det(cell.astype(np.float64)))
        if axes.all() and volume > 0:
            found.append(f"stress={_listed(-outputs['virial'].astype(np.float64) / volume)}")
    found += [f"{key}={_number(inputs[key])}" for key in ("charge", "spin") if key in inputs]
    return found + ([f"fparam={_listed(inputs['frame_values'])}"] if "frame_values" in inputs else [])


def _listed(values: NDArray[Any]) -> str:
    return '"' + " ".join(map(_number, values.ravel())) + '"'


def _number(value: Any) -> str:
    """The shortest text that reads back as the same number."""
    return repr(value.item() if isinstance(value, np.ndarray | np.generic) else value)
