"""Variables of MATLAB files of level 5 read in parts: in place where stored plainly, else inflated once to a cache.

MATLAB compresses a variable whole and stores samples, its first axis, next to each other: the bytes of one
sample are spread over all of it. So a compressed variable is inflated once, a block at a time, into an array of one
sample after the other beside the file, from which parts are mapped.
"""

import os
import zlib
from contextlib import ExitStack
from math import prod
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from sciml._errors import InputError
from sciml.datasets.formats.cache import cached
from sciml.datasets.formats.npy_layout import mapped_npy
from sciml.datasets.stores import Mapped, Store
from sciml.mesh.io.mat5 import CLASSES, COMPRESSED, MATRIX, NUMBERS

__all__ = ["Variable", "is_mat5", "store_of", "variables"]

# Bytes that hold the description of a variable: flags, sizes, a name of up to 63 letters.
DESCRIPTION = 4096
# Bytes of an inflated block.
BLOCK = 1 << 20


class Variable(NamedTuple):
    """An array of real numbers in a file.

    name : what MATLAB calls it
    shape : as MATLAB shows it
    dtype : of the values
    stored : of the bytes, often smaller, in the byte order of the file
    offset : of the first value, in the file or in what is inflated
    packed : first byte and number of bytes of a compressed variable, None when it is stored plainly
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    stored: np.dtype[Any]
    offset: int
    packed: tuple[int, int] | None


def is_mat5(path: Path) -> bool:
    """Whether the first bytes are those of a MATLAB file of level 5.

    Examples
    --------
    >>> is_mat5(Path("/dev/null"))
    False
    """
    with path.open("rb") as file:
        head = file.read(128)
    return head[124:128] in (b"\x00\x01IM", b"\x01\x00MI") and b"\0" not in head[:4]


def variables(path: Path) -> dict[str, Variable]:
    """The arrays of real numbers and flags in a file of level 5, without their values; others are left out.

    Raises
    ------
    InputError
        If the file is damaged or truncated.
    """
    found, size = {}, path.stat().st_size
    with path.open("rb") as file:
        order = "<" if file.read(128)[126:128] == b"IM" else ">"
        at = 128
        while at + 8 <= size:
            file.seek(at)
            kind, nbytes = np.frombuffer(file.read(8), order + "u4").tolist()
            begin = at + 8
            if begin + nbytes > size:
                raise _damaged(path, f"{nbytes} bytes are announced at byte {at} and {size - begin} are there")
            if kind in (MATRIX, COMPRESSED):
                one = _described(path, file, begin, nbytes, kind == COMPRESSED, order)
                if one is not None:
                    found[one.name] = one
            at = begin + nbytes + (-nbytes % 8 if kind != COMPRESSED else 0)
    return found


def store_of(path: Path, variable: Variable, closing: ExitStack) -> tuple[Store, tuple[int, ...]]:
    """The values of a variable, and for every axis that MATLAB shows the axis of the store.

    Parameters
    ----------
    closing : ExitStack
        Removes the cache at the end where none can be kept beside the file.

    Raises
    ------
    InputError
        If the file is damaged, or the variable is empty.
    """
    if 0 in variable.shape:
        raise InputError(f"{path}:{variable.name} is empty, of shape {variable.shape}; expected samples")
    ndim = len(variable.shape)
    if variable.packed is None:
        return Mapped(path, variable.offset, variable.shape, variable.stored, "F"), tuple(range(ndim))
    kept = cached(path, variable.name, lambda target: _inflate(path, variable, target), closing)
    return mapped_npy(kept), (0, *range(ndim - 1, 0, -1))


def _described(path: Path, file: IO[bytes], begin: int, nbytes: int, packed: bool, order: str) -> Variable | None:
    try:
        if packed:
            head, base = zlib.decompressobj().decompress(file.read(min(nbytes, DESCRIPTION)), DESCRIPTION), 0
        else:
            file.seek(begin - 8)
            head, base = file.read(min(nbytes, DESCRIPTION) + 8), begin - 8
        flags, at = _element(head, 8, order)
        sizes, at = _element(head, at, order)
        label, at = _element(head, at, order)
        word = int(np.frombuffer(flags, order + "u4", 1)[0])
        shape = tuple(np.frombuffer(sizes, order + "i4").tolist())
        name, kind, is_logical = label.decode("utf-8"), word & 0xFF, bool(word & 0x200)
        if kind not in CLASSES or word & 0x800 or not name:
            return None
        number, count, offset = _tag(head, at, order)
        stored, dtype = np.dtype(order + NUMBERS[number]), np.dtype("?" if is_logical else CLASSES[kind])
    except (zlib.error, ValueError, KeyError, IndexError) as error:
        raise _damaged(path, str(error)) from None
    if count != prod(shape) * stored.itemsize or min(shape, default=-1) < 0:
        raise _damaged(path, f"'{name}' has {count} bytes for the shape {shape}")
    return Variable(name, shape, dtype, stored, base + offset, (begin, nbytes) if packed else None)


def _tag(head: bytes, at: int, order: str) -> tuple[int, int, int]:
    """Type, number of bytes and first byte of an element; up to four bytes share its tag."""
    first, second = np.frombuffer(head, order + "u4", 2, at).tolist()
    return (first & 0xFFFF, first >> 16, at + 4) if first >> 16 else (first, second, at + 8)


def _element(head: bytes, at: int, order: str) -> tuple[bytes, int]:
    """Bytes of an element, and where the next begins."""
    _, nbytes, begin = _tag(head, at, order)
    if begin + nbytes > len(head):
        raise ValueError("a description is incomplete")
    return head[begin : begin + nbytes], at + 8 if begin == at + 4 else begin + nbytes + -nbytes % 8


def _inflate(path: Path, variable: Variable, target: Path) -> None:
    count, points = variable.shape[0], prod(variable.shape[1:])
    assert variable.packed is not None
    out = np.lib.format.open_memmap(target, "w+", variable.dtype, (count, *variable.shape[:0:-1]))
    if hasattr(os, "posix_fallocate"):  # on a full disk the write to a mapped page would end the process
        with target.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, target.stat().st_size)
    rows = out.reshape(count, points)
    width = max(1, BLOCK // (count * variable.stored.itemsize))
    with path.open("rb") as file:
        stream = _Inflated(path, file, *variable.packed)
        stream.fill(memoryview(bytearray(variable.offset)))
        block = np.empty((min(width, points), count), variable.stored)
        for first in range(0, points, width):
            part = block[: points - first]
            stream.fill(part.reshape(-1).view(np.uint8).data)
            rows[:, first : first + len(part)] = part.T
    out.flush()


class _Inflated:
    """What a compressed variable holds, from its start."""

    def __init__(self, path: Path, file: IO[bytes], begin: int, nbytes: int) -> None:
        self.path, self.file, self.left = path, file, nbytes
        self.engine = zlib.decompressobj()
        file.seek(begin)

    def fill(self, out: memoryview) -> None:
        """The next bytes, as many as `out` takes."""
        at = 0
        while at < len(out):
            given = self.engine.unconsumed_tail or self.file.read(min(self.left, 1 << 16))
            self.left -= 0 if self.engine.unconsumed_tail else len(given)
            try:
                part = self.engine.decompress(given, len(out) - at)
            except zlib.error as error:
                raise _damaged(self.path, str(error)) from None
            if not part and not given:
                raise _damaged(self.path, f"{len(out) - at} bytes of a variable are missing")
            out[at : at + len(part)] = part
            at += len(part)


def _damaged(path: Path, why: str) -> InputError:
    return InputError(f"{path} is damaged or truncated ({why}); get it again or save it again")
