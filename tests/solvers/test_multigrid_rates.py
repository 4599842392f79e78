"""How fast cycles reduce the residual: the rates that Fourier analysis and practice promise, on any size."""

import numpy as np
import pytest

from sciml.kernels._stencil import shape3
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.solvers import Multigrid
from sciml.solvers.multigrid.refine import correction
from sciml.solvers.multigrid.structured import BoxHierarchy, Smoothing

SQUARE, CUBE = (128, 128), (32, 32, 32)
NEUMANN, PERIODIC, ROBIN = Boundary("neumann"), Boundary("periodic"), Boundary("robin", transfer=3.0)

# Residual reduction a cycle in 2-D and 3-D: sweeps, omega, rates. Linear interpolation, summed residuals, the
# operator of the coarse box: the first rows are the smoothing factors of red-black relaxation, the others show what
# over-relaxation gains.
LINEAR = [
    ((1, 1), 1.0, 0.147, 0.201),
    ((2, 1), 1.0, 0.104, 0.126),
    ((2, 2), 1.0, 0.079, 0.099),
    ((1, 1), 1.15, 0.093, 0.098),
    ((1, 1), 1.2, 0.090, 0.085),
    ((2, 1), 1.15, 0.063, 0.070),
    ((2, 1), 1.2, 0.048, 0.051),
]
# Piecewise constant transfers with colours in reversed order after the correction, which makes the cycle
# symmetric. The same order on both sides would reduce by .085 in two dimensions; gamma is in the first column.
CONSTANT = [
    (1, (1, 1), 1.0, 0.367, 0.646),
    (1, (2, 2), 1.0, 0.118, 0.091),
    (2, (2, 2), 1.0, 0.099, 0.079),
]


def rate(
    shape: tuple[int, ...], transfer: str = "linear", smoothing: Smoothing | None = None, gamma: int = 1,
    boundary: dict[str, Boundary] | None = None,
) -> float:
    """Asymptotic reduction of the residual of A x = 0 by one cycle, from a random start."""
    A = poisson(Grid(shape, boundary=boundary or {}), source=0.0).A
    hierarchy = BoxHierarchy(A.stencil, transfer, gamma=gamma, smoothing=smoothing)
    x = np.random.default_rng(1).standard_normal(shape3(shape))
    step = np.empty_like(x)
    norms = []
    for _ in range(14):
        if A.nullspace is not None:
            A.nullspace.project(x)
        r = -A.apply(x.reshape(shape)).reshape(x.shape)
        norms.append(float(np.linalg.norm(r)))
        correction(hierarchy, r, step)
        x += step
    return float((norms[-1] / norms[-6]) ** 0.2)


@pytest.mark.parametrize(("sweeps", "omega", "square", "cube"), LINEAR)
def test_linear_transfers(sweeps: tuple[int, int], omega: float, square: float, cube: float) -> None:
    smoothing = Smoothing(sweeps, omega)
    assert rate(SQUARE, smoothing=smoothing) == pytest.approx(square, abs=0.01)
    assert rate(CUBE, smoothing=smoothing) == pytest.approx(cube, abs=0.01)


@pytest.mark.parametrize(("gamma", "sweeps", "omega", "square", "cube"), CONSTANT)
def test_constant_transfers(gamma: int, sweeps: tuple[int, int], omega: float, square: float, cube: float) -> None:
    smoothing = Smoothing(sweeps, omega)
    assert rate(SQUARE, "constant", smoothing, gamma) == pytest.approx(square, abs=0.02)
    assert rate(CUBE, "constant", smoothing, gamma) == pytest.approx(cube, abs=0.02)


@pytest.mark.parametrize(
    "boundary",
    [
        {"x": NEUMANN, "y": NEUMANN, "z": NEUMANN},
        {"x": PERIODIC, "y": PERIODIC, "z": PERIODIC},
        {"x": ROBIN, "y": NEUMANN},
        {"x-": NEUMANN, "y": PERIODIC, "z": ROBIN},
    ],
    ids=["neumann", "periodic", "robin", "mixed"],
)
def test_boundary_conditions_do_not_matter(boundary: dict[str, Boundary]) -> None:
    gauss_seidel = Smoothing((1, 1), 1.0)
    plane = {side: condition for side, condition in boundary.items() if side[0] != "z"}
    assert rate(SQUARE, smoothing=gauss_seidel, boundary=plane) == pytest.approx(0.147, abs=0.01)
    assert rate(CUBE, smoothing=gauss_seidel, boundary=boundary) == pytest.approx(0.201, abs=0.01)


@pytest.mark.parametrize(("shape", "expected"), [(SQUARE, 0.023), (CUBE, 0.006), ((64, 64, 64), 0.006)])
def test_default_cycles_of_a_solve(shape: tuple[int, ...], expected: float) -> None:
    """Average reduction down to 1e-8."""
    solver = Multigrid()
    solution = solver.solve(solver.setup(poisson(Grid(shape)).A), np.random.default_rng(1).standard_normal(shape))
    assert solution.converged
    assert solution.residual ** (1 / solution.iterations) == pytest.approx(expected, abs=0.004)


def test_the_rate_does_not_depend_on_the_spacing() -> None:
    over_relaxed = Smoothing((1, 1), 1.2)
    assert rate((64, 64, 64), smoothing=over_relaxed) == pytest.approx(rate(CUBE, smoothing=over_relaxed), abs=0.005)
    assert rate((256, 256), smoothing=over_relaxed) == pytest.approx(rate((64, 64), smoothing=over_relaxed), abs=0.01)


@pytest.mark.slow
def test_the_rate_does_not_depend_on_the_spacing_up_to_two_million_cells() -> None:
    assert rate((128, 128, 128), smoothing=Smoothing((1, 1), 1.2)) == pytest.approx(0.085, abs=0.02)
    assert rate((128, 128, 128)) == pytest.approx(0.009, abs=0.02)
