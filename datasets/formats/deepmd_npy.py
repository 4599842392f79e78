"""Folders of deepmd: ``type.raw`` and ``set.*/coord.npy``, of one composition or of mixed types."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sciml._errors import InputError
from sciml.datasets.atoms.deepmd import parts_of
from sciml.datasets.atoms.frames import KIND, assembled
from sciml.datasets.dataset import DataSet
from sciml.datasets.formats.npy_layout import mapped_npy
from sciml.datasets.protocols import protocol_of
from sciml.datasets.stores import Mapped

__all__ = ["Folder", "open_files", "recognises"]


@dataclass(frozen=True)
class Folder:
    """A system in a folder."""

    path: Path
    name: str

    def words(self, name: str) -> list[str] | None:
        """What a text says."""
        file = self.path / name
        if not file.is_file():
            return None
        try:
            return file.read_text().split()
        except UnicodeDecodeError:
            raise InputError(f"{file} is no text; expected names or numbers") from None

    def sets(self) -> list[str]:
        """Folders ``set.*``."""
        return sorted(folder.name for folder in self.path.glob("set.*") if folder.is_dir())

    def array(self, group: str, name: str) -> Mapped | None:
        """A mapped file."""
        file = self.path / group / f"{name}.npy"
        return mapped_npy(file) if file.is_file() else None


def recognises(path: Path) -> bool:
    """Whether a folder is a system, or holds some.

    Examples
    --------
    >>> recognises(Path("/dev"))
    False
    """
    return path.is_dir() and bool(_systems(path))


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """The systems of folders, one after the other in the order of their names.

    Raises
    ------
    InputError
        If files are missing, damaged or do not fit each other, or a protocol is asked for.
    """
    protocol_of(KIND, protocol)
    trees = [Folder(path, _name(path, root)) for root in paths for path in _systems(root)]
    parts = [part for tree in trees for part in parts_of(tree)]
    return assembled(paths[0].resolve().name, parts, {"format": "deepmd npy"})


def _systems(path: Path) -> list[Path]:
    """Folders with ``type.raw`` and sets, the given one first; nothing is looked for below one of them."""
    if (path / "type.raw").is_file():
        return [path] if any(path.glob("set.*")) else []
    folders = sorted(one for one in path.iterdir() if one.is_dir() and not one.is_symlink())
    return [system for folder in folders for system in _systems(folder)]


def _name(path: Path, root: Path) -> str:
    return str(root) if path == root else f"{root}/{path.relative_to(root)}"
