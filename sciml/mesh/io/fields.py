"""Write the fields of a grid in the format the suffix names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.mesh.grid import Grid
from sciml.mesh.io.hdf5 import write_hdf5
from sciml.mesh.io.vti import write_vti

__all__ = ["ARRAY_OUTPUTS", "FIELD_SUFFIXES", "carries_vectors", "check_suffix", "write_arrays", "write_fields"]

ARRAY_OUTPUTS = (".npy", ".npz", ".h5", ".hdf5")
FIELD_SUFFIXES = (*ARRAY_OUTPUTS, ".vti")


def check_suffix(path: Path) -> None:
    """Refuse a path whose suffix names no format for fields.

    Raises
    ------
    InputError
        Naming the suffixes there are.
    """
    if path.suffix.lower() not in FIELD_SUFFIXES:
        raise InputError(
            f"{path}: suffix '{path.suffix}' is unknown; fields are written as {', '.join(FIELD_SUFFIXES)}"
            f"{nearest(path.suffix, FIELD_SUFFIXES)}"
        )


def carries_vectors(path: Path) -> bool:
    """Whether the format holds further fields, such as a flux, beside the first.

    Examples
    --------
    >>> carries_vectors(Path("u.npy")), carries_vectors(Path("u.vti"))
    (False, True)
    """
    return path.suffix.lower() in (".h5", ".hdf5", ".vti")


def write_fields(path: Path, grid: Grid, fields: Mapping[str, NDArray[Any]]) -> None:
    """Write fields over a grid.

    Parameters
    ----------
    path : Path
        ``.npy`` and ``.npz`` take the first field only, in ``.npz`` under its name;
        ``.h5`` takes all, with shape, extent and location as attributes; ``.vti`` splits a
        leading batch axis into ``name_0, name_1, ...``.
    grid : Grid
        Domain of the fields.
    fields : mapping of str to ndarray
        Scalars ``(*shape)``, vectors ``(ndim, *shape)``, or either with a leading batch axis.

    Raises
    ------
    InputError
        If the suffix is unknown.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "u.npz")
    ...     write_fields(path, Grid((2, 2)), {"u": np.eye(2)})
    ...     np.load(path)["u"].sum()
    np.float64(2.0)
    """
    check_suffix(path)
    if path.suffix.lower() == ".vti":
        write_vti(path, grid, _unbatched(grid, fields))
    else:
        write_arrays(path, fields, {"shape": grid.shape, "extent": grid.extent, "location": grid.location})


def write_arrays(path: Path, fields: Mapping[str, NDArray[Any]], attributes: Mapping[str, Any]) -> None:
    """Write arrays in one of the `ARRAY_OUTPUTS`.

    Parameters
    ----------
    path : Path
        ``.npy`` and ``.npz`` take the first array only, ``.h5`` takes all and the attributes.
    fields : mapping of str to ndarray
        At least one array.
    attributes : mapping
        What ``.h5`` files say at their root.
    """
    name, values = next(iter(fields.items()))
    match path.suffix.lower():
        case ".npy" | ".npz" as suffix:
            with path.open("wb") as file:  # given a name, NumPy would append the suffix to U.NPY
                if suffix == ".npy":
                    np.save(file, values, allow_pickle=False)
                else:
                    np.savez(file, allow_pickle=False, **{name: values})
        case _:
            write_hdf5(path, fields, attributes)


def _unbatched(grid: Grid, fields: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Split what has a batch axis; a vector is told from a batch of scalars by the first field."""
    first = next(iter(fields.values()))
    if first.shape == grid.shape:
        return dict(fields)
    return {f"{name}_{k}": part for name, values in fields.items() for k, part in enumerate(values)}
