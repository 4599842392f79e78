"""Reference of the clustering, block by block."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from sciml.kernels._graph import BlockClusters
from sciml.kernels._stencil import Array, VariableStencil

__all__ = ["block_clusters", "merge"]

Edges = Mapping[tuple[int, int], float]


def merge(kappa: Sequence[float], edges: Edges, theta: float) -> tuple[list[int], dict[int, float]]:
    """Representative of each node (the smallest of its cluster) and kappa of each cluster.

    Edges that are strong against the largest kappa of all merge first; then always the pair with the
    largest ratio of its total weight to the larger kappa.
    """
    root, top, W = list(range(len(kappa))), dict(enumerate(kappa)), dict(edges)
    for (a, b), w in edges.items():
        if w >= theta * max(kappa) and root[a] != root[b]:
            W = _join(min(root[a], root[b]), max(root[a], root[b]), root, top, W)
    while W:
        ratio, (a, b) = max((w / max(top[a], top[b]), (a, b)) for (a, b), w in W.items())
        if ratio < theta:
            break
        W = _join(a, b, root, top, W)
    return root, top


def _join(
    a: int, b: int, root: list[int], top: dict[int, float], W: dict[tuple[int, int], float]
) -> dict[tuple[int, int], float]:
    """Merge cluster b into a < b; returns the edges between clusters."""
    root[:] = [a if r == b else r for r in root]
    top[a] = max(top[a], top.pop(b))
    joined: dict[tuple[int, int], float] = {}
    for (p, q), w in W.items():
        p, q = (a if p == b else p), (a if q == b else q)
        if p != q:
            pair = min(p, q), max(p, q)
            joined[pair] = joined.get(pair, 0.0) + w
    return joined


def block_clusters(stencil: VariableStencil, ratio: tuple[int, int, int], theta: float) -> BlockClusters:
    """See the package function."""
    shape = stencil.d.shape
    blocks = tuple(-(-n // r) for n, r in zip(shape, ratio, strict=True))
    largest = _largest_faces(stencil)
    labels, reach = np.full(shape, -1, np.int32), np.zeros(shape)
    first, count = np.zeros(blocks, np.int32), np.zeros(blocks, np.uint8)
    home: list[int] = []
    kappa: list[float] = []
    order = sorted(np.ndindex(*blocks), key=lambda block: (sum(block) % 2, block))
    for block in order:
        first[block] = len(home)
        ranges = (range(r * b, min(r * b + r, n)) for r, b, n in zip(ratio, block, shape, strict=True))
        cells = [cell for cell in product(*ranges) if stencil.d[cell] > 0]
        edges = _inner_edges(stencil, cells)
        root, top = merge([largest[cell] for cell in cells], edges, theta)
        roots = sorted(set(root))
        for x, cell in enumerate(cells):
            labels[cell] = first[block] + roots.index(root[x])
            own = [w for (a, b), w in edges.items() if x in (a, b) and root[a] == root[b]]
            reach[cell] = 1 / max(own) if own else 0
        count[block] = len(roots)
        home += [int(np.ravel_multi_index(block, blocks))] * len(roots)
        kappa += [top[r] for r in roots]
    return BlockClusters(labels, first, count, np.array(home, np.int32), np.array(kappa, np.float64), reach)


def _largest_faces(stencil: VariableStencil) -> Array:
    """Largest of the six faces of each cell, the diagonal where there is none."""
    faces = [np.maximum(stencil[axis], np.roll(stencil[axis], 1, axis)) for axis in range(3)]
    largest = np.maximum(np.maximum(faces[0], faces[1]), faces[2])
    return np.where(largest > 0, largest, stencil.d)


def _inner_edges(stencil: VariableStencil, cells: list[tuple[int, ...]]) -> dict[tuple[int, int], float]:
    place = {cell: x for x, cell in enumerate(cells)}
    edges = {}
    for cell, x in place.items():
        for axis in range(3):
            above = tuple(c + (a == axis) for a, c in enumerate(cell))
            if above in place and stencil[axis][cell] > 0:
                edges[x, place[above]] = float(stencil[axis][cell])
    return edges
