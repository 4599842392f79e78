"""The flow behind the pressure systems of a benchmark: bodies move the fluid, and no divergence is left."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sciml.bench import Table, load_case, write_report
from sciml.solvers import solve

CASES = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def plume() -> Any:
    """Three steps on 12^3 cells; the last one is not finished."""
    case = load_case(CASES, "dcdm_projection")
    plume = case.Plume(12)
    for step in range(3):
        system = plume.begin()
        if step < 2:
            plume.finish(solve(system.A, system.b, rtol=1e-12).x)
    return plume


def test_fluid_follows_bodies_and_nothing_passes_walls(plume: Any) -> None:
    for axis, v in enumerate(plume.velocity):
        assert not np.moveaxis(v, axis, 0)[0].any()
        if axis < 2:
            assert not np.moveaxis(v, axis, 0)[-1].any()
    ball = plume.bodies[0]
    inside = ball.inside(plume._places(None), plume.time)
    within = inside[1:] & inside[:-1]
    assert within.any()
    assert np.all(plume.velocity[0][1:-1][within] == ball.velocity(plume._places(0), plume.time)[0])
    assert 0 <= plume.smoke.min() < plume.smoke.max() == 1  # interpolation finds no new extrema
    assert not plume.smoke[plume.solid].any()


def test_a_step_leaves_no_divergence(plume: Any) -> None:
    before = np.linalg.norm(plume.divergence())
    plume.finish(solve(plume.system.A, plume.system.b, rtol=1e-12).x)
    assert np.linalg.norm(plume.divergence()) < 1e-10 * before


def test_a_uniform_flow_carries_everything_along() -> None:
    """By a whole cell in a step: semi-Lagrangian steps are then exact."""
    plume = load_case(CASES, "dcdm_projection").Plume(10, 0.05, bodies=False)
    speed = 1 / (10 * 0.05)
    plume.velocity = [np.full(v.shape, speed if axis == 0 else 0.0) for axis, v in enumerate(plume.velocity)]
    smoke = plume.smoke = np.random.default_rng(0).random(plume.smoke.shape)
    plume._carry()
    np.testing.assert_allclose(plume.smoke[1:], smoke[:-1], atol=1e-12)
    np.testing.assert_allclose(plume.velocity[0], speed)


def test_pictures_are_drawn(tmp_path: Path) -> None:
    table = Table("flow", [{"frame": 1}], pictures=[[[0.0, 1.0], [-1.0, 0.5]], [[1.0]]])
    record = {
        "case": "c", "summary": "s", "tables": [vars(table)],
        "environment": {"processor": "p", "versions": {}, "commit": "0", "time": "now"},
        "settings": {"threads": 1, "seed": 0, "rtol": 1e-8, "repeats": 1},
    }
    page = write_report([record], tmp_path).read_text()
    assert ".. image:: c_pictures.png" in page
    assert (tmp_path / "c_pictures.png").stat().st_size > 1000
