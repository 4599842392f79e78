"""The text of extended XYZ: frames out of lines, values out of the comment line, columns out of the atoms."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["XyzFrame", "comment_values", "frames_of"]

_PAIR = re.compile(r"""([^\s="']+)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*'|\{[^}]*\}|\[.*?\](?=\s|$)|[^\s"'\[{]\S*)""")
PLAIN = "species:S:1:pos:R:3"


class XyzFrame(NamedTuple):
    """What stands in a frame.

    line : number of its first line, from 1
    values : key to text of the comment
    columns : lower-case name to array of (atoms,) or (atoms, k)
    """

    line: int
    values: dict[str, str]
    columns: dict[str, NDArray[Any]]


def frames_of(path: Path) -> Iterator[XyzFrame]:
    """The frames of a file in order.

    Raises
    ------
    InputError
        If a line is not what it should be; it is named.
    """
    try:
        lines = path.read_text().split("\n")
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text; expected extended XYZ") from None
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        count = _count(path, lines[at], at + 1)
        if at + 2 + count > len(lines) or (count and not lines[at + 1 + count].strip()):
            raise InputError(f"{path} ends within the frame of line {at + 1}: it announces {count} atoms; get it again")
        values = comment_values(lines[at + 1])
        atoms = lines[at + 2 : at + 2 + count]
        yield XyzFrame(at + 1, values, _columns(path, atoms, values.get("properties", PLAIN), at + 3))
        at += 2 + count


def comment_values(text: str) -> dict[str, str]:
    """Lower-case keys and what they say, quotes and brackets taken off.

    Examples
    --------
    >>> comment_values('Lattice="1 0 0 0 1 0 0 0 1" energy=-3.5 pbc=[T, T, F] relaxed')
    {'lattice': '1 0 0 0 1 0 0 0 1', 'energy': '-3.5', 'pbc': 'T  T  F'}
    """
    found = {}
    for key, value in _PAIR.findall(text):
        if value[0] in "\"'":
            value = value[1:-1].replace('\\"', '"')
        elif value[0] in "[{":
            value = re.sub(r"[\[\]{},]", " ", value).strip()
        found[key.lower()] = value
    return found


def _count(path: Path, text: str, line: int) -> int:
    if not text.strip().isdigit() or int(text) == 0:
        raise InputError(f"{path}, line {line}: '{text.strip()[:40]}' given; expected the number of atoms of a frame")
    return int(text)


def _columns(path: Path, atoms: list[str], properties: str, line: int) -> dict[str, NDArray[Any]]:
    parts = properties.split(":")
    widths = [int(part) if part.isdigit() else 0 for part in parts[2::3]]
    if len(parts) % 3 or not all(widths) or not set(parts[1::3]) <= set("SRIL"):
        raise InputError(f"{path}, line {line - 1}: Properties={properties} given; expected name:type:columns, as in "
                         f"{PLAIN}")
    rows = [atom.split() for atom in atoms]
    is_plain, wanted = properties == PLAIN, sum(widths)
    for k, row in enumerate(rows):
        if len(row) < wanted or (len(row) > wanted and not is_plain):
            raise InputError(f"{path}, line {line + k}: {len(row)} columns; expected the {wanted} of {properties}")
    found, first = {}, 0
    for name, kind, width in zip(parts[::3], parts[1::3], widths, strict=True):
        cells = [row[first : first + width] for row in rows]
        values = np.array(cells) if kind in "SL" else _numbers(path, cells, name, line)
        found[name.lower()] = values[:, 0] if width == 1 else values
        first += width
    return found


def _numbers(path: Path, cells: list[list[str]], name: str, line: int) -> NDArray[np.float64]:
    try:
        return np.array([[float(cell) for cell in row] for row in cells])
    except ValueError:
        for k, row in enumerate(cells):
            try:
                list(map(float, row))
            except ValueError:
                raise InputError(
                    f"{path}, line {line + k}: '{' '.join(row)[:60]}' given for {name}; expected numbers"
                ) from None
        raise
