"""Node numbers of Gmsh, which may have gaps and any order."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["Nodes"]


class Nodes:
    """Points and the numbers they go by.

    Parameters
    ----------
    tags, points : list of ndarray
        Numbers (n,) and coordinates (n, 3) block after block.
    """

    def __init__(self, tags: list[NDArray[Any]], points: list[NDArray[Any]]) -> None:
        self.points = np.concatenate([np.empty((0, 3)), *points])
        self.tags = np.concatenate([np.empty(0, np.int64), *(part.astype(np.int64) for part in tags)])
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
        if not tags.size:
            return np.empty(tags.shape, np.int32)
        low, high = int(tags.min()), int(tags.max())
        if self.consecutive and self.first <= low and high < self.first + len(self.tags):
            found = np.empty(tags.shape, dtype=np.int32)
            np.subtract(tags, tags.dtype.type(self.first), out=found, casting="unsafe")
            return found
        if not self.consecutive and high < 2**63:
            at = np.minimum(np.searchsorted(self.sorted, tags.astype(np.int64)), len(self.tags) - 1)
            if (self.sorted[at] == tags).all():
                return self.order[at].astype(np.int32)
        raise InputError(f"{path} has elements with nodes that it does not define; export the mesh again")
