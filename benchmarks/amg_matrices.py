"""Sparse matrices without a grid: algebraic multigrid with PyAMG, SciPy, direct solvers and BoomerAMG.

A 64^3 box of cells (seven entries a row); linear elements on a Delaunay triangulation of a square whose 513^2 points
are moved by up to 0.3 of their distance; -0.01 u_xx - u_yy on 512^2 points; plane elasticity of PyAMG's gallery on
128^2 points, clamped, with rigid motions for all who take them. `Settings.size` replaces 64; the other edges are 8, 8
and 2 times as long. The right-hand side is standard normal noise. SuperLU and SciPy's incomplete LU take minutes for
the box and are left out there.

Then, with our default: 16 right-hand sides together and one by one; a set-up for other values by `update` and anew; and
one cycle and one product with A as a multiple of copying what they read. A cycle reads each matrix twice (before: lower
and upper half; after: both), P and R once, 8 bytes an entry; a product of conjugate gradients 12.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import hypre, pyamg, scipy
from sciml.bench import Contender, Problem, Settings, Table, compare, missing, ours
from sciml.bench.tables import Row
from sciml.kernels import threads
from sciml.mesh import Grid, Mesh
from sciml.pde import poisson
from sciml.solvers import AMG
from sciml.solvers._operator import as_operator
from sciml.solvers.algebraic.state import AMGState

__all__ = ["run"]

COUNT = 16


class MatrixProblem(Problem):
    """A system given by its matrix, with noise on the right."""

    def __init__(
        self, name: str, A: Any, seed: int, near_nullspace: NDArray[np.float64] | None = None, plane: bool = True
    ) -> None:
        self.name, self.plane = name, plane
        self.A: Any = as_operator(A)
        self.b = self.noise(self.A.shape[:1], seed)
        self.near_nullspace = near_nullspace

    @property
    def used(self) -> NDArray[np.bool_]:  # type: ignore[override]
        """All rows."""
        return np.ones(self.A.shape[0], bool)


def box(n: int) -> Any:
    """Seven-point matrix."""
    return poisson(Grid((n, n, n))).A.tocsr()


def triangles(n: int, seed: int) -> Any:
    """Linear elements on moved points; Delaunay triangulation."""
    from scipy.spatial import Delaunay

    points = np.stack(np.meshgrid(*[np.linspace(0, 1, n)] * 2, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = np.all((points > 0) & (points < 1), axis=1, keepdims=True)
    moved = points + inside * np.random.default_rng(seed).uniform(-0.3, 0.3, points.shape) / (n - 1)
    # squares of boundary points only may be cut into slivers, which have no area
    corners = Delaunay(moved).simplices
    edges = moved[corners[:, 1:]] - moved[corners[:, :1]]
    area = edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]
    corners[area < 0] = corners[area < 0][:, ::-1]
    return poisson(Mesh(moved, {"triangle": corners[np.abs(area) > 1e-9 / n**2]})).A


def stretched(n: int) -> Any:
    """Five-point matrix of -0.01 u_xx - u_yy."""
    from scipy.sparse import diags_array, eye_array, kron

    second = diags_array([[-1.0] * (n - 1), [2.0] * n, [-1.0] * (n - 1)], offsets=[-1, 0, 1])
    return (0.01 * kron(second, eye_array(n)) + kron(eye_array(n), second)).tocsr()


def problems(n: int, seed: int) -> list[MatrixProblem]:
    """The four matrices."""
    from pyamg.gallery import linear_elasticity

    elastic, motions = linear_elasticity((2 * n, 2 * n))
    return [
        MatrixProblem(f"box {n}x{n}x{n}", box(n), seed, plane=False),
        MatrixProblem(f"triangles {8 * n + 1}x{8 * n + 1}", triangles(8 * n + 1, seed), seed),
        MatrixProblem(f"anisotropy 0.01, {8 * n}x{8 * n}", stretched(8 * n), seed),
        MatrixProblem(f"elasticity {2 * n}x{2 * n}", elastic, seed, motions),
    ]


def contenders(problem: MatrixProblem) -> list[Contender]:
    """Those for one matrix."""
    B = problem.near_nullspace
    classical = [ours("amg", {"kind": "ruge_stuben"}, "sciml amg, classical")] if B is None else []
    return [
        ours("amg", {"near_nullspace": B}), *classical,
        ours("amg", {"near_nullspace": B, "ordering": "natural", "dtype": "float64"}, "sciml amg, sweeps of PyAMG"),
        *pyamg.tuned(B), *factorisations(), *hypre.boomeramg(),
        *([scipy.direct(), scipy.incomplete()] if problem.plane else []),
    ]


def factorisations() -> list[Contender]:
    """CHOLMOD and PARDISO where they are installed."""
    from importlib.util import find_spec

    homes = {"cholmod": "sksparse", "pardiso": "pypardiso"}
    return [
        ours("direct", {"backend": name}, f"sciml direct, {name}") if find_spec(home) else missing(f"{name} (direct)")
        for name, home in homes.items()
    ]


def seconds(call: Callable[[], Any], repeats: int) -> float:
    """Median time after a call that is not counted."""
    call()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return median(times)


def uses(problem: MatrixProblem, settings: Settings) -> list[Row]:
    """Many right-hand sides, and other values."""
    solver = AMG(near_nullspace=problem.near_nullspace)
    state = solver.setup(problem.A)
    b = problem.noise((COUNT, problem.A.shape[0]), settings.seed + 1)
    compared: list[tuple[str, Callable[[], Any], Callable[[], Any]]] = [
        (
            f"{COUNT} right-hand sides, together", lambda: solver.solve(state, b, rtol=settings.rtol),
            lambda: [solver.solve(state, row, rtol=settings.rtol) for row in b],
        ),
        ("set-up, update", lambda: solver.update(state, problem.A), lambda: solver.setup(problem.A)),
    ]
    rows: list[Row] = []
    for label, fast, plain in compared:
        quick, slow = seconds(fast, settings.repeats), seconds(plain, settings.repeats)
        rows.append({
            "matrix": problem.name, "what": label, "seconds": quick, "one by one, or anew": slow, "ratio": slow / quick,
        })
    return rows


def floors(problem: MatrixProblem, settings: Settings) -> list[Row]:
    """A cycle and a product, and copying their bytes."""
    state: AMGState = AMG(near_nullspace=problem.near_nullspace).setup(problem.A)
    r, z = problem.noise(problem.A.shape[:1], settings.seed), np.empty(problem.A.shape[0])
    cycle = sum(8 * (2 * A.nnz + 2 * P.nnz) for A, P in state.matrices[:-1])
    passes = [
        ("cycle", cycle, lambda: state.single.precondition(r, z)),
        ("A p", 12 * state.matrices[0][0].nnz, lambda: state.single.system.matvec(r)),
    ]
    rows: list[Row] = []
    for label, count, call in passes:
        source = np.ones(count // 16)  # copied: read and written once
        elapsed = seconds(call, settings.repeats)
        copy = seconds(source.copy, settings.repeats)
        rows.append({
            "matrix": problem.name, "what": label, "seconds": elapsed, "megabytes": count / 1e6,
            "gigabytes_per_second": count / elapsed / 1e9, "copies": elapsed / copy,
        })
    return rows


def run(settings: Settings) -> list[Table]:
    """A table per matrix, then the uses of a set-up and the floors."""
    given = problems(settings.size or 64, settings.seed)
    tables = [compare(contenders(problem), problem, settings) for problem in given]
    with threads(settings.threads):
        more = [row for each in given[:2] for row in uses(each, settings)]
        bare = [row for each in given[:2] for row in floors(each, settings)]
        return [*tables, Table("many right-hand sides and other values", more), Table("bytes of a cycle", bare)]
