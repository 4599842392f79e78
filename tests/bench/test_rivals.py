"""Classical cycles that compete with the learned one: what they are, and how their time is told."""

from math import log
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sciml.bench import Problem, Settings, load_case
from sciml.mesh import Grid
from sciml.pde import poisson

CASES = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def case() -> Any:
    return load_case(CASES, "dcdm_rivals")


def box(*shape: int) -> Problem:
    mask = np.ones(shape, bool)
    mask[2:5, 3:6] = False
    return Problem("box", poisson(Grid(shape, mask=mask), source=0.0), Problem.noise(shape, 1))


def test_the_grid_has_every_combination_and_all_of_it_converges(case: Any) -> None:
    given = box(16, 12, 14)
    found = case.grid_of_cycles([given], 1e-8)
    assert len({cycle.name for cycle, _ in found}) == 54
    assert all(np.isfinite(result.iterations) for _, (result,) in found)
    times = [result.each_of(10) for _, (result,) in found]
    assert times == sorted(times)


def test_three_scalars_of_nothing_are_the_classical_cycle(case: Any) -> None:
    """And a search among them finds none that takes longer."""
    given = box(20, 18)
    plain = case.reached(case.three_scalars(1.2, 1.0, 1.0), given, 1e-8)
    boxes = next(cycle for cycle in case.cycles() if cycle.name == "boxes, V(2,2), omega 1.15")
    near = case.reached(case.three_scalars(1.15, 1.0, 1.0), given, 1e-8)
    assert near.iterations == pytest.approx(case.reached(boxes, given, 1e-8).iterations, rel=1e-4)
    assert case.reached(case.tuned(given, 1e-8), given, 1e-8).iterations <= plain.iterations


def test_between_iterations_the_logarithm_of_the_residual_falls_evenly(case: Any) -> None:
    """1e-2 and 1e-6 around 1e-5: three quarters of the third iteration."""
    def solve(state: Any, b: Any, *, rtol: float, maxiter: int, callback: Any) -> Any:
        for iteration, residual in enumerate((0.1, 1e-2, 1e-6), start=1):
            callback(iteration, residual)
        return SimpleNamespace(converged=True)

    cycle = SimpleNamespace(setup=lambda A: None, solver=SimpleNamespace(solve=solve))
    found = case.reached(cycle, box(8, 8), 1e-5)
    assert found.iterations == pytest.approx(2 + log(1e3) / log(1e4))
    lost = SimpleNamespace(solve=lambda *given, **limits: SimpleNamespace(converged=False))
    assert case.reached(SimpleNamespace(setup=lambda A: None, solver=lost), box(8, 8), 1e-5).each_of(10) == np.inf


def test_a_part_has_its_finals_and_the_others_wait(case: Any) -> None:
    tables = case.run(Settings(size=8, only="walls-2d", fraction=0.1))
    finals, grid, waiting = tables
    assert [row["part"] for row in waiting.rows] == [
        "obstacles-3d", "liquid-3d", "walls-3d", "jumps-3d", "obstacles-2d", "liquid-2d", "jumps-2d",
    ]
    assert [row["method"] for row in finals.rows][0::4] == ["sciml dcdm", "sciml multigrid, auto"]
    assert finals.rows[0]["times_dcdm"] == 1.0
    assert all(row["status"] == "converged" for row in finals.rows)
    assert len(grid.rows) == 54


def test_liquids_have_air_above_them_and_bodies_inside(case: Any) -> None:
    system = case.liquid((20, 18, 24), 2)
    assert not system.A.active[..., -1].any()  # known there
    assert not system.A.active[..., :-1].all()
    assert system.A.nullspace is None


def test_walls_have_openings_and_are_one_cell_thick(case: Any) -> None:
    A = case.walls((24, 24, 24), 3).A
    assert A.nullspace is None  # whatever is behind a wall is reached
    solid = ~A.active
    assert 0 < solid.mean() < 0.15
