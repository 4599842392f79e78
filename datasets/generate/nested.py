"""Normal numbers for the modes of a field, drawn so that a finer grid only adds modes."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["nested_normals"]


def nested_normals(shells: NDArray[np.integer], rng: np.random.Generator, parts: int = 1) -> NDArray[np.float64]:
    """Standard normal numbers, those of shell 0 first, then those of shell 1, and so on.

    Parameters
    ----------
    shells : ndarray of int
        Shell of every mode, for example its largest mode number over the axes.
    rng : Generator
    parts : int
        Numbers for each mode, 2 for real and imaginary part.

    Returns
    -------
    ndarray of float64, shape (*shells.shape, parts)

    Examples
    --------
    >>> few, many = (nested_normals(np.arange(n), np.random.default_rng(1)) for n in (3, 5))
    >>> bool(np.all(few == many[:3]))
    True
    """
    order = np.argsort(shells.ravel(), kind="stable")
    xi = np.empty((order.size, parts))
    xi[order] = rng.standard_normal(xi.shape)
    return xi.reshape(*shells.shape, parts)
