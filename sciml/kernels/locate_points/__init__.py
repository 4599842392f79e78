"""Which simplex holds a point."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._simplices import read_only
from sciml.kernels.locate_points.numba import locate

__all__ = ["LEAF", "BoxTree", "box_tree", "locate_points"]

Array = NDArray[np.float64]
LEAF = 4  # cells a leaf
BITS = 16  # of each coordinate in the order of the cells


class BoxTree(NamedTuple):
    """Boxes around cells, boxes around pairs of these, and so on.

    boxes : ndarray of float64, shape (2 L, 2, d)
        Lower and upper corners; node 1 is the root, 2 i and 2 i + 1 the children of i, L to 2 L - 1 the leaves.
    order : ndarray of int32, shape (m,)
        Cells along a space-filling curve; leaf L + j has those from ``LEAF * j``.
    """

    boxes: Array
    order: Indices


def box_tree(points: Array, cells: Indices, margin: float = 1e-9) -> BoxTree:
    """Sort cells along Morton's curve and bound every `LEAF` of them, however much their sizes differ.

    Parameters
    ----------
    points : ndarray of float64, shape (n, d)
    cells : ndarray of int32, shape (m, d + 1)
        Simplices.
    margin : float
        Boxes are larger by this part of their cells' extent.

    References
    ----------
    C. Lauterbach, M. Garland, S. Sengupta, D. Luebke, D. Manocha, "Fast BVH construction on GPUs",
    Computer Graphics Forum 28, 2009.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> box_tree(points, np.array([[0, 1, 2]], dtype=np.int32), margin=0.0).boxes[1].tolist()
    [[0.0, 0.0], [1.0, 1.0]]
    """
    m, d = len(cells), points.shape[1]
    low = np.minimum.reduce([points[column] for column in cells.T])
    high = np.maximum.reduce([points[column] for column in cells.T])
    order = np.argsort(_morton(low + high), kind="stable").astype(np.int32)
    leaves = 1 << max(0, (-(-m // LEAF) - 1).bit_length())
    boxes = np.empty((2 * leaves, 2, d))
    boxes[:, 0], boxes[:, 1] = np.inf, -np.inf
    starts = np.arange(0, m, LEAF)
    size = margin * (high - low)
    boxes[leaves : leaves + len(starts), 0] = np.minimum.reduceat((low - size)[order], starts)
    boxes[leaves : leaves + len(starts), 1] = np.maximum.reduceat((high + size)[order], starts)
    while leaves > 1:
        pairs = boxes[leaves : 2 * leaves].reshape(leaves // 2, 2, 2, d)
        leaves //= 2
        boxes[leaves : 2 * leaves, 0] = pairs[:, :, 0].min(axis=1)
        boxes[leaves : 2 * leaves, 1] = pairs[:, :, 1].max(axis=1)
    return BoxTree(boxes, order)


def locate_points(
    points: Array, cells: Indices, tree: BoxTree, at: Array, tolerance: float = 1e-10
) -> tuple[Indices, Array]:
    """Find the simplex around every point, and the point's barycentric coordinates in it.

    Parameters
    ----------
    points : ndarray of float64, shape (n, d), d = 2 or 3, C-contiguous
        Vertices.
    cells : ndarray of int32, shape (m, d + 1), C-contiguous
        Simplices.
    tree : BoxTree
        Of these.
    at : ndarray of float64, shape (k, d), C-contiguous
        Points to be found.
    tolerance : float
        A point is inside when no coordinate is below minus this.

    Returns
    -------
    found : ndarray of int32, shape (k,)
        The cell in which the point lies deepest (the smallest coordinate is largest); -1 outside.
    weights : ndarray of float64, shape (k, d + 1)
        Barycentric coordinates, 0 outside.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> cells = np.array([[0, 1, 2]], dtype=np.int32)
    >>> locate_points(points, cells, box_tree(points, cells), np.array([[0.25, 0.5], [2.0, 2.0]]))
    (array([ 0, -1], dtype=int32), array([[0.25, 0.25, 0.5 ],
           [0.  , 0.  , 0.  ]]))
    """
    found, weights = np.empty(len(at), dtype=np.int32), np.zeros((len(at), cells.shape[1]))
    given = read_only(points), read_only(cells), read_only(tree.boxes), read_only(tree.order), read_only(at)
    run_slabs(locate, slabs(len(at), 20 * at.size), *given, LEAF, tolerance, found, weights)
    return found, weights


def _morton(positions: Array) -> NDArray[np.uint64]:
    """Bits of the coordinates, the highest of all axes first."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    size = np.where(high > low, high - low, 1.0)
    scaled = ((positions - low) / size * (2**BITS - 1)).astype(np.uint64)
    code = np.zeros(len(positions), dtype=np.uint64)
    for bit in reversed(range(BITS)):
        for column in scaled.T:
            code = (code << np.uint64(1)) | ((column >> np.uint64(bit)) & np.uint64(1))
    return code
