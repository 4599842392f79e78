"""Files that a command will write, checked before it works for them."""

import os
from pathlib import Path

from sciml._errors import InputError
from sciml._nearest import nearest

__all__ = ["PLOT_SUFFIXES", "check_suffix", "check_writable"]

LONGEST_NAME = 240  # file systems allow 255, of which a temporary file needs some
PLOT_SUFFIXES = (".png", ".pdf", ".svg")


def check_suffix(name: str, target: Path | None, known: tuple[str, ...]) -> None:
    """Refuse a suffix that says another format than those the command writes.

    Raises
    ------
    InputError
        Naming the option and the suffixes.
    """
    if target is not None and target.suffix.lower() not in known:
        raise InputError(
            f"{name} {target}: suffix '{target.suffix}' is unknown; use {', '.join(known)}"
            f"{nearest(target.suffix, known)}"
        )


def check_writable(target: Path) -> None:
    """Refuse a file whose folder does not exist or cannot be written to.

    Raises
    ------
    InputError
        Naming the folder.
    """
    if len(os.fsencode(target.name)) > LONGEST_NAME:
        raise InputError(f"the file name {target.name[:40]}... exceeds {LONGEST_NAME} bytes; choose a shorter one")
    folder = target.resolve().parent
    if target.is_dir():
        raise InputError(f"{target} is a folder; expected a file name")
    if not folder.is_dir():
        raise InputError(f"folder {folder} for {target.name} does not exist; create it first")
    if not os.access(folder, os.W_OK):
        raise InputError(f"folder {folder} for {target.name} is not writable; choose another one")
