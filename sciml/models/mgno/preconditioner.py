"""A V-cycle of convolutions as a preconditioner M: for our own solvers, and for SciPy's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh import AXES
from sciml.models.mgno.cycle import VCycle
from sciml.models.mgno.poisson import from_poisson
from sciml.pde import StencilOperator
from sciml.pde.axis import AxisFactor
from sciml.solvers.krylov.preconditioner import linear_operator

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["CyclePreconditioner", "CycleState"]


@dataclass(frozen=True, eq=False)
class CycleState:
    """z = C W D^-1 C r, with D the control volumes as fractions of a full one.

    Parameters
    ----------
    cycle : VCycle
        One channel in and out.
    shape : tuple of int
        Box of unknowns.
    mass : ndarray, shape `shape`
        D, below 1 for nodes on Neumann sides.
    scale : ndarray, shape `shape`, or 1.0
        C, which fits the diagonal of constant coefficients to that of A; 0 where there is no unknown.
    """

    cycle: VCycle
    shape: tuple[int, ...]
    mass: NDArray[np.float64]
    scale: NDArray[np.float64] | float = 1.0
    dtype: torch.dtype = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dtype", next(self.cycle.parameters()).dtype)

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Overwrite `z` by M r; both of shape (N,) or (batch, N)."""
        rows = np.asarray(r, dtype=np.float64).reshape(-1, 1, *self.shape) * (self.scale / self.mass)
        with torch.inference_mode():
            rows = self.cycle(torch.from_numpy(rows).to(self.dtype)).numpy() * self.scale
        z[...] = rows.reshape(z.shape)

    def aspreconditioner(self) -> "LinearOperator":
        """M for ``M=`` of SciPy's Krylov solvers.

        Examples
        --------
        >>> from scipy.sparse.linalg import cg
        >>> from sciml.mesh import Grid
        >>> from sciml.pde import poisson
        >>> system = poisson(Grid((32, 32)), coefficient="1 + x * y")
        >>> M = CyclePreconditioner().setup(system.A).aspreconditioner()
        >>> x, info = cg(system.A.aslinearoperator(), system.b.ravel(), M=M, maxiter=15)
        >>> info
        0
        """
        return linear_operator(self.apply, int(np.prod(self.shape)))


@dataclass(frozen=True, eq=False)
class CyclePreconditioner:
    """A V-cycle as ``M=`` of `PCG`, `FCG` and `GMRES`.

    Parameters
    ----------
    cycle : VCycle, optional
        One channel in and out, for example trained; without it the classical cycle for coefficient 1 on
        the box of A. PCG needs one that is symmetric positive definite, which training does not keep: take
        FCG or GMRES then.
    smoothing_steps, coarse_steps : int
        Of the classical cycle, the first before and after coarser levels each.
    dtype : {"float64", "float32"}
        Precision of the classical cycle.

    Notes
    -----
    The classical cycle coarsens as long as coarse and fine boundary coincide (even numbers of cells; 2^k - 1 nodes
    between Dirichlet sides), where its transfers are adjoint. Powers of two are best; an odd
    number of cells leaves damped Jacobi.

    With a coefficient k that varies, M = C W C with C = (diag A_1 / diag A)^1/2 and A_1 that of k = 1: for v = k^1/2 u,
    -div(k grad u) = k^1/2 (-Laplace v + v k^-1/2 Laplace k^1/2), so a smooth k costs few iterations.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> from sciml.solvers import PCG, solve
    >>> system = poisson(Grid((32, 32)), coefficient="1 + x * y")
    >>> solve(system.A, system.b, PCG(preconditioner=CyclePreconditioner())).iterations < 15
    True
    """

    cycle: VCycle | None = None
    smoothing_steps: int = 1
    coarse_steps: int = 8
    dtype: str = "float64"

    def setup(self, A: Any) -> CycleState:
        """Fit the cycle to the box of `A`.

        Raises
        ------
        InputError
            If `A` was not assembled on a box, has a side that ghost values cannot express, or the given cycle has
            more than one channel.
        """
        factors = _factors(A)
        cycle = self._classical(factors) if self.cycle is None else self.cycle
        if (cycle.in_channels, cycle.out_channels, cycle.settings.ndim) != (1, 1, len(factors)):
            raise InputError(
                f"the cycle maps {cycle.in_channels} to {cycle.out_channels} channels on {cycle.settings.ndim} axes; a "
                f"preconditioner of this A needs 1 to 1 on {len(factors)}"
            )
        return CycleState(cycle, tuple(A.grid_shape), _outer([_volumes(factor) for factor in factors]), _scale(A))

    def _classical(self, factors: tuple[AxisFactor, ...]) -> VCycle:
        boundary = {name + sign: str(kind) for name, factor in zip(AXES, factors, strict=False)
                    for sign, kind in (("-", factor.left), ("+", factor.right))}
        cycle = from_poisson(
            [1 / sqrt(float(np.median(factor.faces[:-1]))) if factor.n > 1 else 1.0 for factor in factors],
            min(map(_levels, factors)), boundary=boundary, smoothing=(self.smoothing_steps,) * 2,
            coarse_steps=self.coarse_steps, location="cell" if factors[0].location == "cell" else "interior",
        )
        return cycle.to(torch.float32 if self.dtype == "float32" else torch.float64)


def _factors(A: Any) -> tuple[AxisFactor, ...]:
    if not isinstance(A, StencilOperator) or (A.box is None and A.separable is None):
        raise InputError(f"a cycle on a box was given a {type(A).__name__}; it preconditions operators on grids, as "
                         "poisson assembles them; use multigrid or amg")
    factors = A.separable if A.separable is not None else A.box or ()
    for name, factor in zip(AXES, factors, strict=False):
        for sign, kind in (("-", factor.left), ("+", factor.right)):
            if kind == "robin":
                raise InputError(f"the cycle cannot honour the robin condition on {name}{sign}; use multigrid or fft")
    return factors


def _volumes(factor: AxisFactor) -> NDArray[np.float64]:
    ends = np.ones(factor.n)
    for end, kind in ((0, factor.left), (-1, factor.right)):
        ends[end] = 0.5 if factor.location == "node" and kind == "neumann" else 1.0
    return ends


def _outer(lines: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return reduce(np.multiply.outer, lines)


def _scale(A: StencilOperator) -> NDArray[np.float64] | float:
    """C for an A that is not separable: (diag of its box / diag A)^1/2 where there is an unknown."""
    if A.separable is not None or A.box is None:
        return 1.0
    parts = [[f.diagonal if a == axis else f.mass for a, f in enumerate(A.box)] for axis in range(len(A.box))]
    diagonal = A.diagonal().reshape(A.grid_shape)
    ratio = np.divide(sum(map(_outer, parts)), diagonal, out=np.zeros_like(diagonal), where=diagonal > 0)
    return np.sqrt(ratio)


def _levels(factor: AxisFactor) -> int:
    """How often the unknowns of an axis can be halved with both ends in place, plus one."""
    n, levels = factor.n, 1
    inner = 1 if factor.location == "cell" or factor.left == "periodic" else 0
    # Intervals: n for cells and circles; for nodes one more with two Dirichlet sides, one less with none.
    count = n if inner else n - 1 + (factor.left == "dirichlet") + (factor.right == "dirichlet")
    while count % 2 == 0 and count >= 4:
        count, levels = count // 2, levels + 1
    return levels
