"""Matrix Market files (.mtx, .mtx.gz): coordinate and array form, general and symmetric, real, integer, pattern.

R. F. Boisvert, R. Pozo and K. A. Remington, "The Matrix Market exchange formats: initial design", NISTIR 5935, 1996.

SciPy reads these files faster, but its parser ends the process when one is damaged; NumPy's reads a million
entries in two seconds.
"""

import gzip
import re
import warnings
from pathlib import Path
from typing import Any, NamedTuple
from zlib import error as ZlibError

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.pde.io.stored import StoredSystem, as_csr, check_sizes, compressed

__all__ = ["read_market", "read_market_system"]

_HEADER_LIMIT = 1 << 20  # bytes of comments before the line of sizes
_FIELDS, _SYMMETRIES = ("real", "double", "integer", "pattern"), ("general", "symmetric", "skew-symmetric")


class _Header(NamedTuple):
    is_list: bool  # coordinate form; else the values of an array by columns
    has_values: bool
    symmetry: str
    rows: int
    columns: int
    entries: int


def read_market_system(path: Path) -> StoredSystem:
    """The matrix of a Matrix Market file.

    Raises
    ------
    InputError
        If the file is damaged, complex, not square, or announces more than it holds.
    """
    header, numbers = _read(path)
    check_sizes((header.rows, header.columns), header.entries, str(path))
    return StoredSystem(as_csr(_matrix(header, numbers, path), str(path)))


def read_market(path: Path) -> NDArray[np.float64]:
    """A dense array from either form, such as right-hand sides, shape (rows, columns)."""
    header, numbers = _read(path)
    if header.rows * header.columns > 2 * header.entries:
        raise InputError(f"{path} is {header.rows} x {header.columns} with {header.entries} entries; expected vectors")
    return np.asarray(_matrix(header, numbers, path).toarray())


def _read(path: Path) -> tuple[_Header, NDArray[np.float64]]:
    """What the first lines say, and one row of numbers for each line after them."""
    try:
        with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file, \
                warnings.catch_warnings():
            header = _header(file, path)
            warnings.simplefilter("ignore", UserWarning)  # no entries at all
            numbers = np.loadtxt(file, ndmin=2, comments=None)
    except InputError:
        raise
    except (EOFError, ZlibError, gzip.BadGzipFile, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split(";")[0].split())[:120]
        raise InputError(f"{path} is not a readable Matrix Market file ({reason})") from None
    width = (2 if header.is_list else 0) + header.has_values
    if len(numbers) != header.entries:
        raise InputError(f"{path} announces {header.entries} entries and holds {len(numbers)}; it may be truncated")
    if header.entries and numbers.shape[1] != width:
        raise InputError(f"{path} has {numbers.shape[1]} numbers a line; expected {width}")
    return header, numbers


def _header(file: Any, path: Path) -> _Header:
    first = file.readline(_HEADER_LIMIT).decode("utf-8").strip()
    line = b"%"
    while line and (line.startswith(b"%") or not line.strip()) and file.tell() < _HEADER_LIMIT:
        line = file.readline(_HEADER_LIMIT)
    words, sizes = first.lower().split(), line.decode("utf-8").strip()
    if len(words) != 5 or words[:2] != ["%%matrixmarket", "matrix"] or words[2] not in ("coordinate", "array"):
        raise InputError(f"{path} starts with {first[:60]!r}; expected '%%MatrixMarket matrix coordinate real ...'")
    for word, known in ((words[3], _FIELDS), (words[4], _SYMMETRIES)):
        if word not in known:
            raise InputError(f"{path} is '{word[:20]}'; expected {', '.join(known)}")
    is_list = words[2] == "coordinate"
    numbers = sizes.split()
    if len(numbers) != 2 + is_list or not all(re.fullmatch(r"\d{1,18}", n) for n in numbers):
        raise InputError(f"{path}: the line of sizes is {sizes[:60]!r}; expected rows, columns and entries")
    rows, columns = int(numbers[0]), int(numbers[1])
    in_triangle = {"symmetric": rows * (rows + 1) // 2, "skew-symmetric": rows * (rows - 1) // 2}
    entries = int(numbers[2]) if is_list else in_triangle.get(words[4], rows * columns)
    return _Header(is_list, words[3] != "pattern", words[4], rows, columns, entries)


def _matrix(header: _Header, numbers: NDArray[np.float64], path: Path) -> Any:
    """A coo_array; the other triangle of symmetric forms is filled in."""
    if header.is_list:
        i, j = numbers[:, 0] - 1, numbers[:, 1] - 1
        if not (_whole_within(i, header.rows) and _whole_within(j, header.columns)):
            raise InputError(f"{path} has row or column numbers outside 1 to {header.rows} or {header.columns}")
        i, j = i.astype(np.int64), j.astype(np.int64)
    else:
        j, i = np.divmod(np.arange(header.rows * header.columns), max(1, header.rows))
        kept = {"general": i >= 0, "symmetric": i >= j, "skew-symmetric": i > j}[header.symmetry]
        i, j = i[kept], j[kept]
    values = numbers[:, -1] if header.has_values else np.ones(len(numbers))
    if header.symmetry != "general":
        off = i != j
        sign = -1 if header.symmetry == "skew-symmetric" else 1
        i, j = np.concatenate((i, j[off])), np.concatenate((j, i[off]))
        values = np.concatenate((values, sign * values[off]))
    return compressed("coo", (values, (i, j)), (header.rows, header.columns), str(path))


def _whole_within(numbers: NDArray[np.float64], count: int) -> bool:
    return bool(np.all((numbers >= 0) & (numbers < count) & (numbers == np.floor(numbers))))
