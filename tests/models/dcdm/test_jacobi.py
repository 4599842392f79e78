"""The preset with 471 weights: transfers that are each other's transpose, symmetric and positive for all weights."""

import numpy as np
import pytest
import torch

from sciml._errors import InputError
from sciml.datasets.families import random_system
from sciml.mesh import Boundary, Grid
from sciml.models.dcdm.jacobi import JacobiCycle, gathered, interpolated
from sciml.pde import StencilOperator, poisson
from sciml.solvers import PCG, solve
from sciml.train.tasks.cycle import CycleTask


def drawn(shape: tuple[int, ...], seed: int) -> StencilOperator:
    return random_system("obstacles", shape, np.random.default_rng(seed)).A


def randomised(seed: int) -> JacobiCycle:
    torch.manual_seed(seed)
    model = JacobiCycle()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    return model.double()


@pytest.mark.parametrize("shape", [(8, 8, 8), (5, 7, 6), (1, 9, 4)])
def test_restriction_is_the_transpose_of_interpolation(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    fine, coarse = (2, *shape), (2, *(-(-n // 2) for n in shape))
    e, t, mu = torch.randn(coarse).double(), torch.randn(fine).double(), torch.rand(coarse).double()
    active = (torch.rand(coarse) > 0.3).double()
    torch.testing.assert_close(
        (interpolated(active * e, mu, active, fine) * t).sum(), (e * active * gathered(t, mu, active)).sum(),
    )


def test_constants_are_interpolated_exactly_inside_and_beside_obstacles() -> None:
    active = torch.ones(1, 4, 4, 4)
    active[0, 1:3, 2, 2] = 0
    found = interpolated(active, torch.ones_like(active), active, (1, 8, 8, 7))
    blocks = active.repeat_interleave(2, 1).repeat_interleave(2, 2).repeat_interleave(2, 3)[..., :7]
    torch.testing.assert_close(found[blocks > 0], torch.ones_like(found[blocks > 0]))


@pytest.mark.parametrize("seed", range(20))
def test_random_weights_are_symmetric_and_positive_definite(seed: int) -> None:
    shape = ((8, 8, 8), (7, 6, 9), (20, 17))[seed % 3]
    A, model = drawn(shape, seed), randomised(seed)
    with torch.no_grad():
        hierarchy = model.hierarchy([A.variable()])
        size = A.shape[0]
        M = model(hierarchy, torch.eye(size).double().reshape(size, *A.variable().d.shape)).reshape(size, size).numpy()
    keep = np.flatnonzero(A.diagonal())
    M = M[np.ix_(keep, keep)]
    assert np.abs(M - M.T).max() <= 1e-12 * np.abs(M).max()
    d = np.sqrt(M.diagonal())
    assert np.linalg.eigvalsh((M + M.T) / 2 / np.outer(d, d)).min() > 1e-13


@pytest.mark.parametrize("shape", [(16, 16, 16), (15, 20, 9), (33, 40)])
def test_preconditions_without_training(shape: tuple[int, ...]) -> None:
    A = drawn(shape, 3)
    b = np.random.default_rng(0).standard_normal(A.shape[0]) * (A.diagonal() > 0)
    if A.nullspace is not None:
        A.nullspace.project(b)
    found = solve(A, b, PCG(JacobiCycle().double().preconditioner(A)), rtol=1e-6)
    assert found.converged
    assert found.iterations < 25


def test_the_task_of_the_learned_cycle_trains_it() -> None:
    """Gradients reach the networks of both levels that sweep, and the factor by which a step reduces errors falls."""
    torch.manual_seed(0)
    model, task = JacobiCycle(), CycleTask("obstacles", (12, 12, 12), {"train": 2, "val": 0}, steps=3)
    optimiser, losses = torch.optim.Adam(model.parameters(), 0.02), list[float]()
    for _ in range(12):
        loss = task.loss(model, task.batch(np.arange(2), 0))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.95 * losses[0]
    gradients = [parameter.grad for net in model.cell[:2] for parameter in net.parameters()]
    assert all(gradient is not None and gradient.abs().max() > 0 for gradient in gradients)


def test_units_do_not_matter() -> None:
    one, two = (poisson(Grid((9, 10, 8), (size * 0.9, size, size * 0.8)), source=0.0).A for size in (1.0, 32.0))
    r = np.random.default_rng(0).standard_normal(720)
    z, other = np.empty(720), np.empty(720)
    model = randomised(1)
    model.preconditioner(one)(r, z)
    model.preconditioner(two)(r, other)
    np.testing.assert_allclose(other, z * one.diagonal()[0] / two.diagonal()[0], rtol=1e-9)


def test_periodic_axes_are_refused() -> None:
    A = poisson(Grid((8, 8), boundary={"x": Boundary("periodic")}), source=0.0).A
    with pytest.raises(InputError, match="no periodic axes"):
        JacobiCycle().hierarchy([A.variable()])
