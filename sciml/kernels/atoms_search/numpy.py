"""Reference of the search among atoms: every image that could come close, all distances."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from sciml.kernels.atoms_search._lattice import lattice

__all__ = ["atoms_search"]


def atoms_search(
    positions: NDArray[np.float64], cell: NDArray[np.float64], periodic: tuple[bool, ...], cutoff: float
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Rows (indptr, indices) and shifts; see the package function."""
    n = len(positions)
    inverse = lattice(cell, periodic).inverse
    # |f_j + S - f_i| of an axis is at most cutoff / height, and 1 / height the length of a column of the inverse.
    spread = np.ptp(positions @ inverse, axis=0)
    most = np.where(periodic, np.ceil(spread + cutoff * np.linalg.norm(inverse, axis=0)), 0).astype(int)
    S = np.array(list(product(*(range(-m, m + 1) for m in most))), np.int32)
    between = positions[None, :, None] - positions[:, None, None]
    d2 = ((between + (S @ cell)) ** 2).sum(axis=3)
    near = d2 < cutoff * cutoff
    near[np.arange(n), np.arange(n), len(S) // 2] = False
    _, j, s = np.nonzero(near)
    indptr = np.concatenate([[0], np.cumsum(near.sum(axis=(1, 2)))])
    return indptr, j.astype(np.int32), S[s]
