"""Files of pressure systems as the published DCDM and its successor store them: matrices, vectors, flags of cells.

Little-endian, without names or sizes of types in them. A matrix is five int32 (rows, columns, entries, and the lengths
of the outer and the inner axis), the values as float32 or float64, the starts of the rows, and the columns of the
entries. The older files keep one start a row, the newer ones the end as well; both are told apart by the outer length,
and the precision by the size of the file. A vector is a uint64 and as many float64, flags a uint64 and as many int32.
Unknowns are all cells of the box in C order: rows of cells without fluid are empty.

A. Kaneda, O. Akar, J. Chen, V. A. T. Kala, D. Hyde and J. Teran, "A Deep Conjugate Direction Method for Iteratively
Solving Linear Systems", ICML 2023. K. W. Lan, E. Gueidon, A. Kaneda, J. Panetta and J. Teran, "A Neural-Preconditioned
Poisson Solver for Mixed Dirichlet and Neumann Boundary Conditions", ICML 2024.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from sciml._atomic import replacing
from sciml._errors import InputError
from sciml.pde.io.stored import StoredSystem, as_csr, check_sizes, compressed

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "AIR", "FLUID", "is_fluid_matrix", "read_fluid_flags", "read_fluid_matrix", "read_fluid_system",
    "read_fluid_vector", "write_fluid_flags", "write_fluid_matrix", "write_fluid_vector",
]

# Flags of cells; 0 and 1 are solid and the border of the box.
FLUID, AIR = 2, 3

_HEAD = 20  # bytes before the values of a matrix


def is_fluid_matrix(path: Path) -> bool:
    """Whether the size of a file is the one that its header announces for a matrix."""
    return _layout(path) is not None


def read_fluid_matrix(path: str | Path) -> "csr_array[Any]":
    """A matrix in the precision it is stored in, empty rows included.

    Parameters
    ----------
    path : str or Path
        As ``matrixA_0.bin`` or ``A_0.bin``.

    Returns
    -------
    csr_array of float32 or float64, shape (n, n)

    Raises
    ------
    InputError
        If the file is missing, truncated or of another kind.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from scipy.sparse import csr_array
    >>> with TemporaryDirectory() as folder:
    ...     write_fluid_matrix(csr_array([[2.0, 0.0], [0.0, 0.0]]), f"{folder}/A.bin", np.float32)
    ...     read_fluid_matrix(f"{folder}/A.bin").toarray()
    array([[2., 0.],
           [0., 0.]], dtype=float32)
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist or is not a file; give an existing matrix file")
    layout = _layout(path)
    if layout is None:
        raise InputError(
            f"{path} is no matrix of DCDM: its size is not what its header announces; expected rows, columns, entries, "
            "outer and inner length as int32, values, row starts and columns"
        )
    rows, columns, entries, starts, kind = layout
    check_sizes((rows, columns), rows, str(path))  # rows may be empty here
    with path.open("rb") as file:
        file.seek(_HEAD)
        data = np.fromfile(file, kind, entries)
        indptr, indices = np.fromfile(file, "<i4", starts), np.fromfile(file, "<i4", entries)
    if starts == rows:
        indptr = np.append(indptr, np.int32(entries))
    A: csr_array[Any] = compressed("csr", (data, indices, indptr), (rows, columns), str(path))
    return A


def read_fluid_system(path: Path) -> StoredSystem:
    """The matrix with 1 on the diagonal of empty rows, where x then is b (0 in files of this kind).

    Raises
    ------
    InputError
        As `read_fluid_matrix`, and if values are not finite.
    """
    from scipy.sparse import diags_array

    A = read_fluid_matrix(path)
    empty = (np.diff(A.indptr) == 0).astype(np.float64)
    return StoredSystem(as_csr(A + diags_array(empty) if empty.any() else A, str(path)))


def read_fluid_vector(path: str | Path) -> NDArray[np.float64]:
    """A vector, such as ``div_v_star_0.bin``, shape (n,).

    Raises
    ------
    InputError
        If the file is missing or its size is not what it announces.
    """
    return np.asarray(_counted(Path(path), "<f8", "a vector"), np.float64)


def read_fluid_flags(path: str | Path) -> NDArray[np.int32]:
    """What each cell is, in C order, shape (n,): `FLUID`, `AIR`, or smaller where it is solid.

    Raises
    ------
    InputError
        If the file is missing, its size is not what it announces, or a flag is none of 0, 1, 2, 3.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_fluid_flags([1, FLUID, AIR], f"{folder}/flags_0.bin")
    ...     read_fluid_flags(f"{folder}/flags_0.bin") == FLUID
    array([False,  True, False])
    """
    flags = np.asarray(_counted(Path(path), "<i4", "flags"), np.int32)
    if flags.min() < 0 or flags.max() > AIR:
        raise InputError(
            f"{path} has flags from {flags.min()} to {flags.max()}; expected 0 or 1 (solid), 2 (fluid), 3 (air)"
        )
    return flags


def write_fluid_matrix(
    A: "csr_array[Any]", path: str | Path, dtype: DTypeLike = np.float64, *, with_end: bool = True
) -> None:
    """Write a matrix in either precision, with the end of the last row (newer files) or without it (older ones)."""
    rows, columns = A.shape
    starts = A.indptr if with_end else A.indptr[:-1]
    head = np.array([rows, columns, A.nnz, len(starts), columns], "<i4")
    data = A.data.astype(np.dtype(dtype).newbyteorder("<"))
    _write(Path(path), head, data, starts.astype("<i4"), A.indices.astype("<i4"))


def write_fluid_vector(values: ArrayLike, path: str | Path) -> None:
    """Write a vector; arrays over a box are written in C order."""
    flat = np.asarray(values, "<f8").ravel()
    _write(Path(path), np.array([flat.size], "<u8"), flat)


def write_fluid_flags(flags: ArrayLike, path: str | Path) -> None:
    """Write what each cell is; arrays over a box are written in C order."""
    flat = np.asarray(flags, "<i4").ravel()
    _write(Path(path), np.array([flat.size], "<u8"), flat)


def _layout(path: Path) -> tuple[int, int, int, int, str] | None:
    """Rows, columns, entries, row starts and type of the values; None where the size of the file is another one."""
    size = path.stat().st_size
    if size < _HEAD:
        return None
    rows, columns, entries, outer, _ = (int(n) for n in np.fromfile(path, "<i4", 5))
    if min(rows, columns, entries) < 1 or outer not in (rows, rows + 1):
        return None
    width, rest = divmod(size - _HEAD - 4 * outer - 4 * entries, entries)
    return (rows, columns, entries, outer, f"<f{width}") if width in (4, 8) and rest == 0 else None


def _counted(path: Path, dtype: str, what: str) -> NDArray[Any]:
    if not path.is_file():
        raise InputError(f"{path} does not exist or is not a file; give an existing file with {what}")
    size = path.stat().st_size
    count = int(np.fromfile(path, "<u8", 1)[0]) if size >= 8 else 0
    expected = 8 + count * np.dtype(dtype).itemsize
    if count < 1 or size != expected:
        raise InputError(
            f"{path} announces {count} numbers and has {size} bytes; expected {expected} bytes for {what} of DCDM"
        )
    return np.fromfile(path, dtype, offset=8)


def _write(path: Path, *parts: NDArray[Any]) -> None:
    with replacing(path) as (partial,), partial.open("wb") as file:
        for part in parts:
            part.tofile(file)
