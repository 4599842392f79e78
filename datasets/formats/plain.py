"""Plain .npz archives: arrays ``inputs`` and ``outputs``, or several as ``inputs/NAME`` and ``outputs/NAME``."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.formats.arrange import arranged, listing
from sciml.datasets.formats.described import description, restored
from sciml.datasets.formats.npy_layout import mapped_npz
from sciml.datasets.formats.roles import split_by_name
from sciml.datasets.formats.zip_names import zip_names
from sciml.datasets.view import View, joined

__all__ = ["open_files", "recognises", "write_plain"]

PAIRS = (("inputs", "outputs"), ("x", "y"), ("a", "u"))
# Entry with everything that is not an array of numbers.
NOTE = "sciml.json"
# Bytes of samples written at once.
BLOCK = 1 << 22


def recognises(path: Path) -> bool:
    """Whether it is a zip archive of .npy files.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    return bool(_names(path))


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """One archive, or several of one shape; ``split/train`` and so on, or the names of files, make the split.

    Raises
    ------
    InputError
        If a file is damaged, lacks inputs or outputs, or differs from the first in shape.
    """
    with ExitStack() as closing:
        made = [_sides(path, closing) for path in paths]
        for path, sides in zip(paths, made, strict=True):
            if [sorted(side) for side in sides] != [sorted(side) for side in made[0]]:
                raise InputError(f"{path} has other fields than {paths[0]}; expected the same names in all files")
        inputs, outputs = (
            {name: joined([one[side][name] for one in made], paths) for name in made[0][side]} for side in (0, 1)
        )
        counts = [next(iter(one[1].values())).shape[0] for one in made]
        if len(paths) == 1 and protocol is None and NOTE in zip_names(paths[0]):
            with ZipFile(paths[0]) as archive:
                note = archive.read(NOTE).decode()
            split, facts = (_arrays(paths[0], group, closing) for group in ("split", "samples"))
            return restored(note, inputs, outputs, split, facts, closing, paths[0])
        parts = split_by_name(paths, counts) or (_arrays(paths[0], "split", closing) if len(paths) == 1 else {})
        return arranged(
            paths[0].stem, "plain", protocol, inputs=inputs, outputs=outputs, counts=counts, parts=parts,
            closing=closing,
        )


def write_plain(data: DataSet, path: Path) -> None:
    """Write a data set as an archive, in blocks of samples.

    Parameters
    ----------
    data : DataSet
    path : Path
        Where, as ``.npz``; numpy.load reads it.
    """
    groups = {"inputs": data.inputs, "outputs": data.outputs}
    with ZipFile(path, "w", ZIP_STORED, allowZip64=True) as archive:
        for group, fields in groups.items():
            for name, field in fields.items():
                _write(archive, f"{group}/{name}", field.shape, field.dtype, blocks(field))
        for group, arrays in {"split": data.split, "samples": data.facts}.items():
            for name, values in arrays.items():
                _write(archive, f"{group}/{name}", values.shape, values.dtype, iter([values]))
        archive.writestr(NOTE, json.dumps(description(data)))


def blocks(field: Field) -> Iterator[NDArray[Any]]:
    """All samples of a field in order, a few megabytes at a time.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> [block.shape for block in blocks(StoredField(np.zeros((3, 2))))]
    [(3, 2)]
    """
    size = max(1, int(np.prod(field.shape[1:], dtype=np.int64)) * field.dtype.itemsize)
    step = max(1, BLOCK // size)
    for first in range(0, field.shape[0], step):
        yield field[slice(first, first + step)]


def _write(
    archive: ZipFile, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], parts: Iterator[NDArray[Any]]
) -> None:
    header = {"descr": npy_format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    with archive.open(name + ".npy", "w", force_zip64=True) as member:
        npy_format.write_array_header_1_0(member, header)
        for part in parts:
            member.write(np.ascontiguousarray(part).data)


def _names(path: Path) -> list[str]:
    return [entry.removesuffix(".npy") for entry in zip_names(path) if entry.endswith(".npy")]


def _sides(path: Path, closing: ExitStack) -> tuple[Mapping[str, Field], Mapping[str, Field]]:
    names = _names(path)
    for given, wanted in PAIRS:
        if given in names and wanted in names:
            return {given: View(mapped_npz(path, given, closing))}, {wanted: View(mapped_npz(path, wanted, closing))}
    sides = [
        {name.partition("/")[2]: View(mapped_npz(path, name, closing)) for name in names if name.startswith(group)}
        for group in ("inputs/", "outputs/")
    ]
    if not all(sides):
        raise InputError(f"{path} holds {listing(names)}; expected inputs and outputs, or inputs/NAME and outputs/NAME")
    return sides[0], sides[1]


def _arrays(path: Path, group: str, closing: ExitStack) -> dict[str, NDArray[Any]]:
    names = [name for name in _names(path) if name.startswith(f"{group}/")]
    stores = {name.partition("/")[2]: mapped_npz(path, name, closing) for name in names}
    return {name: store.read((slice(None),), store.dtype) for name, store in stores.items()}
