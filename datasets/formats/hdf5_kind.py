"""Which family an HDF5 file belongs to, by what is in it."""

from pathlib import Path
from typing import Any

from sciml.datasets.stores import Hdf5File

__all__ = ["contents", "holds_hdf5", "is_hdf5"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"


def is_hdf5(path: Path) -> bool:
    """Whether the file has the signature of HDF5 at its start.

    Examples
    --------
    >>> is_hdf5(Path("/dev/null"))
    False
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(8) == SIGNATURE


def holds_hdf5(path: Path) -> bool:
    """Whether a file is HDF5, perhaps behind the header of MATLAB, or a folder has such files below it.

    Examples
    --------
    >>> holds_hdf5(Path("/dev/null"))
    False
    """
    if path.is_dir():
        return any(holds_hdf5(file) for file in path.rglob("*") if file.is_file())
    with path.open("rb") as file:
        head = file.read(520)
    return SIGNATURE in (head[:8], head[512:])


def contents(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Attributes of the root and names of what is in it.

    Raises
    ------
    InputError
        If the file is damaged or truncated.
    """
    file = Hdf5File(path)
    try:
        handle = file.handle()
        return dict(handle.attrs), list(handle)
    finally:
        file.close()
