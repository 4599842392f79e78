"""What lies in a zip archive."""

from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

__all__ = ["zip_names"]


def zip_names(path: Path) -> list[str]:
    """Names of the entries; none if the file is no archive, or one too damaged to list them.

    Examples
    --------
    >>> zip_names(Path("/dev/null"))
    []
    """
    if not path.is_file() or not is_zipfile(path):
        return []
    try:
        with ZipFile(path) as archive:
            return archive.namelist()
    except (BadZipFile, NotImplementedError, ValueError):  # names that are no text are a ValueError
        return []
