"""Where the values of .npy files lie, alone or in .npz archives, so that parts of them can be read."""

import struct
from contextlib import ExitStack
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile

import numpy as np
from numpy.lib import format as npy_format

from sciml.datasets.formats.cache import cached
from sciml.datasets.stores import Mapped
from sciml.mesh.io.npy import npy_header, npz_header, npz_member

__all__ = ["mapped_npy", "mapped_npz"]

# Bytes copied at once out of a compressed archive.
BLOCK = 1 << 18


def mapped_npy(path: Path) -> Mapped:
    """The array of a .npy file.

    Raises
    ------
    InputError
        If the file is damaged or truncated, or holds anything but real numbers.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.npy")
    ...     np.save(path, np.eye(2))
    ...     mapped_npy(path).read((1, slice(None)), np.dtype(np.float64))
    array([0., 1.])
    """
    npy_header(path)
    with path.open("rb") as file:
        return _mapped(path, file, 0)


def mapped_npz(path: Path, name: str, closing: ExitStack) -> Mapped:
    """One array of a .npz archive: in place, or out of a compressed one copied once to the cache beside it.

    Parameters
    ----------
    closing : ExitStack
        As `cached` wants it.

    Raises
    ------
    InputError
        As `mapped_npy`.
    """
    npz_header(path, name)
    with ZipFile(path) as archive, path.open("rb") as file:
        entry = archive.getinfo(name + ".npy")
        if entry.compress_type == ZIP_STORED and not entry.flag_bits & 1:
            file.seek(entry.header_offset + 26)
            start = entry.header_offset + 30 + sum(struct.unpack("<HH", file.read(4)))
            file.seek(start)
            return _mapped(path, file, start)
    return mapped_npy(cached(path, name, lambda target: _extract(path, name, target), closing))


def _mapped(path: Path, file: IO[bytes], start: int) -> Mapped:
    version = npy_format.read_magic(file)
    read = npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
    shape, is_fortran, dtype = read(file)
    return Mapped(path, file.tell(), tuple(map(int, shape)), np.dtype(dtype), "F" if is_fortran else "C")


def _extract(path: Path, name: str, target: Path) -> None:
    with npz_member(path, name) as (member, _, _where), target.open("wb") as out:
        while block := member.read(BLOCK):
            out.write(block)
