"""Second order for every boundary condition, by manufactured solutions given as expressions."""

from dataclasses import dataclass
from itertools import product
from math import log2, pi

import numpy as np
import pytest
from scipy.sparse.linalg import spsolve

from sciml._expressions import Expression
from sciml.mesh import AXES, Boundary, Grid
from sciml.pde import flux, poisson

# Both ends of an axis: every pair of conditions.
PAIRS = [*product(("dirichlet", "neumann", "robin"), repeat=2), ("periodic", "periodic")]
EXTENT = (1.0, 0.8, 1.3)
CELLS = {1: (40,), 2: (14, 12), 3: (7, 6, 8)}
H = "1.5 + x*0.3"


@dataclass(frozen=True)
class Profile:
    """Factors of u and k along one axis, and their derivatives, as expressions."""

    u: str
    du: str
    ddu: str
    k: str
    dk: str


def profile(axis: int, pair: tuple[str, str]) -> Profile:
    x = AXES[axis]
    if pair[0] == "periodic":
        w = 2 * pi / EXTENT[axis]
        angle = f"({w!r}*{x} + 0.3)"
        k = f"exp(0.2*sin({angle}))"
        return Profile(
            f"(2 + sin({angle}))", f"({w!r}*cos({angle}))", f"(-{w * w!r}*sin({angle}))",
            k, f"(0.2*{w!r}*cos({angle})*{k})",
        )
    w = 1.1 + 0.3 * axis
    angle = f"({w!r}*{x} + 0.4)"
    return Profile(
        f"sin({angle})", f"({w!r}*cos({angle}))", f"(-{w * w!r}*sin({angle}))", f"exp(0.3*{x})", f"(0.3*exp(0.3*{x}))"
    )


class Manufactured:
    """A solution with the coefficient, source and boundary data that belong to it."""

    def __init__(self, pairs: tuple[tuple[str, str], ...], shift: float) -> None:
        self.pairs, self.shift = pairs, shift
        self.parts = [profile(axis, pair) for axis, pair in enumerate(pairs)]
        self.u = "*".join(p.u for p in self.parts)
        self.k = "*".join(p.k for p in self.parts)
        terms = (
            self.with_axis(a, f"({p.dk}*{p.du} + {p.k}*{p.ddu})", lambda q: f"{q.k}*{q.u}")
            for a, p in enumerate(self.parts)
        )
        self.f = f"{shift!r}*{self.u} - (" + " + ".join(terms) + ")"

    def with_axis(self, axis: int, own: str, other) -> str:
        return "*".join(own if a == axis else other(q) for a, q in enumerate(self.parts))

    def flow(self, axis: int) -> str:
        """k du/dx along `axis`."""
        p = self.parts[axis]
        return self.with_axis(axis, f"{p.k}*{p.du}", lambda q: f"{q.k}*{q.u}")

    def grid(self, location: str, refine: int) -> Grid:
        boundary = {}
        for axis, pair in enumerate(self.pairs):
            for sign, kind in zip("-+", pair, strict=True):
                q = f"({sign}1)*({self.flow(axis)})"
                value = {"dirichlet": self.u, "neumann": q, "robin": f"{self.u} + {q}/({H})", "periodic": 0.0}[kind]
                boundary[AXES[axis] + sign] = Boundary(kind, value, H if kind == "robin" else 0.0)
        extra = [int(location == "node" and pair[0] != "periodic") for pair in self.pairs]
        shape = tuple(n * refine + e for n, e in zip(CELLS[len(self.pairs)], extra, strict=True))
        return Grid(shape, EXTENT[: len(shape)], location, boundary)

    def solved(self, location: str, refine: int) -> tuple[Grid, np.ndarray, list[np.ndarray]]:
        grid = self.grid(location, refine)
        system = poisson(grid, self.k, self.f, shift=self.shift)
        x = spsolve(system.A.tocsr().tocsc(), system.b.ravel()).reshape(system.b.shape)
        return grid, system.expand(x), flux(system, x)


def manufactured(pairs: tuple[tuple[str, str], ...]) -> Manufactured:
    kinds = {kind for pair in pairs for kind in pair}
    return Manufactured(pairs, 0.0 if kinds & {"dirichlet", "robin"} else 1.0)


def norm(grid: Grid, values: np.ndarray) -> float:
    """L2 norm by the trapezoidal (nodes) or midpoint rule (cells)."""
    squares = values**2
    for axis in reversed(range(grid.ndim)):
        is_closed = grid.location == "node" and not grid.is_periodic(axis)
        squares = np.trapezoid(squares, axis=axis) / (grid.shape[axis] - 1) if is_closed else squares.mean(axis=axis)
    return float(np.sqrt(squares))


def error(problem: Manufactured, location: str, refine: int) -> float:
    grid, u, _ = problem.solved(location, refine)
    return norm(grid, u - grid.evaluate(problem.u))


def order(problem: Manufactured, location: str) -> float:
    return log2(error(problem, location, 1) / error(problem, location, 2))


def name(pairs: tuple[tuple[str, str], ...]) -> str:
    return "-".join("".join(kind[0] for kind in pair) for pair in pairs)


# Every pair of conditions on two axes; in 3-D a tenth of a Latin cube.
MIXES = [(pair,) for pair in PAIRS]
MIXES += [(a, b) for i, a in enumerate(PAIRS) for j, b in enumerate(PAIRS) if (i + 3 * j) % 5 == 0]
MIXES += [(PAIRS[i], PAIRS[(3 * i + 1) % 10], PAIRS[(7 * i + 4) % 10]) for i in range(10)]


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("pairs", MIXES, ids=name)
def test_second_order(pairs: tuple[tuple[str, str], ...], location: str) -> None:
    assert order(manufactured(pairs), location) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("pairs", [(pair,) for pair in PAIRS] + [(PAIRS[i], PAIRS[9 - i]) for i in range(5)], ids=name)
def test_flux_second_order(pairs: tuple[tuple[str, str], ...], location: str) -> None:
    """Fluxes through inner faces; in the mean also those on the sides."""
    problem = manufactured(pairs)
    errors = []
    for refine in (1, 2):
        grid, _, faces = problem.solved(location, refine)
        total = 0.0
        for axis, q in enumerate(faces):
            at = grid.coordinates()
            x = at[AXES[axis]].ravel()
            middles = 0.5 * (x[1:] + x[:-1])
            ends = [0.0, EXTENT[axis]]
            if grid.is_periodic(axis) and location == "node":
                ends = [-0.5 * grid.spacing[axis], EXTENT[axis] - 0.5 * grid.spacing[axis]]
            points = np.concatenate([ends[:1], middles, ends[1:]])
            at[AXES[axis]] = points.reshape([-1 if a == axis else 1 for a in range(grid.ndim)])
            total += np.mean((q + Expression(problem.flow(axis))(at)) ** 2)
        errors.append(np.sqrt(total))
    assert log2(errors[0] / errors[1]) > 1.85


@pytest.mark.parametrize("location", ["cell", "node"])
def test_anisotropic_coefficient(location: str) -> None:
    """-(k_x u_xx + k_y u_yy), k_x / k_y = 50, robin on one side."""
    u, errors = "sin(2*x + 0.3)*cos(1.5*y)", []
    for n in (12, 24):
        extra = int(location == "node")
        boundary = {
            "x-": Boundary("dirichlet", u), "x+": Boundary("neumann", "5*2*cos(2*x + 0.3)*cos(1.5*y)"),
            "y-": Boundary("neumann", 0.0), "y+": Boundary("robin", f"{u} - 0.1*1.5*sin(2*x + 0.3)*sin(1.5*y)/3", 3.0),
        }
        grid = Grid((n + extra, n // 2 + extra), location=location, boundary=boundary)
        system = poisson(grid, (5.0, "0.1"), f"(5*4 + 0.1*2.25)*{u}")
        x = spsolve(system.A.tocsr().tocsc(), system.b.ravel()).reshape(system.b.shape)
        errors.append(np.sqrt(np.mean((system.expand(x) - grid.evaluate(u)) ** 2)))
    assert log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_jump_on_a_face_is_exact(axis: int) -> None:
    """Through layers k = 1 | 1000 the solution is linear in each layer, and found to rounding."""
    shape = [3, 4, 2]
    shape[axis] = 10
    name = AXES[axis]
    boundary = {a: Boundary("neumann") for a in AXES} | {
        name + "-": Boundary("dirichlet", 0.0), name + "+": Boundary("dirichlet", 1.0)
    }
    grid = Grid(tuple(shape), boundary=boundary)
    system = poisson(grid, f"where({name} < 0.4, 1, 1000)", 0.0)
    x = spsolve(system.A.tocsr().tocsc(), system.b.ravel()).reshape(system.b.shape)
    q = 1 / (0.4 + 0.6 / 1000)
    exact = grid.evaluate(f"{q!r}*where({name} < 0.4, {name}, 0.4 + ({name} - 0.4)/1000) + 0*x*y*z")
    np.testing.assert_allclose(x, exact, rtol=1e-11)
    np.testing.assert_allclose(flux(system, x)[axis], -q, rtol=1e-10)


def test_jump_on_a_face_converges_second_order() -> None:
    """-(k u')' = 1 with a jump of k at x = 1/2: u' = (a - x) / k on both sides."""
    errors = []
    k1, k2 = 1.0, 20.0
    a = (0.125 / k1 + 0.375 / k2) / (0.5 / k1 + 0.5 / k2)
    middle = (0.5 * a - 0.125) / k1
    exact = f"where(x < 0.5, (x*{a!r} - x**2/2)/{k1}, {middle!r} + ((x - 0.5)*{a!r} - (x**2 - 0.25)/2)/{k2})"
    for n in (10, 20):
        grid = Grid((n,))
        system = poisson(grid, f"where(x < 0.5, {k1}, {k2})")
        x = spsolve(system.A.tocsr().tocsc(), system.b)
        errors.append(abs(x - grid.evaluate(exact)).max())
    assert log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.1)
