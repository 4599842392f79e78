"""CPU version of the greedy colouring."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["colour"]


@compiled
def colour(starts: Any, columns: Any, mark: Any, colours: Any) -> None:
    """``mark[c] == i`` says that a neighbour of i has colour c."""
    for i in range(len(colours)):
        for p in range(starts[i], starts[i + 1]):
            if columns[p] < i:
                mark[colours[columns[p]]] = i
        c = 0
        while mark[c] == i:
            c += 1
        colours[i] = c
