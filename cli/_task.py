"""What the command asks of every kind of problem: a box, a mesh or a matrix."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.cli._clock import Clock
from sciml.cli._settings import Settings
from sciml.pde import Component
from sciml.solvers._solution import Solution

__all__ = ["Guess", "System", "Task", "refuse_settings"]

Guess: TypeAlias = NDArray[np.float64] | None


class System(Protocol):
    """A u = b, ready to be solved."""

    @property
    def A(self) -> Any:
        """The operator."""

    @property
    def b(self) -> NDArray[np.float64]:
        """Right-hand sides."""

    @property
    def components(self) -> tuple[Component, ...]:
        """Floating components."""


class Task(Protocol):
    """A problem that passed every check possible without reading arrays."""

    @property
    def settings(self) -> Settings:
        """What was asked for."""

    @property
    def memory(self) -> int:
        """Estimated bytes of the solve."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Formats the solution can be written in."""

    def describe(self) -> str:
        """Sizes in words, as in ``64 x 64 cells``."""

    def assemble(self, clock: Clock) -> tuple[Any, Guess]:
        """Read the inputs (timed as ``io``), discretise; the system and the initial guess over its unknowns."""

    def write_solution(self, path: Path, system: Any, solution: Solution) -> None:
        """Write u, and what else the format carries."""

    def write_plot(self, path: Path, system: Any, solution: Solution) -> None:
        """Draw u and the history of residuals."""

    def facts(self, system: Any, solution: Solution) -> dict[str, Any]:
        """Keys of the report that depend on the kind of problem."""


def refuse_settings(settings: Settings, names: Mapping[str, str], what: str) -> None:
    """Refuse settings that mean nothing for a kind of problem.

    Parameters
    ----------
    settings : Settings
        What was asked for.
    names : mapping of str to str
        Setting to what to do instead.
    what : str
        The kind of problem, as messages call it.

    Raises
    ------
    InputError
        Naming the first one given.
    """
    default = Settings()
    for name, instead in names.items():
        if getattr(settings, name) != getattr(default, name):
            raise InputError(f"--{name.replace('_', '-')} is given for {what}; {instead}")
