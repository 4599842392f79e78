"""Where coarse boxes suffice, where clusters must take over, and what happens when the guess was wrong."""

import numpy as np
import pytest

from sciml.datasets.fields import inclusions, porous_mask, random_mask
from sciml.mesh import Grid
from sciml.pde import LinearSystem, poisson
from sciml.solvers import solve
from sciml.solvers.multigrid import Multigrid
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.depth import ALL_BOXES, box_depth
from sciml.solvers.multigrid.structured import BoxHierarchy

SHAPE = (40, 40, 40)


def system(coefficient: object = 1.0, mask: object = None) -> LinearSystem:
    source = np.random.default_rng(0).standard_normal(SHAPE)
    return poisson(Grid(SHAPE, mask=mask), coefficient=coefficient, source=source, project=True)


@pytest.mark.parametrize(
    ("problem", "depth"),
    [
        (system(mask=porous_mask(SHAPE, 0.5, length=4, seed=0)), ALL_BOXES),
        (system(inclusions(SHAPE, 50.0, 0.3, length=4, seed=0)), ALL_BOXES),
        (system(inclusions(SHAPE, 1e6, 0.3, length=4, seed=0)), 1),
        (system(mask=random_mask(SHAPE, 0.5, seed=0)), 0),
    ],
)
def test_depth_follows_the_faces(problem: LinearSystem, depth: int) -> None:
    assert box_depth(problem.A.variable()) == depth
    solution = solve(problem.A, problem.b, Multigrid())
    assert solution.converged
    assert solution.iterations <= 17


def test_planes_get_clusters_at_once() -> None:
    plane = poisson(Grid((64, 64)), coefficient=np.exp(np.random.default_rng(0).standard_normal((64, 64))))
    assert box_depth(plane.A.variable()) == 0


def test_clusters_take_over_from_boxes_that_are_too_slow() -> None:
    # islands one or two cells thick, a million times better conducting than the rest
    thin = system(inclusions(SHAPE, 1e6, 0.1, length=1.5, seed=1))
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
