"""Problems on a box: arrays and expressions over a grid."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sciml._errors import InputError
from sciml._expressions import Expression
from sciml._memory import require_memory
from sciml.cli._boundary import conditions_on
from sciml.cli._clock import Clock
from sciml.cli._estimate import box_bytes
from sciml.cli._inputs import read_inputs
from sciml.cli._report import balance_facts
from sciml.cli._settings import Settings
from sciml.cli._task import Guess, refuse_settings
from sciml.mesh.faces import faces_to_unknowns
from sciml.mesh.grid import AXES, Grid
from sciml.mesh.io.arrays import ArrayFile
from sciml.mesh.io.fields import FIELD_SUFFIXES, carries_vectors, write_fields
from sciml.pde import GridSystem, boundary_balance, flux, poisson
from sciml.solvers._solution import Solution

if TYPE_CHECKING:
    from sciml.cli._learned_guess import LearnedGuess

__all__ = ["Box", "plan_box"]


@dataclass(frozen=True)
class Box:
    """A Poisson problem on a grid.

    Parameters
    ----------
    settings : Settings
        What was asked for.
    grid : Grid
        Box and boundary conditions; mask and fixed cells follow when files are read.
    batch : int
        Number of right-hand sides.
    learned : LearnedGuess, optional
        A network whose prediction is the initial guess.
    """

    settings: Settings
    grid: Grid
    batch: int
    learned: "LearnedGuess | None" = None
    suffixes = FIELD_SUFFIXES

    @property
    def memory(self) -> int:
        """Estimated bytes of the solve."""
        return box_bytes(self.settings, self.grid, self.batch)

    def describe(self) -> str:
        """Cells or nodes along every axis, and the number of right-hand sides."""
        batch = f" x {self.batch} right-hand sides" if self.batch > 1 else ""
        return f"{' x '.join(map(str, self.grid.shape))} {self.grid.location}s{batch}"

    def assemble(self, clock: Clock) -> tuple[GridSystem, Guess]:
        """Read the inputs and discretise; the initial guess is cut to the unknowns."""
        with clock.measure("io"):
            given = read_inputs(self.settings, self.grid)
        system = poisson(given.grid, given.coefficient, given.source, shift=given.shift, project=self.settings.project)
        if self.learned is not None:
            with clock.measure("guess"):
                return system, self.learned.start(given, system)
        unknowns: tuple[Any, ...] = (..., *system.index)
        return system, None if given.x0 is None else np.ascontiguousarray(given.x0[unknowns])

    def write_solution(self, path: Path, system: GridSystem, solution: Solution) -> None:
        """Write u, with the flux where the format takes more than one field."""
        fields = {"u": system.expand(solution.x)}
        if carries_vectors(path):
            fields["flux"] = faces_to_unknowns(system.domain, flux(system, solution.x))
        write_fields(path, system.domain, fields)

    def write_plot(self, path: Path, system: GridSystem, solution: Solution) -> None:
        """Draw slices of the first u beside the history."""
        from sciml.mesh.io.plot import write_plot

        u, settings = system.expand(solution.x), self.settings
        write_plot(
            path, system.domain, u if u.ndim == system.domain.ndim else u[0], solution.history, settings.title,
            label=settings.u_label, length_unit=settings.length_unit,
        )

    def facts(self, system: GridSystem, solution: Solution) -> dict[str, Any]:
        """The grid and the balance; what a learned guess was worth where a report was asked for."""
        told = self.learned is not None and "zero_guess" in solution.details
        return {
            "shape": system.domain.shape,
            "extent": system.domain.extent,
            "location": system.domain.location,
            "right_hand_sides": self.batch,
            "balance": balance_facts(boundary_balance(system, solution.x)),
            **(self.learned.facts(system, solution) if self.learned and told else {}),
        }


def plan_box(settings: Settings, clock: Clock) -> Box:
    """Check settings and file headers of a problem on a box.

    Raises
    ------
    InputError
        At the first thing that does not fit.
    """
    elsewhere = {"rhs": "it belongs to matrices; use --source", "refine": "use a larger --shape"}
    refuse_settings(settings, elsewhere, "a box")
    files = {name: value for name, value in settings.fields().items() if isinstance(value, ArrayFile)}
    with clock.measure("io"):
        stored = {name: file.header().shape for name, file in files.items()}
    grid = _grid(settings, stored)
    batch = _batch(stored, files, grid)
    box = Box(settings, grid, batch)
    require_memory(box.memory, f"a solve of {box.describe()}")
    _check_fields(settings, grid)
    if settings.guess is None:
        return box
    with clock.measure("load"):
        return replace(box, learned=_learned(settings, settings.guess, grid))


def _learned(settings: Settings, run: Path, grid: Grid) -> "LearnedGuess":
    from sciml.cli._learned_guess import plan_guess  # imports torch

    if settings.x0 is not None:
        raise InputError("--x0 and --guess are both given; a solve starts from one of them")
    return plan_guess(run, grid, settings.threads)


def _grid(settings: Settings, stored: Mapping[str, tuple[int, ...]]) -> Grid:
    shape = settings.shape
    if shape is None:
        if not stored:
            raise InputError("no shape given; use --shape 128,128,128 (grid.shape in a problem file) or an array file")
        # The source comes last: it may have a leading axis of right-hand sides.
        shape = min(stored.items(), key=lambda item: item[0] in ("source", "x0"))[1]
    if not 1 <= len(shape) <= 3 or min(shape) < 1:
        raise InputError(f"shape {shape} cannot be a grid; expected 1 to 3 axes with at least one unknown each")
    return Grid(
        shape,
        settings.extent,
        "node" if settings.location == "node" else "cell",
        conditions_on(settings.bc, len(shape)),
    )


def _batch(stored: Mapping[str, tuple[int, ...]], files: Mapping[str, ArrayFile], grid: Grid) -> int:
    for name, shape in stored.items():
        is_batch = name in ("source", "x0") and len(shape) == grid.ndim + 1 and shape[1:] == grid.shape and shape[0] > 0
        if shape != grid.shape and not is_batch:
            lead = " (a leading axis may count right-hand sides)" if name == "source" else ""
            raise InputError(f"{name} {files[name]} has shape {shape}; expected {grid.shape}{lead}")
    source, x0 = stored.get("source", grid.shape), stored.get("x0", grid.shape)
    batch = source[0] if len(source) > grid.ndim else 1
    if len(x0) > grid.ndim and x0[0] != batch:
        raise InputError(f"x0 has shape {x0} for {batch} right-hand sides; expected {grid.shape} or one guess each")
    return batch


def _check_fields(settings: Settings, grid: Grid) -> None:
    count = len(settings.coefficient)
    if count not in (1, grid.ndim):
        raise InputError(f"coefficient has {count} entries; expected 1, or one an axis of the shape {grid.shape}")
    names = AXES[: grid.ndim]
    for name, value in settings.fields().items():
        if isinstance(value, Mapping):
            names_given = ", ".join(value)
            raise InputError(f"{name} is given by region ({names_given}); a box takes [[region]] in a problem file")
        if isinstance(value, str):
            try:
                Expression(value, names)
            except InputError as error:
                raise InputError(f"{name}: {error}") from None
    for number, painted in enumerate(settings.regions, 1):
        try:
            painted.region.window(grid)
            for text in (painted.region.where, *painted.values.values()):
                if isinstance(text, str):
                    Expression(text, names)
        except InputError as error:
            raise InputError(f"region {number}: {error}") from None
