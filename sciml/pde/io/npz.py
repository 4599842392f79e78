"""Sparse matrices as SciPy saves them (.npz)."""

from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from sciml._errors import InputError
from sciml.mesh.io.npy import npz_header, npz_member, read_npz
from sciml.pde.io.stored import StoredSystem, as_columns, as_csr, as_rows, check_sizes, compressed

__all__ = ["holds_sparse_npz", "read_npz_system"]

_PARTS = {
    "csr": ("data", "indices", "indptr"), "csc": ("data", "indices", "indptr"), "bsr": ("data", "indices", "indptr"),
    "coo": ("data", "row", "col"), "dia": ("data", "offsets"),
}  # fmt: skip


def holds_sparse_npz(path: Path) -> bool:
    """Whether the archive has the parts of a sparse matrix."""
    return {"format", "shape", "data"} <= _names(path)


def read_npz_system(path: Path) -> StoredSystem:
    """The matrix of `scipy.sparse.save_npz`, and arrays ``b`` and ``near_nullspace`` if the archive has them.

    Raises
    ------
    InputError
        If parts are missing, damaged, or do not fit together.
    """
    names = _names(path)
    form = _format(path)
    missing = [part for part in ("shape", *_PARTS[form]) if part not in names]
    if missing:
        raise InputError(f"{path} is a {form} matrix without {missing[0]}; write it with scipy.sparse.save_npz")
    shape = tuple(int(n) for n in np.ravel(read_npz(path, "shape")))
    check_sizes(shape, npz_header(path, "data").nbytes // npz_header(path, "data").dtype.itemsize, str(path))
    data, *where = (read_npz(path, part) for part in _PARTS[form])
    parts = (data, tuple(where)) if form == "coo" else (data, *where)
    A = as_csr(compressed(form, parts, shape, str(path)), str(path))
    b = as_rows(read_npz(path, "b"), shape[0], f"{path}:b") if "b" in names else None
    given = read_npz(path, "near_nullspace") if "near_nullspace" in names else None
    return StoredSystem(A, b, None if given is None else as_columns(given, shape[0], f"{path}:near_nullspace"))


def _format(path: Path) -> str:
    """The name of the storage format: a text of at most a few bytes."""
    from numpy.lib import format as npy_format

    with npz_member(path, "format") as (file, size, where):
        try:
            stored = npy_format.read_array(file, allow_pickle=False).item() if size < 1000 else None
        except ValueError as error:
            raise InputError(f"{where} is not a text ({error}); write it with scipy.sparse.save_npz") from None
    form = stored.decode("ascii", "replace") if isinstance(stored, bytes) else str(stored)
    if form not in _PARTS:
        raise InputError(f"{path} holds a sparse matrix of format '{form[:20]}'; expected {', '.join(_PARTS)}")
    return form


def _names(path: Path) -> set[str]:
    try:
        with ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist()}
    except (BadZipFile, NotImplementedError, OSError, UnicodeDecodeError) as error:  # the second: later versions of zip
        raise InputError(f"{path} is not a readable .npz archive ({error})") from None
