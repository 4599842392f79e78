"""Matrices and vectors by the content of their files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.mesh.io.arrays import ARRAY_SUFFIXES, ArrayFile
from sciml.pde.io.fluid import is_fluid_matrix, read_fluid_system, read_fluid_vector
from sciml.pde.io.hdf5 import read_hdf5_system
from sciml.pde.io.matlab import read_matlab_system
from sciml.pde.io.matrix_market import read_market, read_market_system
from sciml.pde.io.npz import read_npz_system
from sciml.pde.io.petsc import is_petsc, read_petsc_system, read_petsc_vectors
from sciml.pde.io.stored import StoredSystem, as_rows

__all__ = ["MATRIX_SUFFIXES", "read_system", "read_vectors"]

Result = TypeVar("Result")

_MARKET = (".mtx", ".mtx.gz")
_PETSC = (".petsc", ".bin", ".dat")
_FLUID = ".bin"  # of DCDM, which share the suffix
_NAMED: dict[str, Callable[[Path, str | None], StoredSystem]] = {  # files that may hold several matrices
    ".mat": read_matlab_system, ".h5": read_hdf5_system, ".hdf5": read_hdf5_system,
}  # fmt: skip
_SINGLE: dict[str, Callable[[Path], StoredSystem]] = {
    **dict.fromkeys(_MARKET, read_market_system), ".npz": read_npz_system, **dict.fromkeys(_PETSC, read_petsc_system),
}  # fmt: skip
MATRIX_SUFFIXES = (*_SINGLE, *_NAMED)


def read_system(file: str | Path) -> StoredSystem:
    """The matrix of a file, and what is stored with it.

    Parameters
    ----------
    file : str or Path
        Matrix Market (.mtx, .mtx.gz), SciPy (.npz), MATLAB (.mat), HDF5 (.h5), PETSc binary (.petsc, .bin,
        .dat) or a pressure system of DCDM (.bin); ``FILE:NAME`` picks one of several matrices in .mat and .h5 files.

    Returns
    -------
    StoredSystem
        The right-hand side is what the file holds, or NAME_b.mtx beside NAME.mtx, or None.

    Raises
    ------
    InputError
        If the file is missing, damaged, truncated or of another kind, or the matrix is complex, not
        square, empty, or has a zero row.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from scipy.io import mmwrite
    >>> from scipy.sparse import diags_array
    >>> with TemporaryDirectory() as folder:
    ...     mmwrite(f"{folder}/A.mtx", diags_array([[-1.0, -1.0], [2.0, 2.0, 2.0], [-1.0, -1.0]], offsets=[-1, 0, 1]))
    ...     read_system(f"{folder}/A.mtx").A.shape
    (3, 3)
    """
    path, name = _split(file)
    suffix = _suffix(path)
    if suffix not in MATRIX_SUFFIXES:
        raise InputError(
            f"{path}: suffix '{suffix}' is unknown; matrices are read from {', '.join(MATRIX_SUFFIXES)}"
            f"{nearest(suffix, MATRIX_SUFFIXES)}"
        )
    if suffix in _NAMED:
        return _guarded(path, lambda: _NAMED[suffix](path, name))
    if name is not None:
        raise InputError(f"{path} holds one matrix; drop ':{name}'")
    if suffix == _FLUID and path.is_file() and not is_petsc(path) and is_fluid_matrix(path):
        return read_fluid_system(path)
    return _with_neighbour(_guarded(path, lambda: _SINGLE[suffix](path)), path, suffix)


def read_vectors(file: str | Path, n: int) -> NDArray[np.float64]:
    """Right-hand sides of `n` values each.

    Parameters
    ----------
    file : str or Path
        Matrix Market, PETSc binary, .npy, .npz, .h5, .mat or a vector of DCDM (.bin); ``FILE:NAME`` picks one array
        of several.
    n : int
        Number of unknowns.

    Returns
    -------
    ndarray of float64, shape (n,) or (batch, n)

    Raises
    ------
    InputError
        If the file is missing, damaged, or holds another number of values.
    """
    path, name = _split(file)
    suffix = _suffix(path)
    if suffix in _MARKET:
        values: Any = _guarded(path, lambda: read_market(path))
    elif suffix in ARRAY_SUFFIXES:
        values = ArrayFile(path, name).read()
    elif suffix == _FLUID and path.is_file() and not is_petsc(path):
        values = read_fluid_vector(path)
    elif suffix in _PETSC:
        values = _guarded(path, lambda: read_petsc_vectors(path))
    else:
        known = (*_MARKET, *ARRAY_SUFFIXES, *_PETSC)
        raise InputError(
            f"{path}: suffix '{suffix}' is unknown; vectors are read from {', '.join(known)}{nearest(suffix, known)}"
        )
    return as_rows(values, n, str(file))


def _with_neighbour(stored: StoredSystem, path: Path, suffix: str) -> StoredSystem:
    """The collections keep the right-hand side of NAME.mtx in NAME_b.mtx."""
    if suffix not in _MARKET:
        return stored
    stem = path.name[: -len(suffix)]
    for other in (path.with_name(f"{stem}_b{ending}") for ending in _MARKET):
        if other.is_file():
            return StoredSystem(stored.A, read_vectors(other, stored.A.shape[0]))
    return stored


def _guarded(path: Path, read: Callable[[], Result]) -> Result:
    if not path.is_file():
        raise InputError(f"{path} does not exist or is not a file; give an existing matrix file")
    if _suffix(path) in _PETSC and not is_petsc(path):
        raise InputError(f"{path} does not start with a real matrix or vector of PETSc; expected a file of MatView")
    try:
        return read()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}); check the file") from None


def _split(file: str | Path) -> tuple[Path, str | None]:
    text = str(file)
    head, _, name = text.rpartition(":")
    return (Path(head), name) if head and Path(head).suffix.lower() in ARRAY_SUFFIXES else (Path(text), None)


def _suffix(path: Path) -> str:
    lower = path.name.lower()
    return ".mtx.gz" if lower.endswith(".mtx.gz") else path.suffix.lower()
