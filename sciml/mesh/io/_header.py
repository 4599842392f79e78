"""What a file says about an array before the array is read."""

from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from sciml._errors import InputError

__all__ = ["ArrayHeader", "check_real", "choose"]


@dataclass(frozen=True)
class ArrayHeader:
    """Shape and dtype of a stored array.

    Examples
    --------
    >>> ArrayHeader((2, 3), np.dtype(np.float32)).nbytes
    24
    """

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]

    @property
    def nbytes(self) -> int:
        """Bytes of the array in memory."""
        return prod(self.shape) * self.dtype.itemsize


def check_real(dtype: np.dtype[np.generic], where: str) -> None:
    """Refuse anything but real numbers and booleans.

    Raises
    ------
    InputError
        For complex, text, structured or object arrays.
    """
    if dtype.kind not in "fiub":
        raise InputError(f"{where} holds {dtype}; expected real numbers")


def choose(names: list[str], wanted: str | None, path: Path) -> str:
    """The array to read: the one asked for, or the only one.

    Raises
    ------
    InputError
        If it is missing or the choice is not clear; the text lists what there is.
    """
    listing = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    if not names:
        raise InputError(f"{path} holds no array of real numbers; expected at least one")
    if wanted is None:
        if len(names) > 1:
            raise InputError(f"{path} holds several arrays ({listing}); name one as {path}:{names[0]}")
        return names[0]
    if wanted not in names:
        raise InputError(f"{path} has no array '{wanted}'; it holds {listing}")
    return wanted
