"""MATLAB files of the FNO family, level 5 or 7.3: ``coeff`` and ``sol``, ``a`` and ``u``, ``input`` and ``output``."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.formats.arrange import arranged, listing, node_grid
from sciml.datasets.formats.mat5_variables import is_mat5, store_of, variables
from sciml.datasets.formats.roles import split_by_name
from sciml.datasets.protocols import Protocol, protocol_of
from sciml.datasets.stores import Hdf5Array, Hdf5File, Store
from sciml.datasets.view import View, joined
from sciml.mesh import Grid
from sciml.mesh.io.matlab import is_hdf5

__all__ = ["open_files", "recognises"]

Sides: TypeAlias = tuple[dict[str, Field], dict[str, Field]]
Window: TypeAlias = Mapping[int, int | slice]

KNOWN = {"coeff", "sol", "a", "u", "t", "input", "output"}
PLASTICITY = ("x", "y", "displacement_x", "displacement_y")


@dataclass(frozen=True, eq=False)
class _Array:
    """A variable: its store, and for every axis that MATLAB shows the axis of the store."""

    store: Store
    axes: tuple[int, ...]
    dtype: Any

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.store.shape[axis] for axis in self.axes)

    def field(self, window: Window | None = None, order: Sequence[int] | None = None) -> View:
        """Parts of axes, and which of them in which order."""
        order = range(len(self.axes)) if order is None else order
        parts = {self.axes[axis]: part for axis, part in (window or {}).items()}
        dtype = None if self.dtype.kind == "b" else self.dtype
        return View(self.store, [self.axes[axis] for axis in order], parts, dtype)


def recognises(path: Path) -> bool:
    """Whether the first bytes are those of a MATLAB file of level 5 or 7.3.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    return path.is_file() and (is_hdf5(path) or is_mat5(path))


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """One file, or several whose samples follow one another (``smooth1.mat`` and ``smooth2.mat``).

    Raises
    ------
    InputError
        If a file is damaged, has none of the known names of variables, or differs from the first.
    """
    with ExitStack() as closing:
        opened = [_contents(path, closing) for path in paths]
        kinds = {_kind(arrays, path) for arrays, path in zip(opened, paths, strict=True)}
        if len(kinds) > 1:
            names = listing([path.name for path in paths])
            raise InputError(f"{names} hold {' and '.join(sorted(kinds))}; open one kind at a time")
        kind = kinds.pop()
        chosen = protocol_of(kind, protocol)
        made = [LAYOUTS[kind](arrays, chosen) for arrays in opened]
        inputs, outputs = (
            {name: joined([one[side][name] for one in made], paths) for name in made[0][side]} for side in (0, 1)
        )
        counts = [next(iter(one[1].values())).shape[0] for one in made]
        return arranged(
            paths[0].stem, kind, protocol, inputs=inputs, outputs=outputs, counts=counts,
            grid=_grid(kind, opened[0], chosen), closing=closing, parts=split_by_name(paths, counts),
        )


def _contents(path: Path, closing: ExitStack) -> dict[str, _Array]:
    if not is_hdf5(path):
        found = {name: variable for name, variable in variables(path).items() if name in KNOWN}
        _check_names(path, list(found) or list(variables(path)), bool(found))
        stored = {name: (*store_of(path, one, closing), one.dtype) for name, one in found.items()}
        return {name: _Array(*given) for name, given in stored.items()}
    file = Hdf5File(path)
    closing.callback(file.close)
    names = [name for name, item in file.handle().items() if getattr(item, "shape", None)]
    _check_names(path, names, bool(KNOWN & set(names)))
    arrays = {name: Hdf5Array(file, name) for name in names if name in KNOWN}
    # MATLAB stores the first axis contiguously: HDF5 sees all axes in reverse.
    return {name: _Array(one, tuple(range(len(one.shape)))[::-1], one.dtype) for name, one in arrays.items()}


def _check_names(path: Path, names: list[str], some: bool) -> None:
    if not some:
        raise InputError(
            f"{path} holds {listing(names)}; expected variables coeff and sol, a and u, u, or input and output"
        )


def _kind(arrays: dict[str, _Array], path: Path) -> str:
    if {"coeff", "sol"} <= set(arrays):
        a, u = arrays["coeff"].shape, arrays["sol"].shape
        if a != u or len(u) != 3:
            raise InputError(f"{path}: coeff has the shape {a} and sol {u}; expected (samples, x, y) for both")
        return {512: "darcy-rough", 1023: "darcy-multiscale"}.get(u[-1], "darcy")
    if {"input", "output"} <= set(arrays) and len(arrays["output"].shape) == 5:
        return "plasticity"
    _check_names(path, list(arrays), "u" in arrays and ("a" in arrays or len(arrays["u"].shape) == 4))
    u, a = arrays["u"].shape, arrays["a"].shape if "a" in arrays else ()
    if a and a != u and not _time_axes(u, a):
        raise InputError(f"{path}: a has the shape {a} and u {u}; expected the same, or one axis of time more in u")
    return "navier-stokes" if len(u) == 4 else "darcy" if len(a) == 3 else "burgers"


def _time_axes(u: tuple[int, ...], a: tuple[int, ...]) -> list[int]:
    """Axes of u without which it has the shape of a, the last first: that is where time usually is."""
    return [axis for axis in range(len(u) - 1, 0, -1) if u[:axis] + u[axis + 1 :] == a]


def _darcy(arrays: dict[str, _Array], chosen: Protocol) -> Sides:
    a, u = (arrays[first if first in arrays else second] for first, second in (("coeff", "a"), ("sol", "u")))
    points = {1: chosen.points, 2: chosen.points}
    return {"coefficient": a.field(points)}, {"solution": u.field(points)}


def _burgers(arrays: dict[str, _Array], chosen: Protocol) -> Sides:
    a, u = arrays["a"], arrays["u"]
    initial: dict[str, Field] = {"initial": a.field({1: chosen.points})}
    if a.shape == u.shape:
        return initial, {"solution": u.field({1: chosen.points})}
    time = _time_axes(u.shape, a.shape)[0]
    space = 3 - time
    return initial, {"solution": u.field({space: chosen.points}, (0, time, space))}


def _navier_stokes(arrays: dict[str, _Array], chosen: Protocol) -> Sides:
    u, time = arrays["u"], _time_axis(arrays)
    order = (0, time, *(axis for axis in (1, 2, 3) if axis != time))
    points = dict.fromkeys(order[2:], chosen.points)
    given, wanted = (points | {time: part} for part in chosen.frames(u.shape[time]))
    return {"vorticity": u.field(given, order)}, {"solution": u.field(wanted, order)}


def _time_axis(arrays: dict[str, _Array]) -> int:
    """Of u: as long as t, where more than one would do."""
    if "a" not in arrays:
        return 3
    u = arrays["u"].shape
    ranked = _time_axes(u, arrays["a"].shape)
    length = max(arrays["t"].shape) if "t" in arrays else u[ranked[0]]
    return next((axis for axis in ranked if u[axis] == length), ranked[0])


def _plasticity(arrays: dict[str, _Array], chosen: Protocol) -> Sides:
    out = arrays["output"]  # (sample, i, j, time, channel)
    channels = zip(PLASTICITY, range(out.shape[4]), strict=False)
    return {"die": arrays["input"].field()}, {name: out.field({4: one}, (0, 3, 1, 2)) for name, one in channels}


LAYOUTS = {
    "darcy": _darcy, "darcy-rough": _darcy, "darcy-multiscale": _darcy, "burgers": _burgers,
    "navier-stokes": _navier_stokes, "plasticity": _plasticity,
}


def _grid(kind: str, arrays: dict[str, _Array], chosen: Protocol) -> Grid | None:
    """The nodes of the values, by what is known of the published files."""
    if kind == "plasticity":
        return None
    if kind.startswith("darcy"):
        shape = arrays["sol" if "sol" in arrays else "u"].shape[1:]
        return node_grid(shape, chosen.points, "dirichlet")
    if kind == "burgers":
        return node_grid(arrays["a"].shape[1:], chosen.points, "periodic")
    time = _time_axis(arrays)
    space = [n for axis, n in enumerate(arrays["u"].shape) if axis not in (0, time)]
    return node_grid(space, chosen.points, "periodic")
