"""Automatic choice, the ladder below it, and the table of methods with their options."""

import warnings
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import aslinearoperator

from sciml._errors import InputError
from sciml.kernels._stencil import VariableStencil
from sciml.mesh import Grid
from sciml.mesh.boundary import Boundary
from sciml.pde import StencilOperator, poisson
from sciml.solvers import SOLVERS, Direct, SolverWarning, Status, configure, solve
from sciml.solvers._auto import Rung, level_width, plan
from sciml.solvers._ladder import climb_down
from sciml.solvers._operator import as_operator
from sciml.solvers._table import options, solver_class

CUBE = poisson(Grid((32, 32, 32)), "1 + x*y").A
BIG = CUBE.tocsr()


@pytest.mark.parametrize(
    ("A", "method", "word"),
    [
        (poisson(Grid((20, 20))).A, "fft", "transforms"),
        (poisson(Grid((20, 20), boundary=Boundary("periodic")), project=True).A, "fft", "transforms"),
        (poisson(Grid((20, 20)), "1 + x*y").A, "pcg", "400 unknowns"),
        (poisson(Grid((20, 20)), "exp(20*x*y)").A, "direct", "400 unknowns"),
        (poisson(Grid((80, 80)), "1 + x*y").A, "multigrid", "multigrid"),
        (poisson(Grid((16, 16, 16)), "1 + x*y").A, "pcg", "incomplete Cholesky"),
        (poisson(Grid((1, 700, 1), mask=np.indices((1, 700, 1))[1] != 5)).A, "direct", "1-D"),
        (CUBE, "multigrid", "multigrid"),
        (poisson(Grid((32, 32, 32), mask=np.indices((32,) * 3).sum(axis=0) > 20)).A, "multigrid", "multigrid"),
        (BIG, "amg", "symmetric"),
        (BIG[:500, :500], "direct", "500 unknowns"),
        (poisson(Grid((16, 16, 16))).A.tocsr(), "pcg", "layers"),
        (poisson(Grid((90, 90))).A.tocsr(), "direct", "fill-in"),
        (csr_array((2000, 2000)), "direct", "fill-in"),
        (csr_array(BIG - 300 * eye_array(BIG.shape[0])), "amg", "positive diagonal"),
        (csr_array(BIG - 1e5 * eye_array(BIG.shape[0])), "minres", "not positive definite"),
        (csr_array(BIG + 100 * eye_array(BIG.shape[0], k=1)), "gmres", "not symmetric"),
        (aslinearoperator(BIG), "cg", "products"),
    ],
)
def test_choice_and_reason(A: Any, method: str, word: str) -> None:
    first = plan(as_operator(A))[0]
    assert first.method == method
    assert word in first.reason


@pytest.mark.parametrize("A", [CUBE, BIG, aslinearoperator(BIG)], ids=["stencil", "matrix", "products"])
def test_choice_runs(A: Any) -> None:
    b = np.random.default_rng(0).standard_normal(A.shape[0])
    solution = solve(A, b)
    assert solution.converged
    first = plan(as_operator(A))[0]
    assert (solution.method, solution.selected_because) == (first.method, first.reason)
    assert [step["method"] for step in solution.details["ladder"]] == [first.method]


def test_no_factorisation_or_hierarchy_that_would_not_fit() -> None:
    """Of an operator on 400^3 unknowns only multigrid can be afforded."""
    zeros = np.broadcast_to(0.0, (400, 400, 400))
    huge = StencilOperator((400, 400, 400), VariableStencil(zeros, zeros, zeros, zeros))
    assert [rung.method for rung in plan(huge)] == ["multigrid"]
    assert [rung.method for rung in plan(CUBE)] == ["multigrid", "amg", "direct"]


def test_layers_of_grids() -> None:
    for n in (20, 40):
        assert 0.6 * n < level_width(as_operator(poisson(Grid((n, n))).A.tocsr())) < n
    for n in (8, 16):
        assert 0.5 * n**2 < level_width(as_operator(poisson(Grid((n, n, n))).A.tocsr())) < n**2


def stalling(r: np.ndarray, z: np.ndarray) -> None:
    """A preconditioner that sees only the first cell."""
    z[:] = 1e-12 * r
    z[0] = r[0]


def test_stall_goes_down_the_ladder_with_a_warning() -> None:
    b = np.ones(CUBE.grid_shape)
    rungs = [
        Rung("pcg", {"preconditioner": stalling, "patience": 3}, "made to stall"),
        Rung("amg", {}, "the next one"),
        Rung("direct", {}, "never reached"),
    ]
    with pytest.warns(SolverWarning, match=r"pcg ended with stagnated .*; going on with amg"):
        solution = climb_down(rungs, CUBE, b, None, None, rtol=1e-8)
    assert solution.converged
    assert solution.method == "amg"
    assert "pcg ended with stagnated" in solution.selected_because
    assert "the next one" in solution.selected_because
    ladder = solution.details["ladder"]
    assert [(step["method"], step["status"]) for step in ladder] == [("pcg", "stagnated"), ("amg", "converged")]
    assert sum(step["seconds"] for step in ladder) == pytest.approx(solution.setup_seconds + solution.solve_seconds)


def test_explicit_method_never_switches() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solver = configure("pcg", {"preconditioner": stalling, "patience": 3})
        solution = solve(CUBE, np.ones(CUBE.shape[0]), solver)
    assert (solution.method, solution.status) == ("pcg", Status.STAGNATED)


def test_indefinite_products_end_with_minres() -> None:
    A = aslinearoperator(csr_array(poisson(Grid((9, 9))).A.tocsr() - 200 * eye_array(81)))
    b = np.random.default_rng(3).standard_normal(81)
    with pytest.warns(SolverWarning, match="cg ended with breakdown") as shown:
        solution = solve(A, b)
    assert shown[0].filename == __file__  # the caller's line, not one of ours
    assert (solution.method, solution.converged) == ("minres", True)


SINGULAR = [np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([[1.0, -1, 0], [0, 1, -1], [-1, 0, 1]])]


@pytest.mark.parametrize("A", SINGULAR)
def test_last_rung_is_returned_as_it_is_and_the_singular_matrix_named(A: Any) -> None:
    with pytest.warns(SolverWarning, match="direct ended with breakdown"):
        solution = solve(A, np.eye(len(A))[0])
    assert not solution.converged
    with pytest.raises(RuntimeError, match="A is singular, and b lies outside of its range"):
        solution.raise_on_failure()


@pytest.mark.parametrize("A", SINGULAR)
def test_singular_matrix_is_solved_where_b_lies_in_its_range(A: Any) -> None:
    b = A @ np.arange(1.0, len(A) + 1)
    with pytest.warns(SolverWarning, match="direct ended with breakdown"):
        solution = solve(A, b)
    assert solution.converged
    assert solution.method == ("minres" if np.array_equal(A, A.T) else "gmres")
    np.testing.assert_allclose(A @ solution.x, b, atol=1e-7)


def test_direct_alone_names_the_singular_matrix() -> None:
    solution = solve(SINGULAR[0], np.array([1.0, 0.0]), Direct())
    with pytest.raises(RuntimeError, match="A is singular: its factorisation met a pivot of 0"):
        solution.raise_on_failure()
    scaled = np.diag([1.0, 2, 3]) @ (3 * np.eye(3) - np.ones((3, 3))) @ np.diag([1.0, 2, 3])
    nearly = solve(scaled, np.ones(3), Direct())
    with pytest.raises(RuntimeError, match="A is singular"):
        nearly.raise_on_failure()


@pytest.mark.parametrize(("rounding", "expected"), [(100, True), (1e5, False)])
def test_asymmetry_by_rounding_is_none(rounding: float, expected: bool) -> None:
    """Relative to the smaller of the two rows, so large entries elsewhere hide nothing."""
    A = csr_array(np.array([[4.0, -1, 0], [-1 + rounding * 2.0**-52, 4, 0], [0, 0, 1e12]]))
    assert as_operator(A).is_symmetric is expected


@pytest.mark.parametrize(
    ("limits", "status"), [({"maxiter": 2}, "max_iterations"), ({"rtol": 1e-20}, "precision_limit")]
)
def test_what_no_other_method_cures_stays(limits: dict[str, Any], status: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solution = solve(CUBE, np.random.default_rng(0).standard_normal(CUBE.shape[0]), **limits)
    assert solution.status.value == status
    assert len(solution.details["ladder"]) == 1


def test_every_method_is_in_the_table_under_its_own_name() -> None:
    for method in SOLVERS:
        assert solver_class(method)().method == method
        assert configure(method) == solver_class(method)()
        for name, (_, default) in options(method).items():
            assert getattr(configure(method), name) == default


@pytest.mark.parametrize(
    ("method", "given", "name", "value"),
    [
        ("amg", {"cycle": "W"}, "cycle", "W"),
        ("amg", {"theta": "0.1"}, "theta", 0.1),
        ("amg", {"theta": "none"}, "theta", None),
        ("amg", {"theta": 1}, "theta", 1.0),
        ("amg", {"sweeps": "2"}, "sweeps", 2),
        ("pcg", {"preconditioner": "jacobi"}, "preconditioner", "jacobi"),
        ("direct", {"backend": "superlu"}, "backend", "superlu"),
    ],
)
def test_options_take_their_types(method: str, given: dict[str, Any], name: str, value: Any) -> None:
    found = getattr(configure(method, given), name)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("method", "given", "text"),
    [
        ("multigird", {}, "did you mean 'multigrid'"),
        ("amg", {"cicle": "W"}, "did you mean 'cycle'"),
        ("amg", {"cycle": "X"}, r"amg.cycle is 'X'; use V, W"),
        ("amg", {"sweeps": "two"}, "amg.sweeps is 'two'; expected a whole number"),
        ("amg", {"sweeps": 1.5}, "expected a whole number"),
        ("amg", {"sweeps": True}, "expected a whole number"),
        ("amg", {"theta": "wide"}, "expected a number"),
        ("cg", {"omega": "1"}, "it has no options"),
    ],
)
def test_bad_options_are_named(method: str, given: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        configure(method, given)
