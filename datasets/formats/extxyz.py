"""Extended XYZ: a line that counts atoms, a line of keys and values, a line an atom; frame after frame."""

from collections.abc import Sequence
from pathlib import Path

from sciml.datasets.atoms.frames import KIND, assembled
from sciml.datasets.atoms.xyz_parts import part_of
from sciml.datasets.atoms.xyz_text import frames_of
from sciml.datasets.dataset import DataSet
from sciml.datasets.protocols import protocol_of

__all__ = ["open_files", "recognises"]


def recognises(path: Path) -> bool:
    """Whether a text begins with a number of atoms, a line, and the line of an atom with three coordinates.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        first = file.readline(64).split()
        if len(first) != 1 or not first[0].isdigit():
            return False
        comment, atom = file.readline(1 << 16), file.readline(1 << 12).split()
    return b"\0" not in comment and (b"Properties=" in comment or len(atom) >= 4 or int(first[0]) == 0)


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """The frames of files, one after the other; read into memory at once.

    Raises
    ------
    InputError
        If a file is damaged or truncated, or does not fit the others, or a protocol is asked for.
    """
    protocol_of(KIND, protocol)
    parts, keys = [], dict[str, str]()
    for path in paths:
        part, used = part_of(path, frames_of(path))
        parts.append(part)
        keys |= used
    told = ", ".join(f"{label} from {key}" for label, key in keys.items() if label != key)
    return assembled(paths[0].stem, parts, {"format": "extended XYZ"} | ({"keys": told} if told else {}))
