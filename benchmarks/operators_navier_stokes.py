"""Operators as steps in time: periodic MgNO, the same padded with zeros, and FNO on a forced flow.

Vorticity on 64^2 points of the periodic square, viscosity 1e-3, frames at times 0, 1, ..., 10; 100 flows to train on,
10 to choose by, 20 to judge. A step maps a frame and the force, which stays, to the next frame: networks that are
exactly periodic cannot tell places apart, so the force must be given. All predict the change of the frame. They are
trained on pairs of frames for 95 s of the processor, with the same loss, schedule and batches; each at the best of
three learning rates, found in half the time as a mean over two seeds (FNO's are higher: it gains up to 6e-3, where
MgNO breaks down). Errors are those of ten steps from frame 0, as one tensor, and of the first step.
`Settings.size` replaces 64, `Settings.fraction` shortens everything.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sciml.bench import Settings, Table
from sciml.bench.contest import Choice, Contest, Entrant, compared, data_set, mean_and_spread
from sciml.bench.tables import Row
from sciml.bench.trainings import Outcome
from sciml.datasets.generate.engine import Order
from sciml.datasets.generate.navier_stokes import NavierStokes
from sciml.models import MODELS, Pretrained, model_class
from sciml.train.evaluate import evaluate

__all__ = ["run"]

CHOOSING, TRAINING = 47.5, 95.0
RATES = (1.5e-3, 3e-3, 6e-3)
FASTER = (3e-3, 6e-3, 1.2e-2)
SAMPLES = (100, 10, 20)
SHARED = {"time.training": "pairs", "loss.name": "rel_l2", "train.batch_size": 8}


class Change(Pretrained):
    """A network that predicts the change of the first channels it is given.

    Parameters
    ----------
    in_channels, out_channels : int
    network : str
        Name of its kind.
    options : mapping
        Further arguments of its constructor.
    """

    def __init__(self, in_channels: int, out_channels: int, network: str, options: Mapping[str, Any]) -> None:
        super().__init__()
        self.config = {
            "in_channels": in_channels, "out_channels": out_channels, "network": network, "options": dict(options),
        }
        self.network = model_class(network)(in_channels=in_channels, out_channels=out_channels, **options)
        self.out_channels = out_channels

    def forward(self, x: Tensor) -> Tensor:
        """The next frame from the frame and the force."""
        return torch.as_tensor(x[:, : self.out_channels] + self.network(x))


MODELS["change"] = (__name__, "Change")


def settings_of(network: str, **options: Any) -> dict[str, Any]:
    """Settings of the model."""
    return {"model.name": "change", "model.network": network, "model.options": options}


def entrant(name: str, size: str, settings: Mapping[str, Any], rates: Sequence[float] = RATES) -> Entrant:
    """One size."""
    return Entrant(name, {size: settings}, rates)


STEPS = [[1, 0], [1, 0], [1, 0], [1, 0], [2, 0]]
CYCLES = {"hidden_channels": 16, "n_layers": 4, "steps": STEPS}
MODES = [24, 24]
ENTRANTS = (
    entrant("MgNO, periodic", "16 channels",
            settings_of("mgno", **CYCLES, boundary="periodic", location="node")),
    entrant("MgNO, zeros outside", "16 channels", settings_of("mgno", **CYCLES, boundary="dirichlet")),
    entrant("FNO", "width 20", settings_of("fno", n_modes=MODES, hidden_channels=20), FASTER),
)


def data(settings: Settings, n: int) -> Path:
    """The flows."""
    counts = [max(4, round(count * settings.fraction)) for count in SAMPLES]
    recipe = NavierStokes(start=0, history=1, frames=10)
    order = Order("navier-stokes", recipe, sum(counts), n, settings.seed, (counts[0], counts[1], counts[2]))
    return data_set(order, Path(settings.runs, "data", f"flows-{n}-{sum(counts)}-{settings.seed}.h5"))


def first_step(outcomes: Sequence[Outcome | None]) -> Row:
    """Error of the first step in percent, over the seeds that are finished."""
    found = [100 * evaluate(one.path).report["metrics"]["rel_l2"]["per_step"][0] for one in outcomes if one is not None]
    return mean_and_spread("first_step_percent", found) if found else {}


def run(settings: Settings) -> list[Table]:
    """Comparison and choice."""
    n = settings.size or 64
    shared = SHARED | {"data.files": [str(data(settings, n).resolve())]}
    held = Contest("flow", shared, settings, ENTRANTS, undisturbed=True)
    chosen = [held.choose(one, CHOOSING, TRAINING, seeds=2) for one in ENTRANTS]
    choices: list[Choice] = [choice for choice, _ in chosen if choice is not None]
    seeds = range(settings.seed, settings.seed + settings.repeats)
    title = f"{n}^2 points, ten steps, {TRAINING * settings.fraction:g} s of one core"
    main, trained = compared(title, held, choices, seeds, TRAINING)
    for row, outcomes in zip(main.rows, trained.values(), strict=True):
        row |= first_step(outcomes)
    tried = [row for _, rows in chosen for row in rows]
    return [main, Table(f"Choice on validation flows, {CHOOSING * settings.fraction:g} s each", tried)]
