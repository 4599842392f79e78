"""Graphs made from graphs: batches, line graphs, transposes."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.graph import Graph

__all__ = ["batch", "line_graph", "reverse_edges", "split", "symmetrised", "transposed"]


def batch(graphs: Sequence[Graph]) -> Graph:
    """One graph of all nodes; see `Graph.batch`."""
    if not graphs:
        raise InputError("a batch needs at least one graph; none was given")
    nodes = np.cumsum([0, *(graph.n_nodes for graph in graphs)])
    edges = np.cumsum([0, *(graph.n_edges for graph in graphs)])
    if nodes[-1] >= 2**31:
        raise InputError(f"the batch has {nodes[-1]} nodes; expected fewer than 2^31, split it")
    return Graph(
        np.concatenate([[0], *(graph.indptr[1:] + edge for graph, edge in zip(graphs, edges, strict=False))]),
        np.concatenate([graph.indices + np.int32(node) for graph, node in zip(graphs, nodes, strict=False)]),
        _joined("vectors", [graph.vectors for graph in graphs]),
        _joined("shifts", [graph.shifts for graph in graphs]),
        np.concatenate([[0], *(graph.offsets[1:] + node for graph, node in zip(graphs, nodes, strict=False))]),
    )


def _joined(name: str, parts: Sequence[NDArray[Any] | None]) -> NDArray[Any] | None:
    there = [part for part in parts if part is not None]
    if not there:
        return None
    if len(there) < len(parts) or len({part.shape[1] for part in there}) > 1:
        widths = ["none" if part is None else part.shape[1] for part in parts]
        raise InputError(f"{name} of the graphs of a batch have widths {widths[:6]}; expected the same for all")
    return np.concatenate(there)


def split(graph: Graph) -> list[Graph]:
    """The graphs of a batch; see `Graph.split`."""
    parts = []
    for a, b in pairwise(graph.offsets.tolist()):
        edges = slice(int(graph.indptr[a]), int(graph.indptr[b]))
        parts.append(Graph(
            graph.indptr[a : b + 1] - graph.indptr[a],
            graph.indices[edges] - np.int32(a),
            None if graph.vectors is None else graph.vectors[edges],
            None if graph.shifts is None else graph.shifts[edges],
        ))
    return parts


def line_graph(graph: Graph, cutoff: float | None, self_pairs: bool) -> Graph:
    """Edges as nodes; see `Graph.line_graph`."""
    from sciml.kernels._cells import positive
    from sciml.kernels.row_pairs import row_pairs

    kept = np.ones(graph.n_edges, bool) if cutoff is None else graph.distances() < positive("cutoff", cutoff)
    indptr, indices = row_pairs(graph.indptr, kept, self_pairs)
    return Graph(indptr, indices, offsets=graph.indptr[graph.offsets].astype(np.int64))


def transposed(graph: Graph) -> tuple[Graph, NDArray[np.int64]]:
    """Edges turned around and their numbers; see `Graph.transposed`."""
    indptr, indices, edges = _by_column(graph.indptr, graph.indices, np.arange(graph.n_edges))
    vectors = None if graph.vectors is None else -graph.vectors[edges]
    shifts = None if graph.shifts is None else -graph.shifts[edges]
    return Graph(indptr, indices, vectors, shifts, graph.offsets), edges


def _by_column(
    indptr: NDArray[Any], indices: NDArray[np.int32], edges: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int32], NDArray[np.int64]]:
    """Columns of a square pattern as rows; a counting sort that keeps the order of equal entries."""
    from scipy.sparse import csr_array

    n = len(indptr) - 1
    columns = csr_array((edges, indices, indptr), shape=(n, n)).tocsc()
    return columns.indptr, columns.indices, columns.data


def reverse_edges(graph: Graph) -> NDArray[np.int64]:
    """Number of the opposite of each edge; see `Graph.reverse_edges`."""
    # Sorted by (j, i) and by (i, j), the edges of a symmetric graph face each other.
    indptr, rows, by_column = _by_column(graph.indptr, graph.indices, np.arange(graph.n_edges))
    by_row = _by_column(indptr, rows, by_column)[2]
    if graph.shifts is not None:
        # Images of one pair rise with their shifts in both, so they face each other in reverse.
        by_column = _reversed_runs(by_column, graph.sources[by_row], graph.indices[by_row])
    reverse = np.empty(graph.n_edges, np.int64)
    reverse[by_row] = by_column
    faced = (graph.sources[reverse] == graph.indices) & (graph.indices[reverse] == graph.sources)
    if graph.shifts is not None:
        faced &= (graph.shifts[reverse] == -graph.shifts).all(axis=1)
    if not faced.all():
        e = int(np.argmin(faced))
        raise InputError(
            f"the graph is not symmetric: edge {e} from node {graph.sources[e]} to {graph.indices[e]} has no opposite; "
            "use symmetrised()"
        )
    return reverse


def _reversed_runs(values: NDArray[np.int64], i: NDArray[np.int32], j: NDArray[np.int32]) -> NDArray[np.int64]:
    """Values with every run of equal (i, j) turned around."""
    if not len(values):
        return values
    begins = np.flatnonzero(np.concatenate([[True], (np.diff(i) != 0) | (np.diff(j) != 0)]))
    lengths = np.diff(np.append(begins, len(values)))
    mirrored = np.repeat(2 * begins + lengths - 1, lengths) - np.arange(len(values))
    return np.asarray(values[mirrored])


def symmetrised(graph: Graph) -> Graph:
    """Edges and their opposites; see `Graph.symmetrised`."""
    turned, _ = transposed(graph)
    i = np.concatenate([graph.sources, turned.sources])
    j = np.concatenate([graph.indices, turned.indices])
    shifts = _joined("shifts", [graph.shifts, turned.shifts])
    vectors = _joined("vectors", [graph.vectors, turned.vectors])
    keys = [j, i] if shifts is None else [*shifts.T[::-1], j, i]
    order = np.lexsort(keys)
    new = np.ones(len(order), bool)
    new[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    order = order[new]
    return Graph(
        np.searchsorted(i[order], np.arange(graph.n_nodes + 1)),
        j[order],
        None if vectors is None else vectors[order],
        None if shifts is None else shifts[order],
        graph.offsets,
    )
