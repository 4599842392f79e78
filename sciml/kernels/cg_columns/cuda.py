"""Launches of the vector work for many right-hand sides on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._csr import CSR
from sciml.kernels._csr_device import one_index
from sciml.kernels._cuda import MOST_BLOCKS, SUMMED, THREADS, Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "columns_dots", "columns_product", "columns_renew", "columns_residual"]

PROGRAM = Program(__package__, "csr", types=("REAL", "INPUT", "INDEX"))

DOUBLE, INDEX = np.dtype(np.float64), np.dtype(np.int32)  # where a kernel has none of the kind


def columns_renew(alpha: Array, beta: Array, z: Array, p: Array, x: Array) -> None:
    """See the package function."""
    rows, width = _threads(p)
    sizes = np.int64(p.size), np.int64(rows * width), width
    PROGRAM.launch("renew", rows * width, (x.dtype, p.dtype, INDEX), sizes, alpha, beta, z, p, x)


def columns_product(A: CSR, p: Array, q: Array) -> NDArray[np.float64]:
    """See the package function; on the device too."""
    A = one_index(A)
    sums = np.empty_like(p, shape=_threads(p), dtype=np.float64)
    sizes = np.int64(p.size), np.int64(sums.size), p.shape[1]
    PROGRAM.launch("energy", sums.size, (A.values.dtype, p.dtype, A.starts.dtype), sizes, A, p, q, sums)
    added: NDArray[np.float64] = sums.sum(axis=0)
    return added


def columns_residual(alpha: Array, q: Array, r: Array) -> NDArray[np.float64]:
    """See the package function; on the device too."""
    sums = np.empty_like(r, shape=_threads(r), dtype=np.float64)
    sizes = np.int64(r.size), np.int64(sums.size), r.shape[1]
    PROGRAM.launch("residual", sums.size, (DOUBLE, r.dtype, INDEX), sizes, alpha, q, r, sums)
    added: NDArray[np.float64] = sums.sum(axis=0)
    return added


def columns_dots(z: Array, r: Array) -> NDArray[np.float64]:
    """See the package function; on the device too."""
    sums = np.empty_like(r, shape=_threads(r), dtype=np.float64)
    PROGRAM.launch("products", sums.size, (DOUBLE, z.dtype, INDEX), np.int64(r.size), np.int64(sums.size), z, r, sums)
    added: NDArray[np.float64] = sums.sum(axis=0)
    return added


def _threads(v: Array) -> tuple[int, int]:
    # (threads of a column, columns): few threads, so that there are few sums.
    rows, width = v.shape
    most = max(1, MOST_BLOCKS * THREADS // width)
    return min(-(-rows // SUMMED), most), width
