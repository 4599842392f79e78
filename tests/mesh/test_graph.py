"""Graphs: checks, meshes, points, batches, line graphs, transposes."""

from typing import Any

import numpy as np
import pytest
from scipy.sparse import coo_array

from sciml._errors import InputError, MemoryLimitError
from sciml.mesh import Graph, Mesh


def random_graph(rng: np.random.Generator, n: int = 30) -> Graph:
    pattern = coo_array(rng.random((n, n)) < 0.15).tocsr()
    return Graph(pattern.indptr, pattern.indices, rng.standard_normal((pattern.nnz, 2)))


def dense(graph: Graph) -> np.ndarray:
    matrix = np.zeros((graph.n_nodes, graph.n_nodes), int)
    np.add.at(matrix, (graph.sources, graph.indices), 1)
    return matrix


def test_arrays_are_shared_and_read_only() -> None:
    indptr, indices = np.array([0, 1, 2]), np.array([1, 0], np.int32)
    graph = Graph(indptr, indices)
    assert np.shares_memory(graph.indptr, indptr)
    assert np.shares_memory(graph.indices, indices)
    with pytest.raises(ValueError, match="read-only"):
        graph.indices[0] = 0
    indices[0] = 0  # the caller's own array stays writeable


@pytest.mark.parametrize(("parts", "words"), [
    ({"indptr": [0, 1, 1]}, "indptr must rise from 0 to the number of edges, 2"),
    ({"indptr": [0, 3, 2]}, "indptr must rise"),
    ({"indptr": []}, "indptr has dtype float64"),
    ({"indptr": [[0, 2]]}, r"indptr has shape \(1, 2\)"),
    ({"indices": [1, 2]}, "indices has 1 numbers outside of the 2 nodes, the first is 2"),
    ({"indices": [-1, 0]}, "the first is -1"),
    ({"indices": [0.0, 1.0]}, "indices has dtype float64; expected whole numbers"),
    ({"vectors": np.zeros((3, 2))}, r"vectors has shape \(3, 2\); expected \(2, d\)"),
    ({"shifts": np.zeros((2, 2), int)}, r"shifts has shape \(2, 2\)"),
    ({"shifts": np.zeros((2, 3))}, "dtype float64"),
    ({"offsets": [0, 1]}, "offsets must rise from 0 to the number of nodes, 2"),
    ({"offsets": [0, 1, 2]}, "2 edges leave their graph of the batch, the first is edge 0 from node 0 to 1"),
])
def test_parts_that_do_not_fit_are_named(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Graph(**{"indptr": [0, 1, 2], "indices": [1, 0], **parts})


def test_vertices_are_joined_by_edges_of_cells() -> None:
    """A tetrahedron has 6 edges; a hexahedron 12, not the diagonals; shared edges count once."""
    points = np.random.default_rng(0).random((9, 3))
    tetra = Graph.from_mesh(Mesh(points[:4], {"tetra": [[0, 1, 2, 3]]}))
    assert tetra.degrees().tolist() == [3] * 4
    cube = Graph.from_mesh(Mesh(points[:8], {"hexahedron": [list(range(8))]}))
    assert cube.degrees().tolist() == [3] * 8
    mixed = Graph.from_mesh(Mesh(points[:5, :2], {"triangle": [[1, 4, 2]], "quad": [[0, 1, 2, 3]]}))
    assert mixed.degrees().tolist() == [2, 3, 3, 2, 2]
    assert mixed.vectors is not None
    np.testing.assert_array_equal(mixed.vectors, points[mixed.indices, :2] - points[mixed.sources, :2])
    np.testing.assert_array_equal(dense(mixed), dense(mixed).T)


def test_a_vertex_without_cells_has_no_neighbours() -> None:
    mesh = Mesh(np.eye(4)[:, :2], {"triangle": [[0, 1, 3]]})
    assert Graph.from_mesh(mesh).degrees().tolist() == [2, 2, 0, 2]


@pytest.mark.parametrize("d", [1, 2, 3])
def test_vectors_lead_to_the_neighbours(d: int) -> None:
    points = np.random.default_rng(0).random((100, d)).astype(np.float32)
    for graph in (Graph.from_radius(points, 0.2), Graph.from_nearest(points, 5)):
        assert graph.vectors is not None
        assert graph.vectors.dtype == np.float64
        expected = points.astype(np.float64)[graph.indices] - points.astype(np.float64)[graph.sources]
        np.testing.assert_array_equal(graph.vectors, expected)
        np.testing.assert_allclose(graph.distances(), np.linalg.norm(expected, axis=1), rtol=1e-15)
    assert (np.diff(graph.distances().reshape(100, 5), axis=1) >= 0).all()


def test_a_batch_is_block_diagonal_and_splits_into_its_graphs() -> None:
    rng = np.random.default_rng(0)
    graphs = [random_graph(rng, n) for n in (3, 30, 1, 0, 12)]
    both = Graph.batch([Graph.batch(graphs[:2]), *graphs[2:]])
    assert both.n_graphs == 5
    assert both.offsets.tolist() == [0, 3, 33, 34, 34, 46]
    for part, graph, a, b in zip(both.split(), graphs, both.offsets[:-1], both.offsets[1:], strict=True):
        np.testing.assert_array_equal(dense(both)[a:b], np.pad(dense(graph), ((0, 0), (a, 46 - b))))
        np.testing.assert_array_equal(part.indices, graph.indices)
        np.testing.assert_array_equal(part.indptr, graph.indptr)
        np.testing.assert_array_equal(part.vectors, graph.vectors)


def test_batches_of_unlike_graphs_are_refused() -> None:
    rng = np.random.default_rng(0)
    bare = Graph([0, 0], [])
    with pytest.raises(InputError, match=r"vectors .* have widths \[2, 'none'\]"):
        Graph.batch([random_graph(rng), bare])
    with pytest.raises(InputError, match=r"widths \[2, 3\]"):
        Graph.batch([random_graph(rng), Graph.from_radius(rng.random((3, 3)), 2.0)])
    with pytest.raises(InputError, match="at least one"):
        Graph.batch([])


@pytest.mark.parametrize("self_pairs", [True, False])
def test_angles_are_pairs_of_edges_with_one_centre(self_pairs: bool) -> None:
    graph = random_graph(np.random.default_rng(1))
    line = graph.line_graph(self_pairs=self_pairs)
    i = graph.sources
    expected = (i[:, None] == i) & (self_pairs | ~np.eye(graph.n_edges, dtype=bool))
    np.testing.assert_array_equal(dense(line), expected)
    m = graph.degrees()
    assert line.n_edges == (m * m if self_pairs else m * (m - 1)).sum()


def test_a_cutoff_leaves_long_edges_out_of_all_angles() -> None:
    graph = random_graph(np.random.default_rng(2))
    short = graph.distances() < 1.0
    line = graph.line_graph(cutoff=1.0)
    np.testing.assert_array_equal(dense(line), dense(graph.line_graph()) * short * short[:, None])
    assert line.n_nodes == graph.n_edges


def test_line_graphs_of_line_graphs_pair_angles() -> None:
    """A centre with m edges has m^2 angles and, m to each first edge, m^3 pairs of those."""
    graph = random_graph(np.random.default_rng(3), 12)
    m = graph.degrees()
    angles = graph.line_graph()
    dihedrals = angles.line_graph()
    assert dihedrals.n_nodes == (m**2).sum()
    assert dihedrals.n_edges == (m**3).sum()
    assert dihedrals.line_graph().n_edges == (m**4).sum()
    np.testing.assert_array_equal(angles.sources[dihedrals.sources], angles.sources[dihedrals.indices])


def test_line_graphs_keep_the_graphs_of_a_batch_apart() -> None:
    rng = np.random.default_rng(4)
    graphs = [random_graph(rng, n) for n in (5, 1, 8)]
    line = Graph.batch(graphs).line_graph()
    for part, graph in zip(line.split(), graphs, strict=True):
        np.testing.assert_array_equal(dense(part), dense(graph.line_graph()))


def test_line_graphs_need_vectors_for_a_cutoff_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph([0, 1, 2], [1, 0])
    with pytest.raises(InputError, match="no vectors"):
        graph.line_graph(cutoff=1.0)
    with pytest.raises(InputError, match="cutoff is 0"):
        Graph.from_radius([[0.0], [1.0]], 2.0).line_graph(cutoff=0)
    monkeypatch.setattr("sciml._memory.memory_limit", lambda: 7)
    with pytest.raises(MemoryLimitError, match="2 pairs of edges"):
        graph.line_graph()


def test_transposed_edges_are_numbered() -> None:
    graph = random_graph(np.random.default_rng(5))
    turned, edges = graph.transposed()
    np.testing.assert_array_equal(dense(turned), dense(graph).T)
    np.testing.assert_array_equal(turned.sources, graph.indices[edges])
    np.testing.assert_array_equal(turned.indices, graph.sources[edges])
    assert graph.vectors is not None
    np.testing.assert_array_equal(turned.vectors, -graph.vectors[edges])


def test_opposite_edges_are_found_in_rows_of_any_order() -> None:
    rng = np.random.default_rng(6)
    graph = Graph.from_radius(rng.random((60, 2)), 0.3)
    order = np.lexsort([rng.random(graph.n_edges), graph.sources])
    mixed = Graph(graph.indptr, graph.indices[order])
    reverse = mixed.reverse_edges()
    np.testing.assert_array_equal(mixed.sources[reverse], mixed.indices)
    np.testing.assert_array_equal(mixed.indices[reverse], mixed.sources)


def test_one_way_edges_have_no_opposite_until_symmetrised() -> None:
    graph = Graph.from_nearest(np.random.default_rng(7).random((80, 3)), 3)
    with pytest.raises(InputError, match=r"not symmetric: edge \d+ from node"):
        graph.reverse_edges()
    both = graph.symmetrised()
    np.testing.assert_array_equal(dense(both), dense(graph) | dense(graph).T)
    reverse = both.reverse_edges()
    assert both.vectors is not None
    np.testing.assert_array_equal(both.vectors[reverse], -both.vectors)
    np.testing.assert_array_equal(both.symmetrised().indices, both.indices)


def test_symmetrised_keeps_images_apart() -> None:
    crystal = Graph.from_atoms(np.random.default_rng(8).random((4, 3)), np.eye(3), True, 1.2)
    upper = crystal.with_edges(np.arange(crystal.n_edges) <= crystal.reverse_edges())
    both = upper.symmetrised()
    for name in ("indptr", "indices", "shifts", "vectors"):
        np.testing.assert_array_equal(getattr(both, name), getattr(crystal, name))


def test_kept_edges_need_one_flag_each() -> None:
    with pytest.raises(InputError, match="expected 2 flags"):
        Graph([0, 1, 2], [1, 0]).with_edges(np.array([True]))
