"""Problems that come as a matrix and right-hand sides."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._memory import require_memory
from sciml.cli._clock import Clock
from sciml.cli._estimate import matrix_bytes
from sciml.cli._settings import Settings
from sciml.cli._task import Guess, refuse_settings
from sciml.mesh.io.fields import ARRAY_OUTPUTS, write_arrays
from sciml.pde.io import StoredSystem, read_system, read_vectors
from sciml.pde.matrix_system import MatrixSystem, matrix_system
from sciml.solvers._solution import Solution

__all__ = ["Matrix", "plan_matrix"]

_FIELDS = "the entries of a matrix hold it already"
_NOT_HERE = {
    "shape": "the file gives it", "extent": _FIELDS, "location": _FIELDS, "coefficient": _FIELDS, "shift": _FIELDS,
    "source": "use --rhs FILE", "mask": _FIELDS, "fixed": _FIELDS, "fixed_value": _FIELDS, "bc": _FIELDS,
    "regions": _FIELDS, "refine": "it belongs to meshes", "guess": "networks work on boxes; use --x0",
    "device": "solvers of sparse matrices run on the CPU",
}  # fmt: skip


@dataclass(frozen=True)
class Matrix:
    """A x = b from files.

    Parameters
    ----------
    settings : Settings
        What was asked for; ``settings.problem`` is the matrix.
    stored : StoredSystem
        What the file holds.
    """

    settings: Settings
    stored: StoredSystem
    suffixes = ARRAY_OUTPUTS

    @property
    def memory(self) -> int:
        """Estimated bytes of the solve."""
        return matrix_bytes(self.stored.A.shape[0], self.stored.A.nnz)

    def describe(self) -> str:
        """Rows and entries."""
        return f"{self.settings.problem}: {self.stored.A.shape[0]} rows, {self.stored.A.nnz} entries"

    def assemble(self, clock: Clock) -> tuple[MatrixSystem, Guess]:
        """Read the right-hand side and make it compatible."""
        n = self.stored.A.shape[0]
        with clock.measure("io"):
            b = self._right_hand_side(n)
            x0 = self._guess(n)
        system = matrix_system(self.stored.A, b, self.stored.near_nullspace, project=self.settings.project)
        return system, x0

    def write_solution(self, path: Path, system: MatrixSystem, solution: Solution) -> None:
        """Write x as ``u``."""
        write_arrays(path, {"u": solution.x}, {})

    def write_plot(self, path: Path, system: MatrixSystem, solution: Solution) -> None:
        """Draw the first x over its index, beside the history."""
        from sciml.mesh.io.plot import write_vector_plot

        settings = self.settings
        title = settings.title or (settings.problem.name if settings.problem else "")
        write_vector_plot(path, np.atleast_2d(solution.x)[0], solution.history, title, label=settings.u_label)

    def facts(self, system: MatrixSystem, solution: Solution) -> dict[str, Any]:
        """Sizes, and where the right-hand side came from."""
        return {
            "shape": system.b.shape[-1:],
            "nonzeros": self.stored.A.nnz,
            "symmetric": system.A.is_symmetric,
            "right_hand_side": self.settings.rhs or ("stored with the matrix" if self.stored.b is not None else "ones"),
            "right_hand_sides": 1 if system.b.ndim == 1 else len(system.b),
            "near_nullspace": 0 if system.near_nullspace is None else system.near_nullspace.shape[1],
            "balance": None,
        }

    def _right_hand_side(self, n: int) -> NDArray[np.float64]:
        if self.settings.rhs is not None:
            return read_vectors(self.settings.rhs, n)
        return np.ones(n) if self.stored.b is None else self.stored.b

    def _guess(self, n: int) -> Guess:
        x0 = self.settings.x0
        if x0 is None or isinstance(x0, float):
            return None if x0 is None else np.full(n, x0)
        if isinstance(x0, str):
            raise InputError(f"x0 is the expression '{x0}'; a matrix has no coordinates, give a number or a file")
        return read_vectors(str(x0), n)


def plan_matrix(settings: Settings, clock: Clock) -> Matrix:
    """Read the matrix of a problem: everything else is checked against it.

    Raises
    ------
    InputError
        If the file is not a square real matrix, or settings are given that belong to boxes or meshes.
    """
    refuse_settings(settings, _NOT_HERE, "a matrix")
    with clock.measure("io"):
        stored = read_system(settings.problem or "")
    matrix = Matrix(settings, stored)
    require_memory(matrix.memory, f"a solve of {matrix.describe()}")
    return matrix
