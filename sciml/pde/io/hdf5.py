"""Sparse matrices in HDF5 files: a group with data, indices and indptr, or MATLAB's 7.3 form (data, ir, jc)."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io._header import choose
from sciml.mesh.io.hdf5 import read_whole
from sciml.pde.io.stored import StoredSystem, as_columns, as_csr, as_rows, check_sizes, compressed

__all__ = ["read_hdf5_system"]

_PARTS = (("data", "indices", "indptr"), ("data", "ir", "jc"))


def read_hdf5_system(path: Path, name: str | None = None) -> StoredSystem:
    """The matrix of a file, the vector ``b`` and the array ``near_nullspace`` (or ``nullspace``) beside it.

    The group says its storage in the attribute ``format`` ("csr", "csc") or ``encoding-type``
    ("csr_matrix", "csc_matrix"), and its sizes in ``shape``. A square dataset of two axes is a dense matrix.

    Parameters
    ----------
    path : Path
        File.
    name : str, optional
        Which group, of several matrices.

    Raises
    ------
    InputError
        If the file is damaged or holds no matrix, or the parts do not fit together.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            key = choose(_matrices(file), name and name.strip("/"), path)
            item = file[key] if key else file
            A = as_csr(_sparse(item, path) if isinstance(item, h5py.Group) else _dense(item, path), f"{path}:{key}")
            homes = [home for home in (item, item.parent, file) if isinstance(home, h5py.Group)]
            b, vectors = _beside(homes, "b"), _beside(homes, "near_nullspace", "nullspace")
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{path} is damaged or not an HDF5 file ({reason}); expected a complete .h5 file") from None
    n = A.shape[0]
    b = None if b is None else as_rows(b, n, f"{path}:b")
    return StoredSystem(A, b, None if vectors is None else as_columns(vectors, n, f"{path}:near_nullspace"))


def _matrices(file: Any) -> list[str]:
    """Names of what may be a matrix: sparse groups, else square datasets."""
    import h5py

    sparse, dense = ([""] if _is_sparse(file) else []), []

    def look(key: str, item: Any) -> None:
        if isinstance(item, h5py.Group) and _is_sparse(item):
            sparse.append(key)
        elif isinstance(item, h5py.Dataset) and item.ndim == 2 and item.shape[0] == item.shape[1]:
            dense.append(key)

    file.visititems(look)
    return sparse or dense


def _is_sparse(group: Any) -> bool:
    return any(set(parts) <= set(group) for parts in _PARTS)


def _sparse(group: Any, path: Path) -> Any:
    matlab = "ir" in group
    data, indices, indptr = (group[part] for part in _PARTS[matlab])
    width = int(indptr.shape[0]) - 1
    if matlab:
        shape: tuple[int, ...] = (int(group.attrs["MATLAB_sparse"]), width)
        form = "csc"
    else:
        form = _text(group.attrs.get("format", group.attrs.get("encoding-type", "csr"))).removesuffix("_matrix")
        shape = tuple(int(n) for n in np.ravel(group.attrs["shape"])) if "shape" in group.attrs else (width, width)
    if form not in ("csr", "csc"):
        raise InputError(f"{path}:{group.name} has format '{form[:20]}'; expected csr or csc")
    check_sizes(shape, int(data.shape[0]), f"{path}:{group.name}")
    return compressed(form, (read_whole(data), read_whole(indices), read_whole(indptr)), shape, f"{path}:{group.name}")


def _dense(data: Any, path: Path) -> Any:
    from scipy.sparse import coo_array

    check_sizes(tuple(data.shape), int(data.size), f"{path}:{data.name}")
    return coo_array(read_whole(data))


def _beside(homes: list[Any], *names: str) -> NDArray[Any] | None:
    for home in homes:
        for name in names:
            if name in home and hasattr(home[name], "shape"):
                return read_whole(home[name])
    return None


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
