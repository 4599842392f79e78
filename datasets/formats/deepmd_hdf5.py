"""HDF5 files of deepmd: the tree of its folders as groups."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sciml.datasets.atoms.deepmd import parts_of
from sciml.datasets.atoms.frames import KIND, Part, assembled
from sciml.datasets.dataset import DataSet
from sciml.datasets.formats.hdf5_kind import is_hdf5
from sciml.datasets.protocols import protocol_of
from sciml.datasets.stores import Hdf5Array, Hdf5File

__all__ = ["Group", "open_files", "recognises"]


@dataclass(frozen=True)
class Group:
    """A system in a group."""

    file: Hdf5File
    key: str
    path: Path

    @property
    def name(self) -> str:
        """File and group, as deepmd writes them."""
        return f"{self.file.path}#{self.key}"

    def words(self, name: str) -> list[str] | None:
        """Numbers or names, as they are stored."""
        group = self.file.handle()[self.key]
        if name not in group:
            return None
        values = np.ravel(group[name][()]).tolist()
        return [one.decode() if isinstance(one, bytes) else str(one) for one in values]

    def sets(self) -> list[str]:
        """Groups ``set.*``."""
        return sorted(name for name in self.file.handle()[self.key] if name.startswith("set."))

    def array(self, group: str, name: str) -> Hdf5Array | None:
        """A data set."""
        key = f"{self.key}/{group}/{name}.npy".lstrip("/")
        return Hdf5Array(self.file, key) if key in self.file.handle() else None


def recognises(path: Path) -> bool:
    """Whether the file has a group with ``type.raw``.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    if not is_hdf5(path):
        return False
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return bool(_systems(file))
    except (OSError, RuntimeError, KeyError):
        return False  # damaged: whoever knows it by its attributes says so


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """The systems of files, one after the other.

    Raises
    ------
    InputError
        As for folders.
    """
    protocol_of(KIND, protocol)
    with ExitStack() as closing:
        parts: list[Part] = []
        for path in paths:
            file = Hdf5File(path)
            closing.callback(file.close)
            for key in _systems(file.handle()):
                parts += parts_of(Group(file, key, path / key.strip("/")))
        return assembled(paths[0].stem, parts, {"format": "deepmd HDF5"}, closing)


def _systems(file: Any) -> list[str]:
    """Groups that hold ``type.raw``, in the order of their names."""
    found = ["/"] if "type.raw" in file else []

    def note(key: str, item: Any) -> None:
        if hasattr(item, "keys") and "type.raw" in item:
            found.append(key)

    file.visititems(note)
    return found
