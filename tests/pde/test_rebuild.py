"""A and b equal a slow rebuild, unknown by unknown and face by face, from the stated conventions."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    """(diagonal, right-hand side) of cell or node i at a side of the box; nodes per half control volume."""
    condition = grid.boundary[side]
    axis = AXES.index(side[0])
    at = tuple(0 if a == axis else index for a, index in enumerate(i))
    g = grid.side_values(side)[at]
    nodes = grid.location == "node"
    if condition.kind == "dirichlet":
        c = 2 * k / h**2
        return c, c * g
    if condition.kind == "neumann":
        return 0.0, g / (h / 2 if nodes else h)
    H = grid.side_values(side, "transfer")[at]
    if nodes:
        return H / (h / 2), H * g / (h / 2)
    c = 1 / (h / (2 * k) + 1 / H) / h if H > 0 else 0.0
    return c, c * g


def known_values(grid: Grid) -> np.ndarray:
    """NaN where unknown; Dirichlet nodes (the later side wins), then fixed points."""
    known = np.full(grid.shape, np.nan)
    if grid.location == "node":
        for i in np.ndindex(grid.shape):
            for side in grid.boundary:
                axis = AXES.index(side[0])
                end = 0 if side[1] == "-" else grid.shape[axis] - 1
                if grid.boundary[side].kind == "dirichlet" and i[axis] == end:
                    known[i] = grid.side_values(side)[tuple(0 if a == axis else n for a, n in enumerate(i))]
    if grid.fixed is not None:
        known[grid.fixed] = np.broadcast_to(grid.fixed_value, grid.shape)[grid.fixed]
    return known


def is_half(grid: Grid, axis: int, i: tuple[int, ...]) -> bool:
    """Whether node i lies on a side that cuts its control volume along `axis`."""
    end = {0: "-", grid.shape[axis] - 1: "+"}.get(i[axis])
    return grid.location == "node" and end is not None and not grid.is_periodic(axis)


def rebuild(grid: Grid, k: np.ndarray, f: np.ndarray, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Dense A and b over all points of the grid; k has one array per axis."""
    index = np.arange(grid.size).reshape(grid.shape)
    A, b = np.zeros((grid.size, grid.size)), np.zeros(grid.shape)
    active = np.ones(grid.shape, bool) if grid.mask is None else grid.mask
    known = known_values(grid)
    for i in np.ndindex(grid.shape):
        if not active[i] or not np.isnan(known[i]):
            continue
        row = A[index[i]]
        row[index[i]] += shift
        b[i] += f[i]
        for axis, side, j in neighbours(grid, i):
            h = grid.spacing[axis]
            if j is None:
                diagonal, source = boundary_term(grid, side, i, k[axis][i], h)
                row[index[i]] += diagonal
                b[i] += source
            elif j != i and active[j]:
                c = 2 * k[axis][i] * k[axis][j] / (k[axis][i] + k[axis][j]) / h**2
                c *= 2 if is_half(grid, axis, i) else 1  # the flux c h enters a volume h / 2
                row[index[i]] += c
                if np.isnan(known[j]):
                    row[index[j]] -= c
                else:
                    b[i] += c * known[j]
        volume = 0.5 ** sum(is_half(grid, axis, i) for axis in range(grid.ndim))
        row *= volume
        b[i] *= volume
    return A, b


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
    location = draw(st.sampled_from(["cell", "node"]))
    shape = tuple(n + 2 * (location == "node") for n in draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mask = rng.random(shape) < draw(st.sampled_from([0.5, 0.8, 1.0]))
    fixed = rng.random(shape) < 0.2
    inside = tuple(n // 2 for n in shape)
    mask[inside], fixed[inside] = True, False
    grid = Grid(
        shape, tuple(rng.uniform(0.5, 2, len(shape))), location, conditions(rng, len(shape)),
        mask=mask if draw(st.booleans()) else None, fixed=fixed & mask if draw(st.booleans()) else None,
        fixed_value=rng.normal(size=shape),
    )
    return grid, rng


@settings(max_examples=200, deadline=None)
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
    window = np.arange(grid.size).reshape(grid.shape)[system.index].ravel()
    A, b = A[np.ix_(window, window)], b[system.index].copy()
    space = system.A.nullspace
    if space is not None:
        b = space.project(b)
    found = system.A.tocsr().toarray()
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_allclose(found, A, rtol=0, atol=1e-13 * abs(A).max(initial=1))
    np.testing.assert_allclose(system.b, b, rtol=0, atol=1e-13 * abs(b).max(initial=1))
    free = np.flatnonzero(np.ones(len(A), bool) if system.A.active is None else system.A.active)
    values = np.linalg.eigvalsh(A[np.ix_(free, free)])
    assert np.sum(values < 1e-9 * max(values[-1], 1e-300)) == (0 if space is None else space.count)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_short_periodic_axis(n: int) -> None:
    grid = Grid((n,), boundary={"x": Boundary("periodic")})
    dense = poisson(grid, project=True).A.tocsr().toarray() / n**2
    expected = {1: [[0]], 2: [[2, -2], [-2, 2]], 3: [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]}[n]
    np.testing.assert_allclose(dense, expected, rtol=1e-15, atol=0)
