"""What all solvers share at entry and exit: projection, true residual, honest status."""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import device_of, doubles, is_on_device, real_array
from sciml._errors import InputError
from sciml.kernels._stencil import shape3
from sciml.kernels.dots import dots
from sciml.kernels.stencil_residual import stencil_residual
from sciml.mesh.components import NullSpace
from sciml.pde.operator import StencilOperator
from sciml.solvers._checks import check_same_device
from sciml.solvers._solution import Solution
from sciml.solvers._status import Status

__all__ = ["finish", "nullspace_of", "right_hand_sides", "true_residuals"]

# Norms of right-hand sides between these leave room for residuals 1e-16 times as large, squared.
SMALLEST, LARGEST = 1e-130, 1e130

# Rows from this length on are worth a kernel call each.
LONG = 10_000


def nullspace_of(A: Any) -> NullSpace | None:
    """Floating components of `A`, None for regular or foreign operators."""
    return getattr(A, "nullspace", None)


def right_hand_sides(A: Any, b: ArrayLike, *, fresh: bool = True) -> NDArray[np.float64]:
    """`b` as a (batch, N) float64 array where it lies, projected on floating components.

    Accepts (N,), (*grid_shape), (batch, *grid_shape) and (batch, N). Callers that leave it as it is may
    do without a `fresh` array: then it is `b` itself where nothing has to be changed.

    Raises
    ------
    InputError
        If `b` is not real, the size does not fit, it lies on another device than `A`, or its entries are not
        finite or too large or too small for their squares to be summed.
    """
    n = A.shape[0]
    active, nullspace = getattr(A, "active", None), nullspace_of(A)
    values = doubles(real_array("right-hand side", b))
    check_same_device(A, "right-hand side", values)
    grid_shape = getattr(A, "grid_shape", (n,))
    if values.size == 0:
        raise InputError(f"right-hand side of shape {values.shape} holds nothing; expected one right-hand side or more")
    if values.shape not in ((n,), grid_shape) and values.shape[1:] not in ((n,), grid_shape):
        raise InputError(
            f"right-hand side of shape {values.shape} does not fit; "
            f"expected {grid_shape}, ({n},) or a leading batch axis"
        )
    if fresh or active is not None or nullspace is not None:
        values = values.copy()
    rows = values.reshape(-1, n)
    _check_range(rows)
    if active is not None:
        np.copyto(rows, 0.0, where=~active.ravel())
    if nullspace is not None:
        for row in rows:
            nullspace.project(row)
    return rows


def _check_range(rows: NDArray[np.float64]) -> None:
    sizes = row_norms(rows)
    inside = (sizes > SMALLEST) & (sizes < LARGEST)
    for k in np.flatnonzero(~inside):
        row = rows[k]
        bad = int(np.count_nonzero(~np.isfinite(row)))
        if bad:
            raise InputError(f"right-hand side has {bad} entries that are not finite; expected numbers")
        if row.any():
            raise InputError(
                f"right-hand side has entries up to {float(np.abs(row).max()):.1e}, whose squares leave the range of "
                "float64; choose other units"
            )


def row_norms(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Euclidean norm of every row; long ones are shared between threads."""
    if rows.shape[1] >= LONG or is_on_device(rows):
        return np.sqrt([dots(row, row, row)[0] for row in rows])
    with np.errstate(over="ignore"):
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", rows, rows)))


def true_residuals(A: Any, rows: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """||b - A x|| / ||b|| per row in float64; for b = 0 it is 0 if A x = 0, else the absolute norm."""
    x = x.reshape(rows.shape)
    sizes = row_norms(rows)
    return _defects(A, rows, x) / np.where(sizes > 0, sizes, 1.0)


def _defects(A: Any, rows: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """||b - A x|| per row, in one pass over memory for a stencil."""
    if not isinstance(A, StencilOperator):
        return np.array([np.linalg.norm(b - A.matvec(u)) for b, u in zip(rows, x, strict=True)])
    box = shape3(A.grid_shape)
    r = np.empty_like(rows, shape=box)
    pairs = zip(rows.reshape(-1, *box), x.reshape(-1, *box), strict=True)
    return np.array([sqrt(float(stencil_residual(A.stencil, u, b, r).sum())) for b, u in pairs])


def finish(
    A: Any,
    rows: NDArray[np.float64],
    x: NDArray[np.float64],
    shape: tuple[int, ...],
    *,
    method: str,
    status: Status,
    iterations: int,
    history: list[float],
    rtol: float,
    atol: float = 0.0,
    details: dict[str, Any] | None = None,
    residuals: NDArray[np.float64] | None = None,
) -> Solution:
    """Build the Solution: project x, recompute the residual, and let only it decide on success.

    `residuals` are those of the rows where the caller has just recomputed them from this very x.
    A status of ``converged`` whose true residual misses the tolerance becomes ``precision_limit``.
    """
    nullspace = nullspace_of(A)
    if nullspace is not None:
        for row in x.reshape(rows.shape):
            nullspace.project(row)
    if residuals is None:
        residuals = true_residuals(A, rows, x)
    limits = np.full(len(rows), rtol)
    if atol > 0:
        sizes = row_norms(rows)
        limits = np.maximum(rtol, np.divide(atol, sizes, out=np.zeros_like(sizes), where=sizes > 0))
    reached = bool(np.all(residuals <= limits))
    if reached:
        status = Status.CONVERGED
    elif status is Status.CONVERGED:
        status = Status.PRECISION_LIMIT
    residual = float(residuals.max())
    if not np.isfinite(residual):
        status = Status.BREAKDOWN
    if len(history) > 1:
        history = [*history[:-1], residual]
    place = {"device": device_of(x)} if is_on_device(x) else {}
    return Solution(
        x=x.reshape(shape), status=status, method=method, iterations=iterations, history=history,
        residual=residual, rtol=rtol, details=(details or {}) | place,
    )
