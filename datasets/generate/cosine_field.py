"""Gaussian fields with zero normal derivative on the sides of a box: random sums of cosines."""

import numpy as np
from numpy.typing import NDArray

from sciml.datasets.generate.nested import nested_normals

__all__ = ["cosine_field"]


def cosine_field(
    shape: tuple[int, ...], tau: float, alpha: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Field with covariance tau^(2 alpha - 2) (-Laplace + tau^2)^(-alpha) and mean 0, at the cells of the unit box.

    The sum over mode numbers k != 0 below `shape` of xi_k tau^(alpha - 1) (pi^2 |k|^2 + tau^2)^(-alpha / 2) phi_k, xi
    standard normal and phi_k cosines of norm 1. The same random numbers give the same low modes on every grid.

    Parameters
    ----------
    shape : tuple of int
        Cells per axis.
    tau, alpha : float
        Inverse length and smoothness.
    rng : Generator

    Examples
    --------
    >>> coarse, fine = (cosine_field((n,), 3.0, 2.0, np.random.default_rng(1)) for n in (64, 128))
    >>> bool(abs(coarse - fine.reshape(64, 2).mean(axis=1)).max() < 0.02)
    True
    """
    from scipy.fft import idctn

    modes = np.indices(shape)
    xi = nested_normals(modes.max(axis=0), rng)[..., 0]
    k2 = np.square(modes).sum(axis=0)
    amplitudes = xi * tau ** (alpha - 1) * (np.pi**2 * k2 + tau**2) ** (-alpha / 2)
    amplitudes.flat[0] = 0.0
    # Orthonormal coefficients belong to vectors of norm 1, cosines of norm 1 have vectors of norm sqrt(N).
    return np.asarray(idctn(amplitudes, norm="ortho") * np.sqrt(amplitudes.size))
