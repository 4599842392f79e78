"""Whole solves as on a device: the CUDA sources run on the CPU, and nothing else does, against the path of the CPU."""

import os
from typing import Any, NamedTuple

import numpy as np
import pytest
from host_cuda.arrays import DeviceArray
from host_cuda.build import compiler
from host_cuda.module import STREAMS, Launch, stand_in

from sciml._errors import InputError
from sciml.datasets.fields import inclusions, permeability, porous_mask
from sciml.mesh import Boundary, Grid
from sciml.pde import GridSystem, poisson
from sciml.solvers import CG, DCDM, FFT, FMG, PCG, Multigrid, Solution, SolverWarning, solve
from sciml.solvers.multigrid.depth import ALL_BOXES, box_plan

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)

NEUMANN, PERIODIC, ROBIN = Boundary("neumann"), Boundary("periodic"), Boundary("robin", 2.0, transfer=3.0)
CLOSE = {"float64": 1e-6, "float32": 1e-2}  # of residual histories: rounding in the precision of the cycles


class Both(NamedTuple):
    """Solutions of the CPU and of the device, the latter with its array as it came, and what was launched there."""

    expected: Solution
    found: Solution
    x: np.ndarray
    launches: list[Launch]


def both(system: GridSystem, solver: Any, **limits: Any) -> Both:
    """Solve the same system on either side; a call of a Numba kernel with arrays of the device would fail."""
    expected = solve(system.A, system.b, solver, **limits)
    with stand_in() as cupy:
        there = system.to("cuda")
        guess = {"x0": cupy.asarray(limits.pop("x0"))} if "x0" in limits else {}
        found = solve(there.A, there.b, solver, **guess, **limits)
        assert isinstance(found.x, DeviceArray)
        assert found.details["device"] == "cuda:0"
        return Both(expected, found, found.x.get(), list(cupy.launches))


def agree(pair: Both, close: float = CLOSE["float32"], noise: float = 1e-12) -> None:
    expected, found = pair.expected, pair.found
    assert found.status is expected.status
    assert found.iterations == expected.iterations
    np.testing.assert_allclose(found.history, expected.history, rtol=close, atol=noise)
    size = np.abs(expected.x).max()
    np.testing.assert_allclose(pair.x, expected.x, rtol=0, atol=10 * expected.rtol * size)
    assert found.details.get("hierarchy") == expected.details.get("hierarchy")


@pytest.mark.parametrize("dtype", CLOSE)
def test_variable_coefficient(dtype: Any) -> None:
    """Boxes of 64, 32, 16, 8 and 4 cells an axis; every launch goes to the stream that is current."""
    system = poisson(
        Grid((64, 64, 64), boundary={"x-": NEUMANN, "z": ROBIN}), "exp(2 * sin(5 * x + 3 * y - 4 * z))", "1 + x - y * z"
    )
    assert box_plan(system.A.stencil) == ALL_BOXES
    STREAMS.current = "of the caller"
    try:
        pair = both(system, Multigrid(dtype=dtype))
    finally:
        STREAMS.current = "default"
    agree(pair, CLOSE[dtype], noise=0.0)
    assert pair.found.converged
    assert {launch.stream for launch in pair.launches} == {"of the caller"}
    cycles = [launch for launch in pair.launches if launch.name == "start_variable"]
    assert len(cycles) == pair.found.iterations * (1 + 1 + 2 + 4)  # visits of the four levels from x = 0 in a W-cycle
    real = {"float32": "-DREAL=float", "float64": "-DREAL=double"}[dtype]
    assert all(real in launch.options for launch in cycles)


@pytest.mark.gpu
@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("k", [1.0, "exp(2 * sin(5 * x + 3 * y - 4 * z))"], ids=["constant", "variable"])
@pytest.mark.parametrize("kind", ["dirichlet", "neumann"])
def test_on_a_device(kind: Any, k: Any, dtype: Any) -> None:
    """The same through CuPy itself."""
    system = poisson(Grid((64, 64, 64), boundary=Boundary(kind)), k, balanced((64, 64, 64)))
    expected, there = solve(system.A, system.b, Multigrid(dtype=dtype)), system.to("cuda")
    found = solve(there.A, there.b, Multigrid(dtype=dtype))
    agree(Both(expected, found, found.x.get(), []), CLOSE[dtype])


@pytest.mark.parametrize(("shape", "sides"), [
    ((32, 32, 32), {}),
    ((32, 16, 24), {"x": PERIODIC, "y-": NEUMANN, "z+": ROBIN}),
    ((64, 48), {"y": NEUMANN}),
    ((512,), {"x+": ROBIN}),
    ((5,), {}),
], ids=str)  # fmt: skip
def test_constant_coefficient(shape: tuple[int, ...], sides: dict[str, Boundary]) -> None:
    agree(both(poisson(Grid(shape, boundary=sides), 2.0, source="exp(x)", shift=0.5), Multigrid()))


@pytest.mark.parametrize("shape", [(25, 31, 18), (100, 30)], ids=str)
def test_lengths_that_do_not_halve(shape: tuple[int, ...]) -> None:
    """Where the CPU goes on with clusters, the device takes boxes of halves rounded up."""
    pair = both(poisson(Grid(shape), source="exp(x)"), Multigrid())
    assert pair.found.converged
    assert pair.found.iterations <= pair.expected.iterations + 4
    np.testing.assert_allclose(pair.x, pair.expected.x, rtol=0, atol=1e-7 * np.abs(pair.x).max())


@pytest.mark.parametrize(("shape", "k"), [
    ((40, 33), "1 + x + 9 * y**2"), ((200,), "where(x > 0.5, 50, 1)"), ((12, 10, 11), "exp(x - y)"),
    ((16, 16, 16), permeability((16, 16, 16), contrast=1e4, length=1.0, seed=1)),
], ids=["plane", "line", "small box", "disorder"])  # fmt: skip
def test_boxes_by_choice(shape: tuple[int, ...], k: Any) -> None:
    pair = both(poisson(Grid(shape, boundary={"x-": ROBIN}), k), Multigrid(coarse="boxes", dtype="float64"))
    agree(pair, CLOSE["float64"])
    assert pair.found.converged


@pytest.mark.parametrize("k", ["1 + x + 9 * y**2", 3.0], ids=str)
def test_planes_take_boxes_where_nothing_jumps(k: Any) -> None:
    pair = both(poisson(Grid((36, 28), boundary={"y": PERIODIC}), k), Multigrid())
    assert pair.found.converged
    assert pair.found.iterations <= pair.expected.iterations + 2
    np.testing.assert_allclose(pair.x, pair.expected.x, rtol=0, atol=1e-7 * np.abs(pair.x).max())


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize(("shape", "sides"), [((64, 32), {"x": NEUMANN}), ((16, 32, 24), {"y": PERIODIC})], ids=str)
def test_full_multigrid(shape: tuple[int, ...], sides: dict[str, Boundary], only: bool) -> None:
    pair = both(poisson(Grid(shape, boundary=sides), source="exp(x)"), FMG(only, "float64"))
    agree(pair, CLOSE["float64"])
    error = "discretisation_error"
    assert pair.found.details[error] == pytest.approx(pair.expected.details[error], rel=1e-6)


def balanced(shape: tuple[int, ...]) -> np.ndarray:
    """A source of zero sum."""
    f = np.random.default_rng(len(shape)).standard_normal(shape)
    return f - f.mean()


@pytest.mark.parametrize("shape", [(32, 32), (24, 16, 32)], ids=str)
@pytest.mark.parametrize(("kind", "k"), [("neumann", 1.0), ("periodic", 1.0), ("neumann", "1 + x + y")], ids=str)
def test_boxes_that_float(shape: tuple[int, ...], kind: Any, k: Any) -> None:
    system = poisson(Grid(shape, boundary=Boundary(kind)), k, balanced(shape))
    pair = both(system, Multigrid(coarse="boxes"))
    agree(pair)
    assert abs(pair.x.mean()) <= 1e-13 * np.abs(pair.x).max()


def test_obstacles() -> None:
    """Pores with pockets that float on their own."""
    mask = porous_mask((24, 24, 24), fraction=0.6, length=4.0, seed=2)
    mask[5:12, 5:12, 5:12] = False
    mask[7:10, 7:10, 7:10] = True
    system = poisson(Grid(mask.shape, boundary={"y": NEUMANN}, mask=mask), 1.0, balanced(mask.shape), project=True)
    assert system.A.nullspace is not None
    pair = both(system, Multigrid(coarse="boxes"))
    agree(pair)
    assert not pair.x[~mask].any()
    assert np.all(np.abs(system.A.nullspace.means(pair.x)) <= 1e-13 * np.abs(pair.x).max())


@pytest.mark.parametrize(("shape", "k"), [((32, 24), 1.0), ((32, 24), "1 + x"), ((8, 16, 8), "1 + x")], ids=str)
def test_batches_and_guesses(shape: tuple[int, ...], k: Any) -> None:
    """One of the right-hand sides is 0; in planes all are solved together."""
    source = np.random.default_rng(5).standard_normal((3, *shape))
    source[1] = 0.0
    guess = np.random.default_rng(6).standard_normal((3, *shape))
    solver = Multigrid(coarse="boxes", dtype="float64")
    pair = both(poisson(Grid(shape), k, source), solver, x0=guess, atol=1e-12)
    agree(pair, CLOSE["float64"])
    assert not pair.x[1].any()


def test_a_shift_too_faint_for_the_diagonal() -> None:
    """Levels of components in closed form, as on the CPU."""
    mask = np.ones((24, 24), bool)
    mask[12] = False
    source = np.random.default_rng(5).standard_normal(mask.shape)
    system = poisson(Grid(mask.shape, boundary=NEUMANN, mask=mask), source=source, shift=1e-9)
    assert system.A.faint is not None
    pair = both(system, Multigrid(coarse="boxes"))
    assert pair.found.status is pair.expected.status
    np.testing.assert_allclose(pair.x, pair.expected.x, rtol=1e-8)


@pytest.mark.parametrize("k", [1.0, "1 + x"], ids=str)
@pytest.mark.parametrize("solver", [CG(), PCG("jacobi"), PCG("multigrid"), PCG(Multigrid(coarse="boxes"))], ids=repr)
def test_conjugate_gradients(solver: Any, k: Any) -> None:
    pair = both(poisson(Grid((16, 12)), k), solver)
    assert pair.found.converged
    assert pair.found.iterations <= pair.expected.iterations + 1
    np.testing.assert_allclose(pair.x, pair.expected.x, rtol=0, atol=1e-7 * np.abs(pair.x).max())


@pytest.mark.parametrize(("shape", "sides", "dtype"), [
    ((20, 18, 24), {}, "float32"), ((33, 40), {"x": NEUMANN, "y": NEUMANN}, "float64"),
], ids=str)  # fmt: skip
def test_learned_cycle(shape: tuple[int, ...], sides: dict[str, Boundary], dtype: Any) -> None:
    mask = np.ones(shape, bool)
    mask[5:9, 4:9] = False
    system = poisson(Grid(shape, boundary=sides, mask=mask), source="exp(3 * x)", project=True)
    pair = both(system, DCDM(dtype=dtype))
    agree(pair, CLOSE[dtype])
    assert {launch.name for launch in pair.launches} >= {"start", "relax", "restrict_box", "prolong"}


@pytest.mark.parametrize(("k", "because"), [
    (1.0, "where multigrid runs"), ("where(x > y, 1, 1e4)", "ask for clusters"),
])  # fmt: skip
def test_auto(k: Any, because: str) -> None:
    pair = both(poisson(Grid((24, 24)), k), None)
    assert pair.found.method == "multigrid"
    assert because in pair.found.selected_because
    np.testing.assert_allclose(pair.x, pair.expected.x, rtol=0, atol=1e-6 * np.abs(pair.x).max())


def test_there_and_back() -> None:
    """Nothing is copied back for the operator; prescribed values travel with the system."""
    fixed = np.zeros((9, 8), bool)
    fixed[4, 4] = True
    system = poisson(Grid((9, 8), fixed=fixed, fixed_value=3.0), "1 + x")
    u = np.random.default_rng(0).standard_normal(system.b.shape)
    with stand_in() as cupy:
        there = system.to("cuda")
        assert there.A.device == "cuda:0"
        assert there.A.host is there.A.to("cpu") is system.A
        assert there.to("cuda") is there
        back = there.to("cpu")
        assert back.A is system.A
        np.testing.assert_array_equal(back.b, system.b)
        np.testing.assert_allclose(there.A.apply(cupy.asarray(u)).get(), system.A.apply(u), rtol=1e-14)
        np.testing.assert_allclose((there.A @ cupy.asarray(u.ravel())).get(), system.A @ u.ravel(), rtol=1e-14)
        np.testing.assert_array_equal(there.A.diagonal().get(), system.A.diagonal())
        np.testing.assert_array_equal(there.expand(cupy.asarray(u)).get(), system.expand(u))
        assert there.A.unknowns == system.A.unknowns
        assert (there.A.tocsr() != system.A.tocsr()).nnz == 0
        np.testing.assert_array_equal(there.A.aslinearoperator() @ u.ravel(), system.A @ u.ravel())
        with pytest.raises(InputError, match="SciPy iterates on the CPU"):
            Multigrid(coarse="boxes").setup(there.A).aspreconditioner()


def test_defect_of_a_source_is_told() -> None:
    A = poisson(Grid((8, 8), boundary=NEUMANN), source=0.0).A
    b = np.random.default_rng(0).standard_normal((8, 8)) + 1.0
    with stand_in() as cupy, pytest.warns(SolverWarning, match="does not balance"):
        assert solve(A.to("cuda"), cupy.asarray(b), Multigrid()).converged


JUMPS = poisson(Grid((16, 16, 16)), inclusions((16, 16, 16), 1e6, length=1.0, seed=3))
LINE = poisson(Grid((30,)))
ODD = poisson(Grid((24, 45), boundary={"y": PERIODIC}))


@pytest.mark.parametrize(("system", "solver", "says"), [
    (LINE, FFT(), "method fft runs on the CPU and device cuda:0 was asked for; use multigrid, dcdm, fmg, cg, pcg"),
    (LINE, PCG(), "preconditioner 'mic0' runs on the CPU and A lies on cuda:0; use multigrid or jacobi"),
    (LINE, Multigrid(coarse="clusters"), "coarse is 'clusters' and smoother 'auto', use coarse auto or boxes"),
    (LINE, Multigrid(smoother="jacobi"), "smoother 'jacobi', use coarse auto or boxes with smoother auto or sor"),
    (poisson(Grid((100, 100))), FMG(), "fmg on cuda:0 halves the axes down to a few cells, here 100 x 100 unknowns"),
    (ODD, Multigrid(), "even number of unknowns along periodic axes on all levels of boxes, the box is 24 x 45; use"),
    (ODD, DCDM(), "even number of unknowns along periodic axes, the box is 24 x 45"),
    (JUMPS, Multigrid(), "jumps or walls of this operator ask for clusters; use coarse 'boxes'"),
], ids=["method", "preconditioner", "clusters", "smoother", "halves", "odd", "learned", "jumps"])  # fmt: skip
def test_what_the_device_has_not(system: GridSystem, solver: Any, says: str) -> None:
    with stand_in():
        there = system.to("cuda")
        with pytest.raises(InputError) as error:
            solve(there.A, there.b, solver)
    assert says in str(error.value)


@pytest.mark.parametrize("of_A", ["cpu", "cuda"])
@pytest.mark.parametrize("what", ["right-hand side", "initial guess"])
def test_nothing_moves_silently(of_A: str, what: str) -> None:
    solver = Multigrid()
    with stand_in() as cupy:
        A = LINE.A.to(of_A)
        here = cupy.asarray(LINE.b) if of_A == "cuda" else LINE.b
        there = LINE.b if of_A == "cuda" else cupy.asarray(LINE.b)
        b, x0 = (there, None) if what == "right-hand side" else (here, there)
        for attempt in (lambda: solve(A, b, x0=x0), lambda: solver.solve(solver.setup(A), b, x0)):
            with pytest.raises(InputError) as error:
                attempt()
            lies = "cpu and A on cuda:0" if of_A == "cuda" else "cuda:0 and A on cpu"
            assert f"the {what} lies on {lies}; move one of them" in str(error.value)


def test_unknown_device() -> None:
    with pytest.raises(InputError, match="device is 'gpu'; use cpu or cuda"):
        LINE.to("gpu")
