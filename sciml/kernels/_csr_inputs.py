"""Generated sparse matrices for tests and benchmarks of kernels: empty rows, one column, both index widths."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR

__all__ = ["index_types", "matrices", "random_csr", "random_definite", "vectors"]

SHAPES = ((1, 1), (3, 5), (40, 7), (60, 60), (1, 300), (700, 500))


def random_csr(
    rows: int, columns: int, rng: np.random.Generator, dtype: DTypeLike, index: DTypeLike = np.int32
) -> CSR:
    """About four entries a row in rising columns, some rows empty."""
    dense = rng.random((rows, columns)) < min(0.8, 4 / columns)
    dense[rng.random(rows) < 0.2] = False
    row, column = np.nonzero(dense)
    starts = np.searchsorted(row, np.arange(rows + 1)).astype(index)
    return CSR(starts, column.astype(index), rng.standard_normal(len(row)).astype(dtype))


def random_definite(n: int, rng: np.random.Generator, dtype: DTypeLike, index: DTypeLike = np.int32) -> CSR:
    """Symmetric, diagonally dominant, rising columns; the last of several rows is empty."""
    dense = np.triu(rng.standard_normal((n, n)) * (rng.random((n, n)) < min(0.5, 3 / n)), 1)
    dense += dense.T
    dense += np.diag(np.abs(dense).sum(axis=1) + rng.uniform(0.1, 1, n))
    if n > 3:
        dense[-1] = dense[:, -1] = 0
    row, column = np.nonzero(dense)
    starts = np.searchsorted(row, np.arange(n + 1)).astype(index)
    return CSR(starts, column.astype(index), dense[row, column].astype(dtype))


def matrices(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[CSR, int]]:
    """Matrices with their numbers of columns, over `SHAPES`, indices of both widths."""
    for rows, columns in SHAPES:
        for index in index_types(dtype):
            yield random_csr(rows, columns, rng, dtype, index), columns


def index_types(dtype: DTypeLike) -> tuple[type[np.signedinteger], ...]:
    """Both widths in float64, where they are compiled and tested; int32 in float32."""
    return (np.int32, np.int64) if dtype == "float64" else (np.int32,)


def vectors(n: int, rng: np.random.Generator, dtype: DTypeLike) -> Iterator[np.ndarray]:
    """One vector, and two to many as columns."""
    for shape in ((n,), (n, 1), (n, 5), (n, 16)):
        yield rng.standard_normal(shape).astype(dtype)
