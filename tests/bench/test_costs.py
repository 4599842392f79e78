"""What the learned cycle costs: condition numbers by Lanczos, and trainings that are almost none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sciml.bench import Settings, load_case
from sciml.datasets.fields import obstacles
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson

CASES = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def case() -> Any:
    return load_case(CASES, "dcdm_costs")


@pytest.mark.parametrize("kind", ["dirichlet", "neumann"])
def test_condition_numbers_are_those_of_the_dense_matrix(case: Any, kind: str) -> None:
    """Of Jacobi's preconditioner in a form that every vector of the space can be asked of."""
    shape = (6, 5, 4)
    sides = dict.fromkeys("xyz", Boundary(kind))
    A = poisson(Grid(shape, boundary=sides, mask=obstacles(shape, 2, 1)), "1 + x", source=0.0).A
    d = np.where(A.diagonal() > 0, A.diagonal(), 1.0)
    keep = A.diagonal() > 0
    values = np.linalg.eigvalsh((A.tocsr().toarray() / np.sqrt(np.outer(d, d)))[np.ix_(keep, keep)])
    values = values[values > 1e-10 * values[-1]]
    found = case.condition(A, lambda r, z: np.divide(r, d, out=z), steps=len(values))
    assert found == pytest.approx(values[-1] / values[0], rel=1e-6)


@pytest.mark.slow
def test_trainings_are_done_again_as_recorded(case: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recorded = case.read_config
    small = {"train.epochs": 1, "systems.count": 2, "systems.validation": 1, "systems.resolution": 24}
    monkeypatch.setattr(case, "read_config", lambda path: recorded(path) | small)
    settings = Settings(runs=str(tmp_path), only="dcdm-mixed-2d")
    row, outcome = case.trained("mixed-2d", settings)
    assert row["status"] == "finished"
    assert row["training_seconds"] == outcome.seconds > 0
    shipped, other = (int(count) for count in str(row["obstacles"]).split(" and "))
    assert 0 < shipped < other + 5
    assert case.trained("mixed-3d", settings) == ({"weights": "mixed-3d", "status": "not run"}, None)
