"""Fourier series on the periodic unit square: derivatives, advection by the own flow, random fields."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sciml.datasets.generate.nested import nested_normals

__all__ = ["Torus"]

Array = NDArray[np.float64]
Spectrum = NDArray[np.complex128]


class Torus:
    """The nodes (i / n, j / n) and the half spectrum of real functions there.

    Parameters
    ----------
    n : int
        Nodes an axis.

    Examples
    --------
    >>> torus = Torus(8)
    >>> x, y = torus.coordinates
    >>> w = torus.spectrum(np.sin(2 * np.pi * x) * np.ones_like(y))
    >>> print(np.abs(torus.advection(w)).max() < 1e-12)  # parallel flow carries nothing
    True
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self.coordinates: tuple[Array, Array] = (np.arange(n)[:, None] / n, np.arange(n) / n)
        self.k: tuple[Array, Array] = (mode_numbers(n)[:, None], np.arange(n // 2 + 1.0))

    def spectrum(self, values: Array) -> Spectrum:
        """Fourier coefficients, shape (..., n, n // 2 + 1)."""
        from scipy.fft import rfft2

        return np.asarray(rfft2(values))

    def values(self, spectrum: Spectrum) -> Array:
        """Values at the nodes, shape (..., n, n)."""
        from scipy.fft import irfft2

        return np.asarray(irfft2(spectrum, s=(self.n, self.n)))

    @cached_property
    def laplacian(self) -> Array:
        """-4 pi^2 |k|^2."""
        return np.asarray(-4 * np.pi**2 * (self.k[0] ** 2 + self.k[1] ** 2))

    @cached_property
    def resolved(self) -> NDArray[np.bool_]:
        """Modes below n / 3, two thirds of the highest: products of two of them do not return as one of them."""
        return np.asarray((3 * np.abs(self.k[0]) < self.n) & (3 * self.k[1] < self.n))

    def advection(self, w: Spectrum) -> Spectrum:
        """Resolved modes of u . grad w, u = (dpsi/dy, -dpsi/dx) and -Laplace psi = w."""
        u, v, wx, wy = self.values(self._flow_and_slopes * w)
        return np.asarray(self.spectrum(u * wx + v * wy) * self.resolved)

    @cached_property
    def _flow_and_slopes(self) -> Spectrum:
        """Multipliers that make u, v, dw/dx and dw/dy of w."""
        shape = self.laplacian.shape
        dx, dy = (2j * np.pi * np.broadcast_to(np.where(2 * np.abs(k) == self.n, 0.0, k), shape) for k in self.k)
        potential = np.zeros(shape)
        np.divide(-1.0, self.laplacian, out=potential, where=self.laplacian < 0)
        return np.stack([dy * potential, -dx * potential, dx, dy])

    def gaussian(self, sigma: float, tau: float, alpha: float, rng: np.random.Generator) -> Array:
        """Real part of sum sqrt(2) sigma (4 pi^2 |k|^2 + tau^2)^(-alpha / 2) z_k e^(2 pi i k x), mean 0, E|z_k|^2 = 1.

        The same random numbers give the same low modes on every grid.
        """
        from scipy.fft import ifft2

        k = mode_numbers(self.n)
        shells = np.maximum(np.abs(k)[:, None], np.abs(k)).astype(int)
        real, imaginary = np.moveaxis(nested_normals(shells, rng, 2), -1, 0)
        amplitude = sigma * (4 * np.pi**2 * (k[:, None] ** 2 + k**2) + tau**2) ** (-alpha / 2)
        amplitude[0, 0] = 0.0
        return np.asarray(self.n**2 * ifft2(amplitude * (real + 1j * imaginary)).real)


def mode_numbers(n: int) -> Array:
    """0, 1, ..., -2, -1 in the order of a transform of length n.

    Examples
    --------
    >>> mode_numbers(4)
    array([ 0.,  1., -2., -1.])
    """
    return np.asarray(np.rint(np.fft.fftfreq(n) * n))
