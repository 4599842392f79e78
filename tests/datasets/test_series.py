"""Frames given and wanted as one series: cut anywhere, under the protocols of steps in time."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, StoredField
from sciml.datasets.formats.ours import open_ours, writing
from sciml.datasets.open import open_dataset
from sciml.datasets.series import Frames, continued, recut
from sciml.mesh import Boundary, Grid

SERIES = np.random.default_rng(0).normal(size=(5, 7, 3, 4))


def moving(names: tuple[str, ...] = ("w",), outputs: tuple[str, ...] = ("u",), still: tuple[str, ...] = ()) -> DataSet:
    """Three of seven frames given."""
    inputs = dict.fromkeys(names, StoredField(SERIES[:, :3])) | dict.fromkeys(still, StoredField(SERIES[:, 0]))
    return DataSet("d", inputs, dict.fromkeys(outputs, StoredField(SERIES[:, 3:])), grid=Grid((3, 4)))


@given(st.integers(0, 6), st.integers(1, 7), st.permutations(range(5)), st.integers(0, 4))
def test_frames_are_those_of_the_whole_series(start: int, count: int, order: list[int], one: int) -> None:
    stop = min(start + count, 7)
    first, middle, last = StoredField(SERIES[:, 0]), StoredField(SERIES[:, 1:4]), StoredField(SERIES[:, 4:])
    frames = Frames((first, middle, last), 2, start, stop)
    assert frames.shape == (5, stop - start, 3, 4)
    for chosen in (np.array(order[:3]), slice(1, 4), one, np.array([], np.int64)):
        np.testing.assert_array_equal(frames[chosen], SERIES[:, start:stop][chosen])


def test_series_are_cut_anew() -> None:
    cut = recut(moving(still=("f",)), 5)
    assert list(cut.inputs) == ["w", "f"]
    np.testing.assert_array_equal(cut.inputs["w"][:], SERIES[:, :5])
    np.testing.assert_array_equal(cut.outputs["u"][:], SERIES[:, 5:])
    np.testing.assert_array_equal(recut(moving(), 2, 3).outputs["u"][:], SERIES[:, 2:5])
    for history, frames in ((7, None), (0, 2), (4, 4), (3, 0)):
        with pytest.raises(InputError, match="has 7 frames"):
            recut(moving(), history, frames)


def test_outputs_continue_the_input_of_their_name_or_the_only_one() -> None:
    assert continued(moving(("a", "b", "c"), ("b", "a"))) == {"b": "b", "a": "a"}
    assert continued(moving(still=("f", "g"))) == {"u": "w"}
    assert continued(moving((), still=("initial", "f"))) == {"u": "initial"}
    assert continued(moving((), still=("f",))) == {"u": "f"}
    for data in (moving((), still=("f", "g")), moving(("a", "b")), moving(("a",), ("a", "b"))):
        with pytest.raises(InputError, match="does not tell which inputs its outputs continue"):
            continued(data)


def write_flow(path: Path, count: int, kind: str = "navier_stokes") -> Path:
    """Ten of twenty frames given; sample s holds s + t / 100 at frame t."""
    grid = Grid((2,), location="node", boundary=Boundary("periodic"))
    with writing(path, count, name="flow", grid=grid, equation={"kind": kind}, seed=0, generator={}) as writer:
        for sample in range(count):
            frames = sample + np.arange(20)[:, None] / 100 + np.zeros(2)
            writer.put("inputs", "vorticity", sample, frames[:10])
            writer.put("outputs", "solution", sample, frames[10:])
        writer.split({"train": np.arange(count)})
    return path


@pytest.mark.parametrize(("name", "count", "train", "test", "history", "last"), [
    ("fno", 1200, 1000, 200, 10, 19), ("fno", 1300, 1000, 200, 10, 19), ("fno", 60, 50, 10, 10, 19),
    ("mgno", 1150, 1000, 100, 1, 10), ("mgno", 33, 30, 3, 1, 10), ("lsm", 12, 10, 2, 10, 19),
])
def test_protocols_of_flows_made_here(
    tmp_path: Path, name: str, count: int, train: int, test: int, history: int, last: int
) -> None:
    with open_dataset(write_flow(tmp_path / "a.h5", count), name) as data:
        assert data.indices("train").tolist() == list(range(train))
        assert data.indices("test").tolist() == list(range(count - test, count))
        assert data.inputs["vorticity"].shape == (count, history, 2)
        np.testing.assert_allclose(data.outputs["solution"][-1][:, 0], count - 1 + np.arange(history, last + 1) / 100)
        scaled = f" scaled to {count} samples" if count < 1100 else ""
        assert data.protocol.startswith(f"{name} navier-stokes{scaled}: train samples [:{train}]")


def test_protocols_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    small = write_flow(tmp_path / "a.h5", 5)
    with pytest.raises(InputError, match="there are 5 samples, too few even in proportion"):
        open_dataset(small, "fno")
    with pytest.raises(InputError, match="knows fno, lsm, nsl, mgno; did you mean 'mgno'"):
        open_dataset(small, "mgo")
    with pytest.raises(InputError, match="name one when converting"):
        open_dataset(write_flow(tmp_path / "b.h5", 5, "poisson"), "fno")
    with open_ours(small) as data, pytest.raises(InputError, match="has 20 frames"):
        recut(data, 15, 10)
