"""Arrays that callers hand in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["real_array"]


def real_array(name: str, given: Any) -> NDArray[Any]:
    """`given` as an array of real numbers, its dtype kept; an array of NumPy is returned as it is.

    Raises
    ------
    InputError
        If it is ragged or holds anything but real numbers.

    Examples
    --------
    >>> real_array("source", [1, 2])
    array([1, 2])
    """
    try:
        values = np.asarray(given)
    except ValueError:
        raise InputError(f"{name} is not a rectangular array; expected rows of equal length") from None
    if values.dtype.kind not in "fiub":
        raise InputError(f"{name} has dtype {values.dtype}; expected real numbers")
    return values
