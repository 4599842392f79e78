"""Reference of the gradients of weights of radial basis functions: derivatives of every pair, summed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._radial import shape_terms
from sciml.kernels._stencil import Array
from sciml.kernels.rbf_weights.numpy import matrices, values

__all__ = ["rbf_weights_backward"]

SLOPES: dict[str, Callable[[Any], Any]] = {
    "inverse_quadratic": lambda q: -((1 + q) ** -2),
    "inverse_multiquadric": lambda q: -0.5 * (1 + q) ** -1.5,
    "multiquadric": lambda q: 0.5 * (1 + q) ** -0.5,
    "gaussian": lambda q: -0.5 * np.exp(-q / 2),
    "exponential": lambda q: -0.5 * q**-0.5 * np.exp(-(q**0.5)),
    "exponential_sine": lambda q: -0.5 * q**-0.5 * np.cos(q**0.5) * np.exp(-np.sin(q**0.5)),
    "linear": lambda q: 0.5 * q**-0.5,
    "cubic": lambda q: 1.5 * q**0.5,
}


def rbf_weights_backward(
    queries: Array, centres: Array, shapes: Array, neighbours: NDArray[np.integer], gradient: Array, family: str,
    epsilon: float | None = None,
) -> tuple[Array, Array, Array]:
    """Gradients (queries, centres, shapes), computed in float64; see the package function."""
    given, d = (queries.astype(np.float64), centres.astype(np.float64), shapes, neighbours), centres.shape[1]
    phi, by_phi = values(*given, family), gradient.astype(np.float64)
    if epsilon is not None:
        total = phi.sum(axis=1, keepdims=True) + epsilon
        by_phi = (by_phi - (by_phi * phi / total).sum(axis=1, keepdims=True)) / total
    by_x, by_matrix = derivatives(*given, family)
    by_x, by_matrix = by_phi[..., None] * by_x, by_phi[..., None, None] * by_matrix
    by_centres, by_matrices = np.zeros((len(centres), d)), np.zeros((len(centres), d, d))
    np.add.at(by_centres, neighbours, -by_x)
    np.add.at(by_matrices, neighbours, by_matrix)
    by_shapes = np.zeros(shapes.shape)
    for i, l, p in shape_terms(d, shapes.shape[1]):  # noqa: E741
        by_shapes[:, p] += by_matrices[:, i, l]
    return tuple(result.astype(queries.dtype) for result in (by_x.sum(axis=1), by_centres, by_shapes))  # type: ignore[return-value]


def derivatives(
    queries: NDArray[np.float64], centres: NDArray[np.float64], shapes: Array, neighbours: NDArray[np.integer],
    family: str,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of phi of all pairs by the offset x, (m, k, d), and by the matrix, (m, k, d, d)."""
    x = queries[:, None] - centres[neighbours]
    A = matrices(shapes, centres.shape[1])[neighbours]
    u = (A @ x[..., None])[..., 0]
    if family == "hat":
        factors = np.maximum(1 - np.abs(u), 0)
        others = np.stack([np.delete(factors, i, axis=2).prod(axis=2) for i in range(u.shape[2])], axis=2)
        by_u = -np.sign(u) * (np.abs(u) < 1) * others
        return (by_u[..., None, :] @ A)[..., 0, :], by_u[..., None] * x[..., None, :]
    q = (x * u).sum(axis=2)
    at = q > 0
    slope = np.zeros_like(q)
    slope[at] = SLOPES[family](q[at])  # at the centre x = 0, and slopes may be infinite
    by_x = slope[..., None] * ((A + A.swapaxes(2, 3)) @ x[..., None])[..., 0]
    return by_x, slope[..., None, None] * x[..., None] * x[..., None, :]
