"""What a file says about a linear system, checked before anything is built from it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.pde.matrix import narrowed

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["StoredSystem", "as_columns", "as_csr", "as_rows", "check_sizes", "compressed"]


@dataclass(frozen=True, eq=False)
class StoredSystem:
    """A matrix and what was stored with it.

    Parameters
    ----------
    A : csr_array of float64, shape (n, n)
    b : ndarray of float64, shape (n,) or (batch, n), optional
    near_nullspace : ndarray of float64, shape (n, k), optional
        Vectors that A maps nearly to zero (rigid motions of an elastic body), for algebraic multigrid.
    """

    A: "csr_array[Any]"
    b: NDArray[np.float64] | None = None
    near_nullspace: NDArray[np.float64] | None = None


def check_sizes(shape: tuple[int, ...], entries: int, where: str) -> None:
    """Refuse a shape no linear system with that many stored entries can have.

    Every row needs an entry, and one stored entry of a symmetric form serves two rows. So row
    pointers are never allocated for a number of rows that the file cannot fill.

    Raises
    ------
    InputError
        If the matrix is not square, empty, or has more than two rows an entry.
    """
    if len(shape) != 2 or shape[0] != shape[1]:
        raise InputError(f"{where} has shape {shape}; expected a square matrix, one equation an unknown")
    if shape[0] < 1 or entries < 1:
        raise InputError(f"{where} has shape {shape} and {entries} entries; expected at least one unknown")
    if shape[0] > 2 * entries:
        raise InputError(f"{where} has {shape[0]} rows and only {entries} entries; expected an entry in every row")


def as_csr(matrix: Any, where: str) -> "csr_array[Any]":
    """A sparse matrix of any format as float64 CSR, duplicates summed.

    Raises
    ------
    InputError
        If entries are complex or not finite, indices out of range, or a row is zero.
    """
    from scipy.sparse import csr_array

    if np.dtype(matrix.dtype).kind not in "fiub":
        split = "; solve [[Re A, -Im A], [Im A, Re A]] for the real and the imaginary part of x"
        advice = split if np.dtype(matrix.dtype).kind == "c" else ""
        raise InputError(f"{where} holds {matrix.dtype} entries; expected real numbers{advice}")
    csr: Any = csr_array(matrix, dtype=np.float64)
    csr.sum_duplicates()
    bad = np.count_nonzero(~np.isfinite(csr.data))
    if bad:
        raise InputError(f"{where} has {bad} entries that are not finite; expected numbers")
    empty = np.flatnonzero(abs(csr) @ np.ones(csr.shape[1]) == 0)
    if len(empty):
        raise InputError(
            f"{where} has {len(empty)} zero rows (first: row {empty[0]}, counted from 0), so it is singular; "
            "remove these unknowns"
        )
    return narrowed(csr)


def compressed(form: str, parts: tuple[Any, ...], shape: tuple[int, ...], where: str) -> Any:
    """A sparse array of SciPy from its parts, which fit together; otherwise SciPy would read outside of them.

    Parameters
    ----------
    form : {"csr", "csc", "bsr", "coo", "dia"}
        Storage format.
    parts : tuple
        What the constructor of the format takes first.
    shape : tuple of int
        Sizes.
    where : str
        What messages call the matrix.

    Raises
    ------
    InputError
        If pointers or indices are out of range.
    """
    from scipy import sparse

    build: dict[str, Any] = {
        "csr": sparse.csr_array, "csc": sparse.csc_array, "bsr": sparse.bsr_array, "coo": sparse.coo_array,
        "dia": sparse.dia_array,
    }  # fmt: skip
    try:
        matrix = build[form](parts, shape=shape)
        if hasattr(matrix, "check_format"):
            matrix.check_format(full_check=True)
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise InputError(f"{where} is not a valid {form} matrix ({' '.join(str(error).split())[:120]})") from None
    return matrix


def as_rows(values: Any, n: int, where: str) -> NDArray[np.float64]:
    """Right-hand sides as (n,) or (batch, n) from a vector, (n, k) columns or (k, n) rows.

    Raises
    ------
    InputError
        If the length is another one or a value is complex or not finite.
    """
    given = values.toarray() if hasattr(values, "toarray") else np.asarray(values)
    if given.dtype.kind not in "fiub":
        raise InputError(f"{where} holds {given.dtype} values; expected real numbers")
    rows = given.T if given.ndim == 2 and given.shape[0] == n else given
    rows = rows[0] if rows.ndim == 2 and rows.shape[0] == 1 else rows
    if not 1 <= rows.ndim <= 2 or rows.shape[-1] != n:
        raise InputError(f"{where} has shape {given.shape}; expected {n} values, or one column a right-hand side")
    if not np.all(np.isfinite(rows)):
        raise InputError(f"{where} has {np.sum(~np.isfinite(rows))} values that are not finite; expected numbers")
    return np.ascontiguousarray(rows, dtype=np.float64)


def as_columns(values: Any, n: int, where: str) -> NDArray[np.float64]:
    """Near-null-space vectors as (n, k), from what `as_rows` takes and raises for."""
    return np.ascontiguousarray(np.atleast_2d(as_rows(values, n, where)).T)
