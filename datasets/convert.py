"""From one format of samples to another."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Literal, TypeAlias, get_args

from sciml._atomic import replacing
from sciml._errors import InputError
from sciml.datasets.atoms.checks import without_bad
from sciml.datasets.atoms.frames import frame_name, is_atoms
from sciml.datasets.atoms.scale import energy_scale
from sciml.datasets.atoms.units import in_units
from sciml.datasets.atoms.write import SUFFIXES as ATOMS_SUFFIXES
from sciml.datasets.atoms.write import atoms_target_of, write_atoms
from sciml.datasets.dataset import PARTS, DataSet
from sciml.datasets.formats.described import plain
from sciml.datasets.formats.ours import writing
from sciml.datasets.formats.plain import blocks, write_plain
from sciml.datasets.formats.well_write import to_well, write_well
from sciml.datasets.open import open_dataset

__all__ = ["Target", "convert", "target_of", "write_ours"]

Target: TypeAlias = Literal["sciml", "well", "npz"]
Progress: TypeAlias = Callable[[int, int], None]

SUFFIXES: dict[str, Target] = {".h5": "sciml", ".hdf5": "well", "": "well", ".npz": "npz"}


def convert(
    source: str | Path | Sequence[str | Path], target: Path, *, protocol: str | None = None, to: str | None = None,
    progress: Progress | None = None, units: Mapping[str, str] | None = None, skip_bad: bool = False,
) -> list[str]:
    """Write the samples of files in another format; the result appears complete or not at all.

    Parameters
    ----------
    source : str, Path or sequence of them
        What `open_dataset` reads.
    target : Path
        ``.h5`` a data set of sciml, ``.hdf5`` a file of The Well, without suffix a folder of such files by part of
        the split, ``.npz`` an archive.
    protocol : str, optional
        Published use of the source: points, frames and split of the result are those.
    to : {"sciml", "well", "npz"}, optional
        Format, whatever the suffix; for frames of atoms one of `sciml.datasets.atoms.write`.
    progress : callable, optional
        Called as ``progress(done, samples)``; by the format of sciml only.
    units : mapping of str to str, optional
        What the numbers of frames of atoms are meant in (`in_units`); default Angstrom and eV.
    skip_bad : bool
        Leave frames of atoms out that cannot be right, instead of refusing them.

    Returns
    -------
    list of str
        What a person should know: frames that were left out, units that are doubtful.

    Raises
    ------
    InputError
        If the source cannot be read, or the format cannot hold it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.savez(Path(folder, "a.npz"), inputs=np.ones((3, 8)), outputs=np.zeros((3, 8)))
    ...     _ = convert(Path(folder, "a.npz"), Path(folder, "a.h5"))
    ...     with open_dataset(Path(folder, "a.h5")) as data:
    ...         len(data), data.outputs["outputs"].shape
    (3, (3, 8))
    """
    if target.is_dir():
        raise InputError(f"{target} is a folder that exists; name a new one, or remove it first")
    if to is None and target.suffix.lower() not in ATOMS_SUFFIXES:
        target_of(target)
    with open_dataset(source, protocol) as data:
        if is_atoms(data):
            return _convert_atoms(in_units(data, units or {}), target, to, progress, skip_bad)
        if units or skip_bad:
            raise InputError(f"{data.name} holds no atoms; units and leaving out bad frames are for these")
        chosen = target_of(target) if to is None else to
        if chosen not in get_args(Target):
            raise InputError(f"format '{to}' is for atoms; {data.name} goes to {', '.join(get_args(Target))}")
        if chosen == "well" and not target.suffix:
            _write_folder(data, target)
            return []
        with replacing(target) as (partial,):
            if chosen == "sciml":
                write_ours(data, partial, progress)
            elif chosen == "well":
                write_well(data, partial)
            else:
                write_plain(data, partial)
    return []


def _convert_atoms(
    data: DataSet, target: Path, to: str | None, progress: Progress | None, skip_bad: bool
) -> list[str]:
    atoms_target_of(target, to)
    kept, bad = without_bad(data, skip=skip_bad)
    write_atoms(kept, target, to, progress)
    first = min(bad, default=0)
    left = [f"left out {len(bad)} of {len(data)} frames; {frame_name(data, first)} has {bad[first]}"] if bad else []
    return left + [remark for remark in [energy_scale(kept)] if remark]


def target_of(path: Path) -> Target:
    """The format that a suffix stands for.

    Raises
    ------
    InputError
        If it stands for none.

    Examples
    --------
    >>> target_of(Path("a.npz"))
    'npz'
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{path}: suffix '{path.suffix}' is none that can be written; use .h5 (sciml), .hdf5 or a folder "
            f"(The Well), .npz, or say the format ({', '.join(get_args(Target))})"
        )
    return SUFFIXES[path.suffix.lower()]


def write_ours(data: DataSet, path: Path, progress: Progress | None = None) -> None:
    """Write a data set as a file of sciml.

    Parameters
    ----------
    progress : callable, optional
        Called as ``progress(done, samples)``.
    """
    facts = data.attributes
    seed = facts.get("seed")
    generator = facts["generator"] if "generator" in facts else {"converted": plain(facts)}
    with writing(
        path, len(data), name=data.name, grid=data.grid, equation=data.equation,
        seed=None if seed is None else int(seed), generator=generator,
    ) as writer:
        sides = {"inputs": data.inputs, "outputs": data.outputs}
        fields = [(group, name, field) for group, side in sides.items() for name, field in side.items()]
        for k, (group, name, field) in enumerate(fields):
            done = 0
            for block in blocks(field):
                for offset, value in enumerate(block):
                    writer.put(group, name, done + offset, value)
                done += len(block)
                if progress is not None:
                    progress((k * len(data) + done) // len(fields), len(data))
        for name, values in data.facts.items():
            writer.facts(name, values)
        writer.split({part: data.split[part] for part in PARTS if part in data.split})
        if data.protocol != "as stored":
            writer.file.attrs["protocol"] = data.protocol


def _write_folder(data: DataSet, target: Path) -> None:
    partial = target.with_name(f".{target.name}.{token_hex(4)}")
    try:
        partial.mkdir(parents=True)
        to_well(data, partial)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
