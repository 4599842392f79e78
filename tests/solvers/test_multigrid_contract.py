"""What callers of the method rely on: precision, threads, batches, guesses, history, options."""

from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.kernels import threads
from sciml.mesh import Boundary, Grid
from sciml.pde import LinearSystem, poisson
from sciml.solvers import Multigrid, Solution, Status, configure, solve

RNG = np.random.default_rng(9)
WAVY = "exp(sin(7 * x + 5 * y))"


def system(shape: tuple[int, ...] = (40, 40), k: Any = 1.0, source: Any = None, **grid: Any) -> LinearSystem:
    f = np.random.default_rng(3).standard_normal(shape) if source is None else source
    return poisson(Grid(shape, **grid), k, f, project=True)


def run(made: LinearSystem, b: Any = None, solver: Multigrid | None = None, **options: Any) -> Solution:
    solver = solver or Multigrid()
    return solver.solve(solver.setup(made.A), made.b if b is None else b, **options)


GEOMETRIC = pytest.mark.slow  # compiles geometric cycles in double precision, which nothing else does


@pytest.mark.parametrize("source", [None, "x * (1 - x)"], ids=["random", "smooth"])
@pytest.mark.parametrize(
    ("shape", "k"),
    [
        pytest.param((64, 64), 1.0, marks=GEOMETRIC), pytest.param((24, 24, 24), 1.0, marks=GEOMETRIC),
        ((33, 47), 1.0), ((64, 64), WAVY), ((24, 24, 24), WAVY),
    ],
)
def test_single_precision_cycles_need_no_more_iterations(shape: tuple[int, ...], k: Any, source: Any) -> None:
    made = system(shape, k, source)
    single, double = (run(made, solver=Multigrid(dtype=dtype), rtol=1e-12) for dtype in ("float32", "float64"))
    for solution in (single, double):
        assert solution.converged
        assert solution.residual <= 1e-12
    assert abs(single.iterations - double.iterations) <= 1


@pytest.mark.parametrize("k", [1.0, WAVY], ids=["constant", "variable"])
@pytest.mark.parametrize("source", [None, "x * (1 - x)"], ids=["random", "smooth"])
@pytest.mark.parametrize("shape", [(64, 64), (24, 24, 24)], ids=str)
def test_single_precision_cycles_reach_double_precision(shape: tuple[int, ...], source: Any, k: Any) -> None:
    solution = run(system(shape, k, source), rtol=1e-12)
    assert solution.converged
    assert solution.residual <= 1e-12
    assert solution.iterations <= 11


@pytest.mark.parametrize("k", [1.0, WAVY], ids=["constant", "variable"])
@pytest.mark.parametrize("source", [None, "x * (1 - x)"], ids=["random", "smooth"])
def test_what_double_precision_cannot_resolve_is_said(source: Any, k: Any) -> None:
    solution = run(system((64, 64), k, source), rtol=1e-17)
    assert solution.status is Status.PRECISION_LIMIT
    assert solution.iterations <= 20
    floor = solution.details["floor"]
    assert 1e-17 < solution.residual <= floor <= 1e-12


@pytest.mark.parametrize(
    "made",
    [
        system((64, 32, 32)),
        system((256, 254)),
        system((64, 32, 33), WAVY),
        system((64, 40, 24), WAVY, boundary={"x": Boundary("periodic"), "y": Boundary("periodic")}),
        system((65, 32, 32), boundary={"x": Boundary("periodic")}),
        system((64, 32, 32), mask=RNG.random((64, 32, 32)) < 0.8),
    ],
    ids=["box", "plane", "variable", "periodic", "odd periodic", "masked"],
)
def test_threads_change_nothing(made: LinearSystem) -> None:
    found = []
    for n in (1, 2, 3):
        with threads(n):
            found.append(run(made, rtol=1e-10))
    for solution in found[1:]:
        assert solution.iterations == found[0].iterations
        np.testing.assert_allclose(solution.x, found[0].x, rtol=0, atol=1e-12 * np.abs(found[0].x).max())


BATCHES = [
    system((40, 40)), system((40, 41)), system((40, 36), WAVY), system((200,)), system((201,), "1 + x"),
    system((12, 10, 14)), system((12, 10, 14), WAVY), system((41, 30), boundary=Boundary("periodic")),
    system((30, 31), WAVY, boundary=Boundary("neumann")), system((30, 31), mask=RNG.random((30, 31)) < 0.8),
]


def shape_of(value: Any) -> str:
    return f"{value.A.grid_shape}{'' if value.A.is_constant else ' variable'}{' floating' if value.A.nullspace else ''}"


def rows(made: LinearSystem) -> np.ndarray:
    """Right-hand sides of very different sizes, one of them zero."""
    b = np.random.default_rng(1).standard_normal((4, *made.A.grid_shape)) * np.array([1.0, 1e-9, 0.0, 1e6]).reshape(
        4, *[1] * len(made.A.grid_shape)
    )
    for row in b:
        if made.A.active is not None:
            row[~made.A.active] = 0.0
        if made.A.nullspace is not None:
            made.A.nullspace.project(row)
    return b


@pytest.mark.parametrize("made", BATCHES, ids=shape_of)
def test_a_batch_is_a_loop(made: LinearSystem) -> None:
    b = rows(made)
    batch = run(made, b, rtol=1e-12)
    assert batch.converged
    assert batch.x.shape == b.shape
    counts = [0]
    for row, x in zip(b, batch.x, strict=True):
        single = run(made, row, rtol=1e-12)
        counts.append(single.iterations)
        np.testing.assert_allclose(x, single.x, rtol=0, atol=1e-9 * np.abs(single.x).max())
    assert not batch.x[2].any()
    if len(made.A.grid_shape) > 1:  # lines are short enough for a dense solve, many of them are not
        assert batch.iterations <= max(counts) + 2
    flat = run(made, b.reshape(4, -1), rtol=1e-12)
    np.testing.assert_array_equal(flat.x, batch.x.reshape(4, -1))


@pytest.mark.parametrize("made", BATCHES, ids=shape_of)
def test_rows_of_zeros_ignore_the_guess(made: LinearSystem) -> None:
    b = np.stack([made.b, np.zeros_like(made.b), 2 * made.b])
    guess = run(made).x + (1e3 if made.A.active is None else 1e3 * made.A.active)
    solution = run(made, b, x0=guess, rtol=1e-8)
    assert solution.converged
    assert not solution.x[1].any()


@pytest.mark.parametrize("unit", [1e60, 1e-40])
def test_units_beyond_single_precision(unit: float) -> None:
    """The iteration is the same, only x is divided by the unit of the coefficient."""
    plain, scaled = (run(system(k=f"{c} * {WAVY}"), solver=Multigrid(dtype="float64")) for c in (1.0, unit))
    assert run(system(k=f"{unit} * {WAVY}")).history == scaled.history
    np.testing.assert_allclose(scaled.history, plain.history, rtol=1e-6)
    np.testing.assert_allclose(scaled.x * unit, plain.x, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("k", [1.0, WAVY], ids=["constant", "variable"])
def test_nothing_to_do(k: Any) -> None:
    made = system(k=k)
    for b in (np.zeros((40, 40)), np.zeros((3, 40, 40))):
        solution = run(made, b)
        assert solution.converged
        assert not solution.x.any()
        assert solution.residual == 0.0


@pytest.mark.parametrize("k", [1.0, WAVY], ids=["constant", "variable"])
@pytest.mark.parametrize("shape", [(40, 40), (41, 39)], ids=str)
def test_guesses_save_cycles(shape: tuple[int, ...], k: Any) -> None:
    made = system(shape, k)
    exact = run(made, rtol=1e-13)
    kept = exact.x.copy()
    assert run(made, x0=exact.x).iterations <= 1
    near = run(made, x0=exact.x * (1 + 1e-5), rtol=1e-8)
    assert near.iterations < run(made, rtol=1e-8).iterations
    assert near.residual <= 1e-8
    np.testing.assert_array_equal(exact.x, kept)


@pytest.mark.parametrize("made", BATCHES, ids=shape_of)
def test_history_and_callback(made: LinearSystem) -> None:
    calls: list[tuple[int, float]] = []
    solution = run(made, rtol=1e-9, callback=lambda k, r: calls.append((k, r)))
    assert [k for k, _ in calls] == list(range(1, solution.iterations + 1))
    assert solution.history[0] == 1.0
    assert len(solution.history) == solution.iterations + 1
    assert solution.history[1:-1] == [r for _, r in calls][:-1]
    assert solution.history[-1] == solution.residual <= 1e-9
    true = np.linalg.norm(made.b - made.A.apply(solution.x)) / np.linalg.norm(made.b)
    assert solution.residual == pytest.approx(true, rel=1e-3, abs=0)


@pytest.mark.parametrize("k", [1.0, WAVY], ids=["constant", "variable"])
@pytest.mark.parametrize("batch", [False, True])
def test_limits(k: Any, batch: bool) -> None:
    made = system(k=k)
    b = rows(made)[:2] if batch else made.b
    short = run(made, b, maxiter=2)
    assert short.status is Status.MAX_ITERATIONS
    assert short.iterations == 2
    assert 1e-8 < short.residual < 0.1
    size = float(np.linalg.norm(made.b))
    loose = run(made, rtol=0.0, atol=1e-3)
    assert loose.converged
    assert loose.residual * size <= 1e-3
    assert loose.iterations < run(made, rtol=0.0, atol=1e-6 * size).iterations + 1


@pytest.mark.parametrize("k", [1.0, WAVY], ids=["constant", "variable"])
def test_float32_right_hand_sides_and_orders_of_arrays(k: Any) -> None:
    made = system(k=k)
    b = made.b.astype(np.float32)
    expected = run(made, b.astype(np.float64))
    assert run(made, b).x.dtype == np.float64
    np.testing.assert_array_equal(run(made, b).x, expected.x)
    np.testing.assert_array_equal(run(made, np.asfortranarray(b)).x, expected.x)


def test_options_by_name() -> None:
    solver = configure("multigrid", {"cycle": "W", "dtype": "float64", "coarse": "boxes"})
    assert solver == Multigrid(cycle="W", dtype="float64", coarse="boxes")
    for name, value in (("cycle", "F"), ("dtype", "float16"), ("coarse", "graph")):
        with pytest.raises(InputError, match=rf"multigrid\.{name} is '{value}'; use "):
            configure("multigrid", {name: value})
    with pytest.raises(InputError, match=r"option 'cycles' of method multigrid is unknown; use cycle, .*cycle"):
        configure("multigrid", {"cycles": "W"})


def test_two_visits_need_no_more_cycles() -> None:
    made = system((96, 96), np.where(RNG.random((96, 96)) < 0.3, 1e4, 1.0))
    once, twice = (run(made, solver=Multigrid(cycle=cycle)) for cycle in ("V", "W"))
    assert once.converged
    assert twice.iterations <= once.iterations


@pytest.mark.parametrize("k", [1.0, WAVY], ids=["constant", "variable"])
def test_the_hierarchy_is_told_finest_first(k: Any) -> None:
    made = system((64, 48), k)
    table = run(made).details["hierarchy"]
    assert table[0]["shape"] == [64, 1, 48]
    sizes = [row.get("unknowns") or int(np.prod(row["shape"])) for row in table]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 64 * 48
    assert sizes[-1] <= 500


def test_matrices_are_sent_elsewhere() -> None:
    A = system().A.tocsr()
    with pytest.raises(InputError, match=r"needs a stencil on a box.*use amg"):
        solve(A, np.ones(1600), Multigrid())


def test_a_state_serves_many_solves() -> None:
    """Set-up leaves nothing behind that a solve changes."""
    for k in (1.0, WAVY):
        made = system(k=k)
        solver = Multigrid()
        state = solver.setup(made.A)
        first = solver.solve(state, made.b)
        solver.solve(state, 1e3 * made.b[::-1], rtol=1e-3)
        np.testing.assert_array_equal(solver.solve(state, made.b).x, first.x)
