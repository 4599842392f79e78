"""A fast direct solver on the nearest box as a preconditioner for variable coefficients."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels._stencil import kernel_axes
from sciml.kernels.stencil_apply.numpy import faces
from sciml.pde.axis import AxisFactor
from sciml.pde.operator import StencilOperator
from sciml.solvers.spectral.inverse import separable_inverse
from sciml.solvers.spectral.state import SpectralState

__all__ = ["FFTPreconditioner"]

# So many faces along an axis give its mean conductance well enough.
SAMPLE = 2**16


@dataclass(frozen=True)
class FFTPreconditioner:
    """Inverse of the box with the same boundary conditions and one mean conductance per axis.

    Parameters
    ----------
    dtype : {"float64", "float32"}
        Precision of the transforms.

    Notes
    -----
    A and the box B are sums of the same squared differences with weights c_f and g_a, so the
    eigenvalues of B^-1 A lie between the smallest and the largest c_f / g_a whatever the number
    of unknowns: without obstacles the condition number is at most max k / min k.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> A = poisson(Grid((8, 8)), coefficient="exp(x)").A
    >>> z = np.empty(64)
    >>> FFTPreconditioner().setup(A).apply(np.ones(64), z)
    >>> bool(z.min() > 0)
    True
    """

    dtype: Literal["float64", "float32"] = "float64"

    def setup(self, A: Any) -> SpectralState:
        """Scale the box of `A` to it and prepare its inverse.

        Raises
        ------
        InputError
            If `A` was not assembled on a box.
        """
        if not isinstance(A, StencilOperator) or (A.box is None and A.separable is None):
            raise InputError(
                f"the fft preconditioner was given a {type(A).__name__}; it needs an operator on a grid, as poisson "
                "assembles it; use multigrid, amg or jacobi"
            )
        factors = A.separable if A.separable is not None else _scaled_box(A, A.box or ())
        is_singular = A.nullspace is not None and all(map(_maps_constants_to_zero, factors))
        return SpectralState(A, separable_inverse(factors, is_singular=is_singular, dtype=self.dtype))


def _scaled_box(A: StencilOperator, box: tuple[AxisFactor, ...]) -> tuple[AxisFactor, ...]:
    outflow = _outflow(A)
    shift = _mean(outflow, box, [_inner(f) for f in box])
    factors = [_scaled(box, axis, _mean_ratio(A, box, axis), outflow, shift) for axis in range(len(box))]
    floats = A.nullspace is not None and int(A.nullspace.sizes.sum()) == A.unknowns
    if not floats and shift == 0.0 and all(map(_maps_constants_to_zero, factors)):
        # Something holds A but not the box: give constants the same energy in both.
        shift = _mean(outflow, box, [slice(None)] * len(box))
    first = factors[0]
    factors[0] = replace(first, shift=shift, diagonal=first.diagonal + shift * first.mass)
    return tuple(factors)


def _outflow(A: StencilOperator) -> NDArray[np.float64]:
    """What each active row loses to the outside for u = 1 (shift, fixed cells, sides), free of rounding."""
    ones = np.ones(A.grid_shape) if A.active is None else A.active.astype(np.float64)
    outflow = A.apply(ones) * ones
    outflow[outflow < 1e-12 * A.diagonal().reshape(A.grid_shape)] = 0.0
    return outflow


def _mean_ratio(A: StencilOperator, box: tuple[AxisFactor, ...], axis: int) -> float:
    """Geometric mean of the conductances of A along `axis` over those of the box."""
    n = A.shape[0]
    at = np.arange(0, n, max(1, n // SAMPLE) | 1)  # an odd step meets every row of an even axis
    index = np.unravel_index(at, A.grid_shape)
    unit = np.prod([(f.faces if a == axis else f.mass)[index[a]] for a, f in enumerate(box)], axis=0)
    c = faces(A.stencil, kernel_axes(len(box))[axis]).reshape(A.grid_shape)[index]
    some = (c > 0) & (unit > 0)
    if not some.any():  # one cell wide: the diagonals have to tell
        c = A.diagonal()[at]
        unit = np.full(len(c), sum(float(f.diagonal.max()) for f in box))
        some = (c > 0) & (unit > 0)
    return float(np.exp(np.mean(np.log(c[some] / unit[some])))) if some.any() else 1.0


def _scaled(
    box: tuple[AxisFactor, ...], axis: int, ratio: float, outflow: NDArray[np.float64], shift: float
) -> AxisFactor:
    """A factor times `ratio`; robin ends do not scale with the coefficient and are taken from A."""
    factor = box[axis]
    faces_after = factor.faces * ratio
    diagonal = factor.diagonal * ratio
    for end, kind in ((0, factor.left), (factor.n - 1, factor.right)):
        if kind == "robin":
            layer = [slice(end, end + 1) if a == axis else _inner(f) for a, f in enumerate(box)]
            leak = max(0.0, _mean(outflow, box, layer) - shift) * factor.mass[end]
            diagonal[end] = faces_after[end] + faces_after[end - 1] + leak  # face -1 wraps, 0 here
    return replace(factor, c=factor.c * ratio, diagonal=diagonal, faces=faces_after)


def _inner(factor: AxisFactor) -> slice:
    """The unknowns of an axis whose outflow is not that of its own sides."""
    leaky = ("dirichlet", "robin")
    return slice(int(factor.left in leaky), factor.n - int(factor.right in leaky))


def _mean(outflow: NDArray[np.float64], box: tuple[AxisFactor, ...], index: list[slice]) -> float:
    """Outflow per control volume over a part of the box, 0 for an empty part."""
    volume = float(np.prod([f.mass[part].sum() for f, part in zip(box, index, strict=True)]))
    return float(outflow[tuple(index)].sum()) / volume if volume > 0 else 0.0


def _maps_constants_to_zero(factor: AxisFactor) -> bool:
    """Whether the rows sum to zero up to rounding."""
    sums = factor.diagonal - factor.faces - np.roll(factor.faces, 1)
    return bool(np.abs(sums).max() <= 1e-14 * np.abs(factor.diagonal).max())
