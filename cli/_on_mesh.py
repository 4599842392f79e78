"""Problems on an unstructured mesh from a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._expressions import Expression
from sciml._memory import require_memory
from sciml.cli._boundary import ALL, conditions_by_name
from sciml.cli._clock import Clock
from sciml.cli._estimate import mesh_bytes
from sciml.cli._report import balance_facts
from sciml.cli._settings import Settings
from sciml.cli._task import Guess, refuse_settings
from sciml.cli._values import FieldValue, RegionValues
from sciml.mesh import AXES, Mesh
from sciml.mesh.io import read_mesh, write_mesh
from sciml.mesh.io.arrays import ArrayFile
from sciml.mesh.io.fields import ARRAY_OUTPUTS, carries_vectors, write_arrays
from sciml.mesh.regions import paint_cells
from sciml.mesh.rest import name_rest
from sciml.pde import MeshSystem, boundary_balance, flux, poisson
from sciml.pde.p1.fields import evaluate
from sciml.solvers._solution import Solution

__all__ = ["OnMesh", "plan_mesh"]

_NOT_HERE = {
    "shape": "the mesh gives it", "extent": "the mesh gives it", "location": "unknowns are the vertices",
    "mask": "leave cells out of the mesh", "fixed": "name a boundary of the mesh and use --bc",
    "fixed_value": "name a boundary of the mesh and use --bc", "rhs": "it belongs to matrices; use --source",
    "device": "solvers of sparse matrices run on the CPU", "guess": "networks work on boxes; use --x0",
}  # fmt: skip
UNNAMED = "unnamed"


@dataclass(frozen=True)
class OnMesh:
    """A Poisson problem on a mesh.

    Parameters
    ----------
    settings : Settings
        What was asked for; ``settings.problem`` is the file.
    mesh : Mesh
        As read, with its conditions; refined when assembled.
    """

    settings: Settings
    mesh: Mesh
    suffixes = (*ARRAY_OUTPUTS, ".vtu")

    @property
    def memory(self) -> int:
        """Estimated bytes of the solve."""
        d = self.mesh.dimension
        growth = 2 ** (d * self.settings.refine)
        return mesh_bytes(self.mesh.n_points * growth, self.mesh.n_cells * growth, d)

    def describe(self) -> str:
        """Points and cells of the file, and how often it is refined."""
        cells = ", ".join(f"{len(block)} {kind}" for kind, block in self.mesh.cells.items())
        refined = f", refined {self.settings.refine} times" if self.settings.refine else ""
        return f"{self.settings.problem}: {self.mesh.n_points} points, {cells}{refined}"

    def assemble(self, clock: Clock) -> tuple[MeshSystem, Guess]:
        """Refine, read the fields and assemble; each stage is timed."""
        settings = self.settings
        with clock.measure("refine"):
            mesh = self.mesh.refine(settings.refine) if settings.refine else self.mesh
        with clock.measure("io"):
            given = {name: _load(value) for name, value in settings.fields().items()}
        k = tuple(_painted(mesh, "coefficient", v, settings) for n, v in given.items() if n.startswith("coefficient"))
        with clock.measure("assembly"):
            system = poisson(
                mesh,
                k if len(k) > 1 else k[0],
                _painted(mesh, "source", given["source"], settings),
                shift=_painted(mesh, "shift", given["shift"], settings),
                project=settings.project,
            )
        x0 = None if settings.x0 is None else _at_points(mesh, given["x0"])
        return system, None if x0 is None else np.ascontiguousarray(x0[..., *system.index])

    def write_solution(self, path: Path, system: MeshSystem, solution: Solution) -> None:
        """Write u at the vertices, with the flux of the cells and the mesh itself where the format takes them."""
        u, mesh = system.expand(solution.x), system.domain
        if path.suffix.lower() == ".vtu":
            through = flux(system, solution.x)
            write_mesh(mesh, path, point_data=_numbered("u", u, 1), cell_data=_numbered("flux", through, 2))
        elif carries_vectors(path):
            arrays = {"u": u, "flux": flux(system, solution.x), "points": mesh.points}
            write_arrays(path, arrays | {f"cells/{kind}": block for kind, block in mesh.cells.items()}, {})
        else:
            write_arrays(path, {"u": u}, {})

    def write_plot(self, path: Path, system: MeshSystem, solution: Solution) -> None:
        """Draw the first u beside the history."""
        from sciml.mesh.io.mesh_plot import write_mesh_plot

        u, settings = np.atleast_2d(system.expand(solution.x))[0], self.settings
        write_mesh_plot(
            path, system.domain, u, solution.history, settings.title, label=settings.u_label,
            length_unit=settings.length_unit,
        )

    def facts(self, system: MeshSystem, solution: Solution) -> dict[str, Any]:
        """The mesh and the balance."""
        mesh = system.domain
        return {
            "shape": (mesh.n_points,),
            "mesh": {
                "points": mesh.n_points,
                "cells": {kind: len(block) for kind, block in mesh.cells.items()},
                "boundaries": {name: sum(map(len, facets.values())) for name, facets in mesh.boundaries.items()},
                "regions": {name: len(cells) for name, cells in mesh.regions.items()},
                "worst_quality": float(self.mesh.quality().min()),
            },
            "right_hand_sides": 1 if system.b.ndim == 1 else len(system.b),
            "balance": balance_facts(boundary_balance(system, solution.x)),
        }


def plan_mesh(settings: Settings, clock: Clock) -> OnMesh:
    """Read the mesh of a problem: everything else is checked against it.

    Raises
    ------
    InputError
        If the file is not a sound mesh of the plane or of solids, or settings do not fit it.
    """
    refuse_settings(settings, _NOT_HERE, "a mesh")
    with clock.measure("io"), clock.measure("read"):
        mesh = read_mesh(settings.problem or "")
    with clock.measure("check"):
        mesh.check()
    if mesh.dimension < mesh.ndim:
        raise InputError(
            f"{settings.problem} is a surface in space; expected triangles or quads in a plane, or tetrahedra or "
            "hexahedra; fill the surface with a mesh generator"
        )
    if any(name == ALL for name, _ in settings.bc):
        mesh = name_rest(mesh, UNNAMED)
    planned = OnMesh(settings, mesh.with_conditions(conditions_by_name(settings.bc, tuple(mesh.boundaries))))
    require_memory(planned.memory, f"a solve on {planned.describe()}")
    _check_expressions(settings, mesh)
    return planned


def _check_expressions(settings: Settings, mesh: Mesh) -> None:
    names = AXES[: mesh.ndim]
    for name, value in settings.fields().items():
        for text in value.values() if isinstance(value, Mapping) else [value]:
            if isinstance(text, str):
                try:
                    Expression(text, names)
                except InputError as error:
                    raise InputError(f"{name}: {error}") from None


def _load(value: FieldValue | RegionValues) -> Any:
    return value.read() if isinstance(value, ArrayFile) else value


def _painted(mesh: Mesh, name: str, given: Any, settings: Settings) -> Any:
    """A field as given, or one value a cell when regions of the problem file set it."""
    layers = [(r.name, r.region, r.values[name]) for r in settings.regions if name in r.values]
    if not layers:
        return given
    if isinstance(given, Mapping):
        raise InputError(f"{name} is given by region and by [[region]] tables; use one of them")
    return paint_cells(mesh, given, layers)


def _at_points(mesh: Mesh, given: Any) -> NDArray[np.float64]:
    if isinstance(given, str):
        return evaluate(given, mesh.points, "x0")
    values = np.asarray(given, dtype=np.float64)
    if values.ndim and values.shape[-1] != mesh.n_points:
        raise InputError(f"x0 has shape {values.shape}; expected ({mesh.n_points},), one value a point")
    if not np.all(np.isfinite(values)):
        raise InputError(f"x0 has {np.sum(~np.isfinite(values))} entries that are not finite; expected numbers")
    return np.broadcast_to(values, (*values.shape[:-1], mesh.n_points))


def _numbered(name: str, values: NDArray[np.float64], ndim: int) -> dict[str, NDArray[np.float64]]:
    """A field by its name, several right-hand sides as ``name_0``, ``name_1``, ..."""
    return {name: values} if values.ndim == ndim else {f"{name}_{k}": part for k, part in enumerate(values)}
