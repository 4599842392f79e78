"""MATLAB files: level 4 and 5 through SciPy, version 7.3 (an HDF5 file) through h5py."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io import hdf5
from sciml.mesh.io._header import ArrayHeader, check_real, choose

__all__ = ["matlab_header", "read_matlab"]

_CLASSES = {
    "double": "f8", "single": "f4", "logical": "?",
    "int8": "i1", "int16": "i2", "int32": "i4", "int64": "i8",
    "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8",
}


def matlab_header(path: Path, name: str | None = None) -> ArrayHeader:
    """Shape, as MATLAB shows it, and dtype; vectors (n x 1 and 1 x n) count as one axis.

    Raises
    ------
    InputError
        If the file is damaged or truncated, or the variable is missing or not real numbers.
    """
    if _is_hdf5(path):
        header = hdf5.hdf5_header(path, name)
        return ArrayHeader(_without_vector_axis(header.shape[::-1]), header.dtype)
    shape, kind = _variables(path)[_chosen(path, name)]
    return ArrayHeader(_without_vector_axis(shape), np.dtype(_CLASSES[kind]))


def read_matlab(path: Path, name: str | None = None) -> NDArray[Any]:
    """One variable in the shape of `matlab_header`."""
    if _is_hdf5(path):
        values = hdf5.read_hdf5(path, name).T  # MATLAB stores column-major, so HDF5 sees the axes reversed
    else:
        from scipy.io import loadmat

        wanted = _chosen(path, name)
        try:
            values = loadmat(path, variable_names=[wanted])[wanted]
        except Exception as error:  # the parser fails in many ways on damaged files
            raise _damaged(path, error) from None
    check_real(values.dtype, f"{path}:{name or 'array'}")
    return np.asarray(values.reshape(_without_vector_axis(values.shape)))


def _chosen(path: Path, name: str | None) -> str:
    return choose([key for key, (_, kind) in _variables(path).items() if kind in _CLASSES], name, path)


def _variables(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    from scipy.io import whosmat

    try:
        return {name: (tuple(shape), kind) for name, shape, kind in whosmat(path)}
    except Exception as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> InputError:
    reason = " ".join(str(error).split())[:120]
    return InputError(f"{path} is damaged or not a MATLAB file ({reason}); save it again")


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(10) == b"MATLAB 7.3"


def _without_vector_axis(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (max(shape),) if len(shape) == 2 and min(shape) == 1 else tuple(shape)
