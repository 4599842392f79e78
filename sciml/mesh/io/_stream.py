"""Numbers in files, counted against what the file holds before anything is allocated."""

from mmap import mmap
from pathlib import Path
from typing import Any, Literal, Protocol
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["BinaryStream", "Stream", "TextStream", "damaged", "text_numbers"]


class Stream(Protocol):
    """Numbers one after the other, as text or binary."""

    path: Path

    def take(self, code: str, count: int, what: str) -> NDArray[Any]:
        """The next `count` numbers of NumPy type `code`."""


def damaged(path: Path | str, where: str, expected: str) -> InputError:
    """The one line that a reader stops with."""
    return InputError(f"{path} is damaged or truncated at {where}: expected {expected}; export the mesh again")


def text_numbers(path: Path, data: bytes, begin: int, end: int, dtype: Any) -> NDArray[Any]:
    """All numbers between two byte positions.

    Raises
    ------
    InputError
        Naming the first line that holds anything but such numbers.
    """
    try:
        return _parse(data[begin:end], dtype)
    except (ValueError, DeprecationWarning):
        line = data.count(b"\n", 0, begin) + 1
        for text in data[begin:end].split(b"\n"):
            try:
                _parse(text, dtype)
            except (ValueError, DeprecationWarning):
                shown = text[:40].decode(errors="replace").strip()
                kind = "whole numbers" if np.dtype(dtype).kind == "i" else "numbers"
                raise damaged(path, f"line {line}", f"{kind} where it has '{shown}'") from None
            line += 1
        raise damaged(path, f"line {line}", "numbers") from None


def _parse(text: bytes, dtype: Any) -> NDArray[Any]:
    if not text.strip():
        return np.empty(0, dtype)
    with catch_warnings():
        simplefilter("error")  # what older versions of NumPy do about text that is no number
        return np.fromstring(text, dtype=dtype, sep=" ")


class TextStream:
    """The numbers of a section of a text file."""

    def __init__(self, path: Path, data: bytes, begin: int, end: int, dtype: Any) -> None:
        self.path, self.line = path, data.count(b"\n", 0, begin) + 1
        self.values = text_numbers(path, data, begin, end, dtype)
        self.position = 0

    def take(self, code: str, count: int, what: str) -> NDArray[Any]:
        """The next numbers; doubles keep their type, whole numbers become int64."""
        present = len(self.values) - self.position
        if not 0 <= count <= present:
            raise damaged(self.path, f"the section of line {self.line}", f"{count} {what}, {present} numbers are left")
        found = self.values[self.position : self.position + count]
        self.position += count
        if code == "f8" or found.dtype.kind == "i":
            return found
        if not np.array_equal(found, np.trunc(found)) or np.abs(found).max(initial=0) > 2**53:
            raise damaged(self.path, f"the section of line {self.line}", f"whole numbers as {what}")
        return found.astype(np.int64)


class BinaryStream:
    """Numbers at a position of a binary file."""

    def __init__(self, path: Path, data: bytes | mmap, position: int, order: Literal["<", ">"] = "<") -> None:
        self.path, self.data, self.position = path, data, position
        self.order: Literal["<", ">"] = order

    def take(self, code: str, count: int, what: str) -> NDArray[Any]:
        """The next numbers, a view of the file."""
        dtype = np.dtype(code).newbyteorder(self.order)
        present = (len(self.data) - self.position) // dtype.itemsize
        if not 0 <= count <= present:
            raise damaged(self.path, f"byte {self.position}", f"{count} {what}, the file has room for {present}")
        found = np.frombuffer(self.data, dtype, count, self.position)
        self.position += found.nbytes
        return found

    def expect(self, mark: bytes) -> None:
        """Step over blanks and a keyword."""
        window = self.data[self.position : self.position + len(mark) + 4]
        blanks = len(window) - len(window.lstrip())
        if not window.lstrip().startswith(mark):
            raise damaged(self.path, f"byte {self.position}", f"'{mark.decode()}'")
        self.position += blanks + len(mark)
