"""Sets of .npy files as Geo-FNO publishes them: meshes in one file, values in another, samples first or last."""

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.formats.arrange import arranged, listing, node_grid
from sciml.datasets.formats.npy_layout import mapped_npy
from sciml.datasets.protocols import protocol_of
from sciml.datasets.stores import Mapped
from sciml.datasets.view import View

__all__ = ["open_files", "recognises"]


@dataclass(frozen=True)
class Layout:
    """A published set.

    Parameters
    ----------
    kind : str
        Key of the protocols.
    inputs, outputs : mapping of str to names
        Regular expression of a file's stem to the names of its fields, one for each layer of its axis of channels;
        a single name is that of a file without such an axis.
    last : bool
        Whether published files count samples along the last axis.
    """

    kind: str
    inputs: Mapping[str, tuple[str, ...]]
    outputs: Mapping[str, tuple[str, ...]]
    last: bool = False


FLOW = ("density", "velocity_x", "velocity_y", "pressure", "mach")
XY: tuple[str, str] = ("x", "y")

LAYOUTS = (
    Layout("airfoil", {"NACA_Cylinder_X": ("x",), "NACA_Cylinder_Y": ("y",)}, {"NACA_Cylinder_Q": FLOW}),
    Layout("airfoil", {"NACA_X": ("x",), "NACA_Y": ("y",)}, {"NACA_Q": FLOW}),
    Layout("pipe", {"Pipe_X": ("x",), "Pipe_Y": ("y",)}, {"Pipe_Q": ("velocity_x", "velocity_y", "pressure")}),
    Layout("elasticity", {r"Random_UnitCell_XY_\d+": XY}, {r"Random_UnitCell_sigma_\d+": ("stress",)}, last=True),
    Layout(
        "elasticity", {r"Random_UnitCell_mask_\d+_interp": ("mask",)},
        {r"Random_UnitCell_sigma_\d+_interp": ("stress",)}, last=True,
    ),
    Layout(
        "elasticity", {f"Random_UnitCell_Deform_{axis}_\\d+_interp": (axis.lower(),) for axis in "XY"},
        {r"Random_UnitCell_Deform_sigma_\d+_interp": ("stress",)}, last=True,
    ),
    Layout("helmholtz", {"Helmholtz_inputs": ("speed",)}, {"Helmholtz_outputs": ("solution",)}, last=True),
)


def recognises(path: Path) -> bool:
    """Whether the file is an array of NumPy, or the folder holds a set known by its names.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    if path.is_dir():
        return bool(_sets(_stems([path])))
    with path.open("rb") as file:
        return file.read(6) == b"\x93NUMPY"


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """A folder, all files of a set, or one of them (the others are looked for beside it).

    Raises
    ------
    InputError
        If a file is missing, damaged, or does not fit the others.
    """
    layout, files = _chosen(paths)
    arrays = {pattern: mapped_npy(path) for pattern, path in files.items()}
    axis = _sample_axis(layout, arrays, files)
    chosen = protocol_of(layout.kind, protocol)
    sides: list[dict[str, Field]] = [{}, {}]
    for fields, names in zip(sides, (layout.inputs, layout.outputs), strict=True):
        for pattern, parts in names.items():
            fields |= _fields(arrays[pattern], parts, axis, chosen.points, files[pattern])
    first = next(iter(sides[1].values()))
    grid = node_grid(first.shape[1:], slice(None), "dirichlet") if layout.kind == "helmholtz" else None
    return arranged(
        next(iter(files.values())).stem, layout.kind, protocol, inputs=sides[0], outputs=sides[1],
        counts=[first.shape[0]], closing=ExitStack(), grid=grid,
    )


def _stems(paths: Sequence[Path]) -> dict[str, Path]:
    """Arrays by the stem of their name, those beside the given ones included."""
    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in paths)
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.npy"))}


def _sets(stems: Mapping[str, Path]) -> list[tuple[Layout, dict[str, Path | None]]]:
    """Sets of which at least one file is there, each pattern with its file."""
    found = []
    for layout in LAYOUTS:
        files = {
            pattern: next((path for stem, path in stems.items() if re.fullmatch(pattern, stem)), None)
            for pattern in (*layout.inputs, *layout.outputs)
        }
        if any(files.values()):
            found.append((layout, files))
    return found


def _chosen(paths: Sequence[Path]) -> tuple[Layout, dict[str, Path]]:
    stems = _stems(paths)
    given = [path for path in paths if not path.is_dir()]
    sets = [(one, files) for one, files in _sets(stems) if all(path in files.values() for path in given)]
    if len(sets) != 1:
        names = listing([path.name for path in given] or list(stems))
        expected = listing([", ".join((*one.inputs, *one.outputs)) for one, _ in sets] or [one.kind for one in LAYOUTS])
        what = "several sets" if sets else "no published set of .npy files"
        raise InputError(f"{paths[0]}: {names} belong to {what}; name one file of one set ({expected})")
    layout, files = sets[0]
    missing = [pattern.replace(r"\d+", "10") + ".npy" for pattern, path in files.items() if path is None]
    if missing:
        raise InputError(f"{paths[0]}: {listing(missing)} of the set is missing; put all its files into one folder")
    return layout, {pattern: path for pattern, path in files.items() if path is not None}


def _sample_axis(layout: Layout, arrays: Mapping[str, Mapped], files: Mapping[str, Path]) -> int:
    """0 or -1: where all arrays have the same length, the published place first."""
    shapes = [array.shape for array in arrays.values()]
    for axis in (-1, 0) if layout.last else (0, -1):
        if len({shape[axis] for shape in shapes}) == 1 and _fit(layout, arrays, axis):
            return axis
    listed = ", ".join(f"{files[pattern].name} {array.shape}" for pattern, array in arrays.items())
    raise InputError(f"shapes do not fit each other: {listed}; expected one number of samples, first or last in all")


def _fit(layout: Layout, arrays: Mapping[str, Mapped], axis: int) -> bool:
    """Whether each array has its axis of channels when samples are counted along `axis`."""
    names = {**layout.inputs, **layout.outputs}
    return all(
        len(parts) == 1 or len(parts) in _without(arrays[pattern].shape, axis) for pattern, parts in names.items()
    )


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[1:] if axis == 0 else shape[:-1]


def _fields(array: Mapped, parts: tuple[str, ...], axis: int, points: slice, path: Path) -> dict[str, Field]:
    ndim = len(array.shape)
    samples = axis % ndim
    rest = [k for k in range(ndim) if k != samples]
    if len(parts) == 1:
        return {parts[0]: View(array, (samples, *rest), dict.fromkeys(rest, points))}
    channels = next(k for k in rest if array.shape[k] == len(parts))
    space = [k for k in rest if k != channels]
    return {
        name: View(array, (samples, *space), dict.fromkeys(space, points) | {channels: layer})
        for layer, name in enumerate(parts)
    }
