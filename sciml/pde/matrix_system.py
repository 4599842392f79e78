"""Linear systems that come as matrices."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._errors import InputError
from sciml.pde.floating import make_compatible
from sciml.pde.matrix import MatrixOperator
from sciml.pde.system import Component

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["MatrixSystem", "matrix_system"]

_SINGULAR = (
    "the rows of the matrix sum to zero, so it is singular (constants are its null space), and b does not sum to zero "
    "({share}), so there is no solution; give a b that does, or pass --project (project=True) to subtract its mean"
)


@dataclass(frozen=True, eq=False)
class MatrixSystem:
    """A u = b without a domain.

    Parameters
    ----------
    A : MatrixOperator
        Shape (n, n).
    b : ndarray, shape (n,) or (batch, n)
        Projected on floating components.
    components : tuple of Component
        Connected parts whose rows sum to zero, largest first.
    near_nullspace : ndarray, shape (n, k), optional
        For algebraic multigrid.
    """

    A: MatrixOperator
    b: NDArray[np.float64]
    components: tuple[Component, ...] = ()
    near_nullspace: NDArray[np.float64] | None = None


def matrix_system(
    A: "csr_array[Any]", b: ArrayLike, near_nullspace: NDArray[np.float64] | None = None, *, project: bool = False
) -> MatrixSystem:
    """A system from a matrix, with `b` made compatible where constants are in the null space.

    Parameters
    ----------
    A : csr_array of float64, shape (n, n)
        Canonical, as `sciml.pde.io.read_system` gives it.
    b : ndarray, shape (n,) or (batch, n)
        Right-hand sides; not modified.
    near_nullspace : ndarray, shape (n, k), optional
        Vectors that A maps nearly to zero.
    project : bool
        Subtract the mean of `b` although no component is pinned and it does not sum to zero.

    Raises
    ------
    InputError
        If `b` has another length, or is incompatible and `project` is not set.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> system = matrix_system(csr_array([[1.0, -1.0], [-1.0, 1.0]]), [2.0, 0.0], project=True)
    >>> system.b, system.components[0].mean
    (array([ 1., -1.]), 1.0)
    """
    operator = MatrixOperator(A)
    rows = np.array(b, dtype=np.float64)
    if rows.ndim not in (1, 2) or rows.shape[-1] != operator.unknowns:
        raise InputError(f"b has shape {rows.shape}; expected ({operator.unknowns},) or one row a right-hand side")
    nullspace = operator.nullspace
    if nullspace is None:
        return MatrixSystem(operator, rows, (), near_nullspace)
    components = make_compatible(rows, nullspace, operator.unknowns, project=project, refusal=_SINGULAR)
    return MatrixSystem(operator, rows, components, near_nullspace)
