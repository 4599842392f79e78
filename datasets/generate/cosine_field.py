"""Gaussian fields with zero normal derivative on the sides of a box: random sums of cosines."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["cosine_field"]

# Random numbers are drawn shell after shell of the mode numbers, so that a finer grid only adds modes.


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

    xi = _nested_normals(shape, rng)
    k2 = sum(np.square(k) for k in np.meshgrid(*(np.arange(n) for n in shape), indexing="ij", sparse=True))
    amplitudes = xi * tau ** (alpha - 1) * (np.pi**2 * k2 + tau**2) ** (-alpha / 2)
    amplitudes.flat[0] = 0.0
    # Orthonormal coefficients belong to vectors of norm 1, cosines of norm 1 have vectors of norm sqrt(N).
    return np.asarray(idctn(amplitudes, norm="ortho") * np.sqrt(amplitudes.size))


def _nested_normals(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Normal numbers for all modes, those of max(k) = 0 first, then those of max(k) = 1, and so on."""
    k = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    shell = np.maximum.reduce(k).ravel()
    order = np.argsort(shell, kind="stable")
    xi = np.empty(order.size)
    xi[order] = rng.standard_normal(order.size)
    return xi.reshape(shape)
