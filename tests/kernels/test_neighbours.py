"""Neighbour searches: large clouds, crowded ones, many ties, threads, bad input."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from sciml._errors import InputError, MemoryLimitError
from sciml.kernels import threads
from sciml.kernels._cells import choose_walls
from sciml.kernels.cell_list import fitted_cells
from sciml.kernels.nearest_search import nearest_search
from sciml.kernels.radius_search import radius_search


def uniform(rng: np.random.Generator, d: int) -> np.ndarray:
    return rng.random((2000, d))


def graded(rng: np.random.Generator, d: int) -> np.ndarray:
    """Distances from the origin over four decades, as around an edge of a refined mesh."""
    return rng.uniform(-1, 1, (2000, d)) * 10 ** -rng.uniform(0, 4, (2000, 1))


def clusters(rng: np.random.Generator, d: int) -> np.ndarray:
    return rng.integers(0, 1000, (20, d)).repeat(100, axis=0) + 1e-3 * rng.random((2000, d))


def outliers(rng: np.random.Generator, d: int) -> np.ndarray:
    return np.concatenate([rng.random((1995, d)), 1e9 * rng.standard_normal((5, d))])


CLOUDS = [uniform, graded, clusters, outliers]


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_nearest_are_those_of_a_tree(cloud: Any, d: int) -> None:
    rng = np.random.default_rng(d)
    points = cloud(rng, d)
    queries = points[rng.integers(0, len(points), 300)] + 1e-4 * rng.standard_normal((300, d))
    tree = cKDTree(points)
    indices, distances = nearest_search(points, 9)
    expected, order = tree.query(points, 10)
    np.testing.assert_array_equal(distances, expected[:, 1:])
    np.testing.assert_array_equal(indices, order[:, 1:])
    indices, distances = nearest_search(points, 4, queries)
    expected, order = tree.query(queries, 4)
    np.testing.assert_array_equal(distances, expected)
    np.testing.assert_array_equal(indices, order)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("radius", [1e-4, 0.03])
def test_pairs_within_a_radius_are_those_of_a_tree(cloud: Any, d: int, radius: float) -> None:
    points = cloud(np.random.default_rng(d), d)
    indptr, indices = radius_search(points, radius)
    i = np.repeat(np.arange(len(points)), np.diff(indptr))
    half = cKDTree(points).query_pairs(radius, output_type="ndarray")
    found = np.column_stack([i, indices])
    assert len(found) == 2 * len(half)
    np.testing.assert_array_equal(found[i < indices], half[np.lexsort(half.T[::-1])])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(1, 3).flatmap(lambda d: st.lists(st.tuples(*[st.integers(-3, 3)] * d), min_size=2, max_size=40)),
    st.integers(1, 4), st.integers(-480, 480),
)
def test_ties_go_to_the_smaller_number(places: list[tuple[int, ...]], k: int, exponent: int) -> None:
    """Equal points and equal distances, at any power of two as the unit."""
    unit = 2.0**exponent
    d2 = ((np.array(places)[:, None] - np.array(places)) ** 2).sum(axis=2).astype(float)
    np.fill_diagonal(d2, np.inf)
    k = min(k, len(places) - 1)
    indices, distances = nearest_search(unit * np.array(places), k)
    np.testing.assert_array_equal(indices, np.argsort(d2, axis=1, kind="stable")[:, :k])
    np.testing.assert_array_equal(distances, unit * np.sqrt(np.sort(d2, axis=1)[:, :k]))
    indptr, near = radius_search(unit * np.array(places), 2 * unit)
    i, j = np.nonzero(d2 <= 4)
    np.testing.assert_array_equal(np.repeat(np.arange(len(places)), np.diff(indptr)), i)
    np.testing.assert_array_equal(near, j)


def test_pairs_are_mutual_where_rounding_decides() -> None:
    """The sides of a lattice of 0.1, which is no binary number, have many lengths around it."""
    points = 0.1 * np.stack(np.meshgrid(*[np.arange(8)] * 3), axis=-1).reshape(-1, 3)
    indptr, indices = radius_search(points, 0.1)
    i = np.repeat(np.arange(len(points)), np.diff(indptr))
    assert 0 < len(i) < 6 * len(points)
    assert set(zip(i.tolist(), indices.tolist(), strict=True)) == set(zip(indices.tolist(), i.tolist(), strict=True))


def test_long_rows_are_sorted() -> None:
    points = np.random.default_rng(0).random((1500, 2))
    indptr, indices = radius_search(points, 2.0)
    everybody = np.arange(1500)
    for i in (0, 7, 1499):
        np.testing.assert_array_equal(indices[indptr[i] : indptr[i + 1]], np.delete(everybody, i))
    assert len(indices) == 1500 * 1499


def test_threads_do_not_change_the_result() -> None:
    points = np.random.default_rng(0).random((4000, 3)) ** 3
    with threads(1):
        one = *radius_search(points, 0.05), *nearest_search(points, 6)
    with threads(3):
        three = *radius_search(points, 0.05), *nearest_search(points, 6)
    for a, b in zip(one, three, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("cloud", [clusters, outliers])
def test_walls_follow_points_that_crowd(cloud: Any) -> None:
    points = cloud(np.random.default_rng(0), 3)
    even = np.diff(fitted_cells(points, (1e9, 1e9, 1e9), 1000).starts)
    fitted = np.diff(fitted_cells(points, (0.0, 0.0, 0.0), 1000).starts)
    assert len(fitted) <= 1000
    assert fitted.max() <= max(100, even.max() / 10)  # a cluster has 100 points


def test_number_of_cells_is_bounded_and_their_width_kept() -> None:
    points = np.random.default_rng(0).random((500, 3)) * [1.0, 1e-3, 1e3]
    for crowded in (False, True):
        walls = choose_walls(points, (0.1, 0.1, 0.1), 300, crowded)
        assert np.prod([len(w) - 1 for w in walls]) <= 300
        assert all((np.diff(w) >= 0.1 * (1 - 1e-12)).all() for w in walls)
        assert all(w[0] == -np.inf and w[-1] == np.inf for w in walls)


def test_no_points() -> None:
    indptr, indices = radius_search(np.zeros((0, 3)), 1.0)
    assert indptr.tolist() == [0]
    assert len(indices) == 0
    indptr, indices = radius_search([[1.0, 2.0]], 1.0, np.zeros((0, 2)))
    assert indptr.tolist() == [0]
    assert radius_search(np.zeros((0, 2)), 1.0, [[1.0, 2.0]])[0].tolist() == [0, 0]
    assert nearest_search([[1.0]], 1, np.zeros((0, 1)))[0].shape == (0, 1)


POINTS = [[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]]


@pytest.mark.parametrize(("arguments", "words"), [
    ((POINTS, 0.0), "radius is 0.0; expected one number > 0"),
    ((POINTS, -1.0), "radius is -1.0"),
    ((POINTS, np.nan), "radius is nan"),
    ((POINTS, 1e-200), "radius is 1e-200"),
    ((POINTS, [1.0]), r"radius is \[1.0\]"),
    (([[0.0, np.inf], [1.0, 1.0]], 1.0), "points have 1 rows that are not finite .* the first is row 0"),
    (([[0.0, 1e200], [1.0, 1.0]], 1.0), "beyond 1e.150"),
    (([1.0, 2.0], 1.0), r"points have shape \(2,\)"),
    ((np.zeros((2, 4)), 1.0), r"points have shape \(2, 4\)"),
    (([[1.0], [1.0, 2.0]], 1.0), "points is not a rectangular array"),
    (([[1j]], 1.0), "points has dtype complex128"),
    ((POINTS, 1.0, [[0.0]]), "queries have 1 coordinates, points 2"),
    ((POINTS, 1.0, [[0.0, np.nan]]), "queries have 1 rows"),
])
def test_bad_input_of_the_radius_search(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        radius_search(*arguments)


@pytest.mark.parametrize(("k", "queries", "words"), [
    (0, None, "k is 0; expected 1 to 2"),
    (3, None, "k is 3; expected 1 to 2"),
    (4, POINTS, "k is 4; expected 1 to 3"),
    (1.5, None, "k is 1.5; expected a whole number"),
])
def test_bad_input_of_the_nearest_search(k: Any, queries: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        nearest_search(POINTS, k, queries)


def test_results_larger_than_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).random((3000, 3))
    monkeypatch.setattr(import_module("sciml.kernels.radius_search"), "memory_limit", lambda: 4_000_000)
    with pytest.raises(MemoryLimitError, match="radius 2 gives more than 1000000 neighbours among 3000 points"):
        radius_search(points, 2.0)
    monkeypatch.setattr("sciml._memory.memory_limit", lambda: 1000)
    with pytest.raises(MemoryLimitError, match="8 neighbours of 3000 points needs about 281"):
        nearest_search(points, 8)
