"""Node numbers of Gmsh, which may have gaps and any order."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["Nodes"]

_CHUNK = 1 << 13  # elements whose numbers stay in the cache while they are looked up


class Nodes:
    """Points and the numbers they go by.

    Parameters
    ----------
    tags, points : list of ndarray
        Numbers (n,) and coordinates (n, 3) block after block.
    """

    def __init__(self, tags: list[NDArray[Any]], points: list[NDArray[Any]]) -> None:
        self.points = np.concatenate([np.empty((0, 3)), *points])
        self.tags = np.concatenate([np.empty(0, np.int64), *tags], dtype=np.int64, casting="unsafe")
        self.first = int(self.tags[0]) if len(self.tags) else 0
        self.consecutive = bool((self.tags == np.arange(self.first, self.first + len(self.tags))).all())
        if not self.consecutive:
            self.order = np.argsort(self.tags, kind="stable")
            self.sorted = self.tags[self.order]

    def vertices(self, path: Path, tags: NDArray[Any]) -> NDArray[np.int32]:
        """Numbers of nodes as rows of `points`.

        Raises
        ------
        InputError
            If an element has a node that is not defined.
        """
        found = np.empty(tags.shape, dtype=np.int32)
        for begin in range(0, len(tags), _CHUNK):
            rows = self._rows(tags[begin : begin + _CHUNK].astype(np.int64))
            if rows.min() < 0 or rows.max() >= len(self.tags):
                raise InputError(f"{path} has elements with nodes that it does not define; export the mesh again")
            found[begin : begin + _CHUNK] = rows
        return found

    def _rows(self, tags: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of `points`, outside of them for numbers that are not defined."""
        if self.consecutive:
            return tags - self.first
        at = np.minimum(np.searchsorted(self.sorted, tags), len(self.tags) - 1)
        return np.where(self.sorted[at] == tags, self.order[at], -1)
