"""V and W cycles over the levels, for one right-hand side or many at once."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, NamedTuple

import numpy as np

from sciml.kernels._stencil import Array
from sciml.solvers.algebraic.bottom import Bottom
from sciml.solvers.algebraic.levels import Level
from sciml.solvers.algebraic.sliced import product

__all__ = ["Cycle", "CycleKind"]

CycleKind = Literal["V", "W"]


class Work(NamedTuple):
    """Vectors of a level: right-hand side, iterate, residual."""

    b: Array
    x: Array
    r: Array


@dataclass(frozen=True, eq=False)
class Cycle:
    """One cycle from zero, a linear map that is symmetric for symmetric A.

    Parameters
    ----------
    levels : list of Level
        All but the coarsest.
    bottom : callable
        Solver of the coarsest level.
    sizes : list of int
        Unknowns of all levels.
    dtype : dtype
        Of all vectors and matrices.
    kind : {"V", "W"}
    """

    levels: list[Level]
    bottom: Bottom
    sizes: list[int]
    dtype: np.dtype[np.floating]
    kind: CycleKind = "V"
    lock: Lock = field(default_factory=Lock)
    kept: dict[tuple[int, ...], list[Work]] = field(default_factory=dict)

    def work(self, width: tuple[int, ...]) -> list[Work]:
        """Vectors of all levels, () for one right-hand side, (k,) for k; those last used are kept."""
        if width not in self.kept:
            self.kept.clear()
            self.kept[width] = [Work(*np.zeros((3, n, *width), self.dtype)) for n in self.sizes]
        return self.kept[width]

    def run(self, r: Array, scale: float = 1.0) -> Array:
        """M (scale r) for r of shape (n,) or (n, k), in a vector of the cycle's own that the next call overwrites."""
        work = self.work(r.shape[1:])
        if r.dtype == self.dtype and scale == 1.0:
            work = [work[0]._replace(b=r), *work[1:]]
        else:
            np.multiply(r, scale, out=work[0].b, casting="same_kind")
        self.descend(0, work)
        return work[0].x

    def descend(self, depth: int, work: list[Work], zero: bool = True) -> None:
        """Improve ``work[depth].x`` as a solution for ``work[depth].b``; `zero` makes it start from 0."""
        b, x, r = work[depth]
        if depth == len(self.levels):
            x[...] = self.bottom(b)
            return
        level = self.levels[depth]
        level.before(b, x, r, zero)
        product(level.R, r, work[depth + 1].b)
        for visit in range(2 if self.kind == "W" and depth + 1 < len(self.levels) else 1):
            self.descend(depth + 1, work, zero=visit == 0)
        product(level.P, work[depth + 1].x, x, b=x)
        level.after(b, x, r)
