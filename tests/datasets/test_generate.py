"""Files of samples: the same bytes however they were made, and physics that holds."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.datasets.formats.ours import open_ours
from sciml.datasets.generate.cosine_field import cosine_field
from sciml.datasets.generate.darcy import Darcy
from sciml.datasets.generate.engine import Order, generate
from sciml.datasets.generate.poisson import Poisson
from sciml.datasets.generate.recipe import rng_of


def test_bytes_do_not_depend_on_workers_nor_on_interruptions(tmp_path: Path) -> None:
    order = Order("darcy", Darcy(), samples=40, resolution=8, seed=3)
    straight, parallel, resumed = (tmp_path / name for name in ("a.h5", "b.h5", "c.h5"))
    generate(order, straight)
    generate(order, parallel, workers=2)

    def stop(done: int, samples: int) -> None:
        if done >= 16:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(order, resumed, progress=stop)
    assert not resumed.exists()
    steps: list[int] = []
    generate(order, resumed, progress=lambda done, samples: steps.append(done))
    assert steps[0] == 16  # what was done is not done again
    assert straight.read_bytes() == parallel.read_bytes() == resumed.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5", "b.h5", "c.h5"]


def test_parts_of_another_order_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with pytest.raises(ZeroDivisionError):
        generate(Order("darcy", Darcy(), samples=4, resolution=8), path, progress=lambda done, samples: 1 / 0)
    with pytest.raises(InputError, match="made with seed 0, and 1"):
        generate(Order("darcy", Darcy(), samples=4, resolution=8, seed=1), path)
    shutil.rmtree(tmp_path / "a.h5.parts")
    generate(Order("darcy", Darcy(), samples=4, resolution=8, seed=1), path)
    with open_ours(path) as data:
        assert (len(data), data.attributes["seed"]) == (4, 1)


@pytest.mark.parametrize("variant", ["smooth", "rough", "multiscale"])
@pytest.mark.parametrize("refine", [1, 4])
def test_darcy_energy_and_maximum_principle(variant: str, refine: int) -> None:
    """sum a |grad u|^2 = sum f u, and no pressure below that of the boundary."""
    recipe = Darcy(variant, refine)  # type: ignore[arg-type]
    for index in range(4):
        sample = recipe.sample(16, rng_of(0, index))
        assert sample.residual <= 1e-10
        assert sample.outputs["solution"].min() > 0


def test_refined_sets_of_one_seed_are_of_the_same_media() -> None:
    coarse = Darcy(refine=4).sample(16, rng_of(5, 2))
    fine = Darcy(refine=2).sample(32, rng_of(5, 2))
    for one, other in zip((coarse.inputs, coarse.outputs), (fine.inputs, fine.outputs), strict=True):
        for name in one:
            np.testing.assert_allclose(one[name], other[name].reshape(16, 2, 16, 2).mean(axis=(1, 3)), rtol=1e-12)


@pytest.mark.parametrize(("tau", "deviation"), [(3.0, 0.292), (5.0, 0.316)])
def test_standard_deviation_of_cosine_fields(tau: float, deviation: float) -> None:
    squares = [np.square(cosine_field((48, 48), tau, 2.0, rng_of(1, index))).mean() for index in range(2000)]
    assert abs(np.sqrt(np.mean(squares)) / deviation - 1) < 0.02


def test_published_discretisation_converges_to_the_same_flow() -> None:
    """Both schemes solve the same equation: their difference falls with the spacing."""
    gaps = []
    for n in (32, 128):
        one, other = (Darcy(scheme=scheme).sample(n, rng_of(0, 1)).outputs["solution"] for scheme in ("volumes", "gwf"))
        gaps.append(np.linalg.norm(one - other) / np.linalg.norm(one))
    assert gaps[1] < 0.5 * gaps[0] < 0.05


@pytest.mark.parametrize(("wrong", "said"), [
    ({"variant": "smoth"}, "expected one of smooth"), ({"scheme": "fem"}, "volumes, gwf"),
    ({"refine": 0}, "refine is 0"),
])
def test_parameters_out_of_range(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Darcy(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("samples", "ndim", "resolution", "size"), [
    (1, 2, 8, 1), (48, 2, 8, 3), (1000, 2, 8, 16), (1000, 3, 64, 16), (1000, 3, 128, 2), (1000, 3, 256, 1),
])
def test_parts_fit_into_memory_and_keep_workers_busy(samples: int, ndim: int, resolution: int, size: int) -> None:
    order = Order("poisson", Poisson(ndim=ndim), samples, resolution)
    parts = [order.part(start) for start in order.starts]
    assert len(parts[0]) == size
    assert [index for part in parts for index in part] == list(range(samples))
