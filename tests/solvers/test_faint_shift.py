"""Closed boxes that only a faint shift holds: the level is exact, the iterations are those without the shift."""

import numpy as np
import pytest

from sciml.mesh import Boundary, Grid
from sciml.pde import GridSystem, poisson
from sciml.solvers import Status, configure, solve
from sciml.solvers._operator import rounding_floor

SHIFTS = [1e-3, 1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12]
SHAPE = (24, 20)
CLOSED = Boundary("neumann")
RNG = np.random.default_rng(0)
NOISE = RNG.standard_normal(SHAPE)
VARYING = np.exp(RNG.standard_normal(SHAPE))


def closed_box(shift: float, mean: float, coefficient: object = VARYING, **grid: object) -> GridSystem:
    return poisson(Grid(SHAPE, boundary=CLOSED, **grid), coefficient, NOISE - NOISE.mean() + mean, shift=shift)


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("method", ["cg", "pcg", "fcg", "minres", "multigrid", "amg", "direct", "fft", "fmg"])
def test_a_source_that_balances_converges(method: str, shift: float) -> None:
    system = closed_box(shift, 0.0, 1.0 if method in ("fft", "fmg") else VARYING)
    solution = solve(system.A, system.b, configure(method))
    assert solution.converged
    assert abs(solution.x.mean()) * shift <= 1e-15 + 1e-8 * shift  # the rounding of the mean of b, and of b - A x


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("method", ["cg", "pcg", "multigrid", "direct", "auto"])
def test_the_level_is_the_source_over_the_shift(method: str, shift: float) -> None:
    """sigma N mean(u) = sum b; float64 cannot show it in b - A u, which the status says with the floor."""
    system = closed_box(shift, 1.0)
    solution = solve(system.A, system.b, None if method == "auto" else configure(method))
    assert solution.x.mean() * shift == pytest.approx(1.0, rel=1e-6 if shift > 1e-5 else 1e-12)
    assert solution.status in (Status.CONVERGED, Status.PRECISION_LIMIT)
    if solution.status is Status.PRECISION_LIMIT:
        floor = rounding_floor(system.A, solution.x.ravel(), system.b.ravel())
        assert solution.details["floor"] == pytest.approx(floor, rel=1e-3, abs=0)
        assert solution.residual < 10 * floor


def test_the_shape_of_the_solution_does_not_depend_on_the_shift() -> None:
    """Without its level the answer is that of the closed box, and needs no more cycles."""
    bare = closed_box(0.0, 0.0)
    expected = solve(bare.A, bare.b, configure("multigrid"), rtol=1e-12)
    system = closed_box(1e-10, 0.0)
    solution = solve(system.A, system.b + 1e-5, configure("multigrid"), rtol=1e-11)
    u = solution.x - solution.x.mean()
    np.testing.assert_allclose(u, expected.x, rtol=0, atol=1e-8 * np.abs(expected.x).max())
    assert solution.iterations <= expected.iterations + 1


@pytest.mark.parametrize("location", ["cell", "node"])
def test_components_and_right_hand_sides_have_levels_of_their_own(location: str) -> None:
    """A wall makes two rooms; the shift varies, and on one side of the wall there is none."""
    mask = np.ones(SHAPE, bool)
    mask[10] = False
    shift = np.zeros(SHAPE)
    shift[11:] = 1e-9 * (1 + RNG.random((13, 20)))
    sources = RNG.standard_normal((3, *SHAPE))
    sources[2] = 0.0
    grid = Grid(SHAPE, location=location, boundary=CLOSED, mask=mask)
    system = poisson(grid, VARYING, sources, shift=shift, project=True)
    assert len(system.components) == 1
    x0 = RNG.standard_normal(SHAPE)
    solution = solve(system.A, system.b, configure("pcg"), x0=x0, rtol=1e-9)
    pull = system.A.faint.pull
    for x, b in zip(solution.x, system.b, strict=True):
        assert abs(x[:10].mean()) < 1e-10 * max(1e-3, np.abs(x[:10]).max())
        size = np.abs(pull * x).sum() + np.abs(b).sum()
        assert abs((pull * x - b)[11:].sum()) <= 1e-9 * size
        assert not x[10].any()
    assert not solution.x[2].any()


def test_limit_and_callback_count_through_all_passes() -> None:
    system = closed_box(1e-5, 1.0)
    calls: list[int] = []
    full = solve(system.A, system.b, configure("multigrid"), callback=lambda k, _: calls.append(k))
    assert calls == list(range(1, full.iterations + 1))
    assert len(full.history) == full.iterations + 1
    cut = solve(system.A, system.b, configure("multigrid"), maxiter=3)
    assert (cut.iterations, cut.status) == (3, Status.MAX_ITERATIONS)


def test_a_maze_is_left_to_the_method_itself() -> None:
    """Along a path of 45 000 cells the next eigenvalue is smaller than the shift, which cannot be set apart."""
    n = 301
    mask = np.ones((n, n), bool)
    mask[1::4, :-1] = mask[3::4, 1:] = False
    system = poisson(
        Grid((n, n), (float(n), float(n)), boundary=CLOSED, mask=mask), 1.0, RNG.standard_normal((n, n)), shift=1e-7
    )
    assert system.A.faint is not None
    assert solve(system.A, system.b, configure("direct")).converged


def test_a_box_that_a_side_holds_has_no_faint_shift() -> None:
    assert poisson(Grid(SHAPE, boundary={"x+": CLOSED, "y": CLOSED}), shift=1e-9).A.faint is None
    assert poisson(Grid(SHAPE, boundary=CLOSED), shift=1.0).A.faint is None
