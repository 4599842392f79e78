"""Data sets as channels: joined files, splits, bad samples; settings as TOML."""

import tomllib
from contextlib import ExitStack
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from training import settings_for, write_small

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, StoredField
from sciml.datasets.formats.ours import open_ours
from sciml.mesh import Boundary, Grid, sides
from sciml.train.build import prepare
from sciml.train.config import Config, as_toml, flat, from_tables, parse_settings, read_config
from sciml.train.record import grid_of, normaliser_of
from sciml.train.resample import resample
from sciml.train.samples import Samples, join


def made(count: int = 10, shape: tuple[int, ...] = (4, 4), name: str = "d", **more: object) -> DataSet:
    """Sample i holds the number i, of a second channel 100 + i."""
    number = np.arange(count, dtype=float).reshape(-1, *[1] * len(shape)) + np.zeros((count, *shape))
    a = StoredField(np.stack([number, number + 100], 1))
    settings: dict[str, object] = {"grid": Grid(shape)}
    return DataSet(name, {"a": a, "b": StoredField(-number)}, {"u": StoredField(number + 1)}, **settings | more)  # type: ignore[arg-type]


def test_fields_become_channels_in_the_order_asked_for() -> None:
    samples = join([made()], inputs=("b", "a"))
    x = samples.read("inputs", np.array([3, 1]))
    assert x.shape == (2, 3, 4, 4)
    assert x.dtype == np.float32
    assert x[:, :, 0, 0].tolist() == [[-3, 3, 103], [-1, 1, 101]]
    assert (samples.channels("inputs"), samples.channels("outputs")) == (3, 1)


def test_numbers_of_a_sample_become_constant_channels() -> None:
    nu, u = StoredField(np.array([1.0, 2.0])), StoredField(np.ones((2, 3, 4)))
    data = DataSet("d", {"nu": nu}, {"u": u}, grid=Grid((3, 4)))
    x = join([data]).read("inputs", np.array([1]))
    assert np.array_equal(x, np.full((1, 1, 3, 4), 2.0))


@pytest.mark.parametrize("hold", [False, True])
def test_files_are_one_sequence(hold: bool) -> None:
    samples = join([made(3, name="first"), made(5, name="second")])
    samples = samples.hold() if hold else samples
    assert len(samples) == 8
    assert samples.read("outputs", np.array([7, 0, 3, 2]))[:, 0, 0, 0].tolist() == [5, 1, 1, 3]
    assert samples.name(4) == "sample 1 of second"


def test_splits_of_files_are_joined_and_validation_is_made_where_there_is_none() -> None:
    one = made(10, split={"train": np.arange(8), "test": np.array([8, 9])}, protocol="published")
    samples = join([one, one], validation=0.25, seed=3)
    assert samples.split["test"].tolist() == [8, 9, 18, 19]
    assert len(samples.split["val"]) == 4
    together = np.concatenate([samples.split["train"], samples.split["val"]])
    assert sorted(together) == [*range(8), *range(10, 18)]
    assert samples.protocol.startswith("published, validation 0.25")
    again = join([one, one], validation=0.25, seed=3)
    assert again.split["val"].tolist() == samples.split["val"].tolist()
    assert join([one, one], validation=0.25, seed=4).split["val"].tolist() != samples.split["val"].tolist()


def test_a_file_without_split_is_cut_into_tenths() -> None:
    samples = join([made(30)], seed=5)
    assert {part: len(found) for part, found in samples.split.items()} == {"train": 24, "val": 3, "test": 3}
    assert sorted(np.concatenate([*samples.split.values()])) == list(range(30))
    assert samples.protocol == "seeded tenths, seed 5"


@pytest.mark.parametrize(("other", "text"), [
    (made(shape=(4, 5), name="e"), r"shape \(2, 4, 5\) a sample in e"),
    (made(name="e", attributes={"units": {"u": "K"}}), "units of e"),
    (made(name="e", grid=Grid((4, 4), boundary=Boundary("neumann"))), "the grid of e"),
    (made(name="e", grid=Grid((4, 4), (1.0, 2.0))), "the grid of e"),
    (made(name="e", equation={"kind": "poisson"}), "the equation of e"),
    (DataSet("e", {"b": made().inputs["b"]}, {"u": made().outputs["u"]}), "e has no inputs 'a'"),
])
def test_files_that_do_not_fit_together_are_refused(other: DataSet, text: str) -> None:
    with pytest.raises(InputError, match=text):
        join([made(), other])


def test_files_of_different_units_are_refused(tmp_path: Path) -> None:
    paths = [write_small(tmp_path / name) for name in ("a.h5", "b.h5")]
    for path, unit in zip(paths, ("Pa", "kPa"), strict=True):
        with h5py.File(path, "a") as file:
            file["outputs/solution"].attrs["units"] = unit
    with ExitStack() as stack, pytest.raises(InputError, match=r"in 'kPa' in b.h5 and in 'Pa' in a.h5"):
        prepare(settings_for("tiny", paths[0], data__files=[str(path) for path in paths]), stack)


def test_unknown_fields_and_grids_are_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'a'"):
        join([made()], inputs=("aa",))
    bare = DataSet("bare", {"a": StoredField(np.ones((2, 4)))}, {"u": StoredField(np.ones((2, 4)))})
    with pytest.raises(InputError, match=r"set data\.boundary"):
        join([bare])
    assert join([bare], boundary="periodic").grid.is_periodic(0)
    off = DataSet("off", {"a": StoredField(np.ones((2, 5)))}, {"u": StoredField(np.ones((2, 4)))}, grid=Grid((4,)))
    with pytest.raises(InputError, match=r"has shape \(5,\)"):
        join([off])


def opened(path: Path, stack: ExitStack) -> Samples:
    return join([stack.enter_context(open_ours(path))])


def test_bad_samples_are_named_or_left_out(tmp_path: Path) -> None:
    path = write_small(tmp_path / "s.h5", bad={4: np.nan, 7: np.inf})
    with ExitStack() as stack:
        samples = opened(path, stack)
        with pytest.raises(InputError, match=r"sample 4 of s has outputs .* \(2 bad samples: 4, 7\).*--skip-bad"):
            samples.without_bad(("train", "val"), skip=False)
        kept, bad = samples.without_bad(("train", "val"), skip=True)
        assert set(bad) == {4, 7}
        assert set(kept.split["train"]) == {*range(12)} - {4, 7}


def test_outputs_without_size_are_bad() -> None:
    u = np.ones((4, 3))
    u[2] = 0
    data = DataSet("d", {"a": StoredField(np.ones((4, 3)))}, {"u": StoredField(u)}, grid=Grid((3,)))
    assert join([data]).bad(np.arange(4)) == {2: "outputs that are all 0"}


def test_normalisation_does_not_know_validation_and_test_samples(tmp_path: Path) -> None:
    """Changing them changes nothing."""
    records = []
    for bad in ({}, {13: 1e6, 16: -1e6}):
        path = write_small(tmp_path / "s.h5", bad=bad)
        with ExitStack() as stack:
            records.append(prepare(settings_for("tiny", path), stack).record)
    assert normaliser_of(records[0], "decoder") == normaliser_of(records[1], "decoder")
    path = write_small(tmp_path / "s.h5", bad={3: 1e6})
    with ExitStack() as stack:
        assert prepare(settings_for("tiny", path), stack).record["decoder"] != records[0]["decoder"]


@pytest.mark.parametrize("more", [{}, {"model__increment": True}])
def test_hard_conditions_are_0_in_the_units_of_the_field(tmp_path: Path, more: dict[str, object]) -> None:
    data = write_small(tmp_path / "d.h5", location="node")
    with ExitStack() as stack:
        prepared = prepare(settings_for("mgno", data, model__hard_dirichlet=True, **more), stack)
        x, y = prepared.task.batch(np.arange(2), 0)
        pred = prepared.task.predict(prepared.model, x)
    assert abs(float(y[..., 0].mean())) > 0.1
    assert not pred[..., [0, -1]].any()
    assert not pred[..., [0, -1], :].any()
    assert pred[..., 1:-1, 1:-1].all()
    assert normaliser_of(prepared.record, "decoder").mean == (0.0,)


def test_record_gives_back_the_grid(tmp_path: Path) -> None:
    path = write_small(tmp_path / "s.h5", boundary=Boundary("neumann"), location="node")
    with ExitStack() as stack:
        found = grid_of(prepare(settings_for("unet", path), stack).record)
    assert (found.shape, found.location) == ((8, 8), "node")
    assert {condition.kind for condition in found.boundary.values()} == {"neumann"}


def test_model_follows_the_data(tmp_path: Path) -> None:
    path = write_small(tmp_path / "s.h5", shape=(6, 5, 4), boundary=Boundary("periodic"), channels=2)
    with ExitStack() as stack:
        config = Config().changed({"data.files": [str(path)], "model.name": "unet", "model.n_layers": 1})
        arguments = prepare(config, stack).config.model.arguments
        found = {"in_channels": 2, "out_channels": 1, "ndim": 3, "location": "cell", "n_layers": 1}
        assert arguments == found | {"boundary": dict.fromkeys(sides(3), "periodic")}
    with ExitStack() as stack:
        config = Config().changed({"data.files": [str(path)], "model.name": "fno", "model.hidden_channels": 2})
        assert prepare(config, stack).config.model.arguments["n_modes"] == [6, 5, 4]


@pytest.mark.parametrize(("settings", "text"), [
    ({"model.hidden": 3}, "did you mean 'hidden_channels'"), ({"model.in_channels": 3}, r"model\.in_channels is 3"),
    ({"train.monitor": "rel_l3"}, "did you mean 'rel_l2'"), ({"loss.name": "h1_spectral"}, "x is not"),
    ({"train.device": "cuda"}, "no CUDA device"),
])
def test_settings_that_do_not_fit_the_data_are_refused(tmp_path: Path, settings: dict[str, object], text: str) -> None:
    path = write_small(tmp_path / "s.h5")
    with ExitStack() as stack, pytest.raises(InputError, match=text):
        prepare(settings_for("unet", path).changed(settings), stack)


@pytest.mark.parametrize(("boundary", "text"), [
    (Boundary("robin", 0.0, transfer=1.0), "cannot honour"), (Boundary("dirichlet", 2.0), "values other than 0"),
])
def test_conditions_that_a_model_cannot_honour_are_refused(tmp_path: Path, boundary: Boundary, text: str) -> None:
    path = write_small(tmp_path / "s.h5", boundary=boundary)
    with ExitStack() as stack, pytest.raises(InputError, match=text):
        prepare(settings_for("unet", path), stack)


def test_coarser_fields_keep_their_mean_or_their_nodes() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 6, 4))
    coarse = resample(x, Grid((6, 4)), (3, 2))
    assert coarse.shape == (2, 3, 3, 2)
    np.testing.assert_allclose(coarse.mean((2, 3)), x.mean((2, 3)))
    nodes = Grid((7, 4), location="node", boundary={"y": Boundary("periodic")})
    x = np.random.default_rng(0).normal(size=(2, 7, 4))
    assert np.array_equal(resample(x, nodes, (3, 2)), x[:, ::3, ::2])
    for shape in ((5, 4), (12, 4), (1, 4)):
        with pytest.raises(InputError, match="does not divide"):
            resample(x, nodes, shape)


def test_settings_survive_a_file() -> None:
    config = Config().changed({
        "model.name": "fno", "model.n_modes": [3, 4], "model.boundary": {"x-": "periodic"}, "model.flag": True,
        "data.files": ["a b.h5", 'q"\\\n.h5'], "optimiser.lr": 1e-5, "train.seed": 3,
    })
    again = Config().changed(from_tables(tomllib.loads(as_toml(config))))
    assert again == config


@given(st.text(), st.floats(0, 1), st.integers(0, 2**62))
def test_values_survive_a_file(text: str, number: float, whole: int) -> None:
    config = Config().changed({"data.protocol": text, "schedule.warmup": number, "train.seed": whole})
    assert Config().changed(from_tables(tomllib.loads(as_toml(config)))) == config


@pytest.mark.parametrize(("text", "message"), [
    ("optimiser.lrr=1", "did you mean 'lr'"), ("optimizer.lr=1", r"did you mean 'optimiser\.lr'"),
    ("lr=1", r"did you mean 'optimiser\.lr'"), ("train.epochs=many", "a whole number"),
    ("train.epochs=1.5", "a whole number"), ("train.epochs=-1", "from 0"), ("optimiser.lr=nan", "from 0"),
    ("data.skip_bad=1", "true or false"), ("data.files=[1]", "list of texts"), ("train.epochs", "has no value"),
    ("epochs=3", r"did you mean 'train\.epochs'"), ("data.augment=d5", "did you mean 'd4'"),
    ("train.epochs=0", "without an end"),
    ("loss.name=h1", "use one of"), ("data.protocol=3", "text"),
])
def test_wrong_settings_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Config().changed(parse_settings([text]))


def test_wrong_files_of_settings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    with pytest.raises(InputError, match="cannot be read"):
        read_config(path)
    path.write_text("[train\n")
    with pytest.raises(InputError, match="no TOML"):
        read_config(path)
    path.write_text("epochs = 3\n")
    with pytest.raises(InputError, match="outside of a table"):
        read_config(path)
    path.write_text("[train]\nepochs = 3\n[model]\nn_modes = [3]\n")
    assert read_config(path) == {"train.epochs": 3, "model.n_modes": [3]}


def test_every_setting_can_be_set() -> None:
    values = {key: value for key, value in flat(Config()).items() if key != "model.name"}
    assert Config().changed(values) == Config()
