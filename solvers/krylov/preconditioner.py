"""What counts as a preconditioner M, an approximation of the inverse of A, and its two faces."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["Apply", "as_apply", "linear_operator"]

Apply: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64]], Any]


def as_apply(M: Any) -> Apply:
    """The function ``apply(r, z)`` of a preconditioner state, LinearOperator, matrix, or such a function.

    Raises
    ------
    TypeError
        If `M` is none of these.

    Examples
    --------
    >>> z = np.empty(2)
    >>> as_apply(np.diag([2.0, 3.0]))(np.ones(2), z)
    >>> z
    array([2., 3.])
    """
    if hasattr(M, "apply") and hasattr(M, "aspreconditioner"):
        state_apply: Apply = M.apply
        return state_apply
    if hasattr(M, "matvec") or hasattr(M, "__matmul__"):

        def product(r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
            z[...] = np.asarray(M @ r).reshape(z.shape)

        return product
    if callable(M):
        function: Apply = M
        return function
    raise TypeError(
        f"preconditioner M is a {type(M).__name__}; expected a preconditioner state, a LinearOperator or matrix "
        "that approximates the inverse of A, or a function apply(r, z)"
    )


def linear_operator(apply: Apply, n: int) -> "LinearOperator":
    """The preconditioner as a LinearOperator for ``M=`` of SciPy's solvers.

    Examples
    --------
    >>> def halve(r, z):
    ...     z[:] = r / 2
    >>> linear_operator(halve, 2) @ np.ones(2)
    array([0.5, 0.5])
    """
    from scipy.sparse.linalg import LinearOperator

    def matvec(r: NDArray[np.float64]) -> NDArray[np.float64]:
        z = np.empty(n)
        apply(np.ascontiguousarray(r, dtype=np.float64).ravel(), z)
        return z

    return LinearOperator((n, n), matvec=matvec, rmatvec=matvec, dtype=np.float64)
