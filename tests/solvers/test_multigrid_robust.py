"""Cycles needed for jumping coefficients, obstacles, pores and anisotropy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sciml.datasets.fields import inclusions, lognormal, obstacles, permeability, porous_mask, random_mask
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.solvers import Multigrid

Shape = tuple[int, ...]


def checkers(shape: Shape) -> np.ndarray:
    """Cubes of 8 cells, alternately 1 and 1e4."""
    return np.where(sum(index // 8 for index in np.indices(shape)) % 2 == 0, 1.0, 1e4)


# name: (coefficient, mask, most cycles in 2-D, most cycles in 3-D)
PROBLEMS: dict[str, tuple[Callable[[Shape], Any], Callable[[Shape], Any], int, int]] = {
    "exp(2g)": (lambda s: lognormal(s, 2.0, 4.0), lambda s: None, 12, 12),
    "soft 1e-4": (lambda s: inclusions(s, 1e-4, length=4.0), lambda s: None, 12, 11),
    "soft 1e-6": (lambda s: inclusions(s, 1e-6, length=4.0), lambda s: None, 12, 11),
    "stiff 1e4": (lambda s: inclusions(s, 1e4, length=4.0), lambda s: None, 14, 14),
    "stiff 1e6": (lambda s: inclusions(s, 1e6, length=4.0), lambda s: None, 15, 14),
    "checkers": (checkers, lambda s: None, 11, 11),
    "permeability": (permeability, lambda s: None, 11, 12),
    "porous": (lambda s: 1.0, lambda s: porous_mask(s, 0.5, 4.0), 13, 11),
    "obstacles": (lambda s: 1.0, lambda s: obstacles(s, 20, 3), 11, 10),
    "random": (lambda s: 1.0, lambda s: random_mask(s, 0.5, 5), 18, 20),
    "last axis 1e-3": (lambda s: (1.0,) * (len(s) - 1) + (1e-3,), lambda s: None, 14, 10),
    "first axis 1e-3": (lambda s: (1e-3,) + (1.0,) * (len(s) - 1), lambda s: None, 14, 10),
}


def cycles(name: str, shape: Shape, seed: int = 1) -> int:
    """Cycles to 1e-8 on a normal random right-hand side."""
    coefficient, mask, *_ = PROBLEMS[name]
    source = np.random.default_rng(seed).standard_normal(shape)
    system = poisson(Grid(shape, mask=mask(shape)), coefficient(shape), source, project=True)
    solver = Multigrid()
    solution = solver.solve(solver.setup(system.A), system.b)
    assert solution.converged, (solution.status, solution.history)
    return solution.iterations


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("shape", [(128, 128), (48, 48, 48)], ids=str)
def test_cycles(name: str, shape: Shape) -> None:
    assert cycles(name, shape) <= PROBLEMS[name][len(shape)]


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("shape", [(512, 512), (64, 64, 64), (96, 96, 96)], ids=str)
def test_cycles_do_not_grow_with_the_size(name: str, shape: Shape) -> None:
    assert cycles(name, shape) <= max(20 if len(shape) == 2 else 14, PROBLEMS[name][len(shape)])


@pytest.mark.parametrize("shape", [(128, 128), (32, 32, 32), (65, 63)], ids=str)
@pytest.mark.parametrize("kind", ["neumann", "periodic"])
@pytest.mark.parametrize("contrast", [1e-6, 1e6])
def test_closed_boxes_reach_the_rounding_floor(shape: Shape, kind: Any, contrast: float) -> None:
    """Nothing holds the level, and cycles in single precision must not let it drift."""
    source = np.random.default_rng(0).standard_normal(shape)
    k = inclusions(shape, contrast, length=4.0)
    system = poisson(Grid(shape, boundary=Boundary(kind)), k, source, project=True)
    solver = Multigrid()
    state = solver.setup(system.A)
    assert solver.solve(state, system.b, rtol=2e-8).iterations <= 14
    solution = solver.solve(state, system.b, rtol=1e-11)
    assert solution.converged or solution.residual <= 10 * solution.details["floor"], solution.history


@pytest.mark.parametrize("shape", [(128, 32, 16), (64, 256)], ids=str)
def test_cells_longer_than_wide(shape: Shape) -> None:
    """Spacings of 1/128, 1/32, 1/16 are anisotropy of 64."""
    system = poisson(Grid(shape), source=np.random.default_rng(1).standard_normal(shape))
    solver = Multigrid()
    solution = solver.solve(solver.setup(system.A), system.b)
    assert solution.converged
    assert solution.iterations <= 10


@pytest.mark.parametrize("what", ["exp(2g)", "soft 1e-4", "porous", "random"])
def test_coarse_boxes_give_the_same_answer(what: str) -> None:
    coefficient, mask, *_ = PROBLEMS[what]
    system = poisson(Grid((64, 60), mask=mask((64, 60))), coefficient((64, 60)), "x", project=True)
    expected, found = (
        solver.solve(solver.setup(system.A), system.b, rtol=1e-11)
        for solver in (Multigrid(), Multigrid(coarse="boxes", cycle="W"))
    )
    assert expected.converged
    assert found.converged
    np.testing.assert_allclose(found.x, expected.x, rtol=0, atol=1e-6 * np.abs(expected.x).max())
