"""Files that appear complete or not at all."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from secrets import token_hex

__all__ = ["replacing"]


@contextmanager
def replacing(*targets: Path) -> Iterator[tuple[Path, ...]]:
    """Temporary paths to write to; renamed onto `targets` together when the block ends well.

    On any exception, an interrupt included, the temporary files are removed and whatever
    was at `targets` before stays as it was.

    Parameters
    ----------
    *targets : Path
        Files to create or replace; links are followed.

    Yields
    ------
    tuple of Path
        One temporary path a target, in the same directory and with the same suffix.

    Raises
    ------
    OSError
        If a file cannot be written to disk, e.g. because the disk is full.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     target = Path(folder, "a.txt")
    ...     with replacing(target) as (partial,):
    ...         _ = partial.write_text("done")
    ...     target.read_text()
    'done'
    """
    finals = [target.resolve() for target in targets]
    partials = tuple(final.with_name(f".{final.stem}.{token_hex(4)}{final.suffix}") for final in finals)
    with ExitStack() as cleanup:
        for partial in partials:
            cleanup.callback(_remove, partial)
        yield partials
        for partial in partials:
            _flush(partial)
        for partial, final in zip(partials, finals, strict=True):
            os.replace(partial, final)


def _flush(path: Path) -> None:
    # Some file systems report a full disk only here.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
