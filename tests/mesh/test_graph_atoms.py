"""Neighbours of atoms: against vesin, against all pairs, and what must hold whatever the cell."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from vesin import NeighborList

from sciml._errors import InputError, MemoryLimitError
from sciml.kernels import threads
from sciml.kernels.atoms_search import atoms_search
from sciml.kernels.atoms_search.numpy import atoms_search as reference
from sciml.mesh import Graph

AXES = [(a, b, c) for a in (False, True) for b in (False, True) for c in (False, True)]
Crystal = tuple[np.ndarray, np.ndarray, tuple[bool, ...], float]


@st.composite
def crystals(draw: st.DrawFn) -> Crystal:
    """Skewed cells with edges of 0.6 to 5, partly periodic, atoms also outside, cutoffs up to 2.2."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    skew = draw(st.floats(0, 0.8))
    edges = np.array([draw(st.floats(0.6, 5)) for _ in range(3)])
    cell = edges[:, None] * (np.eye(3) + skew * np.tril(rng.uniform(-1, 1, (3, 3)), -1))
    cell = cell @ np.linalg.qr(rng.standard_normal((3, 3)))[0]
    positions = rng.uniform(-0.5, 1.5, (draw(st.integers(1, 20)), 3)) @ cell
    return positions, cell, draw(st.sampled_from(AXES)), draw(st.floats(0.3, 2.2))


def edges_of(i: np.ndarray, j: np.ndarray, shifts: np.ndarray, vectors: np.ndarray, cutoff: float) -> set[Any]:
    """Edges as tuples, without those whose distance is the cutoff up to rounding."""
    sure = np.abs(np.linalg.norm(vectors, axis=1) / cutoff - 1) > 1e-9
    found = list(map(tuple, np.column_stack([i, j, shifts])[sure].tolist()))
    assert len(set(found)) == len(found)
    return set(found)


def edges(graph: Graph, cutoff: float) -> set[Any]:
    assert graph.shifts is not None
    assert graph.vectors is not None
    return edges_of(graph.sources, graph.indices, graph.shifts, graph.vectors, cutoff)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(crystals())
def test_pairs_are_those_of_vesin(crystal: Crystal) -> None:
    positions, cell, periodic, cutoff = crystal
    graph = Graph.from_atoms(positions, cell, periodic, cutoff)
    peer = NeighborList(cutoff=cutoff, full_list=True, n_threads=1)
    i, j, shifts, vectors = peer.compute(positions, cell, list(periodic), "ijSD")
    assert edges(graph, cutoff) == edges_of(i, j, shifts, vectors, cutoff)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(crystals())
def test_pairs_are_all_pairs_and_come_in_order(crystal: Crystal) -> None:
    positions, cell, periodic, cutoff = crystal
    graph = Graph.from_atoms(positions, cell, periodic, cutoff)
    indptr, indices, shifts = reference(positions, cell, periodic, cutoff * (1 + 1e-9))
    expected = positions[indices] - np.repeat(positions, np.diff(indptr), axis=0) + shifts @ cell
    assume((np.linalg.norm(expected, axis=1) < cutoff * (1 - 1e-9)).all())  # rounding decides on none
    np.testing.assert_array_equal(graph.indptr, indptr)
    np.testing.assert_array_equal(graph.indices, indices)
    np.testing.assert_array_equal(graph.shifts, shifts)
    np.testing.assert_allclose(graph.vectors, expected, rtol=0, atol=1e-12)
    assert (graph.distances() < cutoff).all()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(crystals())
def test_every_edge_has_its_exact_opposite(crystal: Crystal) -> None:
    positions, cell, periodic, cutoff = crystal
    graph = Graph.from_atoms(positions, cell, periodic, cutoff)
    reverse = graph.reverse_edges()
    np.testing.assert_array_equal(reverse[reverse], np.arange(graph.n_edges))
    np.testing.assert_array_equal(graph.vectors[reverse], -graph.vectors)  # type: ignore[index,operator]


@pytest.mark.parametrize("scale", [1.0, np.sqrt(0.1), 1e-9, 3e12])
def test_opposites_are_there_when_the_cutoff_is_a_shell_of_the_crystal(scale: float) -> None:
    """Rounding decides on 12 + 6 neighbours of each atom, and for both atoms of a pair alike."""
    base = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    corners = np.stack(np.meshgrid(*[np.arange(3)] * 3), axis=-1).reshape(-1, 1, 3)
    positions = (corners + base).reshape(-1, 3) * (3.61 * scale)
    for cutoff in (np.sqrt(0.5), 1.0, np.sqrt(1.5)):
        graph = Graph.from_atoms(positions, 3 * 3.61 * scale * np.eye(3), True, cutoff * 3.61 * scale)
        assert graph.reverse_edges().shape == (graph.n_edges,)
        inside = graph.degrees()
        shells = {np.sqrt(0.5): (0, 12), 1.0: (12, 18), np.sqrt(1.5): (18, 42)}[cutoff]
        assert inside.min() >= shells[0]
        assert inside.max() <= shells[1]


@pytest.mark.parametrize(("cutoff", "neighbours"), [(0.99, 0), (1.0, 0), (1.01, 6), (1.5, 18), (1.75, 26), (3.01, 122)])
def test_coordination_numbers_of_the_simple_cubic_lattice(cutoff: float, neighbours: int) -> None:
    """Numbers of integer vectors shorter than the cutoff, which lies outside itself."""
    assert Graph.from_atoms([[0.2, 0.3, 0.4]], np.eye(3), True, cutoff).n_edges == neighbours


def test_another_cell_of_the_same_lattice_gives_the_same_distances() -> None:
    """Unimodular changes of the basis, up to thin cells, and atoms moved by lattice vectors."""
    rng = np.random.default_rng(0)
    cell = np.diag([2.0, 2.5, 3.0]) + rng.uniform(-0.3, 0.3, (3, 3))
    positions = rng.random((7, 3)) @ cell
    expected = np.sort(Graph.from_atoms(positions, cell, True, 2.7).distances())
    slight = [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    thin = [[1, 0, 0], [5, 1, 0], [0, -4, 1]]
    turned = [[0, 1, 0], [0, 0, 1], [1, 9, 0]]
    for change in (slight, thin, turned):
        moved = positions + rng.integers(-50, 50, (7, 3)) @ cell
        graph = Graph.from_atoms(moved, np.array(change) @ cell, True, 2.7)
        np.testing.assert_allclose(np.sort(graph.distances()), expected, rtol=0, atol=1e-12)


def test_axes_without_period_need_no_lattice_vector() -> None:
    rng = np.random.default_rng(1)
    positions = rng.uniform(0, 4, (30, 3))
    cell = np.diag([4.0, 4.0, 9.0])
    flat = cell * [[1], [1], [0]]
    a = Graph.from_atoms(positions, cell, (True, True, False), 1.5)
    b = Graph.from_atoms(positions, flat, (True, True, False), 1.5)
    np.testing.assert_array_equal(a.indices, b.indices)
    np.testing.assert_array_equal(a.vectors, b.vectors)
    huge = Graph.from_atoms(positions, cell * [[1], [1], [1e140]], (True, True, False), 1.5)
    np.testing.assert_array_equal(a.indices, huge.indices)
    assert Graph.from_atoms([[0.0, 0.0, 0.0]] * 2, np.zeros((3, 3)), False, 1.0).n_edges == 2
    free = Graph.from_atoms(positions, None, False, 1.5)
    np.testing.assert_array_equal(free.indices, Graph.from_radius(positions, 1.5).indices)


def test_threads_do_not_change_the_list() -> None:
    rng = np.random.default_rng(2)
    positions, cell = rng.uniform(-5, 20, (2500, 3)), 14 * np.eye(3) + rng.uniform(-2, 2, (3, 3))
    with threads(1):
        one = atoms_search(positions, cell, (True, False, True), 1.7)
    with threads(3):
        three = atoms_search(positions, cell, (True, False, True), 1.7)
    for a, b in zip(one, three, strict=True):
        np.testing.assert_array_equal(a, b)


def test_single_precision_positions_are_taken_as_they_are() -> None:
    rng = np.random.default_rng(3)
    positions = rng.random((20, 3)).astype(np.float32)
    a = Graph.from_atoms(positions, np.eye(3), True, 0.4)
    b = Graph.from_atoms(positions.astype(np.float64), np.eye(3), True, 0.4)
    np.testing.assert_array_equal(a.vectors, b.vectors)
    assert a.vectors is not None
    assert a.vectors.dtype == np.float64


def test_no_atoms_no_edges() -> None:
    assert Graph.from_atoms(np.zeros((0, 3)), np.eye(3), True, 1.0).n_edges == 0


POINT, BOX = [[0.0, 0.0, 0.0]], np.eye(3)


@pytest.mark.parametrize(("arguments", "words"), [
    (([[0.0, np.nan, 0.0]], BOX, True, 1.0), "positions have 1 rows that are not finite"),
    (([[0.0, 0.0]], BOX, True, 1.0), r"positions have shape \(1, 2\); expected \(atoms, 3\)"),
    (([0.0, 0.0, 0.0], BOX, True, 1.0), r"shape \(3,\)"),
    (([["a", "b", "c"]], BOX, True, 1.0), "expected real numbers"),
    ((POINT, np.eye(2), True, 1.0), r"cell has shape \(2, 2\)"),
    ((POINT, [[1, 0], [0, 1, 0]], True, 1.0), "rectangular"),
    ((POINT, np.diag([1, 1, np.inf]), True, 1.0), "cell has entries that are not finite"),
    ((POINT, np.diag([1.0, 1.0, 0.0]), True, 1.0), "span no volume"),
    ((POINT, [[1, 0, 0], [2, 0, 0], [0, 0, 1]], (True, True, False), 1.0), "span no volume"),
    ((POINT, BOX, (True, True), 1.0), r"periodic is \(True, True\)"),
    ((POINT, BOX, 2, 1.0), "periodic is 2"),
    ((POINT, None, True, 1.0), "there is no cell"),
    ((POINT, BOX, True, 0.0), "cutoff is 0.0"),
    ((POINT, BOX, True, -1.0), "cutoff is -1.0"),
    ((POINT, BOX, True, np.nan), "cutoff is nan"),
    ((POINT, BOX, True, "far"), "cutoff has dtype"),
    (([[1e12, 0.0, 0.0]], BOX, True, 1.0), "more than 2.30 cells away"),
])
def test_bad_input_is_named(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        Graph.from_atoms(*arguments)
    assert "\n" not in str(caught.value)


def test_more_images_or_pairs_than_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MemoryLimitError, match="images of 1 atoms"):
        Graph.from_atoms(POINT, BOX, True, 1e5)
    search = import_module("sciml.kernels.radius_search")
    monkeypatch.setattr(search, "memory_limit", lambda: 40 * 25)
    with pytest.raises(MemoryLimitError, match="more than 25 neighbours"):
        Graph.from_atoms(POINT, BOX, True, 1.75)
    monkeypatch.setattr(search, "memory_limit", lambda: 40 * 26)
    assert Graph.from_atoms(POINT, BOX, True, 1.75).n_edges == 26
