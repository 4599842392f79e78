"""MATLAB files of level 5 (saved with -v6 or -v7): arrays, sparse matrices and structs of them.

SciPy reads these files too, but its parser ends the process when one is damaged.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["CLASSES", "NUMBERS", "SparseColumns", "Value", "read_mat5"]

MATRIX, COMPRESSED = 14, 15
STRUCT, SPARSE = 2, 5
NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}


@dataclass(frozen=True, eq=False)
class SparseColumns:
    """A sparse matrix by columns: row numbers, column pointers, values."""

    shape: tuple[int, int]
    rows: NDArray[Any]
    starts: NDArray[Any]
    values: NDArray[Any]


Value: TypeAlias = Union[NDArray[Any], SparseColumns, Mapping[str, "Value"]]  # noqa: UP007  refers to itself


class _Element(NamedTuple):
    kind: int
    data: bytes


class _Damaged(Exception):
    """Parts of the file do not fit together."""


def read_mat5(path: Path) -> dict[str, Value]:
    """Every variable of real or complex numbers, sparse matrix and scalar struct of a file; others are left out.

    Parameters
    ----------
    path : Path
        File of level 5, either byte order, compressed or not.

    Raises
    ------
    InputError
        If the file is damaged, truncated, or of another level.
    """
    data = path.read_bytes()
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if order is None or b"\0" in data[:4]:
        raise InputError(f"{path} is damaged or not a MATLAB file of level 5 or later; save it with -v7 or -v7.3")
    found: dict[str, Value] = {}
    try:
        for element in _elements(data, 128, order):
            inner = element
            if element.kind == COMPRESSED:
                inner = next(_elements(zlib.decompress(element.data), 0, order))
            if inner.kind == MATRIX:
                name, value = _matrix(inner.data, order)
                if value is not None:
                    found[name] = value
    except (_Damaged, zlib.error, StopIteration, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} is damaged or truncated ({error}); save it again") from None
    return found


def _elements(data: bytes, at: int, order: str) -> Iterator[_Element]:
    """Tagged pieces, one after the other; short ones share the 8 bytes of their tag."""
    while at + 8 <= len(data):
        first, second = np.frombuffer(data, order + "u4", 2, at).tolist()
        short = first >> 16
        kind, nbytes, begin = (first & 0xFFFF, short, at + 4) if short else (first, second, at + 8)
        if begin + nbytes > len(data) or short > 4:
            raise _Damaged(f"{nbytes} bytes are announced at byte {at} and {len(data) - begin} are there")
        yield _Element(kind, data[begin : begin + nbytes])
        at = at + 8 if short else begin + nbytes + (-nbytes % 8 if kind != COMPRESSED else 0)


def _matrix(data: bytes, order: str) -> tuple[str, Value | None]:
    parts = _elements(data, 0, order)
    flags, sizes, label = (_next(parts) for _ in range(3))
    word = _numbers(flags, order)
    shape = tuple(int(n) for n in _numbers(sizes, order))
    if not len(word) or len(shape) < 2 or min(shape) < 0:
        raise _Damaged(f"a variable has the shape {shape}")
    kind, is_complex, is_logical = int(word[0]) & 0xFF, bool(word[0] & 0x800), bool(word[0] & 0x200)
    name = label.data.decode("utf-8")
    if kind in CLASSES:
        return name, _dense(parts, shape, "?" if is_logical else CLASSES[kind], is_complex, order)
    if kind == SPARSE:
        rows, starts = (_numbers(_next(parts), order) for _ in range(2))
        values = _values(parts, is_complex, order)
        return name, SparseColumns((shape[0], shape[1]), rows, starts, values)
    return name, _struct(parts, order) if kind == STRUCT and prod(shape) == 1 else None


def _dense(parts: Iterator[_Element], shape: tuple[int, ...], dtype: str, is_complex: bool, order: str) -> NDArray[Any]:
    values = _values(parts, is_complex, order)
    if len(values) != prod(shape):
        raise _Damaged(f"{len(values)} values are stored for the shape {shape}")
    return (values if is_complex else values.astype(dtype, copy=False)).reshape(shape, order="F")


def _values(parts: Iterator[_Element], is_complex: bool, order: str) -> NDArray[Any]:
    real = _numbers(_next(parts), order)
    return real + 1j * _numbers(_next(parts), order, len(real)) if is_complex else real


def _struct(parts: Iterator[_Element], order: str) -> Mapping[str, Value]:
    width = int(_numbers(_next(parts), order, 1)[0])
    text = _next(parts).data
    if width < 1:
        raise _Damaged(f"field names have {width} letters")
    names = [text[at : at + width].split(b"\0")[0].decode("utf-8") for at in range(0, len(text), width)]
    fields = {name: _matrix(_next(parts).data, order)[1] for name in names}
    return {name: value for name, value in fields.items() if value is not None}


def _next(parts: Iterator[_Element]) -> _Element:
    element = next(parts, None)
    if element is None:
        raise _Damaged("a variable is incomplete")
    return element


def _numbers(element: _Element, order: str, count: int | None = None) -> NDArray[Any]:
    dtype = np.dtype(order + NUMBERS[element.kind]) if element.kind in NUMBERS else None
    if dtype is None or len(element.data) % dtype.itemsize:
        raise _Damaged(f"{len(element.data)} bytes of type {element.kind} are not numbers")
    numbers = np.frombuffer(element.data, dtype).astype(dtype.newbyteorder("="), copy=False)
    if count is not None and len(numbers) != count:
        raise _Damaged(f"{len(numbers)} numbers where {count} are expected")
    return numbers
