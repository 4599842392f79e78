"""One level of a structured hierarchy: operator, storage and the way to the next coarser one."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml._arrays import to_device
from sciml.kernels._colour import SplitMasked, SplitStencil, split_zeros
from sciml.kernels._stencil import Stencil, stencil_shape, stencil_wraps
from sciml.kernels.colour_layout import split_stencil
from sciml.kernels.prolong_sor import Linear

__all__ = ["Level", "Ratio", "level"]

Ratio = tuple[int, int, int]


@dataclass(eq=False)
class Level:
    """A box in colour-split storage.

    Parameters
    ----------
    shape : (n0, n1, n2)
        Box over the kernel axes.
    stencil : ConstantStencil, SplitVariable or SplitMasked
        Operator in the precision of the cycles.
    x, f : ndarray from split_zeros(shape)
        Correction and right-hand side; workspace of the cycle.
    wraps : tuple of bool
        Periodic axes.
    omega : float
        Over-relaxation.
    sweeps : (int, int)
        Red-black sweeps before and after the coarse correction.
    gamma : int
        Visits of the next coarser level in a cycle.
    ratio : tuple of int
        Which axes the next level coarsens.
    linear : Linear, optional
        Linear interpolation from the next level; None is piecewise constant.
    """

    shape: tuple[int, int, int]
    stencil: SplitStencil | SplitMasked
    x: NDArray[np.floating]
    f: NDArray[np.floating]
    wraps: tuple[bool, bool, bool]
    omega: float
    sweeps: tuple[int, int]
    gamma: int = 1
    ratio: Ratio = (1, 1, 1)
    linear: Linear | None = None

    def to_device(self) -> "Level":
        """The same with its arrays on the current CUDA device."""
        return replace(self, stencil=to_device(self.stencil), x=to_device(self.x), f=to_device(self.f))


def level(
    stencil: Stencil, dtype: DTypeLike, *, omega: float, sweeps: tuple[int, int], gamma: int,
    split: SplitMasked | None = None,
) -> Level:
    """A level with its workspace, its transfer to the next one still open; `split` is the stencil as sweeps want it."""
    shape = stencil_shape(stencil)
    x, f = split_zeros(shape, dtype), split_zeros(shape, dtype)
    return Level(shape, split or split_stencil(stencil, dtype), x, f, stencil_wraps(stencil), omega, sweeps, gamma)
