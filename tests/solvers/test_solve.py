"""The entry `solve`: what it accepts, refuses, measures and says."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.sparse import bsr_array, coo_matrix, csc_array, csr_array, dia_array, eye_array
from scipy.sparse.linalg import aslinearoperator
from threadpoolctl import threadpool_limits

import sciml.solvers
from sciml._errors import ConvergenceError, InputError
from sciml.kernels import threads
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.solvers import (
    AMG,
    CG,
    FMG,
    GMRES,
    MINRES,
    PCG,
    SOLVERS,
    Direct,
    LinearSolver,
    Multigrid,
    SolverWarning,
    Status,
    configure,
    solve,
)

A = poisson(Grid((9, 8))).A
b = np.random.default_rng(0).standard_normal((9, 8))


@pytest.mark.parametrize("form", [csr_array, csc_array, coo_matrix, bsr_array, dia_array, lambda M: M.toarray()])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_every_form_of_a_matrix(form: object, dtype: type) -> None:
    matrix = form(A.tocsr().astype(dtype))  # type: ignore[operator]
    before = matrix.copy().tocsr() if hasattr(matrix, "tocsr") else matrix.copy()
    solution = solve(matrix, b.ravel())
    np.testing.assert_allclose(A.matvec(solution.x), b.ravel(), atol=1e-6)
    assert abs(csr_array(matrix) - before).max() == 0  # the caller's matrix is left as it was


def test_duplicates_and_wide_indices() -> None:
    rows, columns = np.array([0, 0, 1], dtype=np.int64), np.array([0, 0, 1], dtype=np.int64)
    matrix = coo_matrix((np.array([1.0, 1.0, 4.0]), (rows, columns)), shape=(2, 2))
    np.testing.assert_allclose(solve(matrix, np.array([2.0, 4.0])).x, [1.0, 1.0])


@pytest.mark.parametrize("shape", [(72,), (9, 8), (1, 9, 8), (3, 72), (2, 9, 8)])
def test_solution_has_the_shape_of_the_right_hand_side(shape: tuple[int, ...]) -> None:
    right = np.resize(b, shape)
    solution = solve(A, right, CG())
    assert solution.x.shape == shape
    np.testing.assert_allclose(A.apply(solution.x.reshape(-1, 9, 8)), right.reshape(-1, 9, 8), atol=1e-6)


def test_right_hand_side_and_guess_are_left_as_they_were() -> None:
    right, guess = b.copy(), np.ones((9, 8))
    for solver in (None, CG(), Direct()):
        solve(A, right, solver, x0=guess)
    np.testing.assert_array_equal(right, b)
    np.testing.assert_array_equal(guess, 1.0)


@pytest.mark.parametrize(
    ("matrix", "right", "options", "text"),
    [
        (np.ones((2, 3)), np.ones(2), {}, "shape .2, 3.; expected a square one"),
        (np.ones((2, 2)) * 1j, np.ones(2), {}, "dtype complex128; expected real"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), np.ones(2), {}, "NaN or infinite"),
        (np.eye(2), np.ones(3), {}, "shape .3,. does not fit"),
        (np.eye(2), np.array([1.0, np.inf]), {}, "not finite"),
        (np.eye(2), np.ones(2), {"x0": np.ones(3)}, "initial guess of shape .3,. does not fit"),
        (np.eye(2), np.ones(2), {"x0": np.array([np.nan, 0.0])}, "initial guess has 1 entries"),
        (np.eye(2), np.ones(2), {"rtol": -1.0}, "rtol is -1.0"),
        (np.eye(2), np.ones(2), {"atol": np.nan}, "atol is nan"),
        (np.eye(2), np.ones(2), {"rtol": 0.0}, "both 0"),
        (np.eye(2), np.ones(2), {"maxiter": 0}, "maxiter is 0"),
        (np.eye(2), np.zeros((0, 2)), {}, "holds nothing"),
        (np.eye(2), np.ones(2), {"maxiter": 2.5}, "maxiter is 2.5"),
        (np.zeros((0, 0)), np.ones(0), {}, "no rows"),
        (np.eye(2), np.ones(2) + 1j, {}, "right-hand side has dtype complex128"),
        (np.eye(2), np.array(["a", "b"]), {}, "expected real numbers"),
        (np.eye(2), np.ones(2), {"x0": np.ones(2) + 1j}, "initial guess has dtype complex128"),
        (np.eye(2), np.full(2, 1e200), {}, "up to 1.0e.200, whose squares leave the range"),
        (np.eye(2), np.full(2, 1e-200), {}, "up to 1.0e-200, whose squares leave the range"),
    ],
)
def test_bad_input_is_named(matrix: np.ndarray, right: np.ndarray, options: dict[str, object], text: str) -> None:
    for solver in (None, CG()):
        with pytest.raises(InputError, match=text):
            solve(matrix, right, solver, **options)  # type: ignore[arg-type]


def test_foreign_objects_are_refused() -> None:
    with pytest.raises(TypeError, match="A is a str"):
        solve("A", np.ones(2))
    for solver in ("cg", CG):
        with pytest.raises(TypeError, match=r"expected a solver such as CG\(\)"):
            solve(np.eye(2), np.ones(2), solver)  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "option", "value"), [
    ("pcg", "patience", 0), ("fcg", "patience", -2), ("gmres", "restart", 0), ("amg", "sweeps", 0),
    ("amg", "max_coarse", 0), ("amg", "seed", -1), ("amg", "theta", 2.0), ("amg", "theta", np.nan),
])
def test_options_out_of_range_are_refused(method: str, option: str, value: float) -> None:
    with pytest.raises(InputError, match=rf"{method}\.{option} is {value}; expected"):
        configure(method, {option: value})


def test_failure_can_raise_with_the_help_of_its_status() -> None:
    with pytest.raises(ConvergenceError, match=r"cg ended with max_iterations after 2 iterations .* raise maxiter"):
        solve(A, b, CG(), maxiter=2, raise_on_failure=True)
    assert solve(A, b, CG(), raise_on_failure=True).converged
    for status in Status:
        assert len(status.help) > 20


def test_times_and_reasons() -> None:
    solution = solve(A, b)
    assert solution.setup_seconds > 0
    assert solution.solve_seconds > 0
    assert solution.selected_because != "chosen by the caller"
    assert solve(A, b, CG()).selected_because == "chosen by the caller"


def test_unbalanced_right_hand_side_of_a_singular_matrix_warns() -> None:
    ring = csr_array(2 * np.eye(6) - np.roll(np.eye(6), 1, 0) - np.roll(np.eye(6), -1, 0))
    with pytest.warns(SolverWarning, match="does not balance"):
        solution = solve(ring, np.arange(6.0))
    assert solution.converged
    assert abs(solution.x.mean()) < 1e-14
    np.testing.assert_allclose(ring @ solution.x, np.arange(6.0) - 2.5, atol=1e-12)


def test_small_shift_is_not_taken_for_singular() -> None:
    ring = 2 * np.eye(50) - np.roll(np.eye(50), 1, 0) - np.roll(np.eye(50), -1, 0)
    solution = solve(csr_array(ring + 1e-9 * np.eye(50)), np.ones(50))
    np.testing.assert_allclose(solution.x, 1e9, rtol=1e-4)


@pytest.mark.parametrize(("solver", "option"), [
    (Multigrid, "cycle"), (Multigrid, "coarse"), (Multigrid, "dtype"), (Multigrid, "smoother"), (FMG, "dtype"),
    (AMG, "kind"), (AMG, "cycle"), (Direct, "backend"),
])
def test_unknown_choices_are_refused(solver: type, option: str) -> None:
    with pytest.raises(InputError, match=rf"\.{option} is 'superl'; use "):
        solver(**{option: "superl"})


@pytest.mark.parametrize("solver", [*map(configure, SOLVERS), Multigrid(dtype="float64")], ids=repr)
def test_threads_may_share_a_state(solver: LinearSolver) -> None:
    """Several solves at once by one set-up give what they give one after the other."""
    operator = poisson(Grid((32, 32)), 1.0 if solver.method in ("fft", "fmg") else "1 + x * y").A
    rights = np.random.default_rng(0).standard_normal((8, 32, 32))
    state = solver.setup(operator)
    expected = [solver.solve(state, right).x for right in rights]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda right: solver.solve(state, right).x, rights))
    np.testing.assert_array_equal(found, expected)


def test_a_nearly_singular_system_is_at_the_precision_limit() -> None:
    """A shift of 1e-12 leaves x of size 1e12, whose rounding alone is a residual of about 1."""
    made = poisson(Grid((20, 20), boundary=Boundary("neumann")), "1 + x * y", "1 + x", shift=1e-12)
    solution = solve(made.A, made.b, Direct())
    assert solution.status is Status.PRECISION_LIMIT
    assert solution.details["floor"] > 1e-2


@pytest.mark.parametrize("solver", [CG(), PCG(), PCG("amg"), MINRES(), GMRES("jacobi"), Direct()], ids=repr)
def test_threads_agree(solver: LinearSolver) -> None:
    cube = poisson(Grid((40, 40, 36)), "1 + x").A if not isinstance(solver, Direct) else A
    right = np.random.default_rng(1).standard_normal(cube.grid_shape)
    found = []
    for n in (1, 2):
        with threads(n), threadpool_limits(n, user_api="blas"):
            found.append(solve(cube, right, solver, rtol=1e-6).x)
    np.testing.assert_array_equal(found[0], found[1])


def test_linear_operators_with_columns() -> None:
    """matvec of a foreign operator may return (N, 1)."""

    class Columns:
        shape = (3, 3)
        dtype = np.dtype(float)

        def matvec(self, x: np.ndarray) -> np.ndarray:
            return 2 * x.reshape(-1, 1)

    np.testing.assert_allclose(solve(Columns(), np.ones(3)).x, 0.5)
    np.testing.assert_allclose(solve(aslinearoperator(eye_array(3)), np.ones(3)).x, 1.0)


def test_public_names_resolve_lazily() -> None:
    for name in sciml.solvers.__all__:
        assert getattr(sciml.solvers, name) is not None
    assert set(sciml.solvers.__all__) <= set(dir(sciml.solvers))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = sciml.solvers.Nothing
    code = "import sys, sciml.solvers; print([m for m in ('numba', 'scipy.sparse', 'pyamg') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
