"""A file that takes a full disk calmly."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

__all__ = ["Sink", "new_hdf5"]


class Sink:
    """A file for HDF5 to write to, whose first failure is kept and raised later.

    The HDF5 library does not survive writes that fail while it closes a file. So a write that fails is kept, all later
    ones are dropped, and whoever fills the file asks `check` now and then, and after closing.

    Parameters
    ----------
    file : file object
        Open for reading and writing bytes, without a buffer of its own.

    Examples
    --------
    >>> from io import BytesIO
    >>> sink = Sink(BytesIO())
    >>> sink.write(b"abc"), sink.check()
    (3, None)
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.error: OSError | None = None
        self.seek, self.tell = file.seek, file.tell
        self.read, self.readinto = file.read, getattr(file, "readinto", None)

    def check(self) -> None:
        """Raise what went wrong.

        Raises
        ------
        OSError
            If a write failed.
        """
        if self.error is not None:
            raise self.error

    def write(self, data: bytes) -> int:
        """All of the data, or nothing from the first failure on."""
        view = memoryview(data)
        size = left = view.nbytes
        try:
            while left and self.error is None:
                left -= self.file.write(view[size - left :])
        except OSError as error:
            self.error = error
        return size

    def truncate(self, size: int | None = None) -> int:
        """Cut or extend."""
        try:
            return self.file.truncate(size) if self.error is None else size or 0
        except OSError as error:
            self.error = error
            return size or 0

    def flush(self) -> None:
        """Nothing is held back."""


@contextmanager
def new_hdf5(path: Path) -> "Iterator[tuple[Any, Sink]]":
    """An empty HDF5 file to fill, and what tells whether it can be written; the same bytes for the same contents.

    Raises
    ------
    OSError
        At the end, if something could not be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with new_hdf5(Path(folder, "a.h5")) as (file, sink):
    ...         file["x"] = 3.0
    ...     Path(folder, "a.h5").read_bytes()[1:4]
    b'HDF'
    """
    import h5py

    with path.open("w+b", buffering=0) as raw:
        sink = Sink(raw)
        with h5py.File(sink, "w", libver=("v110", "v110")) as file:
            yield file, sink
        sink.check()
