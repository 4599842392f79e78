"""Graphs in compressed rows, in space or not, one or a batch."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml.mesh.mesh import Mesh

__all__ = ["Graph"]


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """Neighbours of each node in compressed rows; immutable.

    An edge i -> j stands in row i; node i is the centre, j its neighbour. Arrays of the right dtype are
    shared with the caller, and read-only here.

    Parameters
    ----------
    indptr : ndarray of int32 or int64, shape (n_nodes + 1,)
        Row i holds the edges ``indptr[i]:indptr[i + 1]``.
    indices : ndarray of int32, shape (n_edges,)
        Neighbour j of each edge.
    vectors : ndarray of float64, shape (n_edges, d), optional
        x_j - x_i, for a periodic image x_j + S cell - x_i [length].
    shifts : ndarray of int32, shape (n_edges, 3), optional
        Periodic image S of j.
    offsets : ndarray of int64, shape (n_graphs + 1,), optional
        Nodes of each graph of a batch; empty means one graph. No edge leaves its graph.

    Raises
    ------
    InputError
        If shapes, dtypes or numbers do not fit.

    Examples
    --------
    >>> path = Graph([0, 1, 3, 4], [1, 0, 2, 1])
    >>> path
    <Graph 3 nodes, 4 edges>
    >>> path.degrees().tolist()
    [1, 2, 1]
    >>> Graph.from_radius([[0.0, 0.0], [3.0, 4.0]], 5.0).vectors
    array([[ 3.,  4.],
           [-3., -4.]])
    """

    indptr: NDArray[np.int64] | NDArray[np.int32]
    indices: NDArray[np.int32]
    vectors: NDArray[np.float64] | None = None
    shifts: NDArray[np.int32] | None = None
    offsets: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        indptr = _integers("indptr", self.indptr)
        self._set("indptr", indptr if indptr.dtype in (np.int32, np.int64) else indptr.astype(np.int64))
        self._set("indices", _numbered(_integers("indices", self.indices), len(indptr) - 1))
        _check_ranges("indptr", self.indptr, self.n_edges, "the number of edges")
        if self.vectors is not None:
            self._set("vectors", _vectors(self.vectors, self.n_edges))
        if self.shifts is not None:
            self._set("shifts", _shifts(self.shifts, self.n_edges))
        offsets = self.offsets if len(self.offsets) else [0, self.n_nodes]
        self._set("offsets", _integers("offsets", offsets).astype(np.int64))
        _check_ranges("offsets", self.offsets, self.n_nodes, "the number of nodes")
        if self.n_graphs > 1:
            self._check_batch()

    def __repr__(self) -> str:
        kind = f"{self.n_graphs} graphs, " if self.n_graphs != 1 else ""
        space = f" in {self.vectors.shape[1]}-D" if self.vectors is not None else ""
        periodic = ", periodic" if self.shifts is not None else ""
        return f"<Graph {kind}{self.n_nodes} nodes, {self.n_edges} edges{space}{periodic}>"

    def _set(self, name: str, values: NDArray[Any]) -> None:
        view = np.ascontiguousarray(values).view()
        view.flags.writeable = False
        object.__setattr__(self, name, view)

    def _check_batch(self) -> None:
        graph = np.repeat(np.arange(self.n_graphs), np.diff(self.offsets))
        leaves = graph[self.sources] != graph[self.indices]
        if leaves.any():
            e = int(np.argmax(leaves))
            raise InputError(
                f"{np.count_nonzero(leaves)} edges leave their graph of the batch, the first is edge {e} from node "
                f"{self.sources[e]} to {self.indices[e]}; number the nodes of each graph within its offsets"
            )

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1

    @property
    def n_edges(self) -> int:
        """Number of edges, each direction counted."""
        return len(self.indices)

    @property
    def n_graphs(self) -> int:
        """Number of graphs of the batch."""
        return len(self.offsets) - 1

    def degrees(self) -> NDArray[np.int64]:
        """Number of neighbours of each node."""
        return np.diff(self.indptr).astype(np.int64)

    @cached_property
    def sources(self) -> NDArray[np.int32]:
        """Centre i of each edge i -> j, shape (n_edges,)."""
        return np.repeat(np.arange(self.n_nodes, dtype=np.int32), np.diff(self.indptr))

    def distances(self) -> NDArray[np.float64]:
        """Length of each edge, shape (n_edges,) [length].

        Raises
        ------
        InputError
            If the graph has no vectors.
        """
        if self.vectors is None:
            raise InputError("this graph has no vectors; expected one made from points, atoms or a mesh")
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", self.vectors, self.vectors)), np.float64)

    @staticmethod
    def from_mesh(mesh: Mesh) -> "Graph":
        """Vertices joined by the edges of the cells (not by diagonals of quads and hexahedra).

        Examples
        --------
        >>> square = Mesh([[0, 0], [1, 0], [1, 1], [0, 1]], {"quad": [[0, 1, 2, 3]]})
        >>> Graph.from_mesh(square).indices.tolist()
        [1, 3, 0, 2, 1, 3, 0, 2]
        """
        from sciml.mesh.graph_of import graph_of_mesh

        return graph_of_mesh(mesh)

    @staticmethod
    def from_nearest(points: Any, k: int) -> "Graph":
        """Each point with its k nearest ones, nearest first; not symmetric (`symmetrised` makes it so).

        Parameters
        ----------
        points : array_like, shape (n, d), d = 1, 2 or 3
            Coordinates [length].
        k : int
            Neighbours of each point; ties go to the smaller number.

        Raises
        ------
        InputError
            If points are not finite or there are not k others.

        Examples
        --------
        >>> Graph.from_nearest([[0.0], [1.0], [3.0]], 1).indices.tolist()
        [1, 0, 1]
        """
        from sciml.mesh.graph_of import graph_of_nearest

        return graph_of_nearest(points, k)

    @staticmethod
    def from_radius(points: Any, radius: float) -> "Graph":
        """All pairs of points at most `radius` apart, neighbours in rising order; symmetric.

        Parameters
        ----------
        points : array_like, shape (n, d), d = 1, 2 or 3
            Coordinates [length].
        radius : float
            Largest distance [length].

        Raises
        ------
        InputError
            If points are not finite or the radius is not positive.
        MemoryLimitError
            If there are more pairs than memory.

        Examples
        --------
        >>> Graph.from_radius([[0.0], [1.0], [3.0]], 2.0).indices.tolist()
        [1, 0, 2, 1]
        """
        from sciml.mesh.graph_of import graph_of_radius

        return graph_of_radius(points, radius)

    @staticmethod
    def from_atoms(positions: Any, cell: Any, periodic: Any, cutoff: float) -> "Graph":
        """All pairs of atoms closer than a cutoff, images included: the full list, i -> j and j -> i.

        Parameters
        ----------
        positions : array_like, shape (n, 3)
            Anywhere, also outside of the cell [length].
        cell : array_like, shape (3, 3), or None
            Lattice vectors as rows [length], of any shape and size; None where nothing is periodic.
        periodic : bool or three bools
            Axes along which the cell repeats.
        cutoff : float
            Neighbours are closer than this [length].

        Returns
        -------
        Graph
            Rows sorted by neighbour, then shift. The opposite of each edge is there, with exactly
            the negative vector.

        Raises
        ------
        InputError
            If shapes or values do not fit or the cell has no volume.
        MemoryLimitError
            If there are more pairs than memory.

        Examples
        --------
        >>> chain = Graph.from_atoms([[0, 0, 0]], np.eye(3), (True, False, False), cutoff=1.5)
        >>> chain.shifts[:, 0].tolist(), chain.vectors[:, 0].tolist()
        ([-1, 1], [-1.0, 1.0])
        """
        from sciml.mesh.graph_of import graph_of_atoms

        return graph_of_atoms(positions, cell, periodic, cutoff)

    @staticmethod
    def batch(graphs: "Iterable[Graph]") -> "Graph":
        """One graph of all nodes, without edges between the parts; nothing is padded.

        Raises
        ------
        InputError
            If there is no graph, or vectors or shifts are there for some only or differ in width.

        Examples
        --------
        >>> pair = Graph([0, 1, 2], [1, 0])
        >>> both = Graph.batch([pair, pair])
        >>> both.indices.tolist(), both.offsets.tolist()
        ([1, 0, 3, 2], [0, 2, 4])
        """
        from sciml.mesh.graph_edit import batch

        return batch(list(graphs))

    def split(self) -> "list[Graph]":
        """The graphs of a batch.

        Examples
        --------
        >>> [len(part.indices) for part in Graph([0, 1, 2, 3], [1, 0, 2], offsets=[0, 2, 3]).split()]
        [2, 1]
        """
        from sciml.mesh.graph_edit import split

        return split(self)

    def line_graph(self, cutoff: float | None = None, self_pairs: bool = True) -> "Graph":
        """Edges become nodes; those with the same centre become neighbours.

        Neighbours of edge i -> j are the edges i -> k: each is the angle between x_j and x_k at x_i, and
        there as (ij, ik) and as (ik, ij). The line graph of a line graph pairs angles that share their
        first edge (dihedrals), and so on.

        Parameters
        ----------
        cutoff : float, optional
            Only edges shorter than this take part; the others keep their number and have empty rows [length].
        self_pairs : bool
            Whether (ij, ij) is an angle.

        Raises
        ------
        InputError
            If a cutoff is given for a graph without vectors, or is not positive.
        MemoryLimitError
            If there are more angles than memory.

        Examples
        --------
        >>> water = Graph.from_radius([[0.0, 0.0], [0.96, 0.0], [-0.24, 0.93]], 1.2)  # [Angstrom]
        >>> water.line_graph(self_pairs=False).indices.tolist()  # edges 0 and 1 start from the oxygen
        [1, 0]
        """
        from sciml.mesh.graph_edit import line_graph

        return line_graph(self, cutoff, self_pairs)

    def transposed(self) -> "tuple[Graph, NDArray[np.int64]]":
        """The graph of the edges j -> i, and for each of its edges the number of i -> j here.

        Examples
        --------
        >>> graph, edges = Graph([0, 2, 2], [1, 0]).transposed()
        >>> graph.indptr.tolist(), graph.indices.tolist(), edges.tolist()
        ([0, 1, 2], [0, 0], [1, 0])
        """
        from sciml.mesh.graph_edit import transposed

        return transposed(self)

    def reverse_edges(self) -> NDArray[np.int64]:
        """For each edge (i -> j, S) the number of its opposite (j -> i, -S), shape (n_edges,).

        Raises
        ------
        InputError
            If an edge has no opposite.

        Examples
        --------
        >>> Graph([0, 1, 3, 4], [1, 0, 2, 1]).reverse_edges().tolist()
        [1, 0, 3, 2]
        """
        from sciml.mesh.graph_edit import reverse_edges

        return reverse_edges(self)

    def symmetrised(self) -> "Graph":
        """The edges and their opposites, each once, rows sorted by neighbour, then shift.

        Examples
        --------
        >>> Graph.from_nearest([[0.0], [1.0], [3.0]], 1).symmetrised().indices.tolist()
        [1, 0, 2, 1]
        """
        from sciml.mesh.graph_edit import symmetrised

        return symmetrised(self)

    def with_edges(self, kept: NDArray[np.bool_]) -> "Graph":
        """The graph of some of the edges.

        Parameters
        ----------
        kept : ndarray of bool, shape (n_edges,)
            Edges to keep.

        Examples
        --------
        >>> Graph([0, 1, 2], [1, 0]).with_edges(np.array([True, False])).indptr.tolist()
        [0, 1, 1]
        """
        if np.shape(kept) != (self.n_edges,) or np.asarray(kept).dtype != bool:
            raise InputError(f"kept has shape {np.shape(kept)}; expected {self.n_edges} flags, one an edge")
        return dataclasses.replace(
            self,
            indptr=np.concatenate([[0], np.cumsum(kept)])[self.indptr],
            indices=self.indices[kept],
            vectors=None if self.vectors is None else self.vectors[kept],
            shifts=None if self.shifts is None else self.shifts[kept],
        )


def _integers(name: str, given: Any) -> NDArray[Any]:
    values = real_array(name, given)
    if values.ndim != 1:
        raise InputError(f"{name} has shape {values.shape}; expected one axis")
    if values.size == 0 and name == "indices":
        return values.astype(np.int32)
    if values.dtype.kind not in "iu":
        raise InputError(f"{name} has dtype {values.dtype}; expected whole numbers")
    return values


def _numbered(indices: NDArray[Any], n: int) -> NDArray[np.int32]:
    if len(indices) and not (indices.min() >= 0 and indices.max() < n):
        wrong = (indices < 0) | (indices >= n)
        raise InputError(
            f"indices has {np.count_nonzero(wrong)} numbers outside of the {n} nodes, the first is "
            f"{indices[np.argmax(wrong)]}; expected 0 to {n - 1}"
        )
    return indices.astype(np.int32, copy=False)


def _check_ranges(name: str, values: NDArray[Any], end: int, what: str) -> None:
    if len(values) < 1 or values[0] != 0 or values[-1] != end or (np.diff(values) < 0).any():
        raise InputError(f"{name} must rise from 0 to {what}, {end}; it starts with {values[:6].tolist()}")


def _vectors(given: Any, n_edges: int) -> NDArray[np.float64]:
    vectors = real_array("vectors", given)
    if vectors.ndim != 2 or len(vectors) != n_edges:
        raise InputError(f"vectors has shape {vectors.shape}; expected ({n_edges}, d), one an edge")
    return vectors.astype(np.float64, copy=False)


def _shifts(given: Any, n_edges: int) -> NDArray[np.int32]:
    shifts = real_array("shifts", given)
    if shifts.shape != (n_edges, 3) or shifts.dtype.kind not in "iu":
        raise InputError(
            f"shifts has shape {shifts.shape} and dtype {shifts.dtype}; expected whole numbers ({n_edges}, 3)"
        )
    return shifts.astype(np.int32, copy=False)
