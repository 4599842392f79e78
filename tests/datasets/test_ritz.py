"""Right-hand sides of Ritz vectors: their spectrum, their labels, and files that hold."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.datasets import open_dataset
from sciml.datasets.checks import check
from sciml.datasets.generate.engine import Order, generate
from sciml.datasets.generate.recipe import rng_of
from sciml.datasets.generate.ritz import Ritz
from sciml.pde import poisson
from sciml.pde.ritz import ritz_pairs


def test_low_vectors_are_emphasised() -> None:
    recipe = Ritz(vectors=60, low=0.5, factor=9.0)
    pairs = ritz_pairs(poisson(recipe.grid(8), source=0.0).A, 60)
    samples = [recipe.sample(8, rng_of(0, index)).inputs["source"].ravel() for index in range(200)]
    c = np.array(samples) @ pairs.vectors.T
    np.testing.assert_allclose(np.linalg.norm(c, axis=1), 1, rtol=1e-12)  # nothing outside of their span
    half = round(0.5 * len(pairs.values))
    low, high = np.square(c[:, :half]).mean(), np.square(c[:, half:]).mean()
    assert low / high == pytest.approx(81, rel=0.1)


@pytest.mark.parametrize(("ndim", "boundary"), [(3, "neumann"), (2, "dirichlet"), (1, "neumann")])
def test_files_pass_their_checks(ndim: int, boundary: Any, tmp_path: Path) -> None:
    path = tmp_path / "ritz.h5"
    generate(Order("ritz", Ritz(30, ndim=ndim, boundary=boundary), samples=20, resolution=8), path)
    with open_dataset(path) as data:
        findings = check(data)
        assert "labels solve the stored systems" in [finding.name for finding in findings]
        assert all(finding.passed for finding in findings), findings


@pytest.mark.parametrize(("options", "text"), [
    ({"boundary": "periodic"}, "boundary is 'periodic'"), ({"ndim": 4}, "ndim is 4"), ({"vectors": 0}, "vectors is 0"),
    ({"start": -1}, "start -1"), ({"low": 1.5}, "low is 1.5"), ({"factor": 0.0}, "factor 0.0"),
])
def test_parameters_out_of_range(options: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        Ritz(**options)
