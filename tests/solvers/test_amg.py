"""Algebraic multigrid: the cycle equals PyAMG's, hierarchies are reproducible, singular systems converge."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_array, diags_array, eye_array
from scipy.sparse.linalg import cg

from sciml._errors import InputError
from sciml.mesh import Grid
from sciml.mesh.boundary import Boundary
from sciml.pde import poisson
from sciml.solvers import AMG, Direct, SolverWarning, solve
from sciml.solvers.algebraic.hierarchy import suited_kind

KINDS = ["ruge_stuben", "smoothed_aggregation"]
A = poisson(Grid((20, 20, 20))).A
NOISE = np.random.default_rng(0).standard_normal(A.shape[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cycle", ["V", "W"])
def test_cycle_is_that_of_pyamg(kind: str, cycle: str) -> None:
    import pyamg

    state = AMG(kind, cycle=cycle).setup(A)
    theirs = pyamg.multilevel.MultilevelSolver(state.levels, coarse_solver="pinv")
    z = np.empty_like(NOISE)
    state.apply(NOISE, z)
    expected = theirs.solve(NOISE, maxiter=1, tol=1e-30, cycle=cycle)
    np.testing.assert_allclose(z, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize(("kind", "most"), [("ruge_stuben", 8), ("smoothed_aggregation", 16)])
def test_iterations_do_not_grow(kind: str, most: int) -> None:
    counts = [solve(poisson(Grid((n, n))).A, np.ones((n, n)), AMG(kind)).iterations for n in (16, 32, 64, 128)]
    assert max(counts) <= most
    assert counts[-1] <= counts[0] + 4


@pytest.mark.parametrize("kind", KINDS)
def test_cycle_is_symmetric_and_positive(kind: str) -> None:
    small = poisson(Grid((9, 8)), coefficient="exp(3*x)").A
    M = AMG(kind).setup(small).aspreconditioner() @ np.eye(72)
    np.testing.assert_allclose(M, M.T, atol=1e-13 * np.abs(M).max())
    assert np.linalg.eigvalsh(M).min() > 0


def test_setup_is_reproducible_and_leaves_the_global_generator_alone() -> None:
    np.random.seed(11)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = solve(A, NOISE, AMG("smoothed_aggregation"))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    np.random.seed(12)  # noqa: NPY002
    second = solve(A, NOISE, AMG("smoothed_aggregation"))
    assert first.history == second.history


@pytest.mark.parametrize("kind", KINDS)
def test_singular_matrices_are_projected(kind: str) -> None:
    one = poisson(Grid((12, 13), boundary=Boundary("neumann")), project=True).A.tocsr()
    two = csr_array(block_diag([one, poisson(Grid((9, 9))).A.tocsr(), one]))
    b = np.random.default_rng(1).standard_normal(two.shape[0])
    with pytest.warns(SolverWarning, match="does not balance"):
        solution = solve(two, b, AMG(kind), rtol=1e-9)
    assert solution.converged
    for part in (solution.x[:156], solution.x[-156:]):
        assert abs(part.mean()) < 1e-12
    expected = Direct().solve(Direct().setup(two), b).x
    np.testing.assert_allclose(solution.x, expected, atol=1e-6 * np.abs(expected).max())


def test_setup_serves_scipy() -> None:
    state = AMG().setup(A)
    counts: list[int] = []
    x, info = cg(A.tocsr(), NOISE, rtol=1e-8, M=state.aspreconditioner(), callback=lambda _: counts.append(1))
    assert info == 0
    solution = AMG().solve(state, NOISE)
    assert len(counts) == solution.iterations
    np.testing.assert_allclose(solution.x, x, atol=1e-9)


def test_hierarchy_is_reported() -> None:
    solution = solve(A, NOISE, AMG())
    sizes = [level["unknowns"] for level in solution.details["hierarchy"]]
    assert sizes[0] == A.shape[0]
    assert all(b < a for a, b in pairwise(sizes))
    assert 1.0 < solution.details["operator_complexity"] < 4.0


def test_kind_follows_the_signs_of_the_couplings() -> None:
    assert suited_kind(A.tocsr()) == "ruge_stuben"
    assert suited_kind(csr_array(np.array([[2.0, 1.0], [1.0, 2.0]]))) == "smoothed_aggregation"


def shifted(shape: tuple[int, ...], shift: float) -> csr_array:
    """A Laplacian minus a shift, with rows and columns of random sign, so that no entry tells that it is indefinite."""
    laplacian = poisson(Grid(shape, tuple(map(float, shape)))).A.tocsr()
    n = laplacian.shape[0]
    signs = diags_array(np.random.default_rng(5).choice([-1.0, 1.0], n))
    return csr_array(signs @ (laplacian - shift * eye_array(n)) @ signs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shift", [0.4, 2.1, 2.8, 3.6, 3.9])
def test_indefinite_matrices_end_without_noise(kind: str, shift: float, capfd: pytest.CaptureFixture[str]) -> None:
    """Warnings are errors here; PyAMG divides by zero for some of these and finds NaN in others."""
    solution = solve(shifted((40, 40), shift), np.ones(1600), AMG(kind), maxiter=50)
    assert not solution.converged
    assert solution.status.value in ("breakdown", "diverged", "stagnated", "max_iterations")
    assert capfd.readouterr().out == ""


def test_auto_goes_on_where_amg_breaks_down() -> None:
    """A factorisation finishes what no iteration did."""
    with pytest.warns(SolverWarning) as warned:
        solution = solve(shifted((12, 12, 12), 3.1), np.ones(1728))
    assert solution.converged
    assert [str(w.message).split()[0] for w in warned] == ["pcg", "amg"]
    assert [step["method"] for step in solution.details["ladder"]] == ["pcg", "amg", "direct"]


@pytest.mark.parametrize("matrix", [
    [[0.0, 1.0], [1.0, 2.0]], [[-3.0, 1.0], [1.0, 2.0]], [[1.0, -2.0], [-2.0, 1.0]],
])  # fmt: skip
def test_refuses_what_is_indefinite_at_first_sight(matrix: list[list[float]]) -> None:
    with pytest.raises(InputError, match=r"needs a positive definite matrix.*use minres"):
        AMG().setup(np.array(matrix))


def test_refusals() -> None:
    with pytest.raises(InputError, match="symmetric"):
        AMG().setup(np.array([[1.0, 2.0], [0.0, 1.0]]))
    matrix = csr_array(np.eye(3))
    from sciml.solvers._operator import MatrixOperator

    matrix.indices, matrix.indptr = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    assert AMG().setup(matrix).levels  # converted at the door
    with pytest.raises(InputError, match="matrix entries"):
        AMG().setup(MatrixOperator(matrix))
