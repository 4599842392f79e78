"""One-dimensional factors reproduce A exactly, and constant storage equals face arrays."""

from functools import reduce
from itertools import product

import numpy as np
import pytest

from sciml.mesh import AXES, Boundary, Grid
from sciml.pde import StencilOperator, poisson
from sciml.pde.axis import AxisFactor

PAIRS = [*product(("dirichlet", "neumann", "robin"), repeat=2), ("periodic", "periodic")]
SHAPES = [(5,), (1,), (2, 4), (1, 3), (3, 2, 4), (2, 1, 3)]


def kronecker_sum(factors: tuple[AxisFactor, ...]) -> np.ndarray:
    total = 0
    for axis in range(len(factors)):
        parts = [f.matrix() if a == axis else np.diag(f.mass) for a, f in enumerate(factors)]
        total = total + reduce(np.kron, parts)
    return total


def grids(location: str) -> list[Grid]:
    rng = np.random.default_rng(3)
    result = []
    for shape in SHAPES:
        for _ in range(8):
            boundary = {}
            for axis in AXES[: len(shape)]:
                for sign, kind in zip("-+", PAIRS[rng.integers(10)], strict=True):
                    boundary[axis + sign] = Boundary(kind, float(rng.normal()), float(rng.choice([0.0, 2.0])))
            grown = tuple(n + 2 * (location == "node") for n in shape)
            result.append(Grid(grown, tuple(rng.uniform(1, 2, len(shape))), location, boundary))
    return result


COEFFICIENTS = {
    "number": lambda grid: 1.7,
    "per axis": lambda grid: (1.7, 0.2, 30.0)[: grid.ndim],
    "along its axis": lambda grid: tuple(f"1 + {a}**2" for a in AXES[: grid.ndim]),
    "along its axis, as arrays": lambda grid: tuple(
        np.array(np.broadcast_to(grid.evaluate(f"exp({a})"), grid.shape)) for a in AXES[: grid.ndim]
    ),
}


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("shift", [0.0, 0.3])
@pytest.mark.parametrize("form", COEFFICIENTS)
def test_factors_reproduce_the_operator(form: str, shift: float, location: str) -> None:
    for grid in grids(location):
        A = poisson(grid, COEFFICIENTS[form](grid), shift=shift, project=True).A
        assert A.separable is not None
        dense = A.tocsr().toarray()
        np.testing.assert_allclose(kronecker_sum(A.separable), dense, rtol=0, atol=1e-14 * abs(dense).max())
        for factor in A.separable:
            if factor.uniform:
                inner = factor.faces[:-1]
                np.testing.assert_array_equal(inner, np.full_like(inner, factor.c))


@pytest.mark.parametrize("location", ["cell", "node"])
def test_constant_storage_equals_face_arrays(location: str) -> None:
    """An array that is constant but for rounding in one cell takes the variable path."""
    counts = np.zeros(2, dtype=int)
    for grid in grids(location):
        k = np.full(grid.shape, 1.7)
        k.flat[0] *= 1 + 1e-14
        constant = poisson(grid, np.full(grid.shape, 1.7), shift=0.1).A
        variable = poisson(grid, k, shift=0.1).A
        counts += constant.is_constant, not variable.is_constant
        expected = constant.tocsr().toarray()
        np.testing.assert_allclose(variable.tocsr().toarray(), expected, rtol=0, atol=1e-13 * abs(expected).max())
        same = StencilOperator(constant.grid_shape, constant.variable())
        np.testing.assert_allclose(same.tocsr().toarray(), expected, rtol=1e-15, atol=0)
    assert counts.min() > 5


@pytest.mark.parametrize("location", ["cell", "node"])
def test_symmetric_and_semidefinite(location: str) -> None:
    for grid in grids(location):
        k = np.exp(np.random.default_rng(1).normal(size=grid.shape))
        A = poisson(grid, k, project=True).A
        dense = A.tocsr().toarray()
        np.testing.assert_array_equal(dense, dense.T)
        values = np.linalg.eigvalsh(dense)
        assert values[0] >= -1e-12 * values[-1]
        assert (np.sum(values < 1e-10 * max(values[-1], 1e-300)) == 1) == (A.nullspace is not None)


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("form", ["expression", "array"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_layers(axis: int, form: str, location: str) -> None:
    """k varies along one axis: it moves into that axis' mass. A robin side across the layers forbids it."""
    shape = (4, 3, 5)
    for pair in PAIRS:
        boundary = {a: Boundary("neumann") for a in AXES} | {AXES[(axis + 1) % 3] + "+": Boundary("dirichlet", 1.0)}
        boundary |= {AXES[axis] + sign: Boundary(kind, 2.0, 3.0) for sign, kind in zip("-+", pair, strict=True)}
        grid = Grid(shape, (1.0, 2.0, 1.5), location, boundary)
        k = f"exp(2*{AXES[axis]})"
        if form == "array":
            k = np.array(np.broadcast_to(grid.evaluate(k), shape))
        A = poisson(grid, k).A
        dense = A.tocsr().toarray()
        np.testing.assert_allclose(kronecker_sum(A.separable), dense, rtol=0, atol=1e-14 * abs(dense).max())
        assert poisson(grid, k, shift=1.0).A.separable is None
        closed = Boundary("robin", 1.0, 0.0)
        assert poisson(Grid(shape, boundary=boundary | {AXES[(axis + 2) % 3]: closed}), k).A.separable is not None
        conducting = Boundary("robin", 1.0, 0.1)
        assert poisson(Grid(shape, boundary=boundary | {AXES[(axis + 2) % 3]: conducting}), k).A.separable is None


def strong_rows(n: int, h: float, left: str, right: str) -> np.ndarray:
    """Textbook second-difference rows at all nodes of one axis; Dirichlet nodes removed."""
    A = (2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)) / h**2
    if left == "neumann":
        A[0, 1] *= 2
    if right == "neumann":
        A[-1, -2] *= 2
    inside = slice(int(left == "dirichlet"), n - int(right == "dirichlet"))
    return A[inside, inside]


@pytest.mark.parametrize("pairs", list(product(product(("dirichlet", "neumann"), repeat=2), repeat=2)))
def test_node_rows_are_strong_rows_times_volume(pairs: tuple[tuple[str, str], ...]) -> None:
    boundary = {AXES[a] + s: Boundary(kind) for a, pair in enumerate(pairs) for s, kind in zip("-+", pair, strict=True)}
    grid = Grid((5, 4), (1.0, 3.0), "node", boundary)
    rows = [strong_rows(n, h, *pair) for n, h, pair in zip(grid.shape, grid.spacing, pairs, strict=True)]
    volumes = [
        np.array([0.5 if kind == "neumann" else 1.0 for kind in (pair[0], *["inner"] * (len(r) - 2), pair[1])])
        for pair, r in zip(pairs, rows, strict=True)
    ]
    strong = np.kron(rows[0], np.eye(len(rows[1]))) + np.kron(np.eye(len(rows[0])), rows[1])
    system = poisson(grid, project=True)
    expected = np.kron(*volumes)[:, None] * strong
    np.testing.assert_allclose(system.A.tocsr().toarray(), expected, rtol=0, atol=1e-13 * abs(expected).max())
    if system.A.nullspace is None:
        np.testing.assert_array_equal(system.b.ravel(), np.kron(*volumes))


@pytest.mark.parametrize("transfer", [2.0, "1 + y"])
def test_nearest_box(transfer: float | str) -> None:
    """What spectral preconditioners see of a masked problem: its box, mean transfer at robin sides."""
    mask = np.ones((4, 5), bool)
    mask[1, 2] = False
    boundary = {"x-": Boundary("robin", 1.0, transfer), "y": Boundary("neumann")}
    A = poisson(Grid((4, 5), mask=mask, boundary=boundary), 3.0).A
    assert A.separable is None
    plain = poisson(Grid((4, 5), boundary={**boundary, "x-": Boundary("robin", 1.0, 2.0)})).A
    if transfer == 2.0:
        np.testing.assert_allclose(kronecker_sum(A.box), plain.tocsr().toarray(), rtol=1e-14)
    else:
        y = (np.arange(5) + 0.5) / 5
        assert A.box[0].diagonal[0] == pytest.approx(16 + np.mean(4 / (1 / 8 + 1 / (1 + y))), rel=1e-14)


@pytest.mark.parametrize("change", ["mask", "fixed", "varies", "transfer"])
def test_not_separable(change: str) -> None:
    flags = np.zeros((3, 4), bool)
    flags[1, 1] = True
    grid = Grid(
        (3, 4), mask=~flags if change == "mask" else None, fixed=flags if change == "fixed" else None,
        boundary={"x-": Boundary("robin", 0.0, "y")} if change == "transfer" else {},
    )
    A = poisson(grid, "1 + x*y" if change == "varies" else 1.0).A
    assert A.separable is None
    assert not A.is_constant
