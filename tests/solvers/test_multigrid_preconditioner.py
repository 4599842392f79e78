"""The symmetric cycle as an operator: linear, symmetric, positive definite, and at home in SciPy's cg."""

from itertools import count
from typing import Any

import numpy as np
import pytest
from scipy.sparse.linalg import cg

from sciml.mesh import Boundary, Grid
from sciml.pde import StencilOperator, poisson
from sciml.solvers import PCG, Multigrid

RNG = np.random.default_rng(4)
N, P, R = Boundary("neumann"), Boundary("periodic"), Boundary("robin", transfer=3.0)
CLOSED, TORUS = {"x": N, "y": N, "z": N}, {"x": P, "y": P, "z": P}
MIXED = {"x": P, "y-": N, "y+": R}


def system(shape: tuple[int, ...], what: str, boundary: dict[str, Boundary], location: str) -> StencilOperator:
    """A constant, a hundredfold variable coefficient, jumps of 1e6, or 30 % of random obstacles."""
    k: Any = 1.0
    if what == "variable":
        k = RNG.uniform(0.1, 10.0, shape)
    if what == "jumps":
        k = np.where(RNG.random(shape) < 0.3, 1e6, 1.0)
    mask = RNG.random(shape) < 0.7 if what == "masked" else None
    sides = {side: value for side, value in boundary.items() if side[0] in "xyz"[: len(shape)]}
    return poisson(Grid(shape, location=location, boundary=sides, mask=mask), k, source=0.0).A


CASES = [
    ((600,), "constant", {}, "cell"),
    ((601,), "variable", {"x": P}, "cell"),
    ((64, 64), "constant", {}, "cell"),
    ((33, 20), "variable", MIXED, "cell"),
    ((64, 40), "masked", TORUS, "cell"),
    ((40, 41), "variable", {"x-": N}, "node"),
    ((48, 48), "jumps", {"x": R}, "cell"),
    ((16, 16, 16), "constant", CLOSED, "cell"),
    ((13, 12, 17), "variable", TORUS, "cell"),
    ((12, 14, 16), "masked", {"x": R}, "cell"),
    ((15, 12, 10), "variable", CLOSED, "node"),
    ((14, 13, 12), "jumps", MIXED, "cell"),
]
CLUSTERS = [(case, {}) for case in CASES]
BOXES = [(CASES[k], {"coarse": "boxes", "cycle": cycle}) for k, cycle in ((2, "V"), (5, "W"), (7, "W"), (9, "V"))]


def label(value: Any) -> str | None:
    if isinstance(value, dict):
        return "-".join(value.values()) or "clusters"
    return " ".join(str(part) for part in (value[0], value[1], value[3])) + (" sides" if value[2] else "")


def vectors(A: StencilOperator, number: int) -> np.ndarray:
    """Random vectors in the range of A."""
    rows = np.random.default_rng(8).standard_normal((number, A.shape[0]))
    for row in rows:
        if A.active is not None:
            row[~A.active.ravel()] = 0.0
        if A.nullspace is not None:
            A.nullspace.project(row)
    return rows


@pytest.mark.parametrize("case", CASES, ids=label)
def test_is_symmetric_to_rounding_in_double_precision(case: Any) -> None:
    # strong jumps cost the exact solve on the coarsest level some of its digits
    check(system(*case), Multigrid(dtype="float64"), 1e-12 if case[1] != "jumps" else 1e-9)


@pytest.mark.parametrize(("case", "options"), CLUSTERS + BOXES, ids=label)
def test_is_symmetric_in_single_precision(case: Any, options: dict[str, str]) -> None:
    check(system(*case), Multigrid(**options), 1e-5)


def check(A: StencilOperator, solver: Multigrid, tolerance: float) -> None:
    """Linearity, symmetry and positivity on random vectors."""
    M = solver.setup(A).aspreconditioner()
    x, y, z = vectors(A, 3)
    Mx, My, Mz, combined = (M @ v for v in (x, y, z, 2 * x - 3 * y))
    if A.active is not None:
        assert not Mx[~A.active.ravel()].any()
    if A.nullspace is not None:  # a constant more or less is as good
        for v in (Mx, My, Mz, combined):
            A.nullspace.project(v)
    norm = np.linalg.norm
    assert norm(combined - (2 * Mx - 3 * My)) <= tolerance * norm(combined)
    assert abs(x @ My - y @ Mx) <= tolerance * norm(x) * norm(My)
    assert abs(y @ Mz - z @ My) <= tolerance * norm(y) * norm(Mz)
    for v, Mv in ((x, Mx), (y, My), (z, Mz)):
        assert v @ Mv > 1e-3 * norm(v) * norm(Mv)


@pytest.mark.parametrize("boundary", [{}, MIXED, CLOSED], ids=["dirichlet", "mixed", "closed"])
@pytest.mark.parametrize("what", ["constant", "variable", "masked"])
def test_every_eigenvalue_is_positive(what: str, boundary: dict[str, Boundary]) -> None:
    A = system((19, 18), what, boundary, "cell")
    M = Multigrid(dtype="float64").setup(A).aspreconditioner() @ np.eye(A.shape[0])
    active = np.ones(A.shape[0], bool) if A.active is None else A.active.ravel()
    P = np.eye(A.shape[0])
    if A.nullspace is not None:
        for row in P:
            A.nullspace.project(row)
    M = (P @ M @ P)[np.ix_(active, active)]
    np.testing.assert_allclose(M, M.T, rtol=0, atol=1e-13 * np.abs(M).max())
    values = np.linalg.eigvalsh((M + M.T) / 2)
    floating = 0 if A.nullspace is None else A.nullspace.count
    np.testing.assert_allclose(values[:floating], 0, atol=1e-12 * values[-1])
    assert np.all(values[floating:] > 1e-5 * values[-1])


@pytest.mark.parametrize(("case", "options"), CLUSTERS + BOXES, ids=label)
def test_counts_in_scipy_are_ours(case: Any, options: dict[str, str]) -> None:
    A = system(*case)
    b = vectors(A, 1)[0]
    solver = Multigrid(**options)
    M = solver.setup(A).aspreconditioner()
    ours = PCG(preconditioner=solver)
    solution = ours.solve(ours.setup(A), b, rtol=1e-8)
    assert solution.converged
    theirs = count()
    x, info = cg(A.tocsr(), b, rtol=1e-8, M=M, maxiter=40, callback=lambda x: next(theirs))
    assert info == 0
    assert np.linalg.norm(A.matvec(x) - b) <= 2e-8 * np.linalg.norm(b)
    assert abs(next(theirs) - solution.iterations) <= 1
    if not A.is_constant:  # where the method itself runs these conjugate gradients
        assert solver.solve(solver.setup(A), b, rtol=1e-8).iterations == solution.iterations
