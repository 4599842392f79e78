"""PETSc binary files: big-endian matrices and vectors, one after the other, with 32- or 64-bit integers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.pde.io.stored import StoredSystem, as_csr, as_rows, check_sizes, compressed

__all__ = ["is_petsc", "read_petsc_system", "read_petsc_vectors"]

VEC, MAT = 1211214, 1211216


class _Cursor:
    """A place in the bytes of a file, which never hands out more than there are."""

    def __init__(self, path: Path) -> None:
        self.path, self.at = path, 0
        self.data = np.memmap(path, np.uint8, mode="r") if path.stat().st_size else np.zeros(0, np.uint8)
        self.index = np.dtype(">i4" if _class_id(self.data, ">i4") in (VEC, MAT) else ">i8")

    def take(self, count: int, dtype: "np.dtype[Any] | str") -> NDArray[Any]:
        """The next `count` numbers."""
        nbytes = count * np.dtype(dtype).itemsize
        if count < 0 or self.at + nbytes > len(self.data):
            raise InputError(
                f"{self.path} is truncated: {nbytes} bytes are announced at byte {self.at} "
                f"and {len(self.data) - self.at} are there"
            )
        self.at += nbytes
        return self.data[self.at - nbytes : self.at].view(dtype)

    def whole(self, count: int) -> list[int]:
        """The next `count` integers."""
        return [int(n) for n in self.take(count, self.index)]


def is_petsc(path: Path) -> bool:
    """Whether a file starts with a matrix or a vector of PETSc.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "b.petsc")
    ...     _ = file.write_bytes(np.array([VEC, 1], ">i4").tobytes() + np.ones(1, ">f8").tobytes())
    ...     is_petsc(file)
    True
    """
    with path.open("rb") as file:
        head = np.frombuffer(file.read(8), np.uint8)
    return _class_id(head, ">i4") in (VEC, MAT) or _class_id(head, ">i8") in (VEC, MAT)


def read_petsc_system(path: Path) -> StoredSystem:
    """The first matrix of a file, and the vector after it as right-hand side.

    Raises
    ------
    InputError
        If the file is truncated, complex, or holds no matrix.
    """
    A: Any = None
    for item in _objects(path):
        if A is None and item.ndim == 2:
            A = as_csr(item, str(path))
        elif A is not None and item.ndim == 1:
            return StoredSystem(A, as_rows(item, A.shape[0], f"{path}: the vector after the matrix"))
    if A is None:
        raise InputError(f"{path} holds no matrix; expected one written by MatView, and the right-hand side after it")
    return StoredSystem(A)


def read_petsc_vectors(path: Path) -> NDArray[Any]:
    """The first vector of a file."""
    for item in _objects(path):
        if item.ndim == 1:
            return np.asarray(item)
    raise InputError(f"{path} holds no vector; expected one written by VecView")


def _objects(path: Path) -> Iterator[Any]:
    cursor = _Cursor(path)
    while cursor.at < len(cursor.data):
        kind = cursor.whole(1)[0]
        if kind == VEC:
            yield cursor.take(cursor.whole(1)[0], ">f8").astype(np.float64)
        elif kind == MAT:
            yield _matrix(cursor)
        else:
            raise InputError(
                f"{path}: object {kind} at byte {cursor.at - cursor.index.itemsize}; expected a real matrix ({MAT}) "
                f"or vector ({VEC}) of PETSc"
            )


def _matrix(cursor: _Cursor) -> Any:
    from scipy.sparse import coo_array

    rows, columns, entries = cursor.whole(3)
    if entries == -1:  # a dense matrix, row by row
        check_sizes((rows, columns), rows * columns, str(cursor.path))
        return coo_array(cursor.take(rows * columns, ">f8").reshape(rows, columns).astype(np.float64))
    check_sizes((rows, columns), entries, str(cursor.path))
    lengths = cursor.take(rows, cursor.index).astype(np.int64)
    if lengths.min() < 0 or lengths.sum() != entries:
        raise InputError(f"{cursor.path}: the lengths of the rows sum to {lengths.sum()}; expected {entries} entries")
    indices = cursor.take(entries, cursor.index).astype(np.int64)
    values = cursor.take(entries, ">f8").astype(np.float64)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    return compressed("csr", (values, indices, starts), (rows, columns), str(cursor.path))


def _class_id(data: NDArray[np.uint8], dtype: str) -> int:
    size = np.dtype(dtype).itemsize
    return int(data[:size].view(dtype)[0]) if len(data) >= size else -1
