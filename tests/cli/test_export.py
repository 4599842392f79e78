"""The command ``sciml export``: what was written equals the predictions of the run, at other resolutions too."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import Result
from trained_runs import train, train_darcy
from training import settings_for, write_small

from sciml.models import load_model
from sciml.train.trained import Trained

Run = Callable[..., Result]
FORMATS = ["pt2", "onnx"] if find_spec("onnx") and find_spec("onnxscript") else ["pt2"]


@pytest.fixture(scope="module")
def unet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_darcy(tmp_path_factory.mktemp("unet"), train__epochs=2)


@pytest.fixture(scope="module")
def mgno(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained on 8 x 8, which has no room for all of its levels."""
    folder = tmp_path_factory.mktemp("mgno")
    data = write_small(folder / "d.h5")
    small = {"model__n_layers": 1, "model__steps": [[1, 0]] * 5, "train__epochs": 2}
    return train(settings_for("mgno", data, **small), folder / "run")


@pytest.mark.parametrize("shape", [(12, 12), (17, 30), (40, 9)])
def test_a_reloaded_unet_predicts_in_its_units(run: Run, unet: Path, shape: tuple[int, int]) -> None:
    result = run("export", str(unet), "--output", "m.pt2")
    assert result.stdout.strip() == "m.pt2"
    network = torch.export.load("m.pt2").module()
    x = np.random.default_rng(0).uniform(3, 12, (3, 1, *shape)).astype(np.float32)
    with torch.no_grad():
        y = network(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(y, Trained.of(unet).predict(x), rtol=1e-4, atol=1e-6)


def test_a_reloaded_mgno_has_the_levels_it_was_trained_with(run: Run, mgno: Path) -> None:
    assert run("export", str(mgno), "-q").stdout.strip() == str(mgno / "model.pt2")
    network = torch.export.load(mgno / "model.pt2").module()
    for batch, shape in ((1, (8, 8)), (2, (21, 34))):
        x = np.random.default_rng(0).normal(size=(batch, 1, *shape)).astype(np.float32)
        with torch.no_grad():
            y = network(torch.from_numpy(x)).numpy()
        np.testing.assert_allclose(y, Trained.of(mgno).predict(x), rtol=1e-4, atol=1e-5)
        with torch.no_grad():
            whole = load_model(mgno)(torch.from_numpy(x))
            kept = Trained.of(mgno).model(torch.from_numpy(x))
        assert torch.allclose(whole, kept, atol=1e-6) == (shape == (8, 8))


@pytest.mark.parametrize("form", FORMATS)
def test_format_and_suffix_go_together(run: Run, unet: Path, form: str) -> None:
    run("export", str(unet), "--format", form, "--output", f"m.{form}", "-q")
    assert Path(f"m.{form}").stat().st_size > 1000
    assert "suffix" in run("export", str(unet), "--format", form, "--output", "m.bin", code=2).stderr


@pytest.mark.parametrize(("words", "text"), [
    (("--format", "onx"), "did you mean"),
    (("--output", "m.pth"), "format 'pth'"),
    (("--output", "no/m.pt2"), "there is no folder"),
])  # fmt: skip
def test_bad_input(run: Run, unet: Path, words: tuple[str, ...], text: str) -> None:
    assert text in run("export", str(unet), *words, code=2).stderr


def test_models_and_folders_that_cannot_be_exported(run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("fno")
    fno = train(settings_for("fno", write_small(folder / "d.h5"), train__epochs=1), folder / "run")
    assert "FNO" in run("export", str(fno), code=2).stderr
    assert "holds no run" in run("export", "nowhere", code=2).stderr
