"""Work on a file that only one process may do at a time."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sciml._errors import InputError

__all__ = ["exclusively"]

# What file systems without locks answer; there everybody is let in.
UNKNOWN = (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK)


@contextmanager
def exclusively(lock: Path, what: str) -> Iterator[None]:
    """Hold a lock file for the time of the block; it is removed at the end.

    The system lets go of the lock when the process ends in whatever way, so the file that a killed one leaves behind
    holds nobody up. It keeps processes of one machine apart, and those on others where the file system passes locks on.

    Parameters
    ----------
    lock : Path
        The file, which holds the number of the process.
    what : str
        What the lock is on, for the message.

    Raises
    ------
    InputError
        If another process holds it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, exclusively(Path(folder, "a.lock"), "a"):
    ...     with exclusively(Path(folder, "a.lock"), "a"):
    ...         pass
    Traceback (most recent call last):
        ...
    sciml._errors.InputError: a is being made by another process (number ...); wait for it, or choose another name
    """
    descriptor = _held(lock)
    if descriptor is None:
        raise InputError(f"{what} is being made by another process{_holder(lock)}; wait for it, or choose another name")
    try:
        with suppress(OSError):  # a full disk is for others to tell
            os.truncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        _let_go(lock, descriptor)


def _held(lock: Path) -> int | None:
    """The open lock file, or None if someone else holds it."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        if not _try(descriptor):
            os.close(descriptor)
            return None
        # Whoever held it may have removed the file after we opened it: then the lock is on a file that has no name.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), lock.stat()):
                return descriptor
        os.close(descriptor)


def _try(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows only
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in UNKNOWN
    return True


def _holder(lock: Path) -> str:
    with suppress(OSError):  # by now it may be gone
        number = lock.read_text().strip()
        return f" (number {number})" if number else ""
    return ""


def _let_go(lock: Path, descriptor: int) -> None:
    if os.name == "nt":  # where open files cannot be removed
        os.close(descriptor)
        lock.unlink(missing_ok=True)
        return
    lock.unlink(missing_ok=True)
    os.close(descriptor)
