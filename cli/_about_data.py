"""What is in a file of samples, as lines a person reads."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sciml.datasets.dataset import DataSet
    from sciml.mesh import Grid

__all__ = ["about", "opened"]

# Attributes of our files that have a line of their own or say nothing to a person.
KNOWN = ("sciml_format", "version", "name", "equation", "generator", "seed", "parts")


def opened(path: Path) -> "DataSet":
    """The data set of a file or folder, in any format that is read.

    Raises
    ------
    InputError
        If there is no such file, or it is none.
    """
    from sciml._errors import InputError
    from sciml.datasets.open import open_dataset

    if not path.exists():
        raise InputError(f"there is no file {path}; sciml data generate makes one")
    return open_dataset(path)


def about(path: Path) -> dict[str, str]:
    """Name and text of every line.

    Raises
    ------
    InputError
        If it is not a data set.
    """
    from sciml._memory import readable_bytes
    from sciml.datasets.atoms.frames import is_atoms
    from sciml.datasets.dataset import PARTS

    with opened(path) as data:
        lines = {"name": data.name, "samples": str(len(data)), "size": readable_bytes(_size(path))}
        for group in ("inputs", "outputs"):
            for name, values in getattr(data, group).items():
                lines[f"{group}/{name}"] = f"{_by(values.shape[1:])} {values.dtype}"
        if is_atoms(data):
            lines |= _atoms(data)
        if data.grid is not None:
            lines |= _grid(data.grid)
        if data.split:
            lines["split"] = ", ".join(f"{name} {len(data.split[name])}" for name in PARTS if name in data.split)
            lines["protocol"] = data.protocol
        if data.equation and not is_atoms(data):
            lines["equation"] = _pairs(data.equation)
        lines |= _origin(data.attributes)
        if "residual" in data.facts:
            lines["largest residual"] = f"{data.facts['residual'].max():.1e}"
        return lines


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")))


def _grid(grid: "Grid") -> dict[str, str]:
    walls: dict[str, list[str]] = {}
    for side, wall in grid.boundary.items():
        value = "" if wall.kind == "periodic" else f" {wall.value}"
        transfer = "" if wall.transfer is None else f" transfer {wall.transfer}"
        walls.setdefault(f"{wall.kind}{value}{transfer}", []).append(side)
    return {
        "grid": f"{_by(grid.shape)} {grid.location}s, extent {_by(grid.extent)}",
        "boundary": "; ".join(f"{' '.join(at)} {what}" for what, at in walls.items()),
    }


def _atoms(data: "DataSet") -> dict[str, str]:
    """What frames are of: numbers of atoms, species, axes that repeat, labels and units."""
    import numpy as np

    from sciml.datasets.atoms.frames import LABELS, UNITS, frames_with, symbols_of

    counts, periodic = data.facts["atoms"], data.inputs["periodic"][:]
    axes = np.unique(periodic, axis=0)
    lines = {
        "atoms": f"{counts.min()} to {counts.max()} a frame, {counts.sum()} in all" if np.ptp(counts) else
                 f"{counts[0]} a frame, {counts.sum()} in all",
        "species": " ".join(symbols_of(data)),
        "periodic": "differs from frame to frame" if len(axes) > 1 else
                    " ".join(axis for axis, is_one in zip("abc", axes[0], strict=True) if is_one) or "no",
    }
    for label in LABELS:
        count = int(np.count_nonzero(frames_with(data, label)))
        lines[label] = f"{'all' if count == len(data) else count or 'no'} frames, {UNITS[label]}"
    return lines


def _origin(attributes: dict[str, Any]) -> dict[str, str]:
    lines = {name: str(value) for name, value in attributes.items() if name not in KNOWN}
    generator = dict(attributes.get("generator") or {})
    if "converted" in generator:
        found = generator["converted"].items()
        said = {key: value for key, value in found if value not in ([], None) and key not in KNOWN}
        lines["converted"] = _pairs(said)
    elif generator:
        lines["generator"] = str(generator.get("generator", "unknown"))
        lines["parameters"] = _pairs(generator.get("parameters") or {})
    if "seed" in attributes:
        lines["seed"] = str(attributes["seed"])
    return lines


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _by(lengths: tuple[Any, ...]) -> str:
    return " x ".join(f"{length:g}" for length in lengths) or "scalar"
