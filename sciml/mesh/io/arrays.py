"""Array files: ``FILE`` or ``FILE:NAME`` in .npy, .npz, .h5 or .mat form."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.mesh.io._header import ArrayHeader
from sciml.mesh.io.hdf5 import hdf5_header, read_hdf5
from sciml.mesh.io.matlab import matlab_header, read_matlab
from sciml.mesh.io.npy import npy_header, npz_header, read_npy, read_npz

__all__ = ["ARRAY_SUFFIXES", "ArrayFile", "ArrayHeader"]

_FORMATS: dict[str, tuple[Callable[..., ArrayHeader], Callable[..., NDArray[Any]]]] = {
    ".npy": (npy_header, read_npy),
    ".npz": (npz_header, read_npz),
    ".h5": (hdf5_header, read_hdf5),
    ".hdf5": (hdf5_header, read_hdf5),
    ".mat": (matlab_header, read_matlab),
}
ARRAY_SUFFIXES = tuple(_FORMATS)

# A dot and a word at the end is a file suffix, unless it is the exponent of a number (1.e5).
_SUFFIX = re.compile(r"\.(?![eE][+-]?\d+$)[A-Za-z_]\w*$")


@dataclass(frozen=True)
class ArrayFile:
    """A stored array that has not been read yet.

    Parameters
    ----------
    path : Path
        File with one of the suffixes `ARRAY_SUFFIXES`.
    name : str, optional
        Which array of a file that holds several.

    Examples
    --------
    >>> import numpy as np
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.savez(Path(folder, "k.npz"), a=np.ones((2, 3)), b=np.zeros(4))
    ...     file = ArrayFile.parse("k.npz:a", Path(folder))
    ...     file.header().shape, file.read().sum()
    ((2, 3), np.float64(6.0))
    """

    path: Path
    name: str | None = None

    @classmethod
    def parse(cls, text: str, folder: Path = Path()) -> "ArrayFile | None":
        """Read ``FILE`` or ``FILE:NAME``; None when `text` does not look like a file.

        Parameters
        ----------
        text : str
            What the user wrote.
        folder : Path
            Where relative paths start.
        """
        whole, (head, _, name) = text.strip(), text.strip().rpartition(":")
        if head and Path(head).suffix.lower() in _FORMATS:
            return cls(folder / head, name)
        if _SUFFIX.search(whole) or isfile(folder / whole):
            return cls(folder / whole)
        return None

    def header(self) -> ArrayHeader:
        """Shape and dtype, without reading the array.

        Raises
        ------
        InputError
            If the file is missing, damaged, truncated, of another format, or holds no such array.
        """
        return self._call(0)  # type: ignore[no-any-return]

    def read(self) -> NDArray[Any]:
        """The array in its own dtype and memory order.

        Raises
        ------
        InputError
            As `header`.
        """
        return self._call(1)  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return f"{self.path}:{self.name}" if self.name else str(self.path)

    def _call(self, which: int) -> Any:
        suffix = self.path.suffix.lower()
        if suffix not in _FORMATS:
            raise InputError(
                f"{self.path}: suffix '{suffix}' is unknown; arrays are read from {', '.join(_FORMATS)}"
                f"{nearest(suffix, _FORMATS)}"
            )
        if not isfile(self.path):
            raise InputError(f"{self.path} does not exist or is not a file; give an existing {suffix} file")
        try:
            return _FORMATS[suffix][which](self.path, self.name)
        except OSError as error:
            raise InputError(f"{self.path} cannot be read ({error.strerror or error}); check the file") from None
