"""Full multigrid: one pass reaches discretisation accuracy, cycles go on from there."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.sparse import eye_array

from sciml._errors import ConvergenceError, InputError
from sciml._expressions import Expression
from sciml.kernels._colour import split_zeros
from sciml.kernels._stencil import stencil_shape
from sciml.kernels.colour_layout import colour_merge, colour_split
from sciml.kernels.cubic_prolong import cubic_prolong
from sciml.mesh import Grid
from sciml.mesh.boundary import Boundary, BoundaryKind
from sciml.pde import LinearSystem, poisson
from sciml.solvers import FFT, FMG, Multigrid, Status, configure, solve
from sciml.solvers.multigrid import fmg_pass, structured

Case = tuple[LinearSystem, np.ndarray]


def centres(shape: tuple[int, ...]) -> list[np.ndarray]:
    return list(np.meshgrid(*[(np.arange(n) + 0.5) / n for n in shape], indexing="ij"))


def all_sides(shape: tuple[int, ...], kind: BoundaryKind) -> dict[str, Boundary]:
    return {axis: Boundary(kind) for axis in "xyz"[: len(shape)]}


def product(shape: tuple[int, ...]) -> Case:
    """u = prod sin(pi x) e^x, zero on the boundary."""
    X = centres(shape)
    factors = [np.sin(np.pi * x) * np.exp(x) for x in X]
    seconds = [((1 - np.pi**2) * np.sin(np.pi * x) + 2 * np.pi * np.cos(np.pi * x)) * np.exp(x) for x in X]
    f = -sum(np.prod([*factors[:k], seconds[k], *factors[k + 1 :]], axis=0) for k in range(len(X)))
    return poisson(Grid(shape), source=f), np.prod(factors, axis=0)


def wave(shape: tuple[int, ...]) -> Case:
    """A product of sines on a torus."""
    u = np.prod([np.sin(2 * np.pi * x) for x in centres(shape)], axis=0)
    grid = Grid(shape, boundary=all_sides(shape, "periodic"))
    return poisson(grid, source=4 * np.pi**2 * len(shape) * u, project=True), u


def closed(shape: tuple[int, ...]) -> Case:
    """A product of cosines in an insulated box, and one across it."""
    X = centres(shape)
    u, v = np.prod([np.cos(np.pi * x) for x in X], axis=0), np.cos(2 * np.pi * X[0])
    f = np.pi**2 * (len(shape) * u + 4 * v)
    return poisson(Grid(shape, boundary=all_sides(shape, "neumann")), source=f, project=True), u + v


# u = e^x cos(2 y) sin(1 + z), with -lap u = 3 u in the plane (without the last factor) and 4 u in space
FIELD = {2: "exp(x)*cos(2*y)", 3: "exp(x)*cos(2*y)*sin(1+z)"}
SLOPES = {
    2: {"x": FIELD[2], "y": "-2*exp(x)*sin(2*y)"},
    3: {"x": FIELD[3], "y": "-2*exp(x)*sin(2*y)*sin(1+z)", "z": "exp(x)*cos(2*y)*cos(1+z)"},
}


def side(kind: str, dim: int, axis: str, end: str) -> Boundary:
    u, outward = FIELD[dim], f"{end}1*({SLOPES[dim][axis]})"
    if kind == "robin":
        return Boundary("robin", f"{u} + ({outward})/3", transfer=3.0)
    return Boundary("dirichlet", u) if kind == "dirichlet" else Boundary("neumann", outward)


def prescribed(choose: Callable[[str, str], str]) -> Callable[[tuple[int, ...]], Case]:
    """The field above, with data on every side of the kind that `choose` says."""

    def make(shape: tuple[int, ...]) -> Case:
        dim = len(shape)
        sides = {axis + end: side(choose(axis, end), dim, axis, end) for axis in "xyz"[:dim] for end in "-+"}
        X = dict(zip("xyz", centres(shape), strict=False))
        u = Expression(FIELD[dim])(X)
        return poisson(Grid(shape, boundary=sides), source=(dim + 1) * u), u

    return make


MIXED = {"x-": "neumann", "x+": "dirichlet", "y-": "dirichlet", "y+": "robin", "z-": "dirichlet", "z+": "neumann"}
MAKERS = {
    "product": product, "wave": wave, "closed": closed,
    "dirichlet": prescribed(lambda axis, end: "dirichlet"),
    "robin": prescribed(lambda axis, end: "robin"),
    "mixed": prescribed(lambda axis, end: MIXED[axis + end]),
}


def errors(case: Case, solver: FMG) -> tuple[float, float, float, Any]:
    """Algebraic, discretisation and total error, relative in l2, and the solution."""
    system, u = case
    u_h = solve(system.A, system.b, FFT()).x
    solution = solve(system.A, system.b, solver)
    parts = solution.x - u_h, u_h - u, solution.x - u
    algebraic, discretisation, total = (float(np.linalg.norm(part) / np.linalg.norm(u)) for part in parts)
    return algebraic, discretisation, total, solution


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("shape", [(32, 32), (64, 64), (128, 128), (256, 256), (32, 32, 32), (64, 64, 64)], ids=str)
def test_one_pass_reaches_discretisation_accuracy(name: str, shape: tuple[int, ...]) -> None:
    algebraic, discretisation, total, _ = errors(MAKERS[name](shape), FMG(only=True))
    assert algebraic <= 0.1 * discretisation
    assert total <= 1.1 * discretisation


def test_one_pass_on_a_small_cube() -> None:
    algebraic, discretisation, _, _ = errors(product((16, 16, 16)), FMG(only=True))
    assert algebraic <= 0.1 * discretisation


@pytest.mark.parametrize(
    "shape", [(32, 128), (256, 16), (64, 32, 16), (16, 64, 64), (48, 80), (44, 92), (24, 40, 56)], ids=str
)
@pytest.mark.parametrize("name", ["product", "dirichlet"])
def test_other_boxes(name: str, shape: tuple[int, ...]) -> None:
    """Axes that are left fine, and lengths with odd factors."""
    algebraic, discretisation, _, _ = errors(MAKERS[name](shape), FMG(only=True))
    assert algebraic <= 0.2 * discretisation


@pytest.mark.parametrize("name", MAKERS)
def test_second_order(name: str) -> None:
    coarse, fine = (errors(MAKERS[name]((n, n)), FMG(only=True))[2] for n in (64, 128))
    assert coarse / fine == pytest.approx(4.0, abs=0.2)


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "wave"])  # an eigenvector on every level
@pytest.mark.parametrize("shape", [(64, 64), (32, 32, 32)], ids=str)
def test_estimate_of_the_discretisation_error(name: str, shape: tuple[int, ...]) -> None:
    _, discretisation, _, solution = errors(MAKERS[name](shape), FMG(only=True))
    assert 0.3 < solution.details["discretisation_error"] / discretisation < 3.0


@pytest.mark.parametrize("shape", [(256,), (64, 32), (16, 16, 32)], ids=str)
@pytest.mark.parametrize("kind", ["dirichlet", "robin"])
def test_linear_solutions_are_exact_on_every_level(shape: tuple[int, ...], kind: str) -> None:
    """u = 1 + 2 x + 3 y - z: interpolation, sums of sources and coarse operators all reproduce it."""
    text = ["1 + 2*x", "1 + 2*x + 3*y", "1 + 2*x + 3*y - z"][len(shape) - 1]
    # -2 + 4 (u - g) = 0 at x = 0, hence g = u - 1 / 2
    low = Boundary("dirichlet", text) if kind == "dirichlet" else Boundary("robin", f"{text} - 0.5", transfer=4.0)
    sides = {"x-": low, "x+": Boundary("neumann", 2.0)}
    for axis in "yz"[: len(shape) - 1]:
        sides[axis + "-"], sides[axis + "+"] = Boundary("dirichlet", text), Boundary("dirichlet", text)
    system = poisson(Grid(shape, boundary=sides), source=0.0)
    u = 1 + sum(w * c for w, c in zip((2, 3, -1), centres(shape), strict=False))
    solution = solve(system.A, system.b, FMG(only=True, dtype="float64"), rtol=1e-11)
    assert solution.converged
    np.testing.assert_allclose(solution.x, u, rtol=0, atol=1e-10)


def test_interpolation_is_exact_for_cubics() -> None:
    def cubic(shape: tuple[int, int, int]) -> np.ndarray:
        return np.asarray(np.prod([1 + x - 2 * x**2 + 3 * x**3 for x in centres(shape)], axis=0))

    coarse = cubic((4, 8, 6))
    parents = colour_split(coarse, split_zeros((4, 8, 6), np.float64))
    fine = cubic_prolong(parents, split_zeros((8, 16, 12), np.float64), 12)
    np.testing.assert_allclose(colour_merge(fine, np.empty((8, 16, 12))), cubic((8, 16, 12)), rtol=1e-13)


class Work:
    """Counts what a pass does, in residuals of the finest box.

    A sweep and a residual cost the same, half a sweep from zero nothing but a scaling; both
    interpolations .6 and a sum over children .1 of a residual, by their operations.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cells = 0.0
        self.finest = 0
        self._wrap(monkeypatch, structured, "sor_restrict", lambda sweeps, zero: sweeps - 0.5 * zero + 1)
        self._wrap(monkeypatch, structured, "prolong_sor", lambda sweeps, zero: sweeps + 0.6)
        self._wrap(monkeypatch, fmg_pass, "cubic_prolong", lambda sweeps, zero: 0.6, box=1)
        self._wrap(monkeypatch, fmg_pass, "sum_children", lambda sweeps, zero: 0.1, box=0)

    def _wrap(
        self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, price: Callable[[int, bool], float],
        box: int | None = None,
    ) -> None:
        kernel = getattr(module, name)

        def counted(*args: Any, **options: Any) -> Any:
            cells = int(np.prod(stencil_shape(args[0]))) if box is None else args[box].size
            self.finest = max(self.finest, cells)
            self.cells += cells * price(options.get("sweeps", 0), options.get("zero", False))
            return kernel(*args, **options)

        monkeypatch.setattr(module, name, counted)

    @property
    def units(self) -> float:
        return self.cells / self.finest


@pytest.mark.parametrize(("shape", "most"), [((256, 256), 9.0), ((64, 64, 64), 7.0)], ids=str)
def test_work(shape: tuple[int, ...], most: float, monkeypatch: pytest.MonkeyPatch) -> None:
    system = poisson(Grid(shape))
    solver = FMG(only=True)
    state = solver.setup(system.A)
    work = Work(monkeypatch)
    state.full.cycle()
    assert work.finest == np.prod(shape)
    assert 3.0 < work.units <= most
    one = work.cells
    state.full.hierarchy.cycle()
    d = len(shape)
    cycle = (work.cells - one) / work.finest
    assert cycle == pytest.approx((2 + 1 + 1.6) * 2**d / (2**d - 1), rel=0.2)


def test_goes_on_to_the_tolerance() -> None:
    system, _ = product((64, 64))
    fmg = solve(system.A, system.b, FMG(), rtol=1e-11)
    multigrid = solve(system.A, system.b, Multigrid(), rtol=1e-11)
    assert fmg.status is Status.CONVERGED
    assert fmg.residual <= 1e-11
    assert fmg.iterations <= multigrid.iterations
    assert fmg.history[1] < 0.2 * multigrid.history[1]
    np.testing.assert_allclose(fmg.x, multigrid.x, rtol=1e-9, atol=1e-9)


def test_only_the_pass_says_what_it_is() -> None:
    system, _ = product((64, 64))
    solution = solve(system.A, system.b, FMG(only=True), maxiter=50)
    assert (solution.status, solution.iterations, len(solution.history)) == (Status.MAX_ITERATIONS, 1, 2)
    assert solution.residual > 1e-8
    error = f"discretisation error, here about {solution.details['discretisation_error']:.1e}"
    assert error in solution.help == solution.details["note"]
    with pytest.raises(ConvergenceError, match=r"leave fmg\.only out"):
        solution.raise_on_failure()
    enough = solve(system.A, system.b, configure("fmg", {"only": "true"}), rtol=1e-2)
    assert (enough.status, enough.method) == (Status.CONVERGED, "fmg")
    assert enough.help == Status.CONVERGED.help


def test_single_precision_does_not_show() -> None:
    """Where "auto" takes it; in the plane rounding would show from 256^2 on."""
    case = product((64, 64, 64))
    single, double = (errors(case, FMG(only=True, dtype=dtype)) for dtype in ("auto", "float64"))
    assert np.linalg.norm(single[3].x - double[3].x) <= 0.01 * single[1] * np.linalg.norm(case[1])
    assert FMG(only=True).setup(case[0].A).full.top.x.dtype == np.float32
    assert FMG(only=True).setup(poisson(Grid((256, 256))).A).full.top.x.dtype == np.float64
    assert FMG().setup(poisson(Grid((256, 256))).A).full.top.x.dtype == np.float32


@pytest.mark.parametrize("only", [True, False])
def test_guesses_batches_and_tiny_boxes(only: bool) -> None:
    system, _ = product((32, 32))
    u_h = solve(system.A, system.b, FFT()).x
    b = np.stack([system.b, 2 * system.b, 0 * system.b])
    solution = solve(system.A, b, FMG(only), rtol=1e-2)
    assert solution.converged
    np.testing.assert_allclose(solution.x[1], 2 * solution.x[0], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(solution.x[2], 0.0)
    again = solve(system.A, system.b, FMG(only), x0=u_h, rtol=1e-9)
    assert again.converged
    assert again.iterations == 1
    one = poisson(Grid((1,)))
    assert solve(one.A, one.b, FMG(only), x0=one.b / one.A.diagonal()).residual == 0.0
    assert solve(one.A, one.b, FMG(only)).x == pytest.approx(1 / 4, rel=1e-6)


@pytest.mark.parametrize(
    ("A", "words"),
    [
        (lambda: poisson(Grid((65, 64))).A, "65 x 64"),
        (lambda: poisson(Grid((32, 32)), "1 + x").A, "constant coefficient"),
        (lambda: poisson(Grid((16, 16), mask=np.indices((16, 16))[0] != 3)).A, "obstacles"),
        (lambda: eye_array(10).tocsr(), "stencil on a box"),
    ],
)
def test_refuses_what_it_cannot_do(A: Callable[[], Any], words: str) -> None:
    matrix = A()
    with pytest.raises(InputError, match=words) as caught:
        solve(matrix, np.ones(matrix.shape[0]), FMG())
    assert "use" in str(caught.value)
    assert "\n" not in str(caught.value)
