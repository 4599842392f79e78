"""Frames of several files as one data set: species by name, labels that some of them lack."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field, Indices
from sciml.datasets.formats.arrange import owning
from sciml.datasets.formats.roles import split_by_name
from sciml.datasets.ragged import Constant, Ragged, Renamed, Rows, Stacked, Table

__all__ = [
    "KIND", "LABELS", "PER_ATOM", "UNITS", "Part", "assembled", "equation_of", "frame_name", "frames_with", "is_atoms",
    "require_labels", "selected", "symbols_of",
]

KIND = "atoms"
PER_ATOM = ("species", "positions", "atom_values", "forces")
LABELS = {"energy": (), "forces": (3,), "virial": (3, 3)}
UNITS = {"positions": "Angstrom", "cell": "Angstrom", "energy": "eV", "forces": "eV/Angstrom", "virial": "eV"}
UNNAMED = "type_"


@dataclass(frozen=True, eq=False)
class Part:
    """Frames of one file or folder.

    Parameters
    ----------
    name : str
        What messages call it.
    symbols : tuple of str
        Names of the species that ``inputs["species"]`` numbers.
    counts : ndarray of int64, shape (frames,)
        Atoms of each.
    inputs, outputs : mapping of str to Rows
        ``species``, ``positions``, ``cell``, ``periodic`` always; ``charge``, ``spin``, ``frame_values``,
        ``atom_values`` perhaps; any of `LABELS`. Rows of `PER_ATOM` are atoms, all others frames.
    path : Path
        Where it lies; its name may say for what it is.
    named : bool
        False: the file says nothing about the names of its species.
    """

    name: str
    symbols: tuple[str, ...]
    counts: NDArray[np.int64]
    inputs: Mapping[str, Rows]
    outputs: Mapping[str, Rows]
    path: Path
    named: bool = True


def assembled(
    name: str, parts: Sequence[Part], attributes: Mapping[str, Any], closing: ExitStack | None = None
) -> DataSet:
    """The frames of all parts as one data set.

    Species are numbered by the names of all parts, in the order in which they come. A label that a part lacks is NaN
    in its frames; one that all lack is left out. A charge that is not told is 0.

    Raises
    ------
    InputError
        If names of species are missing in some parts only, or other inputs are.
    """
    if len({part.named for part in parts}) > 1:
        bare = next(part for part in parts if not part.named)
        raise InputError(f"{bare.name} does not name its species and {next(p for p in parts if p.named).name} does; "
                         "add the names in the order of their numbers (type_map.raw)")
    symbols = tuple(dict.fromkeys(symbol for part in parts for symbol in part.symbols))
    counts = np.concatenate([part.counts for part in parts]).astype(np.int64)
    inputs = {key: _inputs(key, parts, symbols) for key in dict.fromkeys(k for part in parts for k in part.inputs)}
    outputs = {key: _label(key, parts) for key in LABELS if any(key in part.outputs for part in parts)}
    sizes = [len(part.counts) for part in parts]
    told = {"parts": [[part.name, len(part.counts)] for part in parts], **attributes}
    data = DataSet(
        name, _fields(inputs, counts), _fields(outputs, counts), equation=equation_of(symbols), attributes=told,
        facts={"atoms": counts},
        split=split_by_name([part.path for part in parts], sizes),
    )
    return owning(data, closing or ExitStack())


def _fields(side: Mapping[str, Rows], counts: NDArray[np.int64]) -> dict[str, Field]:
    return {key: Ragged(rows, counts) if key in PER_ATOM else Table(rows) for key, rows in side.items()}


def _inputs(key: str, parts: Sequence[Part], symbols: tuple[str, ...]) -> Rows:
    rows: list[Rows] = []
    for part in parts:
        if key == "species":
            table = np.array([symbols.index(symbol) for symbol in part.symbols], np.int32)
            rows.append(Renamed(part.inputs[key], table))
        elif key in part.inputs:
            rows.append(part.inputs[key])
        elif key == "charge":
            rows.append(Constant(0, (len(part.counts),), np.dtype(np.int64)))
        else:
            raise InputError(f"{part.name} has no {key} and other files have; give it to all, or open them apart")
    widths = {row.shape[1:] for row in rows}
    if len(widths) > 1:
        raise InputError(f"{key} has rows of shapes {sorted(widths)} in different files; expected one")
    return Stacked(rows)


def _label(key: str, parts: Sequence[Part]) -> Rows:
    kind = np.result_type(*(part.outputs[key].dtype for part in parts if key in part.outputs))
    rows = []
    for part in parts:
        count = int(part.counts.sum()) if key in PER_ATOM else len(part.counts)
        rows.append(part.outputs[key] if key in part.outputs else Constant(np.nan, (count, *LABELS[key]), kind))
    return Stacked(rows)


def equation_of(symbols: Sequence[str]) -> dict[str, Any]:
    """What a file of frames says about itself."""
    return {"kind": KIND, "symbols": list(symbols), "units": UNITS}


def is_atoms(data: DataSet) -> bool:
    """Whether samples are frames of atoms."""
    return (data.equation or {}).get("kind") == KIND


def symbols_of(data: DataSet) -> tuple[str, ...]:
    """Names of the species that ``inputs["species"]`` numbers.

    Raises
    ------
    InputError
        If it is no data set of atoms.
    """
    if not is_atoms(data):
        raise InputError(f"{data.name} holds no atoms; expected structures, as of deepmd or extended XYZ")
    return tuple(map(str, (data.equation or {})["symbols"]))


def frame_name(data: DataSet, frame: int) -> str:
    """A frame as messages call it: its number in its file, counted from 0."""
    for name, count in data.attributes.get("parts", ()):
        if frame < count:
            return f"frame {frame} of {name}"
        frame -= count
    return f"frame {frame} of {data.name}"


def frames_with(data: DataSet, label: str) -> NDArray[np.bool_]:
    """Which frames have a label; one that is not finite throughout is lacking.

    Parameters
    ----------
    label : {"energy", "forces", "virial"}

    Returns
    -------
    ndarray of bool, shape (N,)
    """
    if label not in data.outputs:
        return np.zeros(len(data), bool)
    field = data.outputs[label]
    return np.array([not np.isnan(field[frame]).all() for frame in range(len(data))])


def require_labels(data: DataSet, labels: Sequence[str] = ("energy", "forces")) -> None:
    """See that all frames have these labels.

    Raises
    ------
    InputError
        If one has not; it is named.
    """
    for label in labels:
        there = frames_with(data, label)
        if not there.all():
            first = int(np.flatnonzero(~there)[0])
            count = np.count_nonzero(~there)
            raise InputError(f"{frame_name(data, first)} has no {label} ({count} of {len(data)} frames lack them); "
                             f"add the {label}, leave these frames out, or train without them")


class Chosen:
    """Some samples of a field, as a field."""

    def __init__(self, field: Field, samples: NDArray[np.int64]) -> None:
        self.field, self.samples, self.dtype = field, samples, field.dtype
        self.shape: tuple[int, ...] = (len(samples), *field.shape[1:])

    def __getitem__(self, samples: Indices) -> NDArray[Any]:
        chosen = self.samples[samples]
        return self.field[chosen if np.ndim(chosen) else int(chosen)]


def selected(data: DataSet, frames: NDArray[np.int64]) -> DataSet:
    """Some frames of a data set, in this order; what it closes stays open as long as either is.

    Parameters
    ----------
    frames : ndarray of int64
        Each at most once.

    Examples
    --------
    >>> from sciml.datasets.ragged import InMemory
    >>> part = Part("a", ("H",), np.array([1, 2]), {"positions": InMemory(np.zeros((3, 3)))}, {}, Path("a"))
    >>> selected(assembled("a", [part], {}), np.array([1])).inputs["positions"][0].shape
    (2, 3)
    """
    sides = [{key: Chosen(one, frames) for key, one in side.items()} for side in (data.inputs, data.outputs)]
    place = {int(frame): k for k, frame in enumerate(frames)}
    split = {
        part: np.array([place[one] for one in samples.tolist() if one in place], np.int64)
        for part, samples in data.split.items()
    }
    bounds = np.cumsum([0, *(count for _, count in data.attributes.get("parts", ()))])
    home = np.searchsorted(bounds, frames, side="right") - 1
    parts = [[name, int(np.count_nonzero(home == k))] for k, (name, _) in enumerate(data.attributes.get("parts", ()))]
    return replace(
        data, inputs=sides[0], outputs=sides[1], split=split, attributes=data.attributes | {"parts": parts},
        facts={name: values[frames] for name, values in data.facts.items()},
    )
