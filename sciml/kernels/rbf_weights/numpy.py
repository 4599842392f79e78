"""Reference of the weights of radial basis functions: every pair of query and neighbour written out."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._radial import shape_terms
from sciml.kernels._stencil import Array

__all__ = ["matrices", "rbf_weights"]

PROFILES: dict[str, Callable[[Any], Any]] = {
    "inverse_quadratic": lambda q: 1 / (1 + q),
    "inverse_multiquadric": lambda q: (1 + q) ** -0.5,
    "multiquadric": lambda q: (1 + q) ** 0.5,
    "gaussian": lambda q: np.exp(-q / 2),
    "exponential": lambda q: np.exp(-(q**0.5)),
    "exponential_sine": lambda q: np.exp(-np.sin(q**0.5)),
    "linear": lambda q: q**0.5,
    "cubic": lambda q: q**1.5,
}


def rbf_weights(
    queries: Array, centres: Array, shapes: Array, neighbours: NDArray[np.integer], family: str,
    epsilon: float | None = None,
) -> Array:
    """Weights (m, k), computed in float64; see the package function."""
    phi = values(queries.astype(np.float64), centres.astype(np.float64), shapes, neighbours, family)
    if epsilon is not None:
        phi /= phi.sum(axis=1, keepdims=True) + epsilon
    result: Array = phi.astype(queries.dtype)
    return result


def values(
    queries: NDArray[np.float64], centres: NDArray[np.float64], shapes: Array, neighbours: NDArray[np.integer],
    family: str,
) -> NDArray[np.float64]:
    """phi of all pairs, (m, k)."""
    x = queries[:, None] - centres[neighbours]
    u = (matrices(shapes, centres.shape[1])[neighbours] @ x[..., None])[..., 0]
    phi = np.maximum(1 - np.abs(u), 0).prod(axis=2) if family == "hat" else PROFILES[family]((x * u).sum(axis=2))
    return np.asarray(phi)


def matrices(shapes: Array, d: int) -> NDArray[np.float64]:
    """The matrix of each centre, (n, d, d)."""
    A = np.zeros((len(shapes), d, d))
    i, l, p = shape_terms(d, shapes.shape[1]).T  # noqa: E741
    A[:, i, l] = shapes[:, p]
    return A
