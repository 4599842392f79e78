"""NumPy files: one array (.npy) or a zip archive of them (.npz); pickles are never read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io._header import ArrayHeader, check_real, choose

__all__ = ["npy_header", "npz_header", "npz_member", "read_npy", "read_npz"]


def npy_header(path: Path, name: str | None = None) -> ArrayHeader:
    """Shape and dtype of a .npy file whose size on disk agrees with them.

    Raises
    ------
    InputError
        If the file is damaged, shorter than its header says, or holds something else.
    """
    if name is not None:
        raise InputError(f"{path} is a .npy file with one unnamed array; drop ':{name}'")
    with path.open("rb") as file:
        return _header(file, path.stat().st_size, str(path))


def read_npy(path: Path, name: str | None = None) -> NDArray[Any]:
    """The array of a .npy file, in its own dtype and order."""
    npy_header(path, name)
    with path.open("rb") as file:
        return _read(file, str(path))


def npz_header(path: Path, name: str | None = None) -> ArrayHeader:
    """Shape and dtype of one array in a .npz archive."""
    with npz_member(path, name) as (file, size, where):
        return _header(file, size, where)


def read_npz(path: Path, name: str | None = None) -> NDArray[Any]:
    """One array of a .npz archive."""
    npz_header(path, name)
    with npz_member(path, name) as (file, _, where):
        return _read(file, where)


@contextmanager
def npz_member(path: Path, name: str | None) -> Iterator[tuple[IO[bytes], int, str]]:
    """One array of a .npz archive: its bytes, how many there can be, and what messages call it."""
    try:
        with ZipFile(path) as archive:
            names = [entry.removesuffix(".npy") for entry in archive.namelist() if entry.endswith(".npy")]
            entry = choose(names, name, path) + ".npy"
            with archive.open(entry) as file:
                stored = archive.getinfo(entry)
                # Deflate packs at most 1032 to 1, so a size beyond that is a lie.
                yield file, min(stored.file_size, 1032 * stored.compress_size), f"{path}:{entry.removesuffix('.npy')}"
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a readable .npz archive ({error}); write it with numpy.savez") from None


def _header(file: IO[bytes], size: int, where: str) -> ArrayHeader:
    try:
        version = npy_format.read_magic(file)
        read = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}[version]
        shape, _, dtype = read(file)
    except Exception as error:  # the header is Python source; a damaged one fails in many ways
        raise InputError(f"{where} has no valid .npy header ({_one_line(error)}); write it with numpy.save") from None
    check_real(dtype, where)
    header = ArrayHeader(tuple(int(n) for n in shape), dtype)
    present = size - file.tell()
    if min(header.shape, default=0) < 0 or header.nbytes > present:
        raise InputError(
            f"{where} is truncated: its header announces {header.nbytes} bytes for shape {header.shape}, "
            f"the file holds {present}; write it again"
        )
    return header


def _read(file: IO[bytes], where: str) -> NDArray[Any]:
    try:
        return np.asarray(npy_format.read_array(file, allow_pickle=False))
    except ValueError as error:
        raise InputError(f"{where} cannot be read ({_one_line(error)}); write it with numpy.save") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
