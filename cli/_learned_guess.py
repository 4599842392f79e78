"""The initial guess of ``sciml solve --guess RUN``: what a trained network predicts for the problem on the box."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.cli._inputs import Inputs
from sciml.mesh.grid import AXES, Grid
from sciml.pde import GridSystem
from sciml.solvers._solution import Solution

if TYPE_CHECKING:
    from sciml.train.trained import Trained

__all__ = ["LearnedGuess", "plan_guess"]

Array = NDArray[np.float64]

# Inputs of networks that a problem on a box can give.
KNOWN = ("coefficient", "source", "mask", "boundary")


@dataclass(eq=False)
class LearnedGuess:
    """A network that fits the grid, and later what it predicted.

    Parameters
    ----------
    trained : Trained
    threads : int, optional
        Of torch.
    rows : ndarray, shape (batch, N)
        Predictions over the unknowns, one a right-hand side.
    multiples : list of float
        What each was multiplied by.
    """

    trained: "Trained"
    threads: int | None
    rows: Array = field(default_factory=lambda: np.zeros((0, 0)))
    multiples: list[float] = field(default_factory=list)

    def start(self, given: Inputs, system: GridSystem) -> Array:
        """The best multiple of the prediction for every right-hand side, in the shape of b."""
        from sciml.solvers._guess import energy_multiple
        from sciml.solvers._run import initial_guesses
        from sciml.train.native import predict_guess

        x = _network_inputs(self.trained.record["inputs"], given)
        predicted = predict_guess(self.trained, x, given.grid, self.threads)[:, 0].astype(np.float64)
        inside: tuple[Any, ...] = (..., *system.index)
        b = system.b.reshape(-1, system.A.shape[0])
        rows = initial_guesses(system.A, predicted[inside], b.shape)
        assert rows is not None
        self.rows = rows
        self.multiples = [energy_multiple(system.A, *pair) for pair in zip(b, rows, strict=True)]
        return np.asarray((rows * np.array(self.multiples)[:, None]).reshape(system.b.shape))

    def facts(self, system: GridSystem, solution: Solution) -> dict[str, Any]:
        """Keys of the report; with several right-hand sides the energies are lists, residuals the largest."""
        from sciml.solvers._guess import energy_error_estimate, energy_norm, relative_residual
        from sciml.solvers.multigrid import Multigrid
        from sciml.train.native import native_shape

        A, u, b = system.A, self.rows, system.b.reshape(self.rows.shape)
        x, state = solution.x.reshape(b.shape), Multigrid().setup(A)
        r = [f - A @ row for f, row in zip(b, u, strict=True)]
        energies = {
            "guess_multiple": self.multiples,
            "energy_error_estimate": [energy_error_estimate(state, row) for row in r],
            "energy_error": [energy_norm(A, row) for row in u - x],
            "energy_norm": [energy_norm(A, v) for v in x],
        }
        return {
            "guess": str(self.trained.path),
            "predicted_at": native_shape(self.trained, system.domain),
            "residual_guess": max(relative_residual(A, f, row) for f, row in zip(b, u, strict=True)),
            **{name: values if len(b) > 1 else values[0] for name, values in energies.items()},
            **solution.details["zero_guess"],
        }


def plan_guess(run: Path, grid: Grid, threads: int | None) -> LearnedGuess:
    """Load the network of a run and check that it suits the grid.

    Raises
    ------
    InputError
        If there is no run, or it was trained for other problems.
    """
    from sciml.train.trained import Trained, check_grid

    try:
        trained = Trained.of(run)
        check_grid(grid, trained.grid)
    except InputError as error:
        raise InputError(f"--guess {run}: {error}") from None
    equation, inputs = trained.record["equation"], trained.record["inputs"]
    if equation is not None and equation.get("kind") != "poisson":
        raise InputError(f"--guess {run}: it was trained on {equation.get('kind')}; expected a run on Poisson problems")
    unknown = [name for name in inputs if name not in KNOWN]
    if unknown or len(inputs) != trained.in_channels or trained.out_channels != 1:
        raise InputError(
            f"--guess {run}: its network maps {', '.join(inputs)} ({trained.in_channels} channels) to "
            f"{trained.out_channels}; expected single fields {', '.join(KNOWN)} to one field"
        )
    if min(grid.shape) < 2:
        raise InputError(f"--guess {run}: the shape {grid.shape} is too small; expected at least 2 points an axis")
    return LearnedGuess(trained, threads)


def _network_inputs(names: list[str], given: Inputs) -> NDArray[np.float32]:
    """Channels (batch, channels, *grid): as many samples as right-hand sides if the network sees the source, else 1."""
    fields = [_field(name, given) for name in names]
    shape = given.grid.shape
    batch = max(values.shape[0] for values in fields)
    return np.stack([np.broadcast_to(values, (batch, *shape)) for values in fields], axis=1).astype(np.float32)


def _field(name: str, given: Inputs) -> Array:
    """One input (1 or batch, *grid), 0 inside obstacles, where a file may hold anything."""
    grid = given.grid
    active = np.ones(grid.shape, bool) if grid.mask is None else np.asarray(grid.mask, bool)
    if name == "mask":
        return active[None].astype(np.float64)
    if name == "boundary":
        return _rim(grid)[None]
    values = getattr(given, name)
    if isinstance(values, tuple):
        raise InputError(f"--guess needs one {name} for all axes, {len(values)} are given; leave --guess out")
    if not (isinstance(values, np.ndarray) and values.ndim > grid.ndim):
        values = np.broadcast_to(grid.evaluate(values, name), grid.shape)[None]
    return np.where(active, np.asarray(values, np.float64), 0.0)


def _rim(grid: Grid) -> Array:
    """Dirichlet values in the outermost cells, as data sets hold them; in corners the mean of the sides that meet."""
    total, sides = np.zeros(grid.shape), np.zeros(grid.shape)
    for side, condition in grid.boundary.items():
        if condition.kind == "dirichlet":
            axis = AXES.index(side[0])
            where = 0 if side[1] == "-" else -1
            np.moveaxis(total, axis, 0)[where] += np.moveaxis(grid.side_values(side), axis, 0)[0]
            np.moveaxis(sides, axis, 0)[where] += 1
    return np.asarray(total / np.maximum(sides, 1))
