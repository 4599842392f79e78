"""Data sets as HDF5 files of The Well, one file, or a folder of files for training, validation and test."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.formats.described import description
from sciml.datasets.formats.sink import new_hdf5
from sciml.datasets.formats.well import FACTS, NOTE, SPLIT, WALLS
from sciml.mesh import AXES, Grid

__all__ = ["to_well", "write_well"]

FOLDERS = {"train": "train", "val": "valid", "test": "test"}
MARKS = {kind: mark for mark, kind in WALLS.items()} | {"robin": "WALL"}
# Bytes of samples held at once.
BLOCK = 1 << 22


@dataclass(frozen=True, eq=False)
class _Series:
    """What becomes one field: frames of an input, of an output, or of both in turn; one without time has no frames."""

    parts: tuple[Field, ...]
    timed: bool

    @property
    def frames(self) -> int:
        """Number of frames."""
        return sum(part.shape[1] for part in self.parts) if self.timed else 1

    def read(self, samples: NDArray[np.int64]) -> NDArray[Any]:
        """(n, T, *space), or (n, *space) without time."""
        values = [part[samples] for part in self.parts]
        return values[0] if len(values) == 1 else np.concatenate(values, axis=1)


def to_well(data: DataSet, folder: Path) -> None:
    """Write a data set as a folder: ``data/train``, ``data/valid``, ``data/test`` with a file each, and statistics.

    Parameters
    ----------
    data : DataSet
        Fields on a grid, those of time with one number of frames; samples become trajectories. A field given and wanted
        under one name, or the only one of either side that has frames, is joined in time.
    folder : Path
        To create, with `stats.yaml` of the training samples and a `.yaml` that describes the set.

    Raises
    ------
    InputError
        If the fields do not fit the format.

    References
    ----------
    R. Ohana et al., "The Well: a Large-Scale Collection of Diverse Physics Simulations for Machine Learning", NeurIPS
    2024.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sciml.datasets.dataset import StoredField
    >>> flow = {"density": StoredField(np.ones((3, 4, 8), np.float32))}
    >>> with TemporaryDirectory() as folder:
    ...     to_well(DataSet("pipe", flow, flow, grid=Grid((8,))), Path(folder))
    ...     sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*.*"))
    ['data/train/pipe.hdf5', 'pipe.yaml', 'stats.yaml']
    """
    split = {part: samples for part, samples in data.split.items() if len(samples)} or {"train": np.arange(len(data))}
    stem = "_".join(data.name.split()) or "data"
    for part, samples in split.items():
        target = folder / "data" / FOLDERS[part] / f"{stem}.hdf5"
        target.parent.mkdir(parents=True)
        write_well(data, target, samples)
    plan, _ = _plan(data)
    learnt = split.get("train", np.arange(len(data)))
    ordered = _by_order(plan, _axes(data))
    names = {order: list(fields) for order, fields in ordered.items()}
    components = {name: parts for fields in ordered.values() for name, parts in fields.items()}
    ndim = len(_space(data))
    lines = []
    for key, of in _statistics(plan, learnt).items():
        nested = {name: _nested([of[one] for one in parts], ndim) for name, parts in components.items()}
        lines.append(f"{key}: {json.dumps(nested)}\n")
    (folder / "stats.yaml").write_text("".join(lines))
    facts = {
        "dataset_name": stem, "n_spatial_dims": len(_space(data)), "spatial_resolution": list(_space(data)),
        "field_names": names, "n_files": len(split), "n_trajectories_per_file": [len(one) for one in split.values()],
        "n_steps_per_trajectory": [_frames(plan)] * len(split), "grid_type": "cartesian",
    }
    (folder / f"{stem}.yaml").write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in facts.items()))


def write_well(data: DataSet, path: Path, samples: NDArray[np.int64] | None = None) -> None:
    """Write samples of a data set, default all, as one file.

    Raises
    ------
    InputError
        If the fields do not fit the format.
    """
    chosen = np.arange(len(data)) if samples is None else samples
    plan, note = _plan(data)
    axes, space, frames = _axes(data), _space(data), _frames(plan)
    with new_hdf5(path) as (file, sink):
        file.attrs.update({
            "dataset_name": data.name, "grid_type": "cartesian", "n_spatial_dims": len(space),
            "n_trajectories": len(chosen), "simulation_parameters": [],
            NOTE: json.dumps(description(data) | {"well": note}),
        })
        _write_dimensions(file, data.grid, axes, space, frames)
        _write_walls(file, data.grid, axes)
        scalars = {name: one for name, one in plan.items() if _is_scalar(one)}
        for order, fields in _by_order({name: one for name, one in plan.items() if name not in scalars}, axes).items():
            group = file.create_group(f"t{order}_fields")
            group.attrs["field_names"] = list(fields)
            for name, components in fields.items():
                _write_field(group, name, [plan[one] for one in components], chosen, len(axes), order)
                sink.check()
        for name, values in data.facts.items():
            file.create_dataset(f"{FACTS}/{name}", data=values[chosen])
        for part, numbers in data.split.items() if samples is None else ():
            file.create_dataset(f"{SPLIT}/{part}", data=numbers)
        group = file.create_group("scalars")
        group.attrs["field_names"] = list(scalars)
        for name, one in scalars.items():
            _write_field(group, name, [one], chosen, 0, 0)


def _space(data: DataSet) -> tuple[int, ...]:
    """Points along each axis: those of the grid, else of the field with fewest axes."""
    if data.grid is not None:
        return data.grid.shape
    shapes = [field.shape[1:] for field in (*data.inputs.values(), *data.outputs.values())]
    return min((shape for shape in shapes if shape), key=len)


def _axes(data: DataSet) -> tuple[str, ...]:
    space = _space(data)
    if len(space) > len(AXES):
        raise InputError(f"{data.name} has fields of {len(space)} axes; files of The Well have up to 3, without time")
    return AXES[: len(space)]


def _is_scalar(series: _Series) -> bool:
    return len(series.parts[0].shape) == 1 + series.timed


def _frames(plan: Mapping[str, _Series]) -> int:
    frames = {name: one.frames for name, one in plan.items() if one.timed}
    if len(set(frames.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in frames.items())
        raise InputError(f"fields differ in their number of frames ({listed}); files of The Well have one for all")
    return next(iter(frames.values()), 1)


def _plan(data: DataSet) -> tuple[dict[str, _Series], dict[str, Any]]:
    """Fields to write by name, and where the inputs and outputs of the data set are in them."""
    space = _space(data)
    timed = [{name: field for name, field in side.items() if _has_frames(data.name, name, field, space)}
             for side in (data.inputs, data.outputs)]
    pairs = {name: name for name in timed[0] if name in timed[1]}
    if len(timed[0]) == len(timed[1]) == 1:
        given, wanted = next(iter(timed[0])), next(iter(timed[1]))
        pairs = {given: wanted} if timed[0][given].shape[2:] == timed[1][wanted].shape[2:] else pairs
    plan: dict[str, _Series] = {}
    note: dict[str, dict[str, Any]] = {"inputs": {}, "outputs": {}}
    for name, field in data.inputs.items():
        after = (data.outputs[pairs[name]],) if name in pairs else ()
        plan[name] = _Series((field, *after), name in timed[0])
        first = field.shape[1] if name in timed[0] else 1
        note["inputs"][name] = [name, 0, first, field.dtype.str]
        if after:
            note["outputs"][pairs[name]] = [name, first, first + after[0].shape[1], after[0].dtype.str]
    for name, field in data.outputs.items():
        if name not in note["outputs"]:
            key = name if name not in plan else f"{name}_wanted"
            plan[key] = _Series((field,), name in timed[1])
            note["outputs"][name] = [key, 0, field.shape[1] if name in timed[1] else 1, field.dtype.str]
    note["outputs"] = {name: note["outputs"][name] for name in data.outputs}
    return plan, note


def _has_frames(where: str, name: str, field: Field, space: tuple[int, ...]) -> bool:
    shape = field.shape[1:]
    if shape in ((), space):
        return False
    if shape[1:] != space:
        said = f"{where}: '{name}' has samples of shape {shape}"
        raise InputError(f"{said}; expected {space}, or one axis of time before that")
    return True


def _by_order(plan: Mapping[str, _Series], axes: Sequence[str]) -> dict[int, dict[str, list[str]]]:
    """Scalars, vectors and tensors by name with their components: v_x and v_y are v, if both are there."""
    found: dict[int, dict[str, list[str]]] = {0: {}, 1: {}, 2: {}}
    left = dict(plan)
    for order in (2, 1):
        ends = ["_" + "".join(index) for index in product(axes, repeat=order)]
        for name in [name for name in left if name.endswith(ends[0])]:
            base = name.removesuffix(ends[0])
            parts = [base + end for end in ends]
            there = base and base not in plan and all(one in left for one in parts)
            if there and len({(left[one].timed, left[one].frames) for one in parts}) == 1:
                found[order][base] = parts
                for one in parts:
                    del left[one]
    found[0] = {name: [name] for name in left}
    return found


def _write_dimensions(file: Any, grid: Grid | None, axes: Sequence[str], space: Sequence[int], frames: int) -> None:
    group = file.create_group("dimensions")
    group.attrs["spatial_dims"] = list(axes)
    group.create_dataset("time", data=np.arange(frames, dtype=np.float32)).attrs["sample_varying"] = False
    points = {} if grid is None else grid.coordinates()
    for axis, length in zip(axes, space, strict=True):
        item = group.create_dataset(axis, data=np.asarray(points.get(axis, np.arange(length)), np.float32).ravel())
        item.attrs.update({"sample_varying": False, "time_varying": False})


def _write_walls(file: Any, grid: Grid | None, axes: Sequence[str]) -> None:
    group = file.create_group("boundary_conditions")
    for side, given in ({} if grid is None else grid.boundary).items():
        axis = axes.index(side[0])
        periodic = given.kind == "periodic"
        name = f"{side[0]}_periodic" if periodic else f"{side[0]}_{'low' if side[1] == '-' else 'high'}"
        if name in group or grid is None:
            continue
        mask = np.zeros(grid.shape[axis], bool)
        mask[[0, -1] if periodic else 0 if side[1] == "-" else -1] = True
        item = group.create_group(name)
        item.attrs.update({
            "associated_dims": [side[0]], "associated_fields": [], "bc_type": MARKS[given.kind],
            "sample_varying": False, "time_varying": False,
        })
        item.create_dataset("mask", data=mask)


def _write_field(
    group: Any, name: str, components: Sequence[_Series], samples: NDArray[np.int64], ndim: int, order: int
) -> None:
    """One field, its components along the last axes."""
    first = components[0]
    lead = (len(samples), *((first.frames,) if first.timed else ()))
    space = first.parts[0].shape[1 + first.timed :]
    dtype = np.result_type(*(part.dtype for one in components for part in one.parts))
    tail = (ndim,) * order
    item = group.create_dataset(
        name, (*lead, *space, *tail), dtype, chunks=(*(1 for _ in lead), *space, *tail) if space else None
    )
    for start, block in _blocks(components, samples):
        item[start : start + len(block)] = block.reshape((*block.shape[:-1], *tail))
    item.attrs.update({"sample_varying": True, "time_varying": first.timed, "dim_varying": [True] * ndim})
    if order == 2:
        item.attrs.update({"symmetric": False, "antisymmetric": False})


def _blocks(components: Sequence[_Series], samples: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Values (n, ..., component), a few megabytes at a time, with the place of the first."""
    size = sum(prod(part.shape[1:]) * part.dtype.itemsize for one in components for part in one.parts)
    step = max(1, BLOCK // max(size, 1))
    for start in range(0, len(samples), step):
        chosen = samples[start : start + step]
        yield start, np.stack([one.read(chosen) for one in components], axis=-1)


def _nested(values: list[float], ndim: int) -> Any:
    """A number, a list for a vector, a list of lists for a tensor."""
    if len(values) == 1:
        return values[0]
    return values if len(values) == ndim else [values[k : k + ndim] for k in range(0, len(values), ndim)]


def _statistics(plan: Mapping[str, _Series], samples: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    """Mean, standard deviation and root mean square of each component, and of its differences from frame to frame."""
    kinds = [f"{key}{suffix}" for suffix in ("", "_delta") for key in ("mean", "std", "rms")]
    found: dict[str, dict[str, float]] = {kind: {} for kind in kinds}
    for name, one in plan.items():
        sums = np.zeros((2, 3))
        for _, block in _blocks([one], samples):
            values = block[..., 0].astype(np.float64)
            steps = np.diff(values, axis=1) if one.timed else np.zeros(0)
            sums += [[v.size, v.sum(), np.square(v).sum()] for v in (values, steps)]
        for suffix, (count, total, squares) in zip(("", "_delta"), sums.tolist(), strict=True):
            mean, square = total / max(count, 1), squares / max(count, 1)
            found[f"mean{suffix}"][name], found[f"rms{suffix}"][name] = mean, square**0.5
            found[f"std{suffix}"][name] = max(square - mean * mean, 0.0) ** 0.5
    return found
