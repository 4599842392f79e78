"""HDF5 files of PDEBench: arrays over all samples (A), one group a sample (B), or flows driven by a force (C)."""

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.formats.arrange import arranged, listing
from sciml.datasets.formats.box import box_of
from sciml.datasets.formats.hdf5_kind import contents, is_hdf5
from sciml.datasets.protocols import Protocol, protocol_of
from sciml.datasets.stores import Hdf5Array, Hdf5File, PerSample, Store
from sciml.datasets.view import View, joined
from sciml.mesh import AXES, Boundary, Grid
from sciml.mesh.boundary import BoundaryKind

__all__ = ["open_files", "recognises"]

GAS = ("density", "pressure", "Vx", "Vy", "Vz")
CHANNELS = {"diff-react": ("activator", "inhibitor"), "rdb": ("height",), "diff-sorp": ("concentration",)}
PARAMETERS = re.compile(r"(beta|Nu|nu|Rho|rho|[Ee]ta|[Zz]eta|M)_?([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)")
NAMES = "tensor, density, velocity and force, or groups 0000, 0001, ... with data"


def recognises(path: Path) -> bool:
    """Whether it is an HDF5 file with the data sets of one of the three layouts.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    return is_hdf5(path) and _layout(contents(path)[1]) is not None


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """One file, or several with the same parameters.

    Raises
    ------
    InputError
        If a file is damaged, or differs from the first in layout, parameters or shape.
    """
    layouts = [_layout(contents(path)[1]) for path in paths]
    if len(set(layouts)) != 1 or layouts[0] is None:
        raise InputError(f"{listing([path.name for path in paths])} have different layouts; open one kind at a time")
    kind, read = LAYOUTS[layouts[0]]
    if kind == "pdebench-groups" and "rdb" in paths[0].stem:
        kind = "pdebench"  # shallow water is split like the files of layout A
    chosen = protocol_of(kind, protocol)
    with ExitStack() as closing:
        files = []
        for path in paths:
            files.append(Hdf5File(path))
            closing.callback(files[-1].close)
        made = [read(file, chosen) for file in files]
        parameters = [_parameters(file) for file in files]
        _check_parameters(paths, parameters)
        inputs, outputs = (
            {name: joined([one[side][name] for one in made], paths) for name in made[0][side]} for side in (0, 1)
        )
        grid, origin = _grid(files[0], inputs, outputs)
        return arranged(
            paths[0].stem, kind, protocol, inputs=inputs, outputs=outputs, closing=closing, grid=grid,
            counts=[next(iter(one[1].values())).shape[0] for one in made],
            attributes={"parameters": parameters[0], "origin": origin} | _times(files[0]),
        )


Sides = tuple[dict[str, Field], dict[str, Field]]


def _layout(names: Sequence[str]) -> str | None:
    if {"velocity", "force"} <= set(names):
        return "C"
    if "tensor" in names or "density" in names:
        return "A"
    return "B" if names and all(re.fullmatch(r"\d{4,}", name) for name in names) else None


def _arrays(file: Hdf5File, chosen: Protocol) -> Sides:
    """Layout A: ``tensor`` (n, t, x), ``nu`` (n, x, y) and ``tensor`` (n, 1, x, y), or quantities of a gas."""
    names = set(file.handle())
    if "nu" in names:
        a, u = Hdf5Array(file, "nu"), Hdf5Array(file, "tensor")
        return {"coefficient": View(a)}, {"solution": View(u, window={1: 0})}
    if "tensor" in names:
        return _in_time({"": Hdf5Array(file, "tensor")}, chosen)
    return _in_time({name: Hdf5Array(file, name) for name in GAS if name in names}, chosen)


def _groups(file: Hdf5File, chosen: Protocol) -> Sides:
    """Layout B: ``0000/data`` (t, x, ..., channel) and so on."""
    handle = file.handle()
    wrong = next((name for name in handle if "data" not in handle[name]), None)
    if wrong is not None:
        raise InputError(f"{file.path}:{wrong} holds {listing(list(handle[wrong]))}; expected data")
    parts = [Hdf5Array(file, f"{name}/data") for name in sorted(handle)]
    for part in parts:
        if part.shape != parts[0].shape or len(part.shape) < 3:
            raise InputError(
                f"{file.path}:{part.name} has the shape {part.shape} and the first {parts[0].shape}; "
                "expected (t, x, ..., channel) in all groups"
            )
    whole, last = PerSample(parts), len(parts[0].shape)
    channels = whole.shape[-1]
    known = next((names for key, names in CHANNELS.items() if key in file.path.stem and len(names) == channels), None)
    names = known or tuple(f"u{channel}" for channel in range(channels))
    return _in_time(dict.fromkeys(names, whole), chosen, {name: {last: channel} for channel, name in enumerate(names)})


def _driven(file: Hdf5File, chosen: Protocol) -> Sides:
    """Layout C: ``velocity`` and ``particles`` (n, t, x, y, channel), ``force`` (n, x, y, channel)."""
    names = {"velocity": ("Vx", "Vy"), "particles": ("particles",)}
    stores: dict[str, Store] = {}
    layers: dict[str, dict[int, int | slice]] = {}
    for key, parts in names.items():
        if key in file.handle():
            stores |= dict.fromkeys(parts, Hdf5Array(file, key))
            layers |= {part: {4: channel} for channel, part in enumerate(parts)}
    inputs, outputs = _in_time(stores, chosen, layers)
    force = Hdf5Array(file, "force")
    inputs |= {f"force_{axis}": View(force, window={3: channel}) for channel, axis in enumerate("xy")}
    return inputs, outputs


LAYOUTS = {"A": ("pdebench", _arrays), "B": ("pdebench-groups", _groups), "C": ("pdebench", _driven)}


def _in_time(
    stores: Mapping[str, Store], chosen: Protocol, layers: Mapping[str, Mapping[int, int | slice]] | None = None
) -> Sides:
    """The first frames are given, those that follow are wanted; a lone field is called ``initial`` and ``solution``."""
    inputs: dict[str, Field] = {}
    outputs: dict[str, Field] = {}
    for name, store in stores.items():
        given, wanted = chosen.frames(store.shape[1])
        part = partial(View, store)
        layer = dict((layers or {}).get(name, {}))
        alone = len(stores) == 1
        inputs["initial" if alone else name] = part(window=layer | {1: given})
        outputs["solution" if alone else name] = part(window=layer | {1: wanted})
    return inputs, outputs


def _parameters(file: Hdf5File) -> dict[str, float]:
    """Numbers among the attributes, else those in the name of the file."""
    found = {name: value for name, value in file.handle().attrs.items() if np.ndim(value) == 0}
    numbers = {str(name): float(value) for name, value in found.items() if isinstance(value, int | float | np.number)}
    return numbers or {name: float(value) for name, value in PARAMETERS.findall(file.path.stem)}


def _check_parameters(paths: Sequence[Path], parameters: Sequence[Mapping[str, float]]) -> None:
    for path, one in zip(paths, parameters, strict=True):
        if one != parameters[0]:
            raise InputError(
                f"{path} has the parameters {one} and {paths[0]} {parameters[0]}; samples of different equations are "
                "not joined: open the files one by one"
            )


def _grid(file: Hdf5File, inputs: Mapping[str, Field], outputs: Mapping[str, Field]) -> tuple[Grid | None, list[float]]:
    """The box of the coordinates that are stored, and its lower corner."""
    handle = file.handle()
    first = handle[min(handle)]
    box = first.get("grid", handle) if hasattr(first, "get") else handle
    keys = [next((key for key in (axis, f"{axis}-coordinate") if key in box), None) for axis in AXES]
    axes = [np.asarray(box[key], np.float64) for key in keys if key is not None]
    shape = next(iter(outputs.values())).shape
    walls = _walls(file.path.stem, len(axes), "coefficient" in inputs)
    return box_of(axes, shape[len(shape) - len(axes) :], walls)


def _times(file: Hdf5File) -> dict[str, list[float]]:
    """Of the frames: the generators write one time more than frames."""
    handle = file.handle()
    if "t-coordinate" not in handle:
        return {}
    frames = handle["tensor" if "tensor" in handle else "density"].shape[1]
    return {"times": handle["t-coordinate"][:frames].tolist()}


def _walls(stem: str, ndim: int, is_darcy: bool) -> dict[str, Boundary]:
    """By what the set is known to solve: files do not say."""
    kind: BoundaryKind = "periodic"
    if is_darcy:
        kind = "dirichlet"
    elif any(word in stem for word in ("diff-react", "diff-sorp", "rdb", "Trans")):
        kind = "neumann"
    return dict.fromkeys(AXES[:ndim], Boundary(kind))
