"""Verlet lists: the same neighbours as a new search at every step, and few searches."""

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Graph, VerletList


def assert_same(a: Graph, b: Graph) -> None:
    np.testing.assert_array_equal(a.indptr, b.indptr)
    np.testing.assert_array_equal(a.indices, b.indices)
    np.testing.assert_array_equal(a.shifts, b.shifts)
    np.testing.assert_array_equal(a.vectors, b.vectors)


def test_a_walk_has_the_neighbours_of_new_searches() -> None:
    rng = np.random.default_rng(0)
    cell, periodic = np.diag([3.0, 4.0, 5.0]) + rng.uniform(-0.5, 0.5, (3, 3)), (True, True, False)
    positions = rng.random((30, 3)) @ cell
    neighbours = VerletList(cutoff=1.3, skin=0.4)
    for _ in range(40):
        positions = positions + rng.uniform(-0.03, 0.03, (30, 3))
        assert_same(neighbours.graph(positions, cell, periodic), Graph.from_atoms(positions, cell, periodic, 1.3))
    assert 2 <= neighbours.searches <= 20


def test_moves_below_half_the_skin_need_no_search() -> None:
    """Two atoms that come closer by less than the skin together; then one reaches its half."""
    neighbours = VerletList(cutoff=1.0, skin=0.5)
    for left, right, edges, searches in (
        (0.0, 1.45, 0, 1), (0.24, 1.21, 2, 1), (-0.24, 1.69, 0, 1), (0.25, 1.45, 0, 2), (0.25, 1.2, 2, 3),
    ):
        graph = neighbours.graph([[left, 0, 0], [right, 0, 0]])
        assert (graph.n_edges, neighbours.searches) == (edges, searches)


def test_another_cell_or_number_of_atoms_starts_a_search() -> None:
    positions, cell = np.random.default_rng(1).random((5, 3)), np.eye(3)
    neighbours = VerletList(cutoff=0.8, skin=0.2)
    for count, box, periodic in ((5, cell, True), (5, cell, True), (4, cell, True), (4, 1.01 * cell, True),
                                 (4, 1.01 * cell, (True, True, False)), (4, None, False)):
        graph = neighbours.graph(positions[:count], box, periodic)
        assert_same(graph, Graph.from_atoms(positions[:count], box, periodic, 0.8))
    assert neighbours.searches == 5


def test_arrays_of_the_caller_may_change_in_place() -> None:
    positions, cell = np.array([[0.0, 0, 0], [1.2, 0, 0]]), 5 * np.eye(3)
    neighbours = VerletList(cutoff=1.0, skin=0.1)
    assert neighbours.graph(positions, cell, True).n_edges == 0
    positions[1, 0] = 0.9
    assert neighbours.graph(positions, cell, True).n_edges == 2
    cell *= 0.18
    assert_same(neighbours.graph(positions, cell, True), Graph.from_atoms(positions, cell, True, 1.0))


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="skin is -1"):
        VerletList(1.0, -1)
    with pytest.raises(InputError, match="cutoff is 0"):
        VerletList(0, 1.0)
    neighbours = VerletList(1.0, 0.1)
    with pytest.raises(InputError, match="there is no cell"):
        neighbours.graph([[0, 0, 0]], None, True)
    with pytest.raises(InputError, match="not finite"):
        neighbours.graph([[0, 0, np.nan]])
