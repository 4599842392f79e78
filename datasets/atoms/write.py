"""Frames of atoms written as a file of sciml or in the formats of other programs."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from sciml._atomic import replacing
from sciml._errors import InputError
from sciml.datasets.atoms.frames import PER_ATOM
from sciml.datasets.dataset import PARTS, DataSet
from sciml.datasets.formats.described import plain
from sciml.datasets.formats.ours import SAMPLES, Writer, writing

__all__ = ["AtomsTarget", "atoms_target_of", "blocks_of", "write_atoms", "write_frames", "write_ours_atoms"]

AtomsTarget: TypeAlias = Literal["sciml", "deepmd", "deepmd-mixed", "deepmd-hdf5", "extxyz", "ase"]
Progress: TypeAlias = Callable[[int, int], None]

SUFFIXES: dict[str, AtomsTarget] = {
    ".h5": "sciml", "": "deepmd", ".hdf5": "deepmd-hdf5", ".extxyz": "extxyz", ".xyz": "extxyz", ".db": "ase",
}
BLOCK = 256  # frames read at once


def atoms_target_of(path: Path, to: str | None = None) -> AtomsTarget:
    """The format that a suffix stands for where samples are atoms.

    Raises
    ------
    InputError
        If it stands for none.

    Examples
    --------
    >>> atoms_target_of(Path("water")), atoms_target_of(Path("water.xyz"))
    ('deepmd', 'extxyz')
    """
    found = SUFFIXES.get(path.suffix.lower()) if to is None else to
    if found not in get_args(AtomsTarget):
        what = f"suffix '{path.suffix}'" if to is None else f"format '{to}'"
        raise InputError(
            f"{path}: {what} is none for atoms; use .h5 (sciml), a folder or .hdf5 (deepmd), .extxyz, .db (ASE), or "
            f"say the format ({', '.join(get_args(AtomsTarget))})"
        )
    return found  # type: ignore[return-value]


def write_atoms(data: DataSet, target: Path, to: str | None = None, progress: Progress | None = None) -> None:
    """Write frames; the result appears complete or not at all.

    Parameters
    ----------
    data : DataSet
    target : Path
        Its suffix says the format, unless `to` does.
    to : {"sciml", "deepmd", "deepmd-mixed", "deepmd-hdf5", "extxyz", "ase"}, optional
    progress : callable, optional
        Called as ``progress(done, frames)``; by the format of sciml only.

    Raises
    ------
    InputError
        If there is no such format.
    MissingDependencyError
        If a database of ASE is wanted and there is no ASE.
    """
    from sciml.datasets.atoms import write_ase, write_deepmd, write_extxyz

    chosen = atoms_target_of(target, to)
    if chosen in ("deepmd", "deepmd-mixed"):
        with _new_folder(target) as folder:
            write_deepmd.write_folders(data, folder, mixed=chosen == "deepmd-mixed")
        return
    with replacing(target) as (partial,):
        if chosen == "sciml":
            write_ours_atoms(data, partial, progress)
        elif chosen == "deepmd-hdf5":
            write_deepmd.write_hdf5(data, partial)
        elif chosen == "extxyz":
            write_extxyz.write_extxyz(data, partial)
        else:
            write_ase.write_database(data, partial)


def write_ours_atoms(data: DataSet, path: Path, progress: Progress | None = None) -> None:
    """Write frames as a file of sciml."""
    told = data.attributes
    seed = told.get("seed")
    generator = told["generator"] if "generator" in told else {"converted": plain(told)}
    with writing(
        path, len(data), name=data.name, grid=None, equation=data.equation, seed=None if seed is None else int(seed),
        generator=generator,
    ) as writer:
        for frames in blocks_of(len(data)):
            write_frames(writer, data, frames, data.facts["atoms"])
            if progress is not None:
                progress(frames.stop, len(data))
        for name, values in data.facts.items():
            writer.facts(name, values)
        writer.split({part: data.split[part] for part in PARTS if part in data.split})


def write_frames(writer: Writer, data: DataSet, frames: slice, counts: NDArray[np.int64]) -> None:
    """Append some frames to a file of sciml.

    Parameters
    ----------
    counts : ndarray of int64
        Atoms of all frames of the file.
    """
    units = (data.equation or {}).get("units", {})
    for group, side in (("inputs", data.inputs), ("outputs", data.outputs)):
        for name, field in side.items():
            is_row = name in PER_ATOM
            total = int(counts.sum()) if is_row else len(counts)
            writer.append(group, name, field[frames], total, "atoms" if is_row else SAMPLES, units.get(name, ""))


def blocks_of(count: int) -> Iterator[slice]:
    """Ranges of frames, in order.

    Examples
    --------
    >>> [(block.start, block.stop) for block in blocks_of(300)]
    [(0, 256), (256, 300)]
    """
    for first in range(0, count, BLOCK):
        yield slice(first, min(first + BLOCK, count))


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A folder that gets its name when the block ends well."""
    partial = target.with_name(f".{target.name}.{token_hex(4)}")
    try:
        partial.mkdir(parents=True)
        yield partial
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
