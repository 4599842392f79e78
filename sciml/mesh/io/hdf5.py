"""HDF5 files: one dataset, or the one named."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io._header import ArrayHeader, check_real, choose

__all__ = ["check_held", "hdf5_header", "read_hdf5", "read_whole", "write_hdf5"]


def hdf5_header(path: Path, name: str | None = None) -> ArrayHeader:
    """Shape and dtype of a dataset.

    Raises
    ------
    InputError
        If the file is damaged or truncated, or the dataset is missing or not real numbers.
    """
    with _dataset(path, name) as data:
        check_real(data.dtype, f"{path}:{data.name}")
        return ArrayHeader(tuple(data.shape), data.dtype)


def read_hdf5(path: Path, name: str | None = None) -> NDArray[Any]:
    """A dataset, whole."""
    with _dataset(path, name) as data:
        return read_whole(data)


def read_whole(data: Any) -> NDArray[Any]:
    """All values of an open dataset, if the file holds as many as its shape announces.

    Parameters
    ----------
    data : h5py.Dataset

    Raises
    ------
    InputError
        As `check_held`.
    """
    check_held(data)
    return np.asarray(data[()])


def check_held(data: Any) -> None:
    """See that the file holds as many values as the shape of an open dataset announces.

    Raises
    ------
    InputError
        If space was announced and never written, for which HDF5 would make up values, and as much memory.
    """
    if data.shape is None:
        raise InputError(f"{data.file.filename}:{data.name} is empty; expected numbers")
    held = data.id.get_storage_size()
    if data.chunks is not None:
        held = data.id.get_num_chunks() * prod(data.chunks) * data.dtype.itemsize
    if held < data.nbytes and data.external is None and not data.is_virtual:
        raise InputError(f"{data.file.filename}:{data.name} announces {data.nbytes} bytes and holds {held}")


def write_hdf5(path: Path, fields: Mapping[str, NDArray[Any]], attributes: Mapping[str, Any]) -> None:
    """Write named arrays as checksummed datasets, with attributes on the root.

    Parameters
    ----------
    path : Path
        File to create.
    fields : mapping of str to ndarray
        Arrays of any shape.
    attributes : mapping
        Numbers, strings or tuples of them.
    """
    import h5py

    with h5py.File(path, "w") as file:
        for name, values in fields.items():
            file.create_dataset(name, data=values, fletcher32=values.ndim > 0, chunks=True if values.ndim else None)
        file.attrs.update(attributes)


@contextmanager
def _dataset(path: Path, name: str | None) -> Iterator[Any]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            found: dict[str, Any] = {}
            file.visititems(lambda key, item: found.__setitem__(key, item) if isinstance(item, h5py.Dataset) else None)
            yield found[choose(list(found), name and name.strip("/"), path)]
    except (OSError, RuntimeError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{path} is damaged or not an HDF5 file ({reason}); expected a complete .h5 file") from None
