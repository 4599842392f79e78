"""Neighbour lists that outlive small moves of the atoms."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.graph import Graph

__all__ = ["VerletList"]

Box = tuple[NDArray[np.float64], tuple[bool, ...]]  # cell and periodic axes


class VerletList:
    """Neighbours of moving atoms, searched anew only when an atom has moved far enough.

    A search finds all pairs closer than cutoff + skin. Until an atom has moved by half the skin, no other
    pair can come closer than the cutoff, so only the vectors are computed anew and long edges left out.

    Parameters
    ----------
    cutoff : float
        Neighbours are closer than this [length].
    skin : float
        The larger, the rarer and the longer are the searches [length].

    Raises
    ------
    InputError
        If a length is not positive.

    References
    ----------
    L. Verlet, "Computer 'experiments' on classical fluids. I. Thermodynamical properties of Lennard-Jones
    molecules", Physical Review 159, 1967.

    Examples
    --------
    >>> neighbours = VerletList(cutoff=1.5, skin=0.5)
    >>> for x in (1.0, 1.1, 1.6):
    ...     neighbours.graph([[0, 0, 0], [x, 0, 0]]).n_edges, neighbours.searches
    (2, 1)
    (2, 1)
    (0, 2)
    """

    def __init__(self, cutoff: float, skin: float) -> None:
        from sciml.kernels._cells import positive

        self.cutoff = positive("cutoff", cutoff)
        self.skin = positive("skin", skin)
        self.searches = 0
        self._rows: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]] | None = None
        self._frame: tuple[NDArray[np.float64], NDArray[np.float64], tuple[bool, ...]]

    def graph(self, positions: Any, cell: Any = None, periodic: Any = False) -> Graph:
        """The same as ``Graph.from_atoms(positions, cell, periodic, cutoff)``.

        A change of the cell or of the number of atoms starts a search; so does an atom that is moved by a
        lattice vector, so positions are best left unwrapped.

        Parameters
        ----------
        positions : array_like, shape (n, 3)
            [length]
        cell : array_like, shape (3, 3), optional
            Lattice vectors as rows [length].
        periodic : bool or three bools
            Axes along which the cell repeats.

        Raises
        ------
        InputError
            As `Graph.from_atoms`.
        """
        from sciml.kernels._cells import checked_points
        from sciml.kernels.atoms_search import atoms_search
        from sciml.kernels.edges_within import edges_within

        positions = checked_points("positions", positions)
        box = _box(cell, periodic)
        if self._rows is None or not self._holds(positions, box):
            self._rows = atoms_search(positions, *box, self.cutoff + self.skin)
            self._frame = positions.copy(), box[0].copy(), box[1]
            self.searches += 1
        indptr, indices, shifts, vectors = edges_within(positions, *self._rows, box[0], self.cutoff)
        return Graph(indptr, indices, vectors, shifts)

    def _holds(self, positions: NDArray[np.float64], box: Box) -> bool:
        """Whether no atom has moved by half the skin since the last search."""
        before, cell, periodic = self._frame
        if before.shape != positions.shape or periodic != box[1] or not np.array_equal(cell, box[0]):
            return False
        moved = np.sqrt(((positions - before) ** 2).sum(axis=1).max(initial=0))
        return bool(2 * moved < self.skin)


def _box(cell: Any, periodic: Any) -> Box:
    from sciml.kernels.atoms_search import checked_cell

    if cell is None and np.any(periodic):
        raise InputError(f"periodic is {periodic} but there is no cell; give the lattice vectors as rows (3, 3)")
    return checked_cell(np.eye(3) if cell is None else cell, periodic)
