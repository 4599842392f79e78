"""Time steps of u' = L u + N(u) with L diagonal: the stiff part exactly, the rest by Runge-Kutta of fourth order."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["rk4_step"]


def rk4_step(
    rates: NDArray[np.float64], rest: Callable[[NDArray[np.complex128]], NDArray[np.complex128]], step: float
) -> Callable[[NDArray[np.complex128]], NDArray[np.complex128]]:
    """The map from u(t) to u(t + step).

    Parameters
    ----------
    rates : ndarray of float64
        L, one entry a mode.
    rest : callable
        N.
    step : float
        Length of a time step.

    Notes
    -----
    v = exp(-L t) u obeys v' = exp(-L t) N(exp(L t) v); the classical method for v, written in u.

    References
    ----------
    L. N. Trefethen, *Spectral Methods in MATLAB*, SIAM, 2000, chapter 10.

    Examples
    --------
    >>> advance = rk4_step(np.array([-1.0]), lambda u: 0 * u, 0.5)
    >>> print(advance(np.array([1.0 + 0j]))[0].real == np.exp(-0.25) ** 2)
    True
    """
    half = np.exp(rates * step / 2)
    whole = half * half

    def advance(u: NDArray[np.complex128]) -> NDArray[np.complex128]:
        a = step * rest(u)
        middle = half * u
        b = step * rest(middle + half * a / 2)
        c = step * rest(middle + b / 2)
        d = step * rest(whole * u + half * c)
        return np.asarray(whole * (u + a / 6) + half * (b + c) / 3 + d / 6)

    return advance
