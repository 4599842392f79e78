"""Every mix of boundary conditions, and what floats: answers of a direct solve, means of zero."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from sciml.mesh import Boundary, Grid
from sciml.pde import LinearSystem, poisson
from sciml.solvers import FFT, Direct, Multigrid, Solution, SolverWarning, solve

DIRICHLET, NEUMANN, PERIODIC = Boundary(value="1 + x"), Boundary("neumann", 0.5), Boundary("periodic")
ROBIN = Boundary("robin", 2.0, transfer=3.0)
# what an axis may have at its two ends
PAIRS = [*product((DIRICHLET, NEUMANN, ROBIN), repeat=2), (PERIODIC, PERIODIC)]


def multigrid(system: LinearSystem, rtol: float = 1e-12) -> Solution:
    """To `rtol`, or as far as double precision goes."""
    solver = Multigrid()
    solution = solver.solve(solver.setup(system.A), system.b, rtol=rtol)
    assert solution.converged or solution.residual <= solution.details["floor"], (solution.status, solution.history)
    return solution


def agrees_with_direct(system: LinearSystem) -> None:
    expected = Direct().solve(Direct().setup(system.A), system.b).x
    solution = multigrid(system)
    np.testing.assert_allclose(solution.x, expected, rtol=0, atol=1e-9 * np.abs(expected).max())
    assert solution.iterations <= 20


def grid(shape: tuple[int, ...], pairs: tuple[int, ...], location: Any) -> Grid:
    boundary = {}
    for axis, pair in zip("xyz", pairs, strict=False):
        boundary[axis + "-"], boundary[axis + "+"] = PAIRS[pair]
    return Grid(shape, (1.0, 1.5, 0.8)[: len(shape)], location, boundary)


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("first", range(10))
def test_planes(first: int, location: str) -> None:
    """All pairs on both axes, of lengths that halve and lengths that do not."""
    for second in range(10):
        shape = ((32, 36), (33, 34))[(first + second) % 2]
        agrees_with_direct(poisson(grid(shape, (first, second), location), source="sin(9 * x * y)", project=True))


@pytest.mark.parametrize("first", range(10))
def test_boxes(first: int) -> None:
    """A Latin square: each two axes see all their combinations; length, shift and coefficient at random."""
    rng = np.random.default_rng(first)
    for second in range(10):
        shape = tuple(int(n) for n in rng.choice([7, 8, 11, 12], 3))
        place = grid(shape, (first, second, (first + second) % 10), rng.choice(["cell", "node"]))
        k = 1.0 if rng.random() < 0.5 else "exp(2 * sin(5 * x + 3 * y - 4 * z))"
        agrees_with_direct(poisson(place, k, "y - x * z", shift=rng.choice([0.0, 7.0]), project=True))


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("pair", range(10))
def test_lines(pair: int, location: str) -> None:
    for n, k in product((300, 301), (1.0, "1 + 9 * x")):
        agrees_with_direct(poisson(grid((n,), (pair,), location), k, "sin(9 * x)", project=True))


@pytest.mark.parametrize("shift", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize("shape", [(32, 32), (31, 33), (12, 12, 12)], ids=str)
def test_shift_of_a_closed_box(shape: tuple[int, ...], shift: float) -> None:
    """Nothing but the shift fixes the level: the mean of u is that of f over the shift."""
    f = np.random.default_rng(3).standard_normal(shape) + 1.0
    system = poisson(Grid(shape, boundary=Boundary("neumann")), source=f, shift=shift)
    x = multigrid(system).x
    assert x.mean() == pytest.approx(f.mean() / shift, rel=1e-8)
    expected = FFT().solve(FFT().setup(system.A), system.b).x
    np.testing.assert_allclose(x, expected, rtol=0, atol=1e-8 * np.abs(expected).max())


@pytest.mark.parametrize("kind", ["neumann", "periodic"])
@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("shape", [(64, 64), (45, 47), (33, 32), (16, 16, 16), (15, 13, 11), (9, 16, 14)], ids=str)
def test_boxes_that_float(shape: tuple[int, ...], kind: str, location: Any) -> None:
    system = poisson(
        Grid(shape, location=location, boundary=Boundary(kind)),
        source=np.random.default_rng(2).standard_normal(shape), project=True,
    )
    x = multigrid(system).x
    assert abs(x.mean()) <= 1e-12 * np.abs(x).max()
    if kind == "periodic" or location == "cell":
        expected = FFT().solve(FFT().setup(system.A), system.b).x
        np.testing.assert_allclose(x, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def pockets(shape: tuple[int, ...], k: Any, sides: dict[str, Boundary]) -> LinearSystem:
    """Two slabs cut off from all boundaries, one with a hole, and the rest, which reaches them."""
    mask = np.ones(shape, bool)
    inner = (slice(2, -2),) * (len(shape) - 1)
    for start in (3, 12):  # walls around slabs of 6 layers
        block = np.zeros(shape, bool)
        block[(slice(start, start + 8), *inner)] = True
        core = np.zeros(shape, bool)
        core[(slice(start + 1, start + 7), *(slice(3, -3),) * (len(shape) - 1))] = True
        mask &= ~block | core
    mask[(5,) * len(shape)] = False
    source = np.random.default_rng(6).standard_normal(shape)
    return poisson(Grid(shape, boundary=sides, mask=mask), k, source, project=True)


@pytest.mark.parametrize("k", [1.0, "exp(4 * sin(9 * x + 5 * y))"])
@pytest.mark.parametrize("shape", [(24, 20), (23, 15, 14)], ids=str)
@pytest.mark.parametrize("sides", [{}, {"x": PERIODIC}, {"y": NEUMANN}], ids=["dirichlet", "periodic", "neumann"])
def test_pockets_float_on_their_own(shape: tuple[int, ...], k: Any, sides: dict[str, Boundary]) -> None:
    """The answer of least norm: zero mean on both pockets, the boundary's level elsewhere."""
    system = pockets(shape, k, sides)
    nullspace = system.A.nullspace
    assert nullspace is not None
    assert nullspace.count == 2
    solution = multigrid(system, rtol=1e-10)
    assert solution.residual <= 1e-10
    assert solution.iterations <= 16
    assert np.all(np.abs(nullspace.means(solution.x)) <= 1e-12 * np.abs(solution.x).max())
    agrees_with_direct(system)


@pytest.mark.parametrize("coefficient", [1.0, "1 + x"])
def test_a_source_that_does_not_balance_is_reported_and_projected(coefficient: Any) -> None:
    A = poisson(Grid((32, 32), boundary=Boundary("neumann")), coefficient, source=0.0).A
    b = np.random.default_rng(0).standard_normal((32, 32)) + 1.0
    with pytest.warns(SolverWarning, match="does not balance"):
        solution = solve(A, b, Multigrid())
    assert solution.converged
    assert solution.iterations <= 9
    np.testing.assert_allclose(A.apply(solution.x), b - b.mean(), rtol=0, atol=1e-6)


def test_a_lone_cell_gets_zero() -> None:
    mask = np.ones((16, 16), bool)
    mask[4:7, 4:7] = False
    mask[5, 5] = True
    system = poisson(Grid((16, 16), mask=mask), source=3.0, project=True)
    x = multigrid(system).x
    assert x[5, 5] == 0.0
    assert not x[~mask].any()
