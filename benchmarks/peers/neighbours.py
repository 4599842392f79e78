"""Neighbour searches of other libraries: vesin, matscipy and ASE for atoms, SciPy's k-d tree for points."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Atoms", "Search", "atoms", "nearest", "radius"]

Array = NDArray[Any]


class Atoms(NamedTuple):
    """A crystal, periodic along all axes, and the cutoff."""

    positions: Array
    cell: Array
    cutoff: float


@dataclass(frozen=True)
class Search:
    """A method: what it builds, what it finds, and its result as an array that can be compared.

    Parameters
    ----------
    name, gives : str
        Labels of method and result.
    build, find : callable
        ``find(build())`` is timed in its two parts.
    canonical : callable
        Rows (i, j, ...) in lexical order, or distances, from the result of `find`; not timed.
    absent : str
        Why it cannot run here.
    """

    name: str
    gives: str
    build: Callable[[], Any]
    find: Callable[[Any], Any]
    canonical: Callable[[Any], Array]
    absent: str = ""


def sorted_rows(*columns: Array) -> Array:
    """Columns (n,) or (n, k) side by side, rows in lexical order."""
    rows = np.column_stack(columns)
    return rows[np.lexsort(rows.T[::-1])]


def atoms(given: Atoms) -> list[Search]:
    """Full lists with vectors, in no order."""
    return [
        search if find_spec(module) else Search(search.name, "", nothing, nothing_found, np.asarray, "not installed")
        for module, search in (("vesin", _vesin(given)), ("matscipy", _matscipy(given)), ("ase", _ase(given)))
    ]


def nothing() -> None:
    """Nothing is set up."""


def nothing_found(state: Any) -> None:
    """Nothing is found."""


def _vesin(given: Atoms) -> Search:
    @cache  # it keeps its memory from search to search, as it would in molecular dynamics
    def build() -> Any:
        from vesin import NeighborList

        return NeighborList(cutoff=given.cutoff, full_list=True, n_threads=1)

    def find(calculator: Any) -> Any:
        return calculator.compute(given.positions, given.cell, True, "ijSD")

    return Search("vesin", "i, j, shifts, vectors", build, find, lambda r: sorted_rows(r[0], r[1], r[2]))


def _matscipy(given: Atoms) -> Search:
    def find(state: None) -> Any:
        from matscipy.neighbours import neighbour_list

        return neighbour_list(
            "ijSD", positions=given.positions, cell=given.cell, pbc=np.ones(3, bool), cutoff=given.cutoff
        )

    return Search("matscipy", "i, j, shifts, vectors", nothing, find, lambda r: sorted_rows(r[0], r[1], r[2]))


def _ase(given: Atoms) -> Search:
    def find(state: None) -> Any:
        from ase.neighborlist import primitive_neighbor_list

        return primitive_neighbor_list("ijSD", [True] * 3, given.cell, given.positions, given.cutoff)

    return Search("ASE", "i, j, shifts, vectors", nothing, find, lambda r: sorted_rows(r[0], r[1], r[2]))


def _tree(points: Array) -> Callable[[], Any]:
    def build() -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(points)

    return build


def radius(points: Array, r: float) -> list[Search]:
    """SciPy's tree asked for half of the pairs, and for the neighbours of each point."""

    def both_ways(half: Array) -> Array:
        return sorted_rows(np.concatenate([half[:, 0], half[:, 1]]), np.concatenate([half[:, 1], half[:, 0]]))

    def without_itself(lists: Array) -> Array:
        i = np.repeat(np.arange(len(lists)), [len(found) for found in lists])
        j = np.concatenate(lists).astype(np.int64)
        return sorted_rows(i[i != j], j[i != j])

    return [
        Search(
            "SciPy cKDTree.query_pairs", "half of the pairs", _tree(points),
            lambda tree: tree.query_pairs(r, output_type="ndarray"), both_ways,
        ),
        Search(
            "SciPy cKDTree.query_ball_point", "lists", _tree(points),
            lambda tree: tree.query_ball_point(points, r), without_itself,
        ),
    ]


def nearest(points: Array, k: int) -> Search:
    """SciPy's tree, the point itself among the answers."""
    return Search(
        "SciPy cKDTree.query", "indices, distances", _tree(points),
        lambda tree: tree.query(points, k + 1), lambda result: np.asarray(result[0][:, 1:]),
    )
