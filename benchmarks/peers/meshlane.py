"""Mesh files by meshlane, the maintained fork of meshio."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["is_installed", "read", "write"]


def is_installed() -> bool:
    """Whether meshlane can be imported."""
    return find_spec("meshlane") is not None


def read(path: Path) -> Any:
    """The mesh of a file."""
    import meshlane

    return meshlane.read(path)


def write(path: Path, mesh: Any, u: np.ndarray) -> None:
    """Points, cells of the highest dimension and u as VTU, binary and without compression as ours."""
    import meshlane

    kind = "triangle" if "triangle" in mesh.cells_dict else "tetra"
    only = meshlane.Mesh(mesh.points, [(kind, mesh.cells_dict[kind])], point_data={"u": u})
    meshlane.write(path, only, binary=True, compression=None)
