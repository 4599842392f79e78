"""Matrix Market files (.mtx, .mtx.gz): coordinate and array form, general and symmetric, real, integer, pattern.

R. F. Boisvert, R. Pozo and K. A. Remington, "The Matrix Market exchange formats: initial design", NISTIR 5935, 1996.
"""

import gzip
import re
from pathlib import Path
from typing import Any, NamedTuple
from zlib import error as ZlibError

from sciml._errors import InputError
from sciml.pde.io.stored import StoredSystem, as_csr, check_sizes

__all__ = ["read_market", "read_market_system"]

_HEADER_LIMIT = 1 << 20  # comments before the line of sizes


class _Header(NamedTuple):
    rows: int
    columns: int
    entries: int


def read_market_system(path: Path) -> StoredSystem:
    """The matrix of a Matrix Market file; NAME_b.mtx beside NAME.mtx is its right-hand side.

    Raises
    ------
    InputError
        If the file is damaged, complex, not square, or announces more than it holds.
    """
    header = _header(path)
    check_sizes((header.rows, header.columns), header.entries, str(path))
    return StoredSystem(as_csr(_read(path), str(path)))


def read_market(path: Path) -> Any:
    """A sparse or dense array of any shape, such as a right-hand side."""
    header = _header(path)
    if header.rows * header.columns > 2 * header.entries and header.columns != 1:
        raise InputError(f"{path} is {header.rows} x {header.columns} with {header.entries} entries; expected vectors")
    if header.rows > 2 * header.entries * max(1, header.columns):
        raise InputError(f"{path} announces {header.rows} values and holds {header.entries}; expected a full vector")
    return _read(path)


def _read(path: Path) -> Any:
    from scipy.io import mmread

    try:
        return mmread(path, spmatrix=False)
    except MemoryError:
        raise
    except Exception as error:  # the parser fails in many ways on damaged files
        raise _damaged(path, error) from None


def _header(path: Path) -> _Header:
    """Sizes announced, compared with the lines there are.

    SciPy's parser crashes on a line that is cut off, on a missing one and on a null byte, so
    every line is looked at before.
    """
    try:
        with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
            words, header = _sizes(file, path)
            found = 0
            for number, line in enumerate(file, 1):
                numbers = len(line.split())
                if numbers not in (0, words) or b"\0" in line:
                    raise InputError(
                        f"{path}: line {number} after the sizes is '{line[:40].decode('utf-8', 'replace').strip()}'; "
                        f"expected {words} numbers"
                    )
                found += numbers > 0
    except (EOFError, ZlibError, UnicodeDecodeError, gzip.BadGzipFile) as error:
        raise _damaged(path, error) from None
    if found < header.entries:
        raise InputError(f"{path} is truncated: it announces {header.entries} entries and holds {found}")
    return header


def _sizes(file: Any, path: Path) -> tuple[int, _Header]:
    """How many numbers a line of entries has, and what the first lines say."""
    first = file.readline(_HEADER_LIMIT).decode("utf-8").strip()
    line = b"%"
    while line and (line.startswith(b"%") or not line.strip()) and file.tell() < _HEADER_LIMIT:
        line = file.readline(_HEADER_LIMIT)
    words, sizes = first.lower().split(), line.decode("utf-8").strip()
    if len(words) != 5 or words[:2] != ["%%matrixmarket", "matrix"] or words[2] not in ("coordinate", "array"):
        raise InputError(f"{path} starts with {first[:60]!r}; expected '%%MatrixMarket matrix coordinate real ...'")
    if words[3] == "complex":
        raise InputError(f"{path} holds complex numbers; expected real ones")
    numbers = sizes.split()
    if len(numbers) != (3 if words[2] == "coordinate" else 2) or not all(re.fullmatch(r"\d{1,18}", n) for n in numbers):
        raise InputError(f"{path}: the line of sizes is {sizes[:60]!r}; expected rows, columns and entries")
    rows, columns = int(numbers[0]), int(numbers[1])
    if words[2] == "coordinate":
        return 2 + (words[3] != "pattern"), _Header(rows, columns, int(numbers[2]))
    triangle = {"general": 0, "skew-symmetric": rows + columns}.get(words[4], columns)
    return 1, _Header(rows, columns, rows * columns if not triangle else (rows * columns - 2 * columns + triangle) // 2)


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} is not a readable Matrix Market file ({' '.join(str(error).split())[:120]})")
