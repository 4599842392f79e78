"""Data sets as pairs of tensors: fields become channels, several files one sequence, bad samples are found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.datasets.dataset import DataSet
from sciml.mesh import Boundary, Grid, sides

__all__ = ["PARTS", "Samples", "join", "names_of", "split_of"]

PARTS = ("train", "val", "test")
CHUNK = 64  # samples read at once when all are looked at

EMPTY = ("outputs that are all 0", "a frame that is all 0")

Kind = Literal["inputs", "outputs"]
Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of one or more data sets with equal fields, numbered through.

    Parameters
    ----------
    sets : sequence of DataSet
    inputs, outputs : tuple of str
        Fields that make up the channels, in this order.
    grid : Grid
        Of every field.
    split : mapping of str to ndarray of int64
        Samples for ``train``, ``val``, ``test``.
    protocol : str
        Name of the split.
    frames : int
        Of each output; none of them may be without size.
    """

    sets: Sequence[DataSet]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    grid: Grid
    split: Mapping[str, NDArray[np.int64]]
    protocol: str
    frames: int = 1
    held: dict[str, Array] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """Number of samples of all sets."""
        return sum(map(len, self.sets))

    def channels(self, kind: Kind) -> int:
        """Number of channels of the inputs or outputs."""
        first = self.sets[0]
        return sum(_channels(getattr(first, kind)[name].shape, self.grid) for name in getattr(self, kind))

    def read(self, kind: Kind, indices: NDArray[np.int64]) -> Array:
        """Channels of these samples, shape (len(indices), channels, *spatial), float32."""
        if kind in self.held:
            return self.held[kind][indices]
        out = np.empty((len(indices), self.channels(kind), *self.grid.shape), np.float32)
        which, start = np.searchsorted(np.cumsum([len(one) for one in self.sets]), indices, side="right"), 0
        for number, one in enumerate(self.sets):
            here = np.flatnonzero(which == number)
            if len(here):
                out[here] = self._of(one, kind, indices[here] - start)
            start += len(one)
        return out

    def place(self, index: int) -> tuple[DataSet, int]:
        """The set of a sample, and its number there."""
        for one in self.sets:
            if index < len(one):
                return one, index
            index -= len(one)
        raise IndexError(index)

    def name(self, index: int) -> str:
        """The sample as messages call it: its number in its file."""
        one, number = self.place(index)
        return f"sample {number} of {one.name}"

    def fields(self, index: int) -> dict[str, NDArray[Any]]:
        """All inputs of a sample by name, as an equation takes them."""
        one, number = self.place(index)
        return {name: values[number] for name, values in one.inputs.items()}

    def chunks(self, kind: Kind, indices: NDArray[np.int64]) -> Iterator[Array]:
        """What `read` returns, some samples at a time."""
        for start in range(0, len(indices), CHUNK):
            yield self.read(kind, indices[start : start + CHUNK])

    def hold(self) -> "Samples":
        """The same samples kept in memory."""
        return replace(self, held={kind: self.read(kind, np.arange(len(self))) for kind in ("inputs", "outputs")})

    @property
    def nbytes(self) -> int:
        """Memory that `hold` takes."""
        return 4 * len(self) * self.grid.size * (self.channels("inputs") + self.channels("outputs"))

    def bad(self, indices: NDArray[np.int64]) -> dict[int, str]:
        """Samples that cannot be used, and why: values that are not finite, outputs without size.

        Errors are relative to the size of the output, so one of zeros has none.
        """
        found: dict[int, str] = {}
        for start in range(0, len(indices), CHUNK):
            part = indices[start : start + CHUNK]
            for kind in ("outputs", "inputs"):
                flat = self.read(kind, part).reshape(len(part), -1)
                for index in part[~np.isfinite(flat).all(1)].tolist():
                    found[index] = f"{kind} that are not finite"
                if kind == "outputs":
                    frames = flat.reshape(len(part), -1, self.frames, self.grid.size)
                    empty = ~np.any(frames, axis=(1, 3))
                    found |= dict.fromkeys(part[np.any(empty, axis=1)].tolist(), EMPTY[self.frames > 1])
        return found

    def without_bad(self, parts: Sequence[str], *, skip: bool) -> "tuple[Samples, dict[int, str]]":
        """The samples of a split that can be used, and those that cannot.

        Raises
        ------
        InputError
            If there are bad ones and `skip` is false.
        """
        bad = self.bad(np.concatenate([self.split[part] for part in parts]))
        if bad and not skip:
            first = min(bad)
            others = f" ({len(bad)} bad samples: {_listed(sorted(bad))})" if len(bad) > 1 else ""
            raise InputError(f"{self.name(first)} has {bad[first]}{others}; repair the file or use --skip-bad")
        kept = {part: indices[~np.isin(indices, list(bad))] for part, indices in self.split.items()}
        return replace(self, split=kept), bad

    def _of(self, one: DataSet, kind: Kind, indices: NDArray[np.int64]) -> Array:
        parts = []
        for name in getattr(self, kind):
            values = getattr(one, kind)[name][indices].astype(np.float32)
            if values.ndim == 1:  # a number a sample
                single = values.reshape(-1, *[1] * self.grid.ndim)
                values = np.broadcast_to(single, (len(values), *self.grid.shape))
            parts.append(values.reshape(len(values), -1, *self.grid.shape))
        return np.concatenate(parts, axis=1)


def join(
    sets: Sequence[DataSet], *, inputs: Sequence[str] = (), outputs: Sequence[str] = (), boundary: str = "",
    validation: float = 0.1, seed: int = 0,
) -> Samples:
    """Samples of all sets, checked to fit together.

    Parameters
    ----------
    inputs, outputs : sequence of str
        Names of fields; none means all of the first set.
    boundary : str
        Condition on all sides where the files tell no grid.
    validation, seed : float, int
        As for `split_of`.

    Raises
    ------
    InputError
        If names, shapes, grids or units differ between the sets, a field does not lie on the grid, or no boundary
        condition is known.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> u = StoredField(np.ones((20, 8, 8)))
    >>> data = DataSet("d", {"source": u}, {"solution": u}, grid=Grid((8, 8)))
    >>> samples = join([data])
    >>> samples.read("inputs", np.arange(3)).shape, {part: len(found) for part, found in samples.split.items()}
    ((3, 1, 8, 8), {'train': 16, 'val': 2, 'test': 2})
    """
    first = sets[0]
    names = names_of(first, "inputs", inputs), names_of(first, "outputs", outputs)
    grid = _grid(first, names[1][0], boundary)
    for one in sets:
        for kind, chosen in zip(("inputs", "outputs"), names, strict=True):
            for name in chosen:
                _check_field(one, kind, name, first, grid)
        _check_alike(one, first)
    split, protocol = split_of(sets, validation, seed)
    return Samples(tuple(sets), *names, grid, split, protocol)


def split_of(sets: Sequence[DataSet], validation: float, seed: int) -> tuple[dict[str, NDArray[np.int64]], str]:
    """Parts of the joined samples, and the name of what decided.

    A set without any split is cut by seeded chance into 8, 1 and 1 tenths; where only validation samples are missing, a
    seeded part of the training samples takes their place.
    """
    parts: dict[str, list[NDArray[np.int64]]] = {part: [] for part in PARTS}
    start, named = 0, []
    for one in sets:
        own, name = (one.split, one.protocol) if one.split else (_tenths(len(one), seed), f"seeded tenths, seed {seed}")
        named.append(name)
        for part in PARTS:
            parts[part].append(np.asarray(own.get(part, []), np.int64) + start)
        start += len(one)
    split = {part: np.concatenate(found) for part, found in parts.items()}
    protocol = " + ".join(dict.fromkeys(named))
    if not len(split["val"]) and validation and len(split["train"]) > 1:
        shuffled = np.random.default_rng(np.random.SeedSequence(seed)).permutation(split["train"])
        count = max(1, round(validation * len(shuffled)))
        split["val"], split["train"] = np.sort(shuffled[:count]), np.sort(shuffled[count:])
        protocol += f", validation {validation} of the training samples, seed {seed}"
    return split, protocol


def _tenths(count: int, seed: int) -> dict[str, NDArray[np.int64]]:
    shuffled = np.random.default_rng(np.random.SeedSequence(seed)).permutation(count)
    tenth = count // 10
    cuts = np.split(shuffled, [count - 2 * tenth, count - tenth])
    return {part: np.sort(cut) for part, cut in zip(PARTS, cuts, strict=True)}


def names_of(data: DataSet, kind: Kind, chosen: Sequence[str]) -> tuple[str, ...]:
    """The fields asked for, or all.

    Raises
    ------
    InputError
        If there is none of a name; the nearest one is named.
    """
    known = getattr(data, kind)
    for name in chosen:
        if name not in known:
            listed = ", ".join(known)
            raise InputError(f"{data.name} has no {kind} '{name}'; it has {listed}{nearest(name, known)}")
    return tuple(chosen) or tuple(known)


def _grid(data: DataSet, output: str, boundary: str) -> Grid:
    if data.grid is not None:
        return data.grid
    shape = data.outputs[output].shape[1:]
    if not boundary:
        raise InputError(
            f"{data.name} does not tell its grid and boundary conditions; set data.boundary to dirichlet, neumann or "
            "periodic"
        )
    if not 1 <= len(shape) <= 3:
        raise InputError(f"{output} of {data.name} has shape {shape} a sample; expected a grid of 1 to 3 axes")
    return Grid(shape, boundary=Boundary(boundary))  # type: ignore[arg-type]  # checked there


def _channels(shape: tuple[int, ...], grid: Grid) -> int:
    return 1 if len(shape) == 1 else int(np.prod(shape[1:])) // grid.size


def _check_field(data: DataSet, kind: str, name: str, first: DataSet, grid: Grid) -> None:
    fields = getattr(data, kind)
    if name not in fields:
        raise InputError(f"{data.name} has no {kind} '{name}', {first.name} has; expected files with the same fields")
    shape, wanted = fields[name].shape[1:], getattr(first, kind)[name].shape[1:]
    if shape != wanted:
        raise InputError(
            f"{kind} '{name}' has shape {shape} a sample in {data.name} and {wanted} in {first.name}; use one shape"
        )
    units, usual = (getattr(one[name], "units", "") for one in (fields, getattr(first, kind)))
    if units != usual:
        raise InputError(
            f"{kind} '{name}' has values in '{units}' in {data.name} and in '{usual}' in {first.name}; convert one"
        )
    if shape and (shape[-grid.ndim :] != grid.shape or len(shape) > grid.ndim + 1):
        raise InputError(
            f"{kind} '{name}' of {data.name} has shape {shape} a sample; expected {grid.shape}, with or without an "
            "axis of channels before it"
        )


def _check_alike(data: DataSet, first: DataSet) -> None:
    for what, own, other in (
        ("units", data.attributes.get("units"), first.attributes.get("units")),
        ("the grid", _described(data.grid), _described(first.grid)),
        ("the equation", data.equation, first.equation),
    ):
        if own != other:
            raise InputError(f"{what} of {data.name} ({own}) and of {first.name} ({other}) differ; train on one kind")


def _described(grid: Grid | None) -> str | None:
    if grid is None:
        return None
    ends = "; ".join(f"{side}={grid.boundary[side].kind}" for side in sides(grid.ndim))
    return f"{grid.shape} {grid.location}s of {grid.extent}, {ends}"


def _listed(indices: Sequence[Any]) -> str:
    return ", ".join(map(str, indices[:10])) + (", ..." if len(indices) > 10 else "")
