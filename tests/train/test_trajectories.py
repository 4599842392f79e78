"""Steps in time: windows, unrolled losses, roll-outs of steps that are known, protocols and what is refused."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import training
from moving import heat_step, write_moving
from published_files import LAYOUTS, mat73, values
from same_run import assert_same_run
from training import settings_for

from sciml._errors import InputError
from sciml.datasets.generate.navier_stokes import initial_vorticity, stepper
from sciml.datasets.generate.torus import Torus
from sciml.mesh import Boundary, Grid
from sciml.train import Config, Status, resumed, started
from sciml.train.augment import act, odd_fields, symmetries
from sciml.train.build import prepare
from sciml.train.losses import rel_l2
from sciml.train.prepared import Prepared
from sciml.train.rollout import Layout, rollout
from sciml.train.task import Task
from sciml.train.tasks.trajectory import TrajectoryTask

PERIODIC = Boundary("periodic")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_moving(tmp_path_factory.mktemp("data") / "heat.h5")


def prepared(path: Path, training: str, model: str = "tiny", **more: Any) -> tuple[Prepared[Task], TrajectoryTask]:
    settings = {"time__training": training, **more}
    with ExitStack() as stack:
        found = prepare(settings_for(model, path, **settings), stack)
    assert isinstance(found.task, TrajectoryTask)
    return found, found.task


class Exact(torch.nn.Module):
    """The step of the heat equation between normalised fields, with the history that is given."""

    def __init__(self, task: TrajectoryTask) -> None:
        super().__init__()
        encoder = task.fields.encoder
        self.latest, self.ratio = task.history - 1, encoder.std[-1] / encoder.std[0]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # The mean of u survives a step, and the normalised force has mean 0 as the force has.
        return heat_step(torch.stack((x[:, self.latest], x[:, -1]), 1), self.ratio)


@pytest.mark.parametrize("shape", [(16,), (8, 6), (4, 6, 5)])
@pytest.mark.parametrize(("training", "history"), [("pairs", 1), ("pairs", 2), ("rollout", 2)])
@pytest.mark.parametrize("normalise", ["gaussian", "none"])
def test_the_true_step_gives_the_data(
    tmp_path: Path, shape: tuple[int, ...], training: str, history: int, normalise: str
) -> None:
    path = write_moving(tmp_path / "h.h5", shape=shape, wanted=12)
    model = "unet" if len(shape) != 2 else "tiny"
    _, task = prepared(path, training, model, time__history=history, data__normalise=normalise)
    found = task.evaluate(Exact(task), task.indices("val"))
    for k in range(task.frames):
        assert found[f"rel_l2_step{k + 1}"].max() < 3e-6
    assert found["rel_l2"].max() < 3e-6
    assert found["rel_h1"].max() < 1e-5
    assert float(task.loss(Exact(task), task.batch(task.indices("train")[:5], 0))) < 1e-5 * task.unroll


def test_pairs_are_all_frames_and_their_successors(data: Path) -> None:
    found, task = prepared(data, "pairs", train__batch_size=8)
    assert task.sizes == {"train": 8 * 4, "val": 2, "test": 2}
    assert found.record["time"] == {"training": "pairs", "history": 1, "frames": 4, "unroll": 1}
    whole = task.fields.pair(task.fields.indices("train"))
    series = torch.cat((whole.x[:, :1], whole.y), 1)
    batch = task.batch(task.indices("train"), 0)
    torch.testing.assert_close(batch.x[:, 0].reshape(8, 4, 8, 8), series[:, :-1], rtol=0, atol=0)
    torch.testing.assert_close(batch.y[:, 0].reshape(8, 4, 8, 8), series[:, 1:], rtol=0, atol=0)
    torch.testing.assert_close(batch.x[:, 1].reshape(8, 4, 8, 8), whole.x[:, 1:].expand(8, 4, 8, 8), rtol=0, atol=0)


def test_windows_of_longer_steps(data: Path) -> None:
    _, task = prepared(data, "rollout", time__history=2, time__unroll=2)
    assert (task.starts, task.sizes["train"]) == (2, 16)
    whole = task.fields.pair(np.array([5]))
    series = torch.cat((whole.x[:, :2], whole.y), 1)[0]
    batch = task.batch(np.array([2 * 5 + 1]), 0)
    assert torch.equal(batch.x[0], torch.cat((series[1:3], whole.x[0, 2:])))
    assert torch.equal(batch.y[0], series[3:5])


def test_history_moves_on_for_each_field_and_the_rest_stays() -> None:
    """Two fields with two frames each, and a constant: written out by hand."""
    x = torch.tensor([1.0, 2.0, 10.0, 20.0, 0.5]).reshape(1, 5, 1)

    def step(x: torch.Tensor) -> torch.Tensor:
        a0, a1, b0, b1, c = x.unbind(1)
        return torch.stack((a0 + b1 + c, a1 - b0 * c), 1)

    found = rollout(step, x, Layout(2, 2), 3)[0, :, :, 0].tolist()
    assert found == [[1 + 20 + 0.5, 2 - 3 + 0.5, 21.5 + 11.5 + 0.5], [2 - 5, 21.5 - 10, -0.5 + 1.5]]


def test_gradients_go_through_all_steps() -> None:
    layer = torch.nn.Conv1d(3, 1, 3, padding=1, padding_mode="circular").double()
    x = torch.randn(2, 3, 5, dtype=torch.float64, requires_grad=True)
    weight = layer.weight.detach().clone().requires_grad_()

    def rolled(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        step = lambda u: torch.tanh(torch.func.functional_call(layer, {"weight": weight}, (u,)))  # noqa: E731
        return rollout(step, x, Layout(1, 2), 4)

    assert torch.autograd.gradcheck(rolled, (x, weight))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_loss_of_a_rollout_is_the_sum_of_its_steps(data: Path, reduction: str) -> None:
    found, task = prepared(data, "rollout", "unet", loss__name="rel_l2", loss__reduction=reduction)
    batch, fields = task.batch(task.indices("train")[:4], 0), task.fields
    loss = task.loss(found.model, batch)
    gradients = torch.autograd.grad(loss, list(found.model.parameters()))
    frames, force, total = list(batch.x[:, :2].unbind(1)), batch.x[:, 2], torch.zeros(4)
    for k in range(3):
        x = torch.stack((*frames[-2:], force), 1)
        y = fields.decoder.decode(found.model(fields.encoder.encode(x)))
        total = total + rel_l2(y, batch.y[:, k : k + 1], fields.samples.grid)
        frames.append(y[:, 0])
    by_hand = total.mean() if reduction == "mean" else total.sum()
    torch.testing.assert_close(loss, by_hand, rtol=1e-6, atol=0)
    for one, other in zip(gradients, torch.autograd.grad(by_hand, list(found.model.parameters())), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
    evaluated = task.evaluate(found.model.eval(), task.indices("train")[:4])
    assert set(evaluated) > {"rel_l2", "rel_h1", "vrmse", "loss", "rel_l2_step1", "rel_l2_step3"}
    np.testing.assert_allclose(evaluated["loss"], sum(evaluated[f"rel_l2_step{k}"] for k in (1, 2, 3)), rtol=1e-5)


def test_normalisation_is_one_for_given_and_wanted_frames_of_training(tmp_path: Path) -> None:
    found, task = prepared(write_moving(tmp_path / "a.h5"), "rollout")
    encoder, decoder, fields = task.fields.encoder, task.fields.decoder, task.fields
    assert encoder.mean[:2] == decoder.mean * 2
    assert encoder.std[:2] == decoder.std * 2
    whole = fields.pair(fields.indices("train"))
    series = torch.cat((whole.x[:, :2], whole.y), 1).double()
    np.testing.assert_allclose((decoder.mean[0], decoder.std[0]), (series.mean(), series.std()), rtol=1e-6)
    np.testing.assert_allclose(encoder.std[2], whole.x[:, 2].double().std(), rtol=1e-6)
    elsewhere, _ = prepared(write_moving(tmp_path / "b.h5", bad={(9, 1): 1e6, (11, 0): -1e6}), "rollout")
    assert all(elsewhere.record[key] == found.record[key] for key in ("encoder", "decoder"))


@pytest.mark.parametrize(("name", "windows", "history", "frames", "test"), [
    ("fno", 1000, 10, 12, 200), ("lsm", 1000, 10, 10, 200), ("mgno", 10_000, 1, 10, 100),
])
def test_published_protocols(tmp_path: Path, name: str, windows: int, history: int, frames: int, test: int) -> None:
    u = values(1200, 4, 4, 22)
    mat73(tmp_path / "ns.mat", {"u": u})
    found, task = prepared(tmp_path / "ns.mat", "auto", "unet", data__protocol=name, data__validation=0.0)
    assert (task.history, task.frames, task.unroll) == (history, frames, 1 if name == "mgno" else frames)
    assert task.indices("train").tolist() == list(range(windows))
    assert task.indices("test").tolist() == list(range(1200 - test, 1200))
    assert found.config.model.arguments["in_channels"] == history
    assert found.config.model.arguments["out_channels"] == 1
    assert found.record["protocol"].startswith(f"{name} navier-stokes: train samples [:1000]")
    last = task.batch(task.indices("train")[-1:], 0)
    start = 9 if name == "mgno" else 0
    np.testing.assert_array_equal(last.x[0].numpy(), np.moveaxis(u[999, ..., start : start + history], -1, 0))
    np.testing.assert_array_equal(last.y[0, -1].numpy(), u[999, ..., history + frames - 1])


def test_other_training_under_a_protocol_is_told_and_other_frames_are_refused(tmp_path: Path) -> None:
    mat73(tmp_path / "ns.mat", {"u": values(1200, 4, 4, 20)})
    found, _ = prepared(tmp_path / "ns.mat", "pairs", "unet", data__protocol="fno")
    assert "but trained step by step" in found.record["protocol"]
    with ExitStack() as stack:
        once = prepare(settings_for("unet", tmp_path / "ns.mat", data__protocol="fno", time__training="none"), stack)
    assert "but trained on all frames at once" in once.record["protocol"]
    assert (once.config.model.arguments["in_channels"], once.config.model.arguments["out_channels"]) == (10, 10)
    for more in ({"time__history": 3}, {"time__frames": 4}):
        with pytest.raises(InputError, match="and the protocol of the data has 10"):
            prepared(tmp_path / "ns.mat", "auto", "unet", data__protocol="fno", **more)


@pytest.mark.parametrize(("layout", "model", "more"), [
    ("navier-stokes v7.3", "fno", {}), ("burgers in time", "unet", {}), ("pdebench advection", "mgno", {}),
    ("pdebench gas", "unet", {}), ("pdebench groups", "fno", {}),
    ("pdebench driven", "unet", {"data__boundary": "periodic"}),
    ("well", "mgno", {"data__boundary": "neumann"}),
    ("plasticity", "unet", {"data__boundary": "neumann", "why": "does not tell which inputs"}),
])
def test_published_files(tmp_path: Path, layout: str, model: str, more: dict[str, Any]) -> None:
    """Every field that has frames is stepped, those without stay."""
    given = LAYOUTS[layout](tmp_path)
    more = dict(more)
    why = more.pop("why", "")
    base = {"data.files": [str(path) for path in given.paths], "model.name": model, "time.training": "pairs"}
    shallow = {"model.steps": [[1, 0], [1, 0]]} if model == "mgno" else {}
    config = Config().changed(base | shallow | {"model.hidden_channels": 4, "model.n_layers": 1, "loss.name": "rel_l2"})
    config = config.changed({key.replace("__", "."): value for key, value in more.items()})
    with ExitStack() as stack:
        if why:
            with pytest.raises(InputError, match=why):
                prepare(config, stack)
            return
        found = prepare(config, stack)
        task = found.task
        assert isinstance(task, TrajectoryTask)
        frames = {name: array.shape[1] for name, array in given.outputs.items()}
        assert len(task.fields.decoder.mean) == len(frames)
        loss = task.loss(found.model, task.batch(task.indices("train")[:3], 0))
        assert torch.isfinite(loss)
        evaluated = task.evaluate(found.model, task.fields.indices("train")[:1])
        assert f"rel_l2_step{task.frames}" in evaluated


def test_every_model_steps_in_every_dimension(tmp_path: Path) -> None:
    small: dict[str, dict[str, Any]] = {
        "fno": {"n_modes": [4]}, "unet": {"n_layers": 1}, "mgno": {"n_layers": 1, "steps": [[1, 0], [1, 0]]},
    }
    for shape in ((12,), (6, 8), (4, 6, 4)):
        path = write_moving(tmp_path / f"{len(shape)}.h5", shape=shape)
        for name, arguments in small.items():
            settings = {f"model.{key}": value * len(shape) if key == "n_modes" else value
                        for key, value in arguments.items()}
            settings |= {"model.hidden_channels": 4, "data.files": [str(path)], "time.training": "rollout"}
            with ExitStack() as stack:
                found = prepare(Config().changed({"model.name": name, **settings}), stack)
            loss = found.task.loss(found.model, found.task.batch(found.task.indices("train")[:2], 0))
            loss.backward()
            assert torch.isfinite(loss)


def test_flows_turn_with_their_force_and_mirrored_vorticity_changes_sign() -> None:
    """A step of the turned flow is the turned step, for all 8 symmetries of the square."""
    torus, rng = Torus(16), np.random.default_rng(0)
    w, f = (initial_vorticity(torus, rng) for _ in range(2))

    def stepped(w: np.ndarray, f: np.ndarray) -> np.ndarray:
        force = torus.spectrum(f) * torus.resolved
        return torus.values(stepper(torus, "rk4", 1e-2, force, 0.05)(torus.spectrum(w) * torus.resolved))

    after = torch.from_numpy(stepped(w, f))[None]
    grid = Grid((16, 16), location="cell", boundary=PERIODIC)
    for g in symmetries("d4", grid):
        turned = (act(g, torch.from_numpy(u)[None], True)[0].numpy() for u in (w, f))
        np.testing.assert_allclose(stepped(*turned), act(g, after, True)[0].numpy(), atol=1e-12)


@pytest.mark.parametrize(("equation", "inputs", "moving", "text"), [
    (None, ["a"], True, "the data tell none"), ({"kind": "poisson"}, ["a"], True, "the data tell none"),
    ({"kind": "navier_stokes", "forcing": "forcing"}, ["vorticity"], True, "not its 'forcing'"),
    ({"kind": "navier_stokes", "forcing": "forcing"}, ["vorticity"], False, "not its 'forcing'"),
])
def test_symmetries_that_a_motion_is_not_known_to_have_are_refused(
    equation: Any, inputs: list[str], moving: bool, text: str
) -> None:
    assert odd_fields("none", equation, inputs, moving=moving) is False
    with pytest.raises(InputError, match=text):
        odd_fields("flip", equation, inputs, moving=moving)


def test_windows_are_turned_as_a_whole(tmp_path: Path) -> None:
    flow = write_moving(tmp_path / "f.h5", equation={"kind": "navier_stokes", "forcing": "force"})
    _, still = prepared(flow, "rollout")
    _, task = prepared(flow, "rollout", data__augment="d4")
    plain, turned = still.batch(still.indices("train"), 1), task.batch(task.indices("train"), 1)
    seen = set()
    for k in range(8):
        both = torch.cat((plain.x[k], plain.y[k])), torch.cat((turned.x[k], turned.y[k]))
        fits = [i for i, g in enumerate(task.fields.symmetries) if torch.equal(act(g, both[0], True), both[1])]
        assert len(fits) == 1
        seen |= {*fits}
    assert len(seen) > 2


@pytest.mark.parametrize(("more", "text"), [
    ({"time__training": "pair"}, "did you mean 'pairs'"), ({"time__history": -1}, "from 0"),
    ({"time__histroy": 1}, "did you mean 'history'"), ({"time__history": 5}, "do not fit"),
    ({"time__frames": 4}, "do not fit"), ({"time__unroll": 9}, "do not fit"),
    ({"time__training": "none", "time__frames": 2}, "use rollout"),
    ({"time__training": "pairs", "time__unroll": 2}, "use rollout"),
    ({"time__training": "auto", "time__history": 2}, "use pairs or rollout"),
    ({"data__inputs": ["force"]}, "leave out 'u'"), ({"data__inputs": ["uu"]}, "has no inputs 'uu'"),
    ({"data__outputs": ["v"]}, "has no outputs 'v'"), ({"data__augment": "flip"}, "the data tell none"),
])
def test_settings_that_do_not_fit_are_refused(data: Path, more: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        prepared(data, **{"training": "rollout"} | more if "time__training" not in more else {"training": "", **more})


def test_frames_without_size_or_with_gaps_are_named(tmp_path: Path) -> None:
    path = write_moving(tmp_path / "a.h5", bad={(3, 1): 0.0, (5, 2): np.nan})
    with pytest.raises(InputError, match=r"sample 3 of a.h5 has a frame that is all 0 \(2 bad samples: 3, 5\)"):
        prepared(path, "pairs")
    found, task = prepared(path, "pairs", data__skip_bad=True)
    assert set(found.bad) == {3, 5}
    assert set(task.indices("train") // task.starts) == {0, 1, 2, 4, 6, 7}
    assert not prepared(path, "pairs", time__history=1, time__frames=2)[0].bad, "later frames are not used"


def test_killed_and_resumed_is_bit_for_bit_the_straight_run(tmp_path: Path) -> None:
    data = write_moving(tmp_path / "h.h5", equation={"kind": "navier_stokes", "forcing": "force"})
    cases: list[tuple[str, dict[str, Any], int]] = [
        ("unet", {"time__training": "pairs", "data__augment": "d4", "train__epochs": 1}, 5),
        ("mgno", {"time__training": "rollout", "time__unroll": 2, "data__workers": 1, "train__epochs": 2}, 4),
    ]
    jobs = [((model, str(data), more), str(tmp_path / f"killed-{model}"), step, 0) for model, more, step in cases]
    code = f"import sys; sys.path.insert(0, {str(Path(training.__file__).parent)!r}); import training; training.main()"
    subprocess.run([sys.executable, "-P", "-c", code, repr(jobs)], check=True, timeout=120)
    for model, more, _ in cases:
        with started(settings_for(model, data, **more), tmp_path / model) as loop:
            assert loop.train() is Status.FINISHED
        with resumed(tmp_path / f"killed-{model}") as loop:
            assert loop.train() is Status.FINISHED
        assert_same_run(tmp_path / model, tmp_path / f"killed-{model}")
