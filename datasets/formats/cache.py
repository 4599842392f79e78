"""Inflated copies of compressed arrays beside their files, made once."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import mkdtemp

from sciml._atomic import replacing

__all__ = ["cached"]


def cached(path: Path, name: str, write: Callable[[Path], None], closing: ExitStack) -> Path:
    """A .npy file with one array of a file that cannot be read in parts, in the folder ``<path>.cache``.

    It is made anew when the file has changed, and may be deleted at any time when no data set is open.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        Of the array.
    write : callable
        Called as ``write(target)`` when there is no copy yet.
    closing : ExitStack
        Removes the copy if it ends by an exception; and in any case if the folder of the file cannot be written to, so
        that the copy lies among temporary files.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, ExitStack() as closing:
    ...     path = Path(folder, "a.mat")
    ...     path.touch()
    ...     kept = cached(path, "coeff", lambda target: np.save(target, np.arange(3)), closing)
    ...     np.load(kept), kept.parent.name
    (array([0, 1, 2]), 'a.mat.cache')
    """
    state = path.stat()
    folder = path.with_name(path.name + ".cache")
    kept = folder / f"{name.replace('/', '.')}-{state.st_size:x}-{state.st_mtime_ns:x}.npy"
    if kept.exists():
        return kept
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        kept = Path(mkdtemp(prefix="sciml-"), kept.name)
        closing.callback(shutil.rmtree, kept.parent, ignore_errors=True)
    closing.push(lambda kind, error, traceback: _removed(kept) if kind is not None else None)
    with replacing(kept) as (target,):
        write(target)
    return kept


def _removed(kept: Path) -> None:
    """Take a copy away, and its folder when that holds no other."""
    with suppress(OSError):
        kept.unlink(missing_ok=True)
        kept.parent.rmdir()
