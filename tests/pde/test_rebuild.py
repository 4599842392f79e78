"""A and b of cell grids equal a slow rebuild, cell by cell and face by face, from the stated conventions."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import lil_array

from sciml.mesh import AXES, Boundary, Grid
from sciml.pde import poisson


def neighbours(grid: Grid, i: tuple[int, ...]) -> Iterator[tuple[int, str, tuple[int, ...] | None]]:
    """(axis, side, cell behind that face), None for a cell outside the box."""
    for axis, n in enumerate(grid.shape):
        for sign, step in (("-", -1), ("+", 1)):
            j = list(i)
            j[axis] += step
            if grid.is_periodic(axis):
                j[axis] %= n
            yield axis, AXES[axis] + sign, tuple(j) if 0 <= j[axis] < n else None


def boundary_term(grid: Grid, side: str, i: tuple[int, ...], k: float, h: float) -> tuple[float, float]:
    """(diagonal, right-hand side) of cell i at a side of the box."""
    condition = grid.boundary[side]
    axis = AXES.index(side[0])
    at = tuple(0 if a == axis else index for a, index in enumerate(i))
    g = grid.side_values(side)[at]
    if condition.kind == "dirichlet":
        c = 2 * k / h**2
        return c, c * g
    if condition.kind == "neumann":
        return 0.0, g / h
    H = grid.side_values(side, "transfer")[at]
    c = 1 / (h / (2 * k) + 1 / H) / h if H > 0 else 0.0
    return c, c * g


def rebuild(grid: Grid, k: np.ndarray, f: np.ndarray, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Dense A and b; k has one array per axis."""
    index = np.arange(grid.size).reshape(grid.shape)
    A, b = lil_array((grid.size, grid.size)), np.zeros(grid.shape)
    active = np.ones(grid.shape, bool) if grid.mask is None else grid.mask
    fixed = np.zeros(grid.shape, bool) if grid.fixed is None else grid.fixed
    for i in np.ndindex(grid.shape):
        if not active[i] or fixed[i]:
            continue
        A[index[i], index[i]] += shift
        b[i] += f[i]
        for axis, side, j in neighbours(grid, i):
            h = grid.extent[axis] / grid.shape[axis]
            if j is None:
                diagonal, known = boundary_term(grid, side, i, k[axis][i], h)
                A[index[i], index[i]] += diagonal
                b[i] += known
            elif j != i and active[j]:
                c = 2 * k[axis][i] * k[axis][j] / (k[axis][i] + k[axis][j]) / h**2
                A[index[i], index[i]] += c
                if fixed[j]:
                    b[i] += c * np.broadcast_to(grid.fixed_value, grid.shape)[j]
                else:
                    A[index[i], index[j]] -= c
    return A.toarray(), b


def conditions(rng: np.random.Generator, ndim: int) -> dict[str, Boundary]:
    result = {}
    for axis in AXES[:ndim]:
        if rng.random() < 0.25:
            result[axis] = Boundary("periodic")
            continue
        for sign in "-+":
            kind = rng.choice(["dirichlet", "neumann", "robin"])
            value = [float(rng.normal()), "1 + x", "0.5"][rng.integers(3)]
            transfer = [float(rng.uniform(0, 3)), 0.0, "2 + x"][rng.integers(3)] if kind == "robin" else 0.0
            result[axis + sign] = Boundary(kind, value, transfer)
    return result


@st.composite
def problems(draw: st.DrawFn) -> tuple[Grid, np.random.Generator]:
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mask = rng.random(shape) < draw(st.sampled_from([0.5, 0.8, 1.0]))
    mask.flat[0] = True
    fixed = (rng.random(shape) < 0.2) & mask
    fixed.flat[0] = False
    grid = Grid(
        shape, tuple(rng.uniform(0.5, 2, len(shape))), boundary=conditions(rng, len(shape)),
        mask=mask if draw(st.booleans()) else None, fixed=fixed if draw(st.booleans()) else None,
        fixed_value=rng.normal(size=shape),
    )
    return grid, rng


@settings(max_examples=150, deadline=None)
@given(problem=problems(), shift=st.sampled_from([0.0, 0.7]), form=st.sampled_from(["number", "array", "axes"]))
def test_equals_rebuild(problem: tuple[Grid, np.random.Generator], shift: float, form: str) -> None:
    grid, rng = problem
    k = np.exp(rng.normal(size=(grid.ndim, *grid.shape)))
    if form == "number":
        k[:] = 1.7
    elif form == "array":
        k[:] = k[0]
    f = rng.normal(size=grid.shape)
    coefficient = {"number": 1.7, "array": k[0], "axes": tuple(k)}[form]
    system = poisson(grid, coefficient, f, shift=shift, project=True)
    A, b = rebuild(grid, k, f, shift)
    if system.A.nullspace is not None:
        b = system.A.nullspace.project(b)
    found = system.A.tocsr().toarray()
    np.testing.assert_allclose(found, A, rtol=0, atol=1e-13 * abs(A).max(initial=1))
    np.testing.assert_allclose(system.b, b, rtol=0, atol=1e-13 * abs(b).max(initial=1))
    null = np.linalg.eigvalsh(A)
    expected = np.sum(null < 1e-9 * abs(A).max(initial=1e-300)) - np.sum(A.diagonal() == 0)
    lone = 0 if system.A.nullspace is None else np.sum(system.A.nullspace.sizes == 1)
    assert (0 if system.A.nullspace is None else system.A.nullspace.count) - lone == expected


@pytest.mark.parametrize("n", [1, 2, 3])
def test_short_periodic_axis(n: int) -> None:
    grid = Grid((n,), boundary={"x": Boundary("periodic")})
    dense = poisson(grid, project=True).A.tocsr().toarray() / n**2
    expected = {1: [[0]], 2: [[2, -2], [-2, 2]], 3: [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]}[n]
    np.testing.assert_allclose(dense, expected, rtol=1e-15, atol=0)
