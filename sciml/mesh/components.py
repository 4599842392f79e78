"""The null space of a domain's floating components."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import to_device
from sciml.kernels.subtract_means import means, subtract_means

__all__ = ["NullSpace"]


@dataclass(frozen=True, eq=False)
class NullSpace:
    """Constants on the floating components: those no boundary condition pins.

    Parameters
    ----------
    size : int
        Number of cells of the box.
    cells : ndarray of int64, optional
        Flat indices of all floating cells, component after component; None means that the
        whole box is one floating component.
    starts : ndarray of int64, optional
        Where each component begins in `cells`.

    Examples
    --------
    >>> NullSpace(3).project(np.array([1.0, 2.0, 6.0]))
    array([-2., -1.,  3.])
    """

    size: int
    cells: NDArray[np.int64] | None = None
    starts: NDArray[np.int64] | None = None

    @property
    def count(self) -> int:
        """Number of floating components."""
        return 1 if self.starts is None else len(self.starts)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Cells in each floating component."""
        if self.cells is None or self.starts is None:
            return np.array([self.size])
        return np.diff(np.append(self.starts, len(self.cells)))

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """Floating component of each of `cells`."""
        assert self.cells is not None
        assert self.starts is not None
        begins = np.zeros_like(self.cells)
        begins[self.starts[1:]] = 1
        return np.cumsum(begins)

    def to_device(self) -> "NullSpace":
        """The same with its arrays on the current CUDA device."""
        return NullSpace(self.size, to_device(self.cells), to_device(self.starts))

    def means(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean of `v` (any shape, `size` entries) over each floating component."""
        return means(v.astype(v.dtype, order="C", copy=False), self.cells, self.starts)

    def project(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """Subtract from C-contiguous `v`, in place, its mean over each floating component."""
        subtract_means(v, self.cells, self.starts)
        return v
