"""Where the entries of a sparse matrix are, row by row and column by column, as tensors."""

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from sciml._arrays import real_array
from sciml._errors import InputError

__all__ = ["Pattern", "check_starts"]


class Pattern(NamedTuple):
    """The entries of a sparse matrix of m rows and n columns, without their values; make it with `from_rows`.

    The order by columns is found once. Gradients gather from it, twice as fast as rows of 6 entries scatter (as fast
    with 20), and without buffers for scattered sums, which grow with the distance of rows and columns.

    starts : (m + 1,) int32, row i holds the entries starts[i] up to starts[i + 1]
    columns : (nnz,) int32, column of each entry
    column_starts : (n + 1,) int32, column j holds the entries order[column_starts[j]] up to order[column_starts[j + 1]]
    rows : (nnz,) int32, row of each entry in the order by columns
    order : (nnz,) int32, number of each entry in the order by columns
    """

    starts: Tensor
    columns: Tensor
    column_starts: Tensor
    rows: Tensor
    order: Tensor

    @classmethod
    def from_rows(
        cls, starts: ArrayLike | Tensor, columns: ArrayLike | Tensor, n_columns: int | None = None
    ) -> "Pattern":
        """The pattern of compressed rows, as `sciml.mesh.Graph` and SciPy's ``csr_array`` hold them.

        Parameters
        ----------
        starts : array_like or Tensor of integers, shape (m + 1,)
        columns : array_like or Tensor of integers, shape (nnz,)
            Those of a row in any order, also repeated.
        n_columns : int, optional
            Number of columns n; default m.

        Returns
        -------
        Pattern
            On the CPU. What was given as int32 and is not read-only is shared, and must not change afterwards.

        Raises
        ------
        InputError
            If these are not compressed rows, or tensors on a device (`to` moves the whole pattern there).

        Examples
        --------
        >>> pattern = Pattern.from_rows([0, 2, 3], [0, 1, 1])
        >>> pattern.shape, pattern.rows
        ((2, 2), tensor([0, 0, 1], dtype=torch.int32))
        """
        first, column = _indices("starts", starts), _indices("columns", columns)
        _check_rows(first, len(column))
        width = len(first) - 1 if n_columns is None else n_columns
        if len(column) and not (column.min() >= 0 and column.max() < width):
            raise InputError(f"columns run from {column.min()} to {column.max()}; expected 0 to {width - 1}")
        arrays = first, column, *_by_columns(first, column, width)
        return cls(*(torch.from_numpy(array) for array in arrays))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns (m, n)."""
        return self.starts.shape[0] - 1, self.column_starts.shape[0] - 1

    @property
    def entries(self) -> int:
        """Number of entries nnz."""
        return self.columns.shape[0]

    def to(self, device: torch.device | str) -> "Pattern":
        """The pattern on a device, itself where it is there already."""
        return Pattern(*(part.to(device) for part in self))


def check_starts(starts: Tensor, entries: int) -> None:
    """Raise InputError unless `starts` rises from 0 to the number of entries; unseen on a device, which would wait.

    Examples
    --------
    >>> check_starts(torch.tensor([0, 1, 3]), 3)
    """
    if starts.device.type == "cpu":
        _check_rows(starts.detach().numpy(), entries)


def _check_rows(starts: NDArray[Any], entries: int) -> None:
    ends = len(starts) > 0 and starts[0] == 0 and starts[-1] == entries
    if not ends or np.any(starts[1:] < starts[:-1]):
        raise InputError(f"starts, of shape {starts.shape}, are not those of rows; expected 0, ..., {entries}, rising")


def _indices(name: str, given: ArrayLike | Tensor) -> NDArray[np.int32]:
    if isinstance(given, Tensor):
        if given.device.type != "cpu":
            raise InputError(f"{name} lies on {given.device}; make the pattern on the CPU and move it by .to(...)")
        given = given.numpy()
    values = real_array(name, given)
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise InputError(f"{name} has dtype {values.dtype} and shape {values.shape}; expected integers in one row")
    if len(values) >= 2**31 or (len(values) and values.max() >= 2**31):
        raise InputError(f"{name} has entries beyond int32; expected fewer than 2^31 entries and columns")
    # torch knows no read-only memory
    return np.require(values, np.int32, ["C", "W"])


def _by_columns(starts: NDArray[np.int32], columns: NDArray[np.int32], width: int) -> tuple[NDArray[np.int32], ...]:
    from scipy.sparse import csr_array

    numbered: Any = csr_array((np.arange(len(columns), dtype=np.int32), columns, starts), (len(starts) - 1, width))
    flipped = numbered.tocsc()
    return tuple(part.astype(np.int32, copy=False) for part in (flipped.indptr, flipped.indices, flipped.data))
