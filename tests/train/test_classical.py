"""The classical solver that models are compared with stops where it should."""

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, StoredField
from sciml.mesh import Grid
from sciml.pde import poisson
from sciml.solvers import solve
from sciml.train.classical import classical_facts
from sciml.train.samples import join

EQUATION = {"kind": "poisson", "coefficient": 1.0, "source": "source"}


def data(error: float = 0.0, equation: object = EQUATION) -> DataSet:
    """Solutions of Poisson's equation, each with a perturbation of relative size `error`."""
    rng, grid = np.random.default_rng(0), Grid((12, 12))
    f = rng.normal(size=(30, 12, 12))
    systems = [poisson(grid, source=one) for one in f]
    u = np.stack([system.expand(solve(system.A, system.b, rtol=1e-12).x) for system in systems])
    noise = rng.normal(size=u.shape)
    size = np.linalg.norm(u, axis=(1, 2), keepdims=True) / np.linalg.norm(noise, axis=(1, 2), keepdims=True)
    return DataSet("d", {"source": StoredField(f)}, {"u": StoredField(u + error * size * noise)}, grid, equation)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [0.3, 1e-3])
def test_it_stops_at_the_error_of_the_model(error: float) -> None:
    facts = classical_facts(join([data()]), np.arange(30), np.full(30, error))
    assert facts["reached"]
    assert facts["rel_l2"] <= facts["rel_l2_model"] == pytest.approx(error)
    assert facts["samples"] == 20
    assert facts["seconds_per_sample"] > 0


def test_targets_that_no_solve_of_this_system_reaches() -> None:
    facts = classical_facts(join([data(error=0.01)]), np.arange(30), np.full(30, 1e-3))
    assert not facts["reached"]
    assert facts["rtol"] == 1e-10
    assert facts["rel_l2"] == pytest.approx(0.01, rel=1e-2)


def test_without_an_equation_it_is_refused() -> None:
    with pytest.raises(InputError, match="no equation"):
        classical_facts(join([data(equation=None)]), np.arange(3), np.ones(3))
