"""The levels in one numbering of the unknowns, ready for cycles."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._csr import csr_of
from sciml.kernels.csr_slice import csr_slice
from sciml.mesh.components import NullSpace
from sciml.pde.matrix import MatrixOperator, Semidefinite
from sciml.solvers.algebraic.bottom import build_bottom
from sciml.solvers.algebraic.cycle import Cycle, CycleKind
from sciml.solvers.algebraic.hierarchy import Matrices
from sciml.solvers.algebraic.levels import Smoother, build_level, single_holds
from sciml.solvers.algebraic.ordering import Numbering, Order, numbering, permuted
from sciml.solvers.algebraic.sliced import SlicedOperator
from sciml.solvers.krylov.cg import norm

__all__ = ["Arranged", "Cycling", "Ordering", "Places", "Precision", "arrange"]

Places: TypeAlias = list[Numbering | None]
Ordering = Literal["coloured", "natural"]
Precision = Literal["auto", "float32", "float64"]


class Cycling(NamedTuple):
    """How cycles run: order of the unknowns, smoother, sweeps, V or W, precision."""

    ordering: Ordering
    smoother: Smoother
    sweeps: int
    kind: CycleKind
    precision: Precision


@dataclass(frozen=True, eq=False)
class Arranged:
    """A matrix and its cycle in an order of their own.

    Parameters
    ----------
    order : ndarray of int64, shape (m,), or slice
        Unknowns in that order; inactive and empty rows are left out.
    system : MatrixOperator, shape (m, m)
    cycle : Cycle
    places : list of Numbering or None
        Of every level; None where it stays as it is.
    """

    order: Order | slice
    system: MatrixOperator
    cycle: Cycle
    places: Places

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """z = M r: one cycle from zero, for a vector (N,) or columns (N, k) in the order of A."""
        inner = np.array(r[self.order])
        self.precondition(inner, inner)
        z[...] = 0.0
        z[self.order] = inner

    def precondition(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """z = M r in the order of the levels.

        Cycles are linear, so r is scaled to norm 1: single precision then suffices whatever its size.
        """
        size = norm(r) or 1.0
        with self.cycle.lock, np.errstate(all="ignore"):
            np.multiply(self.cycle.run(r, 1 / size), np.float64(size), out=z)


def arrange(
    kept: Order | None, nullspace: NullSpace | None, matrices: Matrices, how: Cycling, ordering: Ordering,
    known: Places | None = None,
) -> Arranged:
    """The levels of `matrices`, which were built over the rows `kept` of A (None for all), in an `ordering`.

    Parameters
    ----------
    kept : ndarray of int64, optional
    nullspace : NullSpace, optional
        Of A.
    matrices : list
        (A, P) of every level.
    how : Cycling
    ordering : {"coloured", "natural"}
    known : list of Numbering or None, optional
        Numberings of levels that need not be found.
    """
    places = _numberings(matrices, ordering, known or [None] * len(matrices))
    orders = [place and place.order for place in places]
    dtype = _dtype(matrices, how.precision)
    levels = [
        build_level(A, permuted(P.astype(dtype), rows, columns), place, how.smoother, how.sweeps, dtype)
        for (A, P), rows, columns, place in zip(matrices[:-1], orders[:-1], orders[1:], places[:-1], strict=True)
    ]
    sizes = [A.shape[0] for A, _ in matrices]
    cycle = Cycle(levels, build_bottom(matrices[-1][0], dtype), sizes, dtype, how.kind)
    order = slice(None) if orders[0] is None else orders[0]
    if kept is not None:
        order = kept[order]
    facts = Semidefinite(_reordered(nullspace, order, sizes[0]))
    return Arranged(order, _system(matrices[0][0], places[0], facts), cycle, places)


def _numberings(matrices: Matrices, ordering: Ordering, known: Places) -> Places:
    """Those of every level, None where it stays as it is; the coarsest does."""
    if ordering == "natural":
        return [None] * len(matrices)
    pairs = zip(matrices[:-1], known[:-1], strict=True)
    return [*(numbering(A, P) if place is None else place for (A, P), place in pairs), None]


def _system(A: Any, place: Numbering | None, facts: Semidefinite) -> MatrixOperator:
    """The matrix for conjugate gradients, in float64."""
    if place is None:
        return MatrixOperator(A, facts)
    A = permuted(A, place.order, place.order)
    return SlicedOperator(A, facts, sliced=csr_slice(csr_of(A), place.ends))


def _dtype(matrices: Matrices, precision: Precision) -> np.dtype[np.floating]:
    if precision == "auto":
        precision = "float32" if all(single_holds(A) for A, _ in matrices) else "float64"
    return np.dtype(precision)


def _reordered(nullspace: NullSpace | None, order: Order | slice, n: int) -> NullSpace | None:
    """The floating components of those n unknowns."""
    if nullspace is None or nullspace.cells is None:
        return nullspace and NullSpace(n)
    component = np.full(nullspace.size, -1)
    component[nullspace.cells] = np.repeat(np.arange(nullspace.count), nullspace.sizes)
    component = component[order]
    cells = np.flatnonzero(component >= 0)
    cells = cells[np.argsort(component[cells], kind="stable")]
    starts = np.flatnonzero(np.diff(component[cells], prepend=-1))
    return NullSpace(n, cells, starts) if len(cells) else None
