"""Systems of deepmd, in folders or in groups of an HDF5 file: one tree of names, read alike."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.atoms.frames import UNNAMED, Part
from sciml.datasets.ragged import Constant, InMemory, Repeated, Rows, Stored
from sciml.datasets.stores import Store

__all__ = ["Tree", "parts_of", "width_of"]

# Name in a set to ours, to the shape of a row and to whether rows are atoms.
ARRAYS = {
    "coord": ("positions", (3,), True), "force": ("forces", (3,), True), "box": ("cell", (3, 3), False),
    "energy": ("energy", (), False), "virial": ("virial", (3, 3), False),
}
LABELS = ("energy", "force", "virial")
OPTIONAL = ("fparam", "aparam", "charge_spin")
PADDING = -1


class Tree(Protocol):
    """One system: texts at its top, arrays in its sets."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def path(self) -> Path:
        """Where it lies; parts of its name may say for what it is."""

    def words(self, name: str) -> list[str] | None:
        """What a text at the top says, None if it is not there."""

    def sets(self) -> Sequence[str]:
        """Names of the sets in order."""

    def array(self, group: str, name: str) -> Store | None:
        """An array of a set, None if it is not there."""


def parts_of(tree: Tree) -> Iterator[Part]:
    """The frames of each set of a system.

    Raises
    ------
    InputError
        If something is missing or does not fit.
    """
    numbers = _whole(tree, tree.words("type.raw") or [])
    names = tree.words("type_map.raw")
    if not len(numbers):
        raise InputError(f"{tree.name}: type.raw is empty; expected the number of a species for each atom")
    for group in tree.sets():
        mixed = tree.array(group, "real_atom_types")
        yield _plain(tree, group, numbers, names) if mixed is None else _mixed(tree, group, mixed, names)


def _plain(tree: Tree, group: str, numbers: NDArray[np.int32], names: list[str] | None) -> Part:
    n = len(numbers)
    frames = _frames(tree, group, n)
    rows = _rows(tree, group, n, frames)
    species = Repeated(numbers, frames)
    symbols = _symbols(tree, names, numbers)
    return _part(tree, group, symbols, names, np.full(frames, n), {"species": species} | rows)


def _mixed(tree: Tree, group: str, kinds: Store, names: list[str] | None) -> Part:
    """Frames of one length but different composition; atoms of kind -1 are padding and are left out."""
    found = Stored(kinds, ()).read(0, int(np.prod(kinds.shape))).reshape(kinds.shape)
    width = width_of(tree, group)
    if found.ndim != 2 or found.shape[1] != width:
        raise InputError(f"{tree.name}/{group}: real_atom_types has shape {found.shape}; expected (frames, {width})")
    there = found != PADDING
    numbers = found[there].astype(np.int32)
    rows = dict(_rows(tree, group, width, len(found)))
    for key in ("positions", "forces", "atom_values"):
        if key in rows and not there.all():
            rows[key] = InMemory(rows[key].read(0, there.size)[there.ravel()])
    symbols = _symbols(tree, names, numbers)
    return _part(tree, group, symbols, names, there.sum(axis=1), {"species": InMemory(numbers)} | rows)


def _part(
    tree: Tree, group: str, symbols: tuple[str, ...], names: list[str] | None, counts: NDArray[np.int64],
    rows: dict[str, Rows],
) -> Part:
    labels = {ARRAYS[name][0] for name in LABELS}
    inputs = {key: value for key, value in rows.items() if key not in labels}
    outputs = {key: value for key, value in rows.items() if key in labels}
    return Part(f"{tree.name}/{group}", symbols, counts, inputs, outputs, tree.path, names is not None)


def _rows(tree: Tree, group: str, n: int, frames: int) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for name, (key, row, per_atom) in ARRAYS.items():
        store = tree.array(group, name)
        if store is not None:
            size = int(np.prod(row, dtype=int)) * (n if per_atom else 1)
            _check(tree, group, name, store, frames, size)
            found[key] = Stored(store, row)
    is_free = tree.words("nopbc") is not None
    if "cell" not in found:
        if not is_free:
            raise InputError(f"{tree.name}/{group} has no box.npy; add it, or a file nopbc if nothing is periodic")
        found["cell"] = Constant(0.0, (frames, 3, 3), np.dtype(np.float64))
    found["periodic"] = Constant(not is_free, (frames, 3), np.dtype(bool))
    return found | _optional(tree, group, n, frames)


def _optional(tree: Tree, group: str, n: int, frames: int) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    stores = {name: tree.array(group, name) for name in OPTIONAL}
    for name, store in stores.items():
        if store is None:
            continue
        size = int(np.prod(store.shape[1:], dtype=int))
        parts = n if name == "aparam" else 1
        if store.shape[0] != frames or size % parts or (name == "charge_spin" and size != 2):
            raise InputError(f"{tree.name}/{group}: {name}.npy has shape {store.shape}; expected {frames} frames of "
                             f"{'2 numbers' if name == 'charge_spin' else f'{parts} times as many numbers'}")
        rows = Stored(store, (size // parts,))
        if name == "charge_spin":
            values = np.rint(rows.read(0, frames)).astype(np.int64)
            found |= {"charge": InMemory(values[:, 0]), "spin": InMemory(values[:, 1])}
        else:
            found["frame_values" if name == "fparam" else "atom_values"] = rows
    return found


def _frames(tree: Tree, group: str, n: int) -> int:
    width = width_of(tree, group)
    if width != n:
        raise InputError(f"{tree.name}: type.raw has {n} atoms and {group}/coord.npy {width}; expected as many")
    store = tree.array(group, "coord")
    assert store is not None
    return store.shape[0]


def width_of(tree: Tree, group: str) -> int:
    """Atoms of the frames of a set, by its coordinates.

    Raises
    ------
    InputError
        If there are none, or they are not three an atom.
    """
    store = tree.array(group, "coord")
    if store is None:
        raise InputError(f"{tree.name}/{group} has no coord.npy; expected coordinates of shape (frames, 3 atoms)")
    size = int(np.prod(store.shape[1:], dtype=int))
    if len(store.shape) not in (2, 3) or size % 3 or not size:
        raise InputError(f"{tree.name}/{group}: coord.npy has shape {store.shape}; expected (frames, 3 atoms)")
    return size // 3


def _check(tree: Tree, group: str, name: str, store: Store, frames: int, size: int) -> None:
    found = int(np.prod(store.shape[1:], dtype=int))
    if store.shape[:1] != (frames,) or found != size:
        raise InputError(f"{tree.name}/{group}: {name}.npy has shape {store.shape}; expected {frames} frames of {size} "
                         "numbers, as coord.npy and type.raw say")


def _whole(tree: Tree, words: list[str]) -> NDArray[np.int32]:
    try:
        return np.array([int(word) for word in words], np.int32)
    except (ValueError, OverflowError):
        raise InputError(f"{tree.name}: type.raw has '{' '.join(words)[:40]}'; expected whole numbers") from None


def _symbols(tree: Tree, names: list[str] | None, numbers: NDArray[np.int32]) -> tuple[str, ...]:
    most = int(numbers.max(initial=0))
    if numbers.min(initial=0) < 0 or (names is not None and most >= len(names)):
        wrong = min(int(numbers.min(initial=0)), 0) or most
        raise InputError(f"{tree.name}: an atom is of type {wrong}; expected one of 0 to "
                         f"{len(names) - 1 if names else most}, as type_map.raw names {', '.join(names or ['none'])}")
    if names is not None and len(set(names)) < len(names):
        raise InputError(f"{tree.name}: type_map.raw names a species twice ({' '.join(names)}); expected each once")
    return tuple(names) if names is not None else tuple(f"{UNNAMED}{number}" for number in range(most + 1))
