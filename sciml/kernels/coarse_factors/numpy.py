"""Reference of the coarse operator times factors."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._features import Faces, coarse_faces, face_features, surplus_features
from sciml.kernels._small_net import Net

__all__ = ["coarse_factors"]


def coarse_factors(fine: Faces, face: Net, surplus: Net, ratio: tuple[int, int, int]) -> Faces:
    """The coarse level, each face and surplus times the exponential of what a network answers."""
    coarse = coarse_faces(fine, ratio)
    c0, c1, c2 = (
        coarse.c[axis] * _factor(face, face_features(fine, coarse, axis, ratio)) for axis in range(3)
    )
    return coarse._replace(c=(c0, c1, c2), s=coarse.s * _factor(surplus, surplus_features(fine, coarse, ratio)))


def _factor(net: Net, features: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.exp(net(features))[..., 0])
