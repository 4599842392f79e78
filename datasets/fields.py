"""Seeded random coefficients, masks and obstacles on boxes.

All lengths are in cells, and all fields are periodic. The same seed gives the same field.
"""

from collections.abc import Sequence
from math import log
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = [
    "Seed", "gaussian_field", "inclusions", "lognormal", "matern_field", "obstacles", "permeability", "porous_mask",
    "random_mask",
]

Seed: TypeAlias = int | np.random.SeedSequence | np.random.Generator
Length: TypeAlias = float | Sequence[float]


def gaussian_field(shape: tuple[int, ...], length: Length = 8.0, seed: Seed = 0) -> NDArray[np.float64]:
    """Smooth Gaussian field with mean 0, variance 1 and covariance exp(-r^2 / (2 length^2)).

    Parameters
    ----------
    shape : tuple of int
        Cells per axis.
    length : float or sequence of float
        Correlation length [cells], one number or one per axis.
    seed : int, SeedSequence or Generator
        Start of the random numbers.

    Returns
    -------
    ndarray of float64, shape `shape`
        Mean and variance are those of the ensemble; a single sample differs.

    Raises
    ------
    InputError
        If a length is not positive or does not fit the shape.

    Examples
    --------
    >>> gaussian_field((4, 6), length=2.0, seed=1).shape
    (4, 6)
    """
    # The spectrum of exp(-r^2 / 2) in frequency f is proportional to exp(-2 pi^2 f^2); its root filters the noise.
    return _filtered_noise(np.exp(-(np.pi**2) * _scaled_frequencies(shape, length)), shape, seed)


def matern_field(
    shape: tuple[int, ...], length: Length = 16.0, smoothness: float = 0.5, seed: Seed = 0
) -> NDArray[np.float64]:
    """Rough Gaussian field with mean 0, variance 1 and Matern covariance.

    Parameters
    ----------
    shape : tuple of int
        Cells per axis.
    length : float or sequence of float
        Correlation length [cells], one number or one per axis.
    smoothness : float
        nu > 0; 0.5 is the exponential covariance exp(-r / length).
    seed : int, SeedSequence or Generator
        Start of the random numbers.

    Notes
    -----
    With r = distance / length the covariance is proportional to (sqrt(2 nu) r)^nu K_nu(sqrt(2 nu) r); in d dimensions
    its spectrum is proportional to (2 nu + (2 pi f)^2)^-(nu + d/2). Sampling it on the frequencies of the
    grid makes the field periodic; what lies above the grid's highest frequency is left out, so neighbouring cells are
    slightly more alike than the formula says.

    References
    ----------
    C. E. Rasmussen and C. K. I. Williams, *Gaussian Processes for Machine Learning*, MIT Press, 2006, section 4.2.1.

    Examples
    --------
    >>> matern_field((8, 8), length=2.0, seed=1).shape
    (8, 8)
    """
    if not smoothness > 0:
        raise InputError(f"smoothness is {smoothness}; expected a number > 0 (0.5 = exponential covariance)")
    density = 2 * smoothness + 4 * np.pi**2 * _scaled_frequencies(shape, length)
    return _filtered_noise(density ** (-(smoothness + len(shape) / 2) / 2), shape, seed)


def lognormal(
    shape: tuple[int, ...], sigma: float = 2.0, length: Length = 8.0, seed: Seed = 0
) -> NDArray[np.float64]:
    """Positive coefficient exp(sigma g) with g of `gaussian_field`.

    Examples
    --------
    >>> bool(np.all(lognormal((8, 8), seed=3) > 0))
    True
    """
    return np.exp(sigma * gaussian_field(shape, length, seed))


def inclusions(
    shape: tuple[int, ...], contrast: float, fraction: float = 0.3, length: Length = 8.0, seed: Seed = 0
) -> NDArray[np.float64]:
    """Coefficient 1 with blobs of value `contrast`.

    Parameters
    ----------
    shape : tuple of int
        Cells per axis.
    contrast : float
        Value > 0 inside the blobs: soft below 1, stiff above.
    fraction : float
        Share of the cells inside, met to one cell.
    length : float or sequence of float
        Correlation length of the blobs [cells].
    seed : int, SeedSequence or Generator
        Start of the random numbers.

    Raises
    ------
    InputError
        If the contrast is not positive or the fraction is not in [0, 1].

    Examples
    --------
    >>> k = inclusions((10, 10), contrast=1e-4, fraction=0.25, length=2.0)
    >>> int(np.sum(k == 1e-4))
    25
    """
    if not (np.isfinite(contrast) and contrast > 0):
        raise InputError(f"contrast is {contrast}; expected a positive number")
    return np.where(_largest(gaussian_field(shape, length, seed), fraction), contrast, 1.0)


def permeability(
    shape: tuple[int, ...], contrast: float = 1e6, length: Length = 16.0, smoothness: float = 0.5, seed: Seed = 0
) -> NDArray[np.float64]:
    """Geostatistical permeability: log k is a Matern field whose range is scaled to the contrast.

    Parameters
    ----------
    shape : tuple of int
        Cells per axis.
    contrast : float
        Largest over smallest value, >= 1; the values span [contrast^-1/2, contrast^1/2].
    length : float or sequence of float
        Correlation length [cells]; one per axis for layered rock, e.g. ``(40, 40, 4)``.
    smoothness : float
        nu of the Matern covariance; 0.5 is the exponential one.
    seed : int, SeedSequence or Generator
        Start of the random numbers.

    Examples
    --------
    >>> k = permeability((16, 16), contrast=1e6, length=(8, 2))
    >>> bool(np.isclose(k.max() / k.min(), 1e6))
    True
    """
    if not (np.isfinite(contrast) and contrast >= 1):
        raise InputError(f"contrast is {contrast}; expected a number >= 1, the largest over the smallest value")
    g = matern_field(shape, length, smoothness, seed)
    spread = float(np.ptp(g)) or 1.0
    k: NDArray[np.float64] = np.exp(log(contrast) * ((g - g.min()) / spread - 0.5))
    return k


def porous_mask(
    shape: tuple[int, ...], fraction: float = 0.5, length: Length = 8.0, seed: Seed = 0
) -> NDArray[np.bool_]:
    """Mask with smooth pores: True (active) in a share `fraction` of the cells, met to one cell.

    Examples
    --------
    >>> int(porous_mask((10, 10), fraction=0.4, length=2.0).sum())
    40
    """
    return _largest(gaussian_field(shape, length, seed), fraction)


def random_mask(shape: tuple[int, ...], fraction: float = 0.5, seed: Seed = 0) -> NDArray[np.bool_]:
    """Mask in which each cell is active on its own with probability `fraction`.

    Examples
    --------
    >>> random_mask((3, 4), fraction=1.0).all()
    np.True_
    """
    _check_fraction(fraction)
    return np.random.default_rng(seed).random(shape) < fraction


def obstacles(
    shape: tuple[int, ...], count: int = 8, seed: Seed = 0, size: tuple[float, float] = (0.05, 0.15)
) -> NDArray[np.bool_]:
    """Mask of a box with solid balls and boxes, in turn, at random places.

    Parameters
    ----------
    shape : tuple of int
        Cells per axis.
    count : int
        Number of obstacles; they may overlap and stick out of the box.
    seed : int, SeedSequence or Generator
        Start of the random numbers.
    size : tuple of float
        Smallest and largest radius (half edge of a box), as a share of the longest axis.

    Returns
    -------
    ndarray of bool, shape `shape`
        False inside an obstacle.

    Examples
    --------
    >>> obstacles((8, 8), count=0).all()
    np.True_
    """
    if count < 0:
        raise InputError(f"count is {count}; expected a whole number >= 0")
    rng = np.random.default_rng(seed)
    active = np.ones(shape, dtype=np.bool_)
    cells = np.array(shape)
    for k in range(count):
        centre = rng.random(len(shape)) * cells
        radii = rng.uniform(*size, size=len(shape)) * cells.max()
        if k % 2 == 0:
            radii[:] = radii[0]
        low = np.clip(np.ceil(centre - radii - 0.5), 0, cells).astype(int)
        high = np.clip(np.floor(centre + radii - 0.5) + 1, low, cells).astype(int)
        window = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        active[window] &= _outside(low, high, centre, radii[0]) if k % 2 == 0 else False
    return active


def _outside(
    low: NDArray[np.int_], high: NDArray[np.int_], centre: NDArray[np.float64], radius: float
) -> NDArray[np.bool_]:
    """Which cell centres of the window [low, high) lie outside a ball."""
    offsets = [np.arange(a, b) + 0.5 - c for a, b, c in zip(low, high, centre, strict=True)]
    squares = np.meshgrid(*(d * d for d in offsets), indexing="ij", sparse=True)
    return np.asarray(sum(squares) > radius * radius)


def _scaled_frequencies(shape: tuple[int, ...], length: Length) -> NDArray[np.float64]:
    """Sum over axes of (f_a length_a)^2 on the half spectrum of a real transform, f in cycles per cell."""
    if not shape or min(shape) < 1:
        raise InputError(f"shape {shape} has an axis without cells; expected whole numbers >= 1")
    lengths = np.atleast_1d(np.asarray(length, dtype=np.float64))
    if lengths.shape not in ((1,), (len(shape),)) or not np.all(np.isfinite(lengths) & (lengths > 0)):
        raise InputError(f"length is {length}; expected a positive number of cells, or one per axis of shape {shape}")
    lengths = np.broadcast_to(lengths, len(shape))
    axes = [np.fft.fftfreq(n) for n in shape[:-1]] + [np.fft.rfftfreq(shape[-1])]
    squares = np.meshgrid(*((f * h) ** 2 for f, h in zip(axes, lengths, strict=True)), indexing="ij", sparse=True)
    return np.asarray(sum(squares))


def _filtered_noise(amplitude: NDArray[np.float64], shape: tuple[int, ...], seed: Seed) -> NDArray[np.float64]:
    """White noise with its half spectrum multiplied by `amplitude`, scaled to ensemble variance 1."""
    from scipy.fft import irfftn, rfftn

    # Parseval: the variance is the mean of amplitude^2 over the full spectrum; columns of the half
    # spectrum other than 0 and (for even n) n/2 stand for two frequencies.
    n = shape[-1]
    twice = np.full(amplitude.shape[-1], 2.0)
    twice[0] = 1.0
    if n % 2 == 0:
        twice[-1] = 1.0
    variance = np.sum(amplitude**2 * twice) / np.prod(shape)
    noise = np.random.default_rng(seed).standard_normal(shape)
    return np.asarray(irfftn(rfftn(noise) * (amplitude / np.sqrt(variance)), s=shape))


def _largest(g: NDArray[np.float64], fraction: float) -> NDArray[np.bool_]:
    """True on the round(fraction * size) largest entries."""
    _check_fraction(fraction)
    count = round(fraction * g.size)
    chosen = np.zeros(g.size, dtype=np.bool_)
    if count:
        chosen[np.argpartition(g.ravel(), g.size - count)[g.size - count :]] = True
    return chosen.reshape(g.shape)


def _check_fraction(fraction: float) -> None:
    if not 0 <= fraction <= 1:
        raise InputError(f"fraction is {fraction}; expected a number from 0 to 1")
