"""The data set that comes with the package."""

import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

import sciml.datasets
from sciml._errors import InputError
from sciml.datasets import load_darcy_small, open_darcy_small
from sciml.datasets.checks import check
from sciml.datasets.generate.darcy import Darcy
from sciml.datasets.generate.recipe import rng_of


def test_it_is_sound_and_small() -> None:
    with open_darcy_small() as data:
        assert all(finding.passed for finding in check(data))
        assert {name: len(part) for name, part in data.split.items()} == {"train": 200, "val": 50, "test": 50}
    folder = files("sciml.datasets") / "data"
    assert sum(len(item.read_bytes()) for item in folder.iterdir() if item.is_file()) < 3_000_000


@pytest.mark.parametrize("index", [0, 131, 299])
def test_it_is_what_its_generator_makes(index: int) -> None:
    with open_darcy_small() as data:
        assert data.attributes["generator"]["parameters"] == {"variant": "smooth", "refine": 1, "scheme": "volumes"}
        sample = Darcy().sample(32, rng_of(data.attributes["seed"], index))
        np.testing.assert_array_equal(data.inputs["coefficient"][index], sample.inputs["coefficient"])
        np.testing.assert_allclose(data.outputs["solution"][index], sample.outputs["solution"], rtol=1e-6)


def test_loaders_give_all_samples_and_processors_invert() -> None:
    train, tests, processor = load_darcy_small(n_train=40, batch_size=16, test_resolutions=(16, 32), test_batch_size=25)
    batches = list(train)
    assert [len(batch["x"]) for batch in batches] == [16, 16, 8]
    x, y = (np.concatenate([batch[name].numpy() for batch in batches]) for name in ("x", "y"))
    assert x.shape == y.shape == (40, 1, 32, 32)
    with open_darcy_small() as data:
        np.testing.assert_array_equal(np.sort(y.ravel()), np.sort(data.outputs["solution"][:40].ravel()))
        (again, *_) = load_darcy_small(n_train=40, batch_size=16)
        np.testing.assert_array_equal(next(iter(again))["x"], batches[0]["x"])
        given = np.concatenate([batch["x"] for batch in tests[32]])
        np.testing.assert_array_equal(given[:, 0], data.inputs["coefficient"][250:])
    normal = [processor.preprocess(batch) for batch in batches]
    for name in ("x", "y"):
        together = np.concatenate([batch[name] for batch in normal])
        assert abs(together.mean()) < 1e-5
        assert together.std() == pytest.approx(1, abs=1e-5)
    processor.eval()
    batch = processor.preprocess(batches[0])
    np.testing.assert_array_equal(batch["y"], batches[0]["y"])
    back, _ = processor.postprocess(normal[0]["y"], batch)
    np.testing.assert_allclose(back, batch["y"], rtol=1e-5)


def test_other_resolutions_are_of_the_same_media() -> None:
    """Coarser media are those of the finer ones, away from interfaces, and so are the flows nearly."""
    _, tests, _ = load_darcy_small(test_resolutions=(16, 32))
    coarse, fine = (next(iter(tests[n])) for n in (16, 32))
    means = {name: fine[name].numpy().reshape(50, 16, 2, 16, 2).mean(axis=(2, 4)) for name in ("x", "y")}
    pure = np.isin(means["x"], (3, 12))
    assert np.mean(coarse["x"].numpy()[:, 0][pure] == means["x"][pure]) > 0.97
    gap = np.linalg.norm(coarse["y"].numpy()[:, 0] - means["y"]) / np.linalg.norm(means["y"])
    assert gap < 0.06


@pytest.mark.parametrize(("wrong", "said"), [({"n_train": 201}, "1 to 200"), ({"test_resolutions": (1,)}, ">= 2")])
def test_what_is_not_there(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_darcy_small(**wrong)  # type: ignore[arg-type]


def test_opening_needs_no_torch() -> None:
    code = "import sys, sciml.datasets as d\nwith d.open_darcy_small(): print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_names_of_the_package() -> None:
    for name in sciml.datasets.__all__:
        assert getattr(sciml.datasets, name).__name__ == name
