"""The deep conjugate direction method as published, piece by piece: directions kept, activations, losses.

The network published for 64^3 with 8 channels instead of 16, trained on a closed box of 16^3 cells (`Settings.size`
replaces 16): right-hand sides of 400 Ritz vectors, 800 to train on, in batches of 4. Four of them: with ReLU and biases
or linear, trained on what is left of the residual (as published) or of the energy, for 60 s of one core each
(`Settings.fraction` shortens that) with a learning rate of 2e-3 at its peak. Then every network with k = 0, 1, 2, 4
kept directions, on that box and on boxes twice as large and with obstacles, neither of which it has seen, beside CG,
MIC(0)-PCG and multigrid; training is not part of the times. f is normal noise.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sciml.bench import Answer, Contender, Problem, Settings, Table, compare
from sciml.bench.contest import Choice, Contest, Entrant, data_set
from sciml.bench.tables import Row
from sciml.datasets.fields import obstacles
from sciml.datasets.generate.engine import Order
from sciml.datasets.generate.ritz import Ritz
from sciml.mesh import Boundary, Grid
from sciml.models import load_model
from sciml.models.dcdm import NetworkDirections
from sciml.pde import poisson
from sciml.solvers import CG, PCG, Directions, Multigrid

__all__ = ["run"]

TRAINING = 60.0  # processor seconds of each training
SAMPLES = (800, 100, 100)
KEPT = (0, 1, 2, 4)
RATE = 2e-3
EARLY = 1e-4  # the published tolerance
MAXITER = 120  # of networks: a step costs as much as some hundred of CG
SHARED = {"train.batch_size": 4, "model.name": "dcdm-published", "model.network": "64", "model.hidden_channels": 8}
ENTRANTS = tuple(
    Entrant(f"{kind} {loss}", {"8 channels": {"model.linear": kind == "linear", "loss.name": loss}}, (RATE,))
    for kind in ("linear", "ReLU") for loss in ("residual", "energy")
)


def problem(n: int, solid: int, seed: int) -> Problem:
    """A closed cube with balls and boxes in it."""
    shape = (n,) * 3
    grid = Grid(
        shape, boundary=dict.fromkeys("xyz", Boundary("neumann")), mask=obstacles(shape, solid, seed) if solid else None
    )
    title = f"closed box{' with obstacles' if solid else ''}, {n}^3"
    return Problem(title, poisson(grid, source=0.0), Problem.noise(shape, seed + 1))


def contest(settings: Settings, n: int) -> Contest:
    """The trainings on one file of right-hand sides."""
    counts = [max(8, round(count * settings.fraction)) for count in SAMPLES]
    order = Order("ritz", Ritz(400), sum(counts), n, settings.seed, (counts[0], counts[1], counts[2]))
    file = data_set(order, Path(settings.runs, "data", f"ritz-{n}-{sum(counts)}-{settings.seed}.h5"))
    return Contest(f"ablation-{n}", SHARED | {"data.files": [str(file.resolve())]}, settings, ENTRANTS)


class Watched:
    """A solver as a contender that remembers its last history."""

    def __init__(self, name: str, solver: Any, facts: Row | None = None) -> None:
        self.name, self.solver, self.facts = name, solver, facts or {}
        self.history: list[float] = []

    def contender(self) -> Contender:
        """For `compare`."""
        return Contender(
            self.name, lambda problem: self.solver.setup(problem.A), self._solve,
            compiles=not isinstance(self.solver, Directions),  # what it uses CG has compiled
        )

    def _solve(self, state: Any, problem: Problem, rtol: float) -> Answer:
        maxiter = MAXITER if isinstance(self.solver, Directions) else None
        solution = self.solver.solve(state, problem.b, rtol=rtol, maxiter=maxiter)
        self.history = solution.history
        return Answer(solution.x, solution.iterations)

    def columns(self) -> Row:
        """Iterations to the published tolerance, and what the training took."""
        reached = np.flatnonzero(np.array(self.history) <= EARLY)
        return {"iterations_to_1e-4": int(reached[0]) if len(reached) else None} | self.facts


def trained(held: Contest, entrant: Entrant, seed: int) -> tuple[list[Watched], Row]:
    """A network with every number of kept directions, and the row of its training; none before that is finished."""
    (size, settings), = entrant.sizes.items()
    outcome = held.train(Choice(entrant.name, size, RATE, settings), seed, TRAINING)
    if outcome is None:
        return [], {"network": entrant.name, "status": "not run"}
    model = NetworkDirections(load_model(outcome.path))
    row: Row = {
        "network": entrant.name, "parameters": outcome.parameters, "epochs": outcome.epochs,
        "training_seconds": outcome.seconds, "validation_loss": outcome.validation, "status": outcome.status,
    }
    facts: Row = {"training_seconds": outcome.seconds}
    return [Watched(f"DCDM {entrant.name}, k = {k}", Directions(model, k), facts) for k in KEPT], row


def compared(solvers: Sequence[Watched], given: Problem, settings: Settings) -> Table:
    """The usual columns and those of `Watched`."""
    table = compare([one.contender() for one in solvers], given, settings)
    rows = [row | one.columns() for row, one in zip(table.rows, solvers, strict=True)]
    return Table(table.title, rows)


def run(settings: Settings) -> list[Table]:
    """Four problems, and what the trainings came to."""
    n = settings.size or 16
    held = contest(settings, n)
    solvers = [
        Watched("sciml cg", CG()), Watched("sciml pcg, mic0", PCG("mic0")), Watched("sciml multigrid", Multigrid())
    ]
    trainings: list[Row] = []
    for entrant in ENTRANTS:
        networks, row = trained(held, entrant, settings.seed)
        solvers += networks
        trainings.append(row)
    problems = [problem(size, solid, settings.seed) for size in (n, 2 * n) for solid in (0, 6)]
    tables = [compared(solvers, one, settings) for one in problems]
    title = f"Trainings of {TRAINING * settings.fraction:g} s on a closed box of {n}^3 cells"
    note = "The loss is what one step leaves of validation samples: of ||r||^2, or of the error's squared energy norm."
    return [*tables, Table(title, trainings, note)]
