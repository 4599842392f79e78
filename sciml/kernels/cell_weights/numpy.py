"""Reference of the weights of cells, in natural order."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._features import Faces, cell_features, child_features
from sciml.kernels._small_net import Net

if TYPE_CHECKING:
    from sciml.kernels.cell_weights import Scale

__all__ = ["cell_weights"]


def cell_weights(
    fine: Faces, cell: Net, child: Net, scale: "Scale", ratio: tuple[int, int, int]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Bytes of relaxations (sweeps, n0, n1, n2) and shares (n0, n1, n2)."""
    base, step = scale
    e = np.exp(cell(cell_features(fine)))
    relaxed = 2 * base * e / ((2 - base) + base * e)
    q = np.rint((relaxed - base) / step)
    e = np.exp(child(child_features(fine, ratio))[..., 0])
    share = np.where(fine.d > 0, _bytes(np.rint(128 * (2 * e / (1 + e) - 1))), np.int8(-128))
    return _bytes(np.moveaxis(q, -1, 0)), share


def _bytes(values: NDArray[np.floating]) -> NDArray[np.int8]:
    return np.ascontiguousarray(np.clip(values, -127, 127).astype(np.int8))
