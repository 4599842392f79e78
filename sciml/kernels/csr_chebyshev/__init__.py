"""Chebyshev smoothing of the fourth kind over compressed rows, for one right-hand side or many."""

from sciml.kernels._csr import CSR
from sciml.kernels._device import dispatched
from sciml.kernels._lanes import fits, padded
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.csr_chebyshev.numba import scaled, scaled_columns, step, step_columns
from sciml.kernels.stencil_chebyshev import chebyshev_omegas

__all__ = ["csr_chebyshev"]


@dispatched
def csr_chebyshev(
    A: CSR, inverse: Array, b: Array, x: Array, work: Array, *, degree: int = 4, lmax: float = 2.0,
    optimised: bool = True, zero: bool = False,
) -> Array:
    """Smooth A x = b in place by a Chebyshev step; returns `x`, which is the same for any number of threads.

    The step is a product of damped Jacobi sweeps (`chebyshev_omegas`), each of them one pass over A.

    Parameters
    ----------
    A : CSR, n rows
        Values of the dtype of `x`.
    inverse : ndarray, shape (n,)
        1 / a_ii; 0 leaves x_i as it is (0 with `zero`).
    b, x : ndarray of float32 or float64, shape (n,) or (n, k), C-contiguous
        Right-hand side and iterate; k of them as columns.
    work : ndarray like `x`
        Overwritten.
    degree : int
        1 to 4: sweeps.
    lmax : float
        Upper bound of the eigenvalues of D^-1 A.
    optimised : bool
        Weigh the directions for the best bound of a V-cycle instead of equally.
    zero : bool
        Start from x = 0 whatever `x` holds: one pass over A less.

    References
    ----------
    J. Lottes, "Optimal polynomial smoothers for multigrid V-cycles", 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> A, b = csr_of(csr_array(np.diag([2.0, 4.0]))), np.array([2.0, 4.0])
    >>> csr_chebyshev(A, np.array([0.5, 0.25]), b, np.zeros(2), np.empty(2), degree=1, lmax=1.5)
    array([1., 1.])
    """
    if not fits(x):
        columns = (padded(v) for v in (b, x, work))
        x[...] = csr_chebyshev(
            A, inverse, *columns, degree=degree, lmax=lmax, optimised=optimised, zero=zero
        )[:, : x.shape[1]]
        return x
    omegas = [x.dtype.type(omega) for omega in chebyshev_omegas(degree, lmax, optimised)]
    parts = slabs(A.rows, A.entries)
    # the last of the sweeps, which go back and forth between the two arrays, must end in x
    source, target = (work, x) if degree % 2 else (x, work)
    if zero:
        run_slabs(scaled if x.ndim == 1 else scaled_columns, parts, inverse, b, omegas[0], target)
        omegas = omegas[1:]
        source, target = target, source
    elif source is work:
        work[...] = x
    for omega in omegas:
        run_slabs(step if x.ndim == 1 else step_columns, parts, *A, inverse, b, source, omega, target)
        source, target = target, source
    return x
