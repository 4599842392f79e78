"""The learned cycle: classical at zero weights, symmetric positive definite at all others, honest as a solver."""

from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learned_cycle import cycle, random_weights
from scipy.sparse.linalg import cg

from sciml._errors import InputError
from sciml.datasets.families import FAMILIES, random_system
from sciml.kernels import threads
from sciml.kernels._colour import SplitMasked
from sciml.mesh import Boundary, Grid
from sciml.pde import StencilOperator, poisson
from sciml.solvers import DCDM, PCG, Multigrid, Status, solve
from sciml.solvers.learned.hierarchy import LearnedHierarchy, relaxation_step
from sciml.solvers.learned.weights import HOME, SHIPPED, load_weights, zero_weights
from sciml.solvers.multigrid.structured import BoxHierarchy, Smoothing

NEUMANN, PERIODIC = Boundary("neumann"), Boundary("periodic")


def drawn(family: str, shape: tuple[int, ...], seed: int) -> StencilOperator:
    return random_system(family, shape, np.random.default_rng(seed)).A


def vectors(A: StencilOperator, number: int) -> np.ndarray:
    """Random vectors in the range of A."""
    rows = np.random.default_rng(8).standard_normal((number, A.shape[0]))
    for row in rows:
        if A.active is not None:
            row[~A.active.ravel()] = 0.0
        if A.nullspace is not None:
            A.nullspace.project(row)
    return rows


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(24, 20, 28), (13, 18, 9), (40, 33)])
@pytest.mark.parametrize("family", ["obstacles", "jumps"])
def test_zero_weights_are_the_classical_cycle_bit_for_bit(family: str, shape: tuple[int, ...], dtype: str) -> None:
    stencil = drawn(family, shape, 1).variable()
    learned = LearnedHierarchy(stencil, zero_weights(2, 1.15), np.dtype(dtype))
    classical = BoxHierarchy(stencil, "constant", np.dtype(dtype), smoothing=Smoothing((2, 2), 1.15))
    r = np.random.default_rng(0).standard_normal(stencil.d.shape)
    z, expected = np.empty_like(r), np.empty_like(r)
    learned.apply(r, z)
    classical.apply(r, expected)
    np.testing.assert_array_equal(z, expected)


def test_bytes_of_zero_are_the_classical_cycle_up_to_rounding() -> None:
    """The weighted kernels themselves, where some other level deviates."""
    stencil = drawn("obstacles", (24, 20, 28), 1).variable()
    weights = zero_weights()
    weights.nets["cell"][0].offset[:] = 1e-9  # far less than a byte, but not zero
    learned = LearnedHierarchy(stencil, weights, np.float64)
    assert learned.weights[0] is not None
    assert not learned.weights[0].omega.any()
    classical = BoxHierarchy(stencil, "constant", np.float64, smoothing=Smoothing((2, 2), 1.2))
    active = stencil.d > 0
    r = np.random.default_rng(0).standard_normal(stencil.d.shape) * active
    z, expected = np.empty_like(r), np.empty_like(r)
    learned.apply(r, z)
    classical.apply(r, expected)
    assert isinstance(learned.levels[0].stencil, SplitMasked)
    np.testing.assert_allclose(z, np.where(active, expected, 0.0), rtol=0, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("shape", [(20, 16, 12), (9, 13, 11), (30, 17)])
@pytest.mark.parametrize("family", ["obstacles", "walls", "jumps"])
def test_agrees_with_its_definition(family: str, shape: tuple[int, ...]) -> None:
    A = drawn(family, shape, 2)
    stencil, weights = A.variable(), random_weights(0)
    r = vectors(A, 1)[0].reshape(stencil.d.shape)
    z = np.empty_like(r)
    LearnedHierarchy(stencil, weights, np.float64).apply(r, z)
    expected = cycle(stencil, weights, r)
    np.testing.assert_allclose(
        z * (stencil.d > 0), expected * (stencil.d > 0), rtol=0, atol=1e-11 * np.abs(expected).max()
    )


@pytest.mark.parametrize("seed", range(100))
def test_random_weights_are_symmetric_and_positive_definite(seed: int) -> None:
    """Every eigenvalue of the dense M, on obstacles, walls and jumps in two and three dimensions."""
    family, shape = ("obstacles", "walls", "jumps")[seed % 3], ((7, 6, 6), (17, 14))[seed // 3 % 2]
    A = drawn(family, shape, seed)
    hierarchy = LearnedHierarchy(A.variable(), random_weights(seed), np.float64)
    box = hierarchy.top.shape
    keep = np.flatnonzero(A.diagonal())  # lone cells are floating components
    M = np.empty((len(keep), len(keep)))
    z = np.empty(box)
    for row, cell in zip(M, keep, strict=True):
        r = np.zeros(A.shape[0])
        r[cell] = 1.0
        hierarchy.apply(r.reshape(box), z)
        row[:] = z.ravel()[keep]
    assert np.abs(M - M.T).max() <= 1e-12 * np.abs(M).max()
    # unit diagonal: what is far apart in size must not hide what is small
    d = np.sqrt(M.diagonal())
    assert np.linalg.eigvalsh((M + M.T) / 2 / np.outer(d, d)).min() > 1e-13


@pytest.mark.parametrize("seed", range(6))
def test_random_weights_never_break_conjugate_gradients(seed: int) -> None:
    A = drawn(("obstacles", "jumps")[seed % 2], ((16, 12, 14), (24, 26))[seed // 2 % 2], seed)
    b = vectors(A, 1)[0]
    M = LearnedHierarchy(A.variable(), random_weights(seed, 0.3), np.float64)
    solver = PCG(lambda r, z: M.apply(r.reshape(M.top.shape), z.reshape(M.top.shape)))
    solution = solver.solve(solver.setup(A), b, rtol=1e-8)
    assert solution.status in (Status.CONVERGED, Status.PRECISION_LIMIT)


def test_relaxations_stay_between_0_and_2() -> None:
    for omega in (1.0, 1.2, 1.7, 1.99):
        step = relaxation_step(omega)
        assert 0 < omega - 127 * step < omega + 127 * step < 2


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", [(24, 20, 28), (40, 44)])
def test_solves_every_family(family: str, shape: tuple[int, ...]) -> None:
    A = drawn(family, shape, 5)
    b = vectors(A, 1)[0]
    solution = solve(A, b, DCDM(), rtol=1e-8)
    assert solution.converged
    assert np.linalg.norm(b - A.matvec(solution.x)) <= 1e-8 * np.linalg.norm(b)


def test_threads_do_not_matter() -> None:
    A = drawn("obstacles", (40, 36, 44), 3)
    b = vectors(A, 1)[0]
    found = []
    for n in (1, 2):
        with threads(n):
            found.append(solve(A, b, DCDM(), rtol=1e-8).x)
    np.testing.assert_array_equal(*found)


def test_scaling_the_right_hand_side_scales_the_solution() -> None:
    A = drawn("obstacles", (20, 24, 18), 4)
    b = vectors(A, 1)[0]
    one = solve(A, b, DCDM())
    for scale in (1e-12, -1.0, 1e12):
        other = solve(A, scale * b, DCDM())
        assert other.iterations == one.iterations
        np.testing.assert_allclose(other.x, scale * one.x, rtol=1e-6, atol=1e-9 * abs(scale))
    np.testing.assert_array_equal(solve(A, -b, DCDM()).x, -one.x)


def test_counts_in_scipy_are_ours() -> None:
    A = drawn("obstacles", (20, 24, 18), 4)
    b = vectors(A, 1)[0]
    M = DCDM().setup(A).aspreconditioner()
    theirs = count()
    x, info = cg(A.tocsr(), b, rtol=1e-8, M=M, maxiter=40, callback=lambda x: next(theirs))
    assert info == 0
    assert np.linalg.norm(A.matvec(x) - b) <= 2e-8 * np.linalg.norm(b)
    assert abs(next(theirs) - solve(A, b, DCDM()).iterations) <= 1
    assert abs(solve(A, b, PCG("dcdm")).iterations - solve(A, b, DCDM()).iterations) <= 1


def pathological() -> dict[str, StencilOperator]:
    shape = (12, 10, 14)
    lone, channel, maze = np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape, bool)
    lone[5, 5, 5] = True
    channel[3, :, 7] = channel[3:9, 4, 7] = True
    maze[::2] = True
    maze[1::4, 0, 0] = maze[3::4, -1, -1] = True
    isolated = np.ones(shape, bool)
    isolated[3:6, 3:6, 3:6] = False
    isolated[4, 4, 4] = True
    closed = {"boundary": {axis: NEUMANN for axis in "xyz"}}
    grids = {
        "all solid but one": Grid(shape, mask=lone, **closed),
        "channel of one cell": Grid(shape, mask=channel, **closed),
        "maze": Grid(shape, mask=maze), "isolated cell": Grid(shape, mask=isolated),
        "closed, isolated cell": Grid(shape, mask=isolated, **closed), "one cell": Grid((1, 1, 1)),
        "line": Grid((700,)), "torus": Grid((8, 12, 10), boundary={axis: PERIODIC for axis in "xyz"}),
        "flat": Grid((60, 50, 2)), "thin": Grid((3, 200)),
    }
    return {name: poisson(grid, source=0.0, project=True).A for name, grid in grids.items()}


@pytest.mark.parametrize("name", pathological())
def test_pathological_domains_are_solved(name: str) -> None:
    A = pathological()[name]
    b = vectors(A, 1)[0]
    solution = solve(A, b, DCDM(), rtol=1e-8)
    assert solution.converged
    assert np.isfinite(solution.x).all()
    assert np.linalg.norm(b - A.matvec(solution.x)) <= 1e-8 * np.linalg.norm(b)
    reference = solve(A, b, Multigrid(), rtol=1e-10).x
    np.testing.assert_allclose(solution.x, reference, rtol=0, atol=1e-6 * max(np.abs(reference).max(), 1e-300))


def test_a_learned_cycle_that_is_too_slow_gives_way_to_clusters(tmp_path: Path) -> None:
    """Weights that relax hardly at all, and coarse faces far too strong."""
    from safetensors.numpy import load_file, save_file

    home = HOME / "mixed-3d"
    tensors = load_file(home / "model.safetensors")
    for name, values in tensors.items():
        if name.endswith("2.bias"):
            values[:] = 6.0 if name.startswith(("face", "surplus")) else -6.0
    save_file(tensors, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text((home / "config.json").read_text())
    A = drawn("obstacles", (32, 32, 32), 0)
    b = vectors(A, 1)[0]
    seen: list[int] = []
    solution = solve(
        A, b, DCDM(weights=str(tmp_path)), rtol=1e-8, callback=lambda iteration, residual: seen.append(iteration)
    )
    assert solution.converged
    assert [step["method"] for step in solution.details["ladder"]] == ["dcdm", "multigrid"]
    assert seen == list(range(1, solution.iterations + 1))
    assert len(solution.history) == solution.iterations + 1


@pytest.mark.parametrize("name", SHIPPED)
def test_weights_come_with_sciml(name: str) -> None:
    weights = load_weights(name)
    assert weights.parameters == zero_weights(weights.sweeps).parameters
    assert any(not net.is_zero for net in weights.nets["cell"])


def test_bad_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no weights of dcdm in nowhere"):
        solve(poisson(Grid((8, 8))).A, np.ones(64), DCDM(weights="nowhere"))
    (tmp_path / "config.json").write_text('{"model": "UNet", "format": 1, "arguments": {}}')
    with pytest.raises(InputError, match="holds a UNet"):
        load_weights(tmp_path)
    source = HOME / "mixed-3d"
    (tmp_path / "config.json").write_text((source / "config.json").read_text())
    (tmp_path / "model.safetensors").write_bytes((source / "model.safetensors").read_bytes()[:-9])
    with pytest.raises(InputError, match="no weights of dcdm"):
        load_weights(tmp_path)


@pytest.mark.parametrize(("A", "text"), [
    (np.eye(4), "use amg"), (poisson(Grid((9, 8), boundary={"x": PERIODIC})).A, "even number"),
])
def test_operators_it_does_not_take_are_refused(A: Any, text: str) -> None:
    with pytest.raises(InputError, match=text):
        solve(A, np.ones(A.shape[0]), DCDM())
