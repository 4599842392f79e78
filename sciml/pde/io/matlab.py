"""Sparse matrices in MATLAB files: a variable, or the struct Problem of the SuiteSparse collection."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sciml._errors import InputError
from sciml.mesh.io._header import choose
from sciml.mesh.io.mat5 import SparseColumns, read_mat5
from sciml.mesh.io.matlab import is_hdf5
from sciml.pde.io.hdf5 import read_hdf5_system
from sciml.pde.io.stored import StoredSystem, as_columns, as_csr, as_rows, check_sizes, compressed

__all__ = ["read_matlab_system"]


def read_matlab_system(path: Path, name: str | None = None) -> StoredSystem:
    """The matrix of a file (``A``, or the only sparse one) with ``b`` and the near-null space ``B``.

    Parameters
    ----------
    path : Path
        File of level 5, or of version 7.3 (an HDF5 file).
    name : str, optional
        Variable that holds the matrix, of several.

    Raises
    ------
    InputError
        If the file is damaged or holds no real square sparse matrix.
    """
    if is_hdf5(path):
        return read_hdf5_system(path, name)
    found = read_mat5(path)
    problem = found.get("Problem")
    if isinstance(problem, Mapping):
        found = {**found, **problem}
    matrices = {key: value for key, value in found.items() if isinstance(value, SparseColumns)}
    if not matrices:
        raise InputError(f"{path} holds no sparse matrix; expected one, saved as sparse(A)")
    key = "A" if name is None and "A" in matrices else choose(list(matrices), name, path)
    A = as_csr(_columns(matrices[key], f"{path}:{key}"), f"{path}:{key}")
    b, vectors = found.get("b"), found.get("B")
    rows = as_rows(b, A.shape[0], f"{path}:b") if isinstance(b, np.ndarray) else None
    fits = isinstance(vectors, np.ndarray) and vectors.dtype.kind in "fiu" and vectors.shape[0] == A.shape[0]
    return StoredSystem(A, rows, as_columns(vectors, A.shape[0], f"{path}:B") if fits else None)


def _columns(stored: SparseColumns, where: str) -> Any:
    check_sizes(stored.shape, len(stored.values), where)
    # Space for more entries than there are may be stored.
    used = int(stored.starts[-1]) if len(stored.starts) else 0
    parts = stored.values[:used], stored.rows[:used], stored.starts
    return compressed("csc", parts, stored.shape, where)
