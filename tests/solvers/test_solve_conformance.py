"""Every solver on every kind of system: it converges where it must, and never claims what is not so."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csc_matrix, csr_array, diags_array, eye_array, kron
from scipy.sparse.linalg import aslinearoperator

from sciml._errors import InputError
from sciml.mesh import Grid
from sciml.mesh.boundary import Boundary
from sciml.pde import poisson
from sciml.solvers import (
    AMG,
    CG,
    DCDM,
    FCG,
    FFT,
    GMRES,
    MINRES,
    PCG,
    Direct,
    Directions,
    Multigrid,
    Solution,
    Status,
    solve,
)


def box(*shape: int, kind: str = "dirichlet", location: str = "cell", **options: Any) -> Any:
    return poisson(Grid(shape, location=location, boundary=Boundary(kind)), project=True, **options).A


def jumps() -> Any:
    rng = np.random.default_rng(0)
    mask = rng.random((10, 9, 8)) < 0.8
    return poisson(Grid((10, 9, 8), mask=mask), np.where(rng.random((10, 9, 8)) < 0.5, 1.0, 1e3)).A


def pockets() -> Any:
    mask = np.indices((14, 14))[0] % 5 != 4
    return poisson(Grid((14, 14), boundary={"x-": Boundary(), "x+": Boundary("neumann"), "y": Boundary("neumann")},
                        mask=mask), "1 + y", project=True).A


def convection() -> Any:
    one = diags_array([np.full(11, -4.0), np.full(12, 5.0), np.full(11, -1.0)], offsets=[-1, 0, 1])
    return csr_array(kron(one, eye_array(12)) + kron(eye_array(12), one))


def graph_laplacian() -> Any:
    """A matrix without grid, with a null space of two components."""
    rng = np.random.default_rng(2)
    W = np.zeros((60, 60))
    for part in (slice(0, 25), slice(25, 60)):
        n = part.stop - part.start
        W[part, part] = np.triu(rng.random((n, n)) * (rng.random((n, n)) < 0.3), 1) + np.diag(np.ones(n - 1), 1)
    W += W.T
    return csc_matrix(np.diag(W.sum(axis=1)) - W)


@dataclass(frozen=True)
class Case:
    """A system and what is true of it: spd, singular, indefinite or general; separable, stencil, matrix or product."""

    name: str
    build: Callable[[], Any]
    kind: str
    form: str


CASES = [
    Case("line", lambda: box(40), "spd", "separable"),
    Case("square nodes", lambda: box(14, 15, location="node"), "spd", "separable"),
    Case("cube", lambda: box(8, 9, 10), "spd", "separable"),
    Case("closed square", lambda: box(13, 12, kind="neumann"), "singular", "separable"),
    Case("torus", lambda: box(8, 8, 6, kind="periodic"), "singular", "separable"),
    Case("jumps and obstacles", jumps, "spd", "stencil"),
    Case("pockets", pockets, "singular", "stencil"),
    Case("one cell", lambda: box(1), "spd", "separable"),
    Case("matrix", lambda: jumps().tocsr() + 1e-3 * eye_array(720), "spd", "matrix"),
    Case("dense", lambda: box(40).tocsr().toarray(), "spd", "matrix"),
    Case("graph", graph_laplacian, "singular", "matrix"),
    Case("shifted", lambda: csr_array(box(14, 13).tocsr() - 300 * eye_array(182)), "indefinite", "matrix"),
    Case("convection", convection, "general", "matrix"),
    Case("products", lambda: aslinearoperator(box(14, 13).tocsr()), "spd", "product"),
    Case("waves", lambda: aslinearoperator(box(9, 9).tocsr() - 200 * eye_array(81)), "indefinite", "product"),
]

DEFINITE = {"spd", "singular"}
SYMMETRIC = {*DEFINITE, "indefinite"}
ANY = {*SYMMETRIC, "general"}
BOXES = {"separable", "stencil"}
ENTRIES = {*BOXES, "matrix"}
EVERY = {*ENTRIES, "product"}


@dataclass(frozen=True)
class Entry:
    """A solver, the kinds it must solve and the forms it takes; other forms are bad input."""

    solver: Any
    kinds: set[str]
    forms: set[str]


SOLVERS = [
    Entry(CG(), DEFINITE, EVERY),
    Entry(PCG("jacobi"), DEFINITE, ENTRIES),
    Entry(PCG("ic0"), DEFINITE, ENTRIES),
    Entry(PCG("mic0"), DEFINITE, ENTRIES),
    Entry(FCG("mic0"), DEFINITE, ENTRIES),
    Entry(PCG("amg"), DEFINITE, ENTRIES),
    Entry(Directions(None), DEFINITE, EVERY),
    Entry(Directions("mic0", 1), DEFINITE, ENTRIES),
    Entry(MINRES(), SYMMETRIC, EVERY),
    Entry(MINRES("jacobi"), SYMMETRIC, ENTRIES),
    Entry(GMRES(None, restart=200), ANY, EVERY),
    Entry(GMRES("ilu"), ANY, ENTRIES),
    Entry(AMG("ruge_stuben"), DEFINITE, ENTRIES),
    Entry(AMG("smoothed_aggregation"), DEFINITE, ENTRIES),
    Entry(Direct(), ANY, ENTRIES),
    Entry(FFT(), DEFINITE, {"separable"}),
    Entry(Multigrid(), DEFINITE, BOXES),
    Entry(FCG(Multigrid()), DEFINITE, BOXES),
    Entry(DCDM(), DEFINITE, BOXES),
    Entry(None, ANY, EVERY),
]


def label(value: Any) -> str | None:
    return value.name if isinstance(value, Case) else repr(value.solver) if isinstance(value, Entry) else None


def dense(A: Any) -> np.ndarray:
    return np.asarray(A.tocsr().toarray() if hasattr(A, "tocsr") else A @ np.eye(A.shape[0]))


def consistent(A: Any) -> np.ndarray:
    """A right-hand side in the range of A."""
    return dense(A) @ np.random.default_rng(7).standard_normal(A.shape[0])


@pytest.mark.parametrize("case", CASES, ids=label)
@pytest.mark.parametrize("entry", SOLVERS, ids=label)
@pytest.mark.filterwarnings("ignore:.*going on with:sciml.solvers.SolverWarning")
def test_converges_where_it_must_and_never_lies(entry: Entry, case: Case) -> None:
    A = case.build()
    b = consistent(A)
    if case.form not in entry.forms:
        with pytest.raises(InputError):
            solve(A, b, entry.solver)
        return
    must = case.kind in entry.kinds
    with nullcontext() if must else suppress(InputError):
        solution = solve(A, b, entry.solver, rtol=1e-9, maxiter=2000)
        assert solution.converged or not must
        assert entry.solver is None or solution.method == entry.solver.method
        check(solution, A, b, rtol=1e-9)


def check(solution: Solution, A: Any, b: np.ndarray, rtol: float) -> None:
    """Compare every claim of a solution with a dense product."""
    residual = np.linalg.norm(b - dense(A) @ solution.x) / np.linalg.norm(b)
    assert solution.residual == pytest.approx(residual, rel=1e-3, abs=1e-13)
    assert solution.converged == (residual <= rtol)
    assert len(solution.history) == solution.iterations + 1
    assert solution.history[0] == 1.0
    assert solution.iterations == 0 or solution.history[-1] == solution.residual


@pytest.mark.parametrize("entry", SOLVERS, ids=label)
def test_zero_right_hand_side(entry: Entry) -> None:
    solution = solve(box(6, 7), np.zeros((6, 7)), entry.solver, x0=np.ones((6, 7)))
    assert (solution.status, solution.residual) == (Status.CONVERGED, 0.0)
    assert solution.iterations <= 1  # a direct method may count its only application
    np.testing.assert_array_equal(solution.x, np.zeros((6, 7)))


@pytest.mark.parametrize("entry", SOLVERS, ids=label)
def test_absolute_tolerance_guess_and_batch(entry: Entry) -> None:
    A = box(11, 10)
    b = np.random.default_rng(0).standard_normal((3, 11, 10))
    loose = solve(A, b[0], entry.solver, rtol=0.0, atol=1e-2)
    assert loose.converged
    assert np.linalg.norm(b[0] - A.apply(loose.x)) <= 1e-2
    exact = solve(A, b, entry.solver, rtol=1e-11)
    assert exact.x.shape == b.shape
    again = solve(A, b, entry.solver, x0=exact.x, rtol=1e-9)
    assert again.converged
    assert again.iterations <= 1
    for row, x in zip(b, exact.x, strict=True):
        np.testing.assert_allclose(solve(A, row, entry.solver, rtol=1e-11).x, x, atol=1e-9)
