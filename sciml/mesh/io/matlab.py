"""Arrays of MATLAB files: level 5, and version 7.3 (an HDF5 file) through h5py."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.io import hdf5
from sciml.mesh.io._header import ArrayHeader, check_real, choose
from sciml.mesh.io.mat5 import read_mat5

__all__ = ["is_hdf5", "matlab_header", "read_matlab"]


def matlab_header(path: Path, name: str | None = None) -> ArrayHeader:
    """Shape, as MATLAB shows it, and dtype; vectors (n x 1 and 1 x n) count as one axis.

    Raises
    ------
    InputError
        If the file is damaged or truncated, or the variable is missing or not real numbers.
    """
    if is_hdf5(path):
        header = hdf5.hdf5_header(path, name)
        return ArrayHeader(_without_vector_axis(header.shape[::-1]), header.dtype)
    values = _chosen(path, name)
    return ArrayHeader(_without_vector_axis(values.shape), values.dtype)


def read_matlab(path: Path, name: str | None = None) -> NDArray[Any]:
    """One variable in the shape of `matlab_header`."""
    # MATLAB stores column-major, so HDF5 sees the axes reversed.
    values = hdf5.read_hdf5(path, name).T if is_hdf5(path) else _chosen(path, name)
    check_real(values.dtype, f"{path}:{name or 'array'}")
    return np.asarray(values.reshape(_without_vector_axis(values.shape)))


def is_hdf5(path: Path) -> bool:
    """Whether a MATLAB file is of version 7.3."""
    with path.open("rb") as file:
        return file.read(10) == b"MATLAB 7.3"


def _chosen(path: Path, name: str | None) -> NDArray[Any]:
    arrays = {key: value for key, value in read_mat5(path).items() if isinstance(value, np.ndarray)}
    return arrays[choose([key for key, value in arrays.items() if value.dtype.kind in "fiub"], name, path)]


def _without_vector_axis(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (max(shape),) if len(shape) == 2 and min(shape) == 1 else tuple(shape)
