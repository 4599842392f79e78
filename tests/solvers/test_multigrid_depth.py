"""Where coarse boxes suffice, where clusters must take over, and what happens when the guess was wrong."""

import numpy as np
import pytest

from sciml.datasets.fields import inclusions, lognormal, obstacles, porous_mask, random_mask
from sciml.mesh import Grid
from sciml.pde import LinearSystem, poisson
from sciml.solvers import solve
from sciml.solvers.multigrid import Multigrid
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.depth import ALL_BOXES, CLUSTERS, ONE_LEVEL, ROUGH_FACES, ROUGH_MASK, box_plan
from sciml.solvers.multigrid.structured import BoxHierarchy

SHAPE = (40, 40, 40)


def system(coefficient: object = 1.0, mask: object = None) -> LinearSystem:
    source = np.random.default_rng(0).standard_normal(SHAPE)
    return poisson(Grid(SHAPE, mask=mask), coefficient=coefficient, source=source, project=True)


def noise(sigma: float) -> np.ndarray:
    return np.exp(sigma * np.random.default_rng(0).standard_normal(SHAPE))


def checkers(width: int, shift: int = 0) -> np.ndarray:
    """Cubes, alternately 1 and 1e4."""
    return np.where(sum((index + shift) // width for index in np.indices(SHAPE)) % 2 == 0, 1.0, 1e4)


# medium, plan, most iterations
MEDIA = {
    "pores": (system(mask=porous_mask(SHAPE, 0.5, length=4, seed=0)), ALL_BOXES, 8),
    "obstacles": (system(mask=obstacles(SHAPE, 20, seed=3)), ALL_BOXES, 8),
    "mild": (system(inclusions(SHAPE, 50.0, 0.3, length=4, seed=0)), ALL_BOXES, 10),
    "smooth": (system(lognormal(SHAPE, 2.0, length=4, seed=0)), ALL_BOXES, 8),
    "soft": (system(inclusions(SHAPE, 1e-6, 0.3, length=4, seed=0)), ALL_BOXES, 8),
    "soft cells": (system(np.where(random_mask(SHAPE, 0.3, seed=0), 1e-4, 1.0)), CLUSTERS, 12),
    "stiff, wide": (system(inclusions(SHAPE, 1e6, 0.3, length=6, seed=0)), ONE_LEVEL, 9),
    "stiff, thin": (system(inclusions(SHAPE, 1e6, 0.3, length=2, seed=0)), CLUSTERS, 22),
    "stiff cells": (system(np.where(random_mask(SHAPE, 0.5, seed=0), 1e4, 1.0)), CLUSTERS, 22),
    "checkers that boxes fit": (system(checkers(4)), ONE_LEVEL, 11),
    "checkers between boxes": (system(checkers(4, 1)), CLUSTERS, 12),
    "noise": (system(noise(2.0)), ROUGH_FACES, 10),
    "random cells": (system(mask=random_mask(SHAPE, 0.5, seed=0)), ROUGH_MASK, 15),
    "hardly connected": (system(mask=random_mask(SHAPE, 0.4, seed=0)), CLUSTERS, 22),
}


@pytest.mark.parametrize("medium", MEDIA)
def test_plan_follows_the_faces(medium: str) -> None:
    problem, plan, limit = MEDIA[medium]
    assert box_plan(problem.A.variable()) == plan
    solution = solve(problem.A, problem.b, Multigrid())
    assert solution.converged
    assert solution.iterations <= limit


@pytest.mark.parametrize("turn", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
@pytest.mark.parametrize("spacing", [1.0, 1e-4])
def test_plan_depends_on_neither_axes_nor_spacing(turn: tuple[int, int, int], spacing: float) -> None:
    k = inclusions(SHAPE, 1e6, 0.3, length=2, seed=0).transpose(turn)
    flat = Grid(SHAPE, extent=(1.0, 1.0, spacing))
    assert box_plan(poisson(flat, coefficient=k).A.variable()) == CLUSTERS


def test_planes_get_clusters_at_once() -> None:
    plane = poisson(Grid((64, 64)), coefficient=np.exp(np.random.default_rng(0).standard_normal((64, 64))))
    assert box_plan(plane.A.variable()) == CLUSTERS


def test_long_boxes_are_not_taken_for_random_cells() -> None:
    k = 1 + np.random.default_rng(0).random((3, 3, 301))
    assert box_plan(poisson(Grid(k.shape), coefficient=k).A.variable()) == CLUSTERS


def test_clusters_take_over_from_boxes_that_are_too_slow() -> None:
    # small islands, a million times better conducting, in a layer between the planes that the plan looks at
    k = np.ones(SHAPE)
    k[8:14] = inclusions(SHAPE, 1e6, 0.1, length=1.5, seed=1)[8:14]
    thin = system(k)
    solver = Multigrid()
    state = solver.setup(thin.A)
    assert isinstance(state.symmetric, BoxHierarchy)
    seen: list[int] = []
    solution = solver.solve(state, thin.b, callback=lambda iteration, _: seen.append(iteration))
    assert solution.converged
    assert isinstance(state.symmetric, ClusterHierarchy)
    assert seen == list(range(1, solution.iterations + 1))
    assert len(solution.history) == solution.iterations + 1
    boxes = solve(thin.A, thin.b, Multigrid(coarse="boxes"), maxiter=solution.iterations)
    assert boxes.residual > solution.residual
