"""Red-black SOR sweeps, residual and restriction by summation, fused."""

from sciml.kernels._colour import SplitStencil
from sciml.kernels._pool import run_tasks
from sciml.kernels._stencil import Array
from sciml.kernels._waves import wave_slabs
from sciml.kernels.sor_restrict.numba import pass_box, pass_cut, pass_slab

__all__ = ["sor_restrict"]


def sor_restrict(
    stencil: SplitStencil, x: Array, f: Array, coarse: Array, *, omega: float = 1.0, sweeps: int = 1,
    zero: bool = False, ratio: tuple[int, int, int] = (2, 2, 2), periodic: bool = False,
) -> Array:
    """Relax A x = f with `sweeps` red-black sweeps, then write the summed residual into `coarse`.

    Parameters
    ----------
    stencil : ConstantStencil or SplitVariable
        Operator over (n0, n1, n2), in the precision of `x`.
    x, f : ndarray, shape (2, n0, n1, ceil(n2 / 2))
        Iterate (overwritten) and right-hand side in colour-split order, from `split_zeros`.
    coarse : ndarray, shape split_shape of the coarse box
        Coarse cell = sum of the residuals of its children; n_coarse = ceil(n / ratio).
    omega : float
        Over-relaxation factor in (0, 2).
    sweeps : int
        Red-black sweeps, red first.
    zero : bool
        Start from x = 0 whatever `x` holds.
    ratio : tuple of int
        1 or 2 per axis: which axes are coarsened.
    periodic : bool
        Whether the first axis wraps around (its length must then be even).

    Returns
    -------
    ndarray
        `coarse`.
    """
    n0 = x.shape[1]
    args = stencil, x, f, x.dtype.type(omega), sweeps
    if zero and sweeps == 0:
        x[:] = 0
    parts = wave_slabs(n0, x.size, 2 * sweeps, periodic)
    if parts is None:
        pass_box(*args, zero, ratio, coarse)
        return coarse
    run_tasks(pass_slab, [(*part, *args, zero, ratio, coarse) for part in parts])
    cuts = [part[0] for part in parts if part[2]]
    run_tasks(pass_cut, [(cut, *args, ratio, coarse) for cut in cuts])
    return coarse
