"""Reference of the element matrices."""

from itertools import combinations_with_replacement
from math import factorial

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._simplices import PAIRS

__all__ = ["barycentric_gradients", "p1_elements", "tensors"]

Array = NDArray[np.float64]


def barycentric_gradients(points: Array, cells: Indices) -> tuple[Array, Array]:
    """Gradients of the hat functions (m, d + 1, d): the inverse of the edge matrix; and signed volumes (m,)."""
    edges = points[cells[:, 1:]] - points[cells[:, :1]]
    inverse = np.linalg.inv(edges).swapaxes(1, 2)
    volumes = np.linalg.det(edges) / factorial(points.shape[1])
    return np.concatenate([-inverse.sum(axis=1, keepdims=True), inverse], axis=1), volumes


def tensors(coefficient: Array, ndim: int) -> Array:
    """Packed coefficients as full tensors (.., d, d)."""
    full = np.zeros((len(coefficient), ndim, ndim))
    if coefficient.shape[1] == 1:
        full[:, range(ndim), range(ndim)] = coefficient
    else:
        for column, (a, b) in zip(coefficient.T, combinations_with_replacement(range(ndim), 2), strict=True):
            full[:, a, b] = full[:, b, a] = column
    return full


def p1_elements(points: Array, cells: Indices, coefficient: Array) -> tuple[Array, Array]:
    """Upper triangles of the element matrices and volumes; see the package function."""
    gradients, volumes = barycentric_gradients(points, cells)
    k = np.broadcast_to(tensors(coefficient, points.shape[1]), (len(cells), *[points.shape[1]] * 2))
    local = np.einsum("m,mai,mij,mbj->mab", volumes, gradients, k, gradients)
    a, b = np.array(PAIRS[cells.shape[1]]).T
    return local[:, a, b], volumes
