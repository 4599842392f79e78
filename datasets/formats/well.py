"""HDF5 files of The Well: trajectories with named fields of scalars, vectors and tensors, in one file or a folder."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet
from sciml.datasets.formats.arrange import arranged, listing
from sciml.datasets.formats.box import box_of
from sciml.datasets.formats.described import restored
from sciml.datasets.formats.hdf5_kind import contents, is_hdf5
from sciml.datasets.formats.roles import role_of, split_by_name
from sciml.datasets.protocols import protocol_of
from sciml.datasets.stores import Hdf5Array, Hdf5File, Tiled
from sciml.datasets.view import View, joined
from sciml.mesh import AXES, Boundary, Grid
from sciml.mesh.boundary import BoundaryKind

__all__ = ["FACTS", "GROUPS", "NOTE", "SPLIT", "WALLS", "open_files", "recognises"]

# Group to the number of axes that the components of its fields have.
GROUPS = {"t0_fields": 0, "t1_fields": 1, "t2_fields": 2}
WALLS: Mapping[str, BoundaryKind] = {"PERIODIC": "periodic", "WALL": "dirichlet", "OPEN": "neumann"}
# Attribute with what files written here know beyond the format.
NOTE = "sciml"
# Groups with a number for each sample, and with the split of a lone file; not of the format either.
FACTS, SPLIT = "samples", "split"


@dataclass(frozen=True, eq=False)
class _Series:
    """A component of a field: its values (n, T, *space), and whether they vary in time."""

    whole: Tiled
    layer: Mapping[int, int]
    timed: bool

    def field(self, start: int = 0, stop: int | None = None, dtype: str | None = None) -> View:
        """Frames `start` to `stop`, or the only one."""
        return View(self.whole, window={**self.layer, 1: slice(start, stop) if self.timed else 0}, dtype=dtype)


def recognises(path: Path) -> bool:
    """Whether it is an HDF5 file with fields of The Well, or a folder of such files.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    if path.is_dir():
        files = _inside(path)
        return bool(files) and all(role_of(_placed(file)) is not None for file in files) and recognises(files[0])
    if not is_hdf5(path):
        return False
    attributes, names = contents(path)
    return "n_spatial_dims" in attributes and bool(set(GROUPS) & set(names))


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """Files of one shape, or folders of them whose ``train``, ``valid`` and ``test`` are the split.

    Raises
    ------
    InputError
        If a file is damaged, or differs from the first in fields or shape.
    """
    files = [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]
    history = protocol_of("the-well", protocol).history
    with ExitStack() as closing:
        opened = [Hdf5File(file) for file in files]
        for one in opened:
            closing.callback(one.close)
        made = [_series(one) for one in opened]
        for file, series in zip(files, made, strict=True):
            if list(series) != list(made[0]):
                found, first = (listing(list(one)) for one in (series, made[0]))
                raise InputError(f"{file} has the fields {found}, and {files[0]} {first}; expected the same in all")
        note = opened[0].handle().attrs.get(NOTE)
        plans = _noted(str(note), files[0]) if note else _planned(made[0], history, files[0])
        inputs, outputs = (
            {name: joined([one[key].field(*ends) for one in made], files) for name, (key, *ends) in plan.items()}
            for plan in plans
        )
        counts = [next(iter(series.values())).whole.shape[0] for series in made]
        split = split_by_name([_placed(file) for file in files], counts)
        if not split and len(files) == 1:
            split = {part: item[:] for part, item in opened[0].handle().get(SPLIT, {}).items()}
        if note and protocol is None:
            return restored(str(note), inputs, outputs, split, _facts(opened), closing, files[0])
        grid, origin = _grid(opened[0])
        return arranged(
            _name(opened[0]), "the-well", protocol, inputs=inputs, outputs=outputs, counts=counts,
            closing=closing, grid=grid, parts=split, attributes={"origin": origin},
        )


def _inside(folder: Path) -> list[Path]:
    """Files of a folder and those below: for training, for validation, for test."""
    files = [file for suffix in ("hdf5", "h5") for file in folder.rglob(f"*.{suffix}")]
    order = {"train": 0, "val": 1, "test": 2}
    return sorted(files, key=lambda file: (order.get(role_of(_placed(file)) or "", 3), file))


def _placed(file: Path) -> Path:
    """What tells the part of a file: its folder if that does, whatever its own name says."""
    inside = file.parent / "data"
    return inside if role_of(inside) else file


def _series(file: Hdf5File) -> dict[str, _Series]:
    """All components of all fields, and what is one number a trajectory or frame."""
    handle = file.handle()
    try:
        axes = [str(_text(name)) for name in handle["dimensions"].attrs["spatial_dims"]]
        whole = (
            int(handle.attrs["n_trajectories"]), int(handle["dimensions/time"].shape[-1]),
            *(int(handle[f"dimensions/{axis}"].shape[-1]) for axis in axes),
        )
        found: dict[str, _Series] = {}
        for group, order in GROUPS.items():
            for name in handle.get(group, {}):
                found |= _components(file, f"{group}/{name}", order, whole, axes)
        for name in handle.get("scalars", {}):
            found |= _components(file, f"scalars/{name}", 0, whole[:2], [])
    except (KeyError, ValueError) as error:
        raise InputError(f"{file.path} is not complete ({error}); expected a file of The Well") from None
    if not found:
        raise InputError(f"{file.path} has no fields; expected some in {', '.join(GROUPS)}")
    return found


def _components(
    file: Hdf5File, key: str, order: int, whole: tuple[int, ...], axes: Sequence[str]
) -> dict[str, _Series]:
    """Components of a field by name; axes along which it does not vary are not stored, or of length 1."""
    store = Hdf5Array(file, key)
    attributes = file.handle()[key].attrs
    varying = [bool(attributes["sample_varying"]), bool(attributes["time_varying"])]
    timed = varying[1]
    along = [bool(one) for one in attributes.get("dim_varying", [True] * len(axes))]
    width = len(axes)
    flat = order == 2 and (len(store.shape) < 2 or store.shape[-2:] != (width, width))
    trailing = 1 if flat else order
    present = len(store.shape) - trailing - sum(varying)
    if present == len(axes):
        along = [True] * len(axes)
    if present != sum(along):
        said = f"{file.path}:{key} has the shape {store.shape}"
        raise InputError(f"{said}; expected those axes of {whole} along which it varies")
    kept = [*varying, *along]
    places = [sum(kept[:k]) if one else None for k, one in enumerate(kept)]
    for place, length in zip(places, whole, strict=True):
        if place is not None and store.shape[place] not in (1, length):
            raise InputError(f"{file.path}:{key} has the shape {store.shape}; expected {whole} along its axes")
    tail = store.shape[len(store.shape) - trailing :]
    tiled = Tiled(
        store, (*places, *range(len(store.shape) - trailing, len(store.shape))), (*whole, *tail)
    )
    name, base = key.partition("/")[2], len(whole)
    if order == 0:
        return {name: _Series(tiled, {}, timed)}
    found = {}
    for index in product(range(width), repeat=order):
        layer = {base: index[0] * width + index[1]} if flat else dict(enumerate(index, base))
        found[f"{name}_{''.join(axes[k] for k in index)}"] = _Series(tiled, layer, timed)
    return found


Plan = dict[str, tuple[Any, ...]]


def _planned(series: Mapping[str, _Series], history: int, path: Path) -> tuple[Plan, Plan]:
    """The first frames are given, the others wanted; what does not vary in time is given."""
    timed = [name for name, one in series.items() if one.timed and len(one.whole.shape) > 2]
    frames = next(iter(series.values())).whole.shape[1]
    if not timed or frames < 2:
        raise InputError(f"{path} has {frames} frames of {listing(timed)}; expected two or more of at least one field")
    first = min(history, frames - 1)
    inputs: Plan = {name: (name, 0, first) for name in series}
    return inputs, {name: (name, first, frames) for name in timed}


def _noted(note: str, path: Path) -> tuple[Plan, Plan]:
    """Which frames of which fields the data set that was written had."""
    try:
        plans = json.loads(note)["well"]
        return tuple({str(name): tuple(plan) for name, plan in plans[side].items()} for side in ("inputs", "outputs"))  # type: ignore[return-value]
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} has a damaged description ({error!r}); convert it again") from None


def _facts(files: Sequence[Hdf5File]) -> dict[str, NDArray[Any]]:
    """Numbers of each sample that files written here keep."""
    groups = [file.handle().get(FACTS, {}) for file in files]
    return {name: np.concatenate([group[name][:] for group in groups]) for name in groups[0]}


def _grid(file: Hdf5File) -> tuple[Grid | None, list[float]]:
    """The box of a Cartesian file with conditions on its sides, and its lower corner."""
    handle = file.handle()
    box = handle["dimensions"]
    names = [str(_text(name)) for name in box.attrs["spatial_dims"]]
    if _text(handle.attrs.get("grid_type", "cartesian")) != "cartesian" or len(names) > 3:
        return None, []
    axes = [np.asarray(box[name], np.float64) for name in names]
    if any(x.ndim != 1 for x in axes):
        return None, []
    return box_of(axes, tuple(map(len, axes)), _walls(handle, names))


def _walls(handle: Any, names: Sequence[str]) -> dict[str, Boundary]:
    """Conditions of the sides that the masks name; of the others, as walls."""
    found: dict[str, Boundary] = {}
    for group in handle.get("boundary_conditions", {}).values():
        kind = WALLS.get(str(_text(group.attrs.get("bc_type", ""))).upper(), "neumann")
        dims = [str(_text(name)) for name in group.attrs.get("associated_dims", [])]
        mask = np.asarray(group["mask"], bool) if "mask" in group else None
        for axis, dim in enumerate(dims):
            side = AXES[names.index(dim)]
            for sign, layer in (("-", 0), ("+", -1)):
                everywhere = mask is None or mask.ndim != len(dims) or kind == "periodic"
                if everywhere or (mask is not None and mask.take(layer, axis).all()):
                    found[side + sign] = Boundary(kind)
    return found


def _name(file: Hdf5File) -> str:
    return str(_text(file.handle().attrs.get("dataset_name", file.path.stem)))


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
