"""Radial basis functions: families, and how the shape parameters of a centre make up its matrix."""

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["FAMILIES", "HAT", "coded", "shape_terms"]

# In the order of the numbers that kernels know them by. With x the offset from a centre, A its matrix,
# q = x . A x and r = sqrt(q):
FAMILIES = (
    "inverse_quadratic",     # 1 / (1 + q)
    "inverse_multiquadric",  # 1 / sqrt(1 + q)
    "multiquadric",          # sqrt(1 + q)
    "gaussian",              # exp(-q / 2)
    "exponential",           # exp(-r)
    "exponential_sine",      # exp(-sin r)
    "linear",                # r
    "cubic",                 # r^3
    "hat",                   # product over axes of max(1 - |(A x)_i|, 0)
)
HAT = FAMILIES.index("hat")


def coded(family: str) -> int:
    """The number of a family.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> coded("gaussian")
    3
    """
    if family not in FAMILIES:
        raise InputError(f"family is {family!r}; expected one of {', '.join(FAMILIES)}")
    return FAMILIES.index(family)


def shape_terms(d: int, parameters: int) -> NDArray[np.int64]:
    """Rows (i, l, p): entry (i, l) of a centre's matrix is its shape parameter p; other entries are 0.

    A multiple of the identity has 1 parameter, a diagonal d, a symmetric matrix the d (d + 1) / 2 of its upper
    triangle, any matrix all d^2, row after row.

    Raises
    ------
    InputError
        If there is no such kind of matrix.

    Examples
    --------
    >>> shape_terms(2, 3).tolist()
    [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 2]]
    """
    upper = np.stack(np.triu_indices(d))
    table = np.full((d, d), -1)
    if parameters == 1:
        np.fill_diagonal(table, 0)
    elif parameters == d:
        np.fill_diagonal(table, np.arange(d))
    elif parameters == d * d:
        table[...] = np.arange(d * d).reshape(d, d)
    elif parameters == upper.shape[1]:
        table[tuple(upper)] = table[tuple(upper[::-1])] = np.arange(parameters)
    else:
        raise InputError(
            f"shapes have {parameters} parameters for each centre in {d} dimensions; expected 1 (multiple of the "
            f"identity), {d} (diagonal), {upper.shape[1]} (symmetric) or {d * d} (any matrix)"
        )
    i, l = np.nonzero(table >= 0)  # noqa: E741
    return np.stack([i, l, table[i, l]], axis=1)
