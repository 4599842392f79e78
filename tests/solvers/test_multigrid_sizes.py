"""Any size: even, odd, prime, thin, tiny, one cell."""

import numpy as np
import pytest

from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.solvers import Direct, Multigrid, Solution

Shape = tuple[int, ...]
SAMPLE = (5, 6, 7, 11, 16, 23, 31, 33, 37, 45, 50, 53)


def solved(shape: Shape, kind: str = "dirichlet", rtol: float = 1e-8, k: float | str = 1.0) -> Solution:
    """Normal random source, one condition on all sides."""
    source = np.random.default_rng(0).standard_normal(shape)
    system = poisson(Grid(shape, boundary=Boundary(kind, transfer=2.0)), k, source, project=True)
    solver = Multigrid()
    solution = solver.solve(solver.setup(system.A), system.b, rtol=rtol)
    assert solution.converged, (shape, solution.status, solution.history)
    return solution


@pytest.mark.parametrize("n", SAMPLE)
def test_cubes(n: int) -> None:
    assert solved((n, n, n)).iterations <= 12


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dirichlet", "neumann", "periodic"])
@pytest.mark.parametrize("n", range(5, 71))
def test_all_cubes(n: int, kind: str) -> None:
    assert solved((n, n, n), kind).iterations <= (12 if kind == "dirichlet" else 14)


@pytest.mark.parametrize("n", [100, 129, 201])
@pytest.mark.parametrize("kind", ["dirichlet", "neumann", "periodic", "robin"])
def test_squares(n: int, kind: str) -> None:
    assert solved((n, n), kind).iterations <= 12


@pytest.mark.parametrize("shape", [(31, 17, 53), (13, 29, 7), (127, 61), (1009, 7), (3, 3, 301)], ids=str)
@pytest.mark.parametrize("kind", ["dirichlet", "neumann", "periodic"])
def test_primes(shape: Shape, kind: str) -> None:
    assert solved(shape, kind).iterations <= 13


@pytest.mark.parametrize("kind", ["dirichlet", "neumann", "periodic"])
@pytest.mark.parametrize("k", [1.0, "1 + 5 * x"])
@pytest.mark.parametrize(
    "shape", [(1,), (2,), (5,), (1, 1), (2, 3), (1, 7), (7, 1), (1, 1, 1), (2, 2, 2), (3, 1, 2), (1, 9, 9)], ids=str
)
def test_tiny(shape: Shape, kind: str, k: float | str) -> None:
    """Without levels a cycle is a dense solve, to single precision."""
    solution = solved(shape, kind, 1e-13, k)
    assert solution.iterations <= (3 if k == 1.0 else 12)
    system = poisson(
        Grid(shape, boundary=Boundary(kind)), k, np.random.default_rng(0).standard_normal(shape), project=True
    )
    expected = Direct().solve(Direct().setup(system.A), system.b).x
    np.testing.assert_allclose(solution.x, expected, rtol=0, atol=1e-11 * max(np.abs(expected).max(), 1e-30))


@pytest.mark.parametrize("shape", [(300,), (1009,), (1000,), (1, 300), (300, 1), (400, 3, 2), (2, 3, 400)], ids=str)
@pytest.mark.parametrize("kind", ["dirichlet", "neumann", "periodic"])
def test_long_and_thin(shape: Shape, kind: str) -> None:
    assert solved(shape, kind).iterations <= 17
