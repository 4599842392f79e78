"""Exact solve on the coarsest graph."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Graph
from sciml.kernels._stencil import Array

__all__ = ["GraphFactor"]


class GraphFactor:
    """Sparse triangular factors of a graph's matrix; floating components are held at one node.

    The factors stay positive definite, with no eigenvalue to cut off and no matter how weakly parts are
    connected. Right-hand sides and solutions lose their mean over each floating component: what
    single precision leaves of a sum that should be zero would flow off through the held node and raise the
    whole component by a thousand times the correction, which then drowns in rounding.

    Parameters
    ----------
    graph : Graph
    d : ndarray, shape (n,)
        Its diagonal; nodes with d = 0 get 0.

    Examples
    --------
    >>> index = np.array([0, 1, 2], dtype=np.int32), np.array([1, 0], dtype=np.int32)
    >>> factor = GraphFactor(Graph(*index, np.ones(2), np.array([1.0, 0.0])), np.array([2.0, 1.0]))
    >>> factor.solve(np.array([0.0, 1.0]), np.empty(2))
    array([1., 2.])
    """

    def __init__(self, graph: Graph, d: Array) -> None:
        from scipy.sparse import csc_array, csr_array, diags_array
        from scipy.sparse.csgraph import connected_components
        from scipy.sparse.linalg import splu

        n = len(d)
        W = csr_array((graph.weights.astype(np.float64), graph.columns, graph.starts), shape=(n, n))
        _, component = connected_components(W, directed=False)
        _, held = np.unique(component, return_index=True)
        floats = np.bincount(component, weights=graph.s) == 0
        held = held[floats]
        diagonal = d.astype(np.float64)
        diagonal[held] *= 2
        self.empty = np.flatnonzero(d == 0)
        self.nodes = np.flatnonzero(floats[component])
        _, self.part, self.sizes = np.unique(component[self.nodes], return_inverse=True, return_counts=True)
        diagonal[self.empty] = 1
        self.factor: Any = splu(
            csc_array(diags_array(diagonal) - W), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        ) if n else None

    def solve(self, f: Array, x: Array) -> Array:
        """Write the solution into `x` and return it; both of shape (n,)."""
        if self.factor is not None:
            x[...] = self._centred(self.factor.solve(self._centred(f.astype(np.float64))))
            x[self.empty] = 0
        return x

    def _centred(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """`v` less its mean over each floating component, in place."""
        values = v[self.nodes]
        v[self.nodes] -= (np.bincount(self.part, values) / self.sizes)[self.part]
        return v
