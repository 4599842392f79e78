"""From a recipe to a file: samples in parts by several processes, put together once in order.

The bytes of an HDF5 file depend on the order of writing, so workers write parts beside it, each whole or not at all;
when all are there, one process assembles them. An interrupted run leaves its parts and goes on from them.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._atomic import replacing
from sciml._errors import InputError
from sciml._lock import exclusively
from sciml.datasets.atoms.frames import PER_ATOM
from sciml.datasets.formats.ours import SAMPLES, writing
from sciml.datasets.generate.recipe import Recipe, Sample, Trajectories, rng_of, state_of
from sciml.datasets.generate.workers import in_processes
from sciml.kernels import threads

__all__ = ["Order", "generate", "parts_of", "split_counts"]

# Samples of a part: few enough to lose little and to keep workers busy, many enough for files not to count. It depends
# on the order alone, since a run may go on with another number of workers.
PART, PARTS = 16, 16
RESOLUTION = 64  # where none is given
# Cells of all samples of a part, which are in memory together.
CELLS = 2**22


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Parameters
    ----------
    name : str
        Of the generator.
    recipe : Recipe or Trajectories
        Its parameters.
    samples, seed : int
        Number of samples; start of the random numbers.
    resolution : int, optional
        Cells or nodes an axis; default 64. Atoms have none.
    split : tuple of int, optional
        Samples for training, validation and test, in this order from the first; default 8, 1 and 1 tenths.
    dtype : str, optional
        What is stored, float32 or float64; all computations are in float64. Default float32, for atoms float64.
    compress : bool
        Smaller files that take longer to read.

    Raises
    ------
    InputError
        If a number is out of range.
    """

    name: str
    recipe: Recipe | Trajectories
    samples: int
    resolution: int | None = None
    seed: int = 0
    split: tuple[int, int, int] | None = None
    dtype: str | None = None
    compress: bool = False

    def __post_init__(self) -> None:
        is_atoms = isinstance(self.recipe, Trajectories)
        if is_atoms and self.resolution is not None:
            raise InputError(f"resolution {self.resolution} given for {self.name}; leave it out, atoms have no grid")
        defaults = {"dtype": "float64"} if is_atoms else {"dtype": "float32", "resolution": RESOLUTION}
        for name, value in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        for name, least in (("samples", 1), ("resolution", 2), ("seed", 0)):
            if getattr(self, name) is not None and getattr(self, name) < least:
                raise InputError(f"{name} is {getattr(self, name)}; expected a whole number >= {least}")
        if self.dtype not in ("float32", "float64"):
            raise InputError(f"dtype is {self.dtype}; expected float32 or float64")
        if self.split is not None and (min(self.split) < 0 or sum(self.split) > self.samples):
            raise InputError(f"split {self.split} does not fit {self.samples} samples; expected counts up to that many")

    def described(self) -> dict[str, Any]:
        """Everything that decides about the samples, as plain values."""
        return {
            "generator": self.name, "parameters": asdict(self.recipe),  # type: ignore[call-overload]
            "samples": self.samples, "resolution": self.resolution, "seed": self.seed, "dtype": self.dtype,
        }

    @property
    def starts(self) -> range:
        """First sample of every part; of atoms a trajectory is one."""
        if isinstance(self.recipe, Trajectories):
            return range(0, self.samples, self.recipe.frames)
        assert self.resolution is not None
        most = CELLS // self.recipe.grid(self.resolution).size
        return range(0, self.samples, max(1, min(PART, self.samples // PARTS, most)))

    def part(self, start: int) -> range:
        """Samples of a part."""
        return range(start, min(start + self.starts.step, self.samples))


def split_counts(samples: int, split: tuple[int, int, int] | None = None) -> dict[str, NDArray[np.int64]]:
    """Which samples are for what.

    Examples
    --------
    >>> {name: part.tolist() for name, part in split_counts(10).items()}
    {'train': [0, 1, 2, 3, 4, 5, 6, 7], 'val': [8], 'test': [9]}
    """
    tenth = samples // 10
    counts = split or (samples - 2 * tenth, tenth, tenth)
    bounds = np.cumsum((0, *counts))
    return {name: np.arange(*bounds[k : k + 2]) for k, name in enumerate(("train", "val", "test"))}


def generate(
    order: Order, path: Path, *, workers: int = 1, overwrite: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Make the file at `path`; the same bytes whatever the number of workers, and however often interrupted.

    Parameters
    ----------
    order : Order
    path : Path
        ``.h5``; parts go to ``<path>.parts`` and are removed at the end.
    workers : int
        Processes; 1 stays in this one.
    overwrite : bool
        Whether a file at `path` may be replaced.
    progress : callable, optional
        Called as ``progress(done, samples)``.

    Raises
    ------
    InputError
        If another process is making the file, parts of another order lie at this path, or the parameters do not fit
        the resolution.
    OSError
        If a file cannot be written, or a worker was killed; what was done is kept, and the same call goes on from it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with exclusively(path.with_name(path.name + ".lock"), str(path)):
        if path.exists() and not overwrite:
            raise InputError(f"{path} exists by now; choose another name, or let it be overwritten")
        _generate(order, path, workers, progress)


def parts_of(path: Path) -> Path:
    """The folder of unfinished work for a file."""
    return path.with_name(path.name + ".parts")


def _generate(order: Order, path: Path, workers: int, progress: Callable[[int, int], None] | None) -> None:
    parts = parts_of(path)
    _claim(order, parts)
    missing = [start for start in order.starts if not _part(parts, start).exists()]
    done = order.samples - sum(len(order.part(start)) for start in missing)
    if progress is not None:
        progress(done, order.samples)
    try:
        for count in in_processes(_make, [(order, parts, start) for start in missing], workers):
            done += count
            if progress is not None:
                progress(done, order.samples)
    except InputError:
        if done == 0:
            shutil.rmtree(parts)
        raise
    with replacing(path) as (partial,):
        _assemble(order, parts, partial)
    shutil.rmtree(parts)


def _claim(order: Order, parts: Path) -> None:
    """Say whose parts these are, or check that they are ours."""
    parts.mkdir(parents=True, exist_ok=True)
    note, wanted = parts / "order.json", json.loads(json.dumps(order.described()))
    if not note.exists():
        with replacing(note) as (partial,):
            partial.write_text(json.dumps(wanted))
        return
    found = json.loads(note.read_text())
    for key, value in wanted.items():
        if found.get(key) != value:
            raise InputError(
                f"{parts} holds parts made with {key} {found.get(key)}, and {value} was asked for; finish that run "
                "with its own settings, or remove the folder"
            )


def _make(task: tuple[Order, Path, int]) -> int:
    order, parts, start = task
    indices = order.part(start)
    with threads(1):
        samples = _samples(order, indices)
    arrays = {
        f"{group}/{name}": _stored(order, [getattr(sample, group)[name] for sample in samples])
        for group in ("inputs", "outputs") for name in getattr(samples[0], group)
    }
    arrays["residual"] = np.array([sample.residual for sample in samples])
    with replacing(_part(parts, start)) as (partial,), partial.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    return len(indices)


def _samples(order: Order, indices: range) -> list[Sample]:
    recipe = order.recipe
    if isinstance(recipe, Trajectories):
        return recipe.trajectory(len(indices), rng_of(order.seed, indices.start // recipe.frames))
    assert order.resolution is not None
    return [recipe.sample(order.resolution, rng_of(order.seed, index)) for index in indices]


def _stored(order: Order, values: list[NDArray[Any]]) -> NDArray[Any]:
    """Numbers as the order wants them; species and flags as they are."""
    stacked = np.stack(values)
    is_plain = isinstance(order.recipe, Trajectories) and stacked.dtype.kind != "f"
    return stacked if is_plain else stacked.astype(order.dtype)


def _part(parts: Path, start: int) -> Path:
    return parts / f"{start:07d}.npz"


def _assemble(order: Order, parts: Path, path: Path) -> None:
    recipe = order.recipe
    if isinstance(recipe, Trajectories):
        return _assemble_atoms(order, recipe, parts, path)
    assert order.resolution is not None
    with writing(
        path, order.samples, name=f"{order.name} {order.resolution}", grid=recipe.grid(order.resolution),
        equation=recipe.equation(), seed=order.seed, generator=order.described(), compress=order.compress,
    ) as writer:
        residuals = []
        for start in order.starts:
            with np.load(_part(parts, start)) as arrays:
                residuals.append(arrays["residual"])
                for key in sorted(set(arrays.files) - {"residual"}):
                    group, name = key.split("/")
                    for offset, value in enumerate(arrays[key]):
                        writer.put(group, name, start + offset, value)
        writer.facts("residual", np.concatenate(residuals))
        writer.facts("seed", np.array([state_of(order.seed, index) for index in range(order.samples)]))
        writer.split(split_counts(order.samples, order.split))


def _assemble_atoms(order: Order, recipe: Trajectories, parts: Path, path: Path) -> None:
    """Rows of atoms one after the other, as in any file of frames."""
    equation = recipe.equation()
    trajectories = np.arange(order.samples) // recipe.frames
    with writing(
        path, order.samples, name=order.name, grid=None, equation=equation, seed=order.seed,
        generator=order.described(), compress=order.compress,
    ) as writer:
        residuals, counts = [], []
        for start in order.starts:
            with np.load(_part(parts, start)) as arrays:
                residuals.append(arrays["residual"])
                count, atoms = arrays["inputs/species"].shape
                counts.append(np.full(count, atoms))
                for key in sorted(set(arrays.files) - {"residual"}):
                    group, name = key.split("/")
                    is_row, values = name in PER_ATOM, arrays[key]
                    rows = values.reshape(-1, *values.shape[2:]) if is_row else values
                    writer.append(
                        group, name, rows, order.samples * (atoms if is_row else 1), "atoms" if is_row else SAMPLES,
                        equation["units"].get(name, ""),
                    )
        writer.facts("residual", np.concatenate(residuals))
        writer.facts("atoms", np.concatenate(counts))
        writer.facts("trajectory", trajectories)
        writer.facts("seed", np.array([state_of(order.seed, index) for index in trajectories.tolist()]))
        writer.split(split_counts(order.samples, order.split))
