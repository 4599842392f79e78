"""What layers know of the shape: distances, weights, directions and angles."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from sciml.models.dpa3.batch import AtomBatch
from sciml.models.dpa3.settings import DPA3Settings
from sciml.models.dpa3.switches import switch

__all__ = ["Block", "Geometry", "geometry"]

# Directions are r / (|r| + tiny), and cosines are kept off 1, as the published weights were trained.
TINY, BELOW_ONE = 1e-6, 1 - 1e-6


class Block(NamedTuple):
    """Angles of all atoms with m pairs that form some, or with somewhat fewer.

    edges : (atoms * m,) int64, their pairs, atom by atom; any pair where there is none
    atoms : (atoms,) int64
    there : (atoms, m), 1 and where there is no pair 0
    weights : (atoms, m), switch of each pair, 0 where there is none
    cosines : (atoms, m, m), over sqrt(pi)
    """

    edges: Tensor
    atoms: Tensor
    there: Tensor
    weights: Tensor
    cosines: Tensor


class Geometry(NamedTuple):
    """Shape of a batch, in the precision of the network.

    input : (pairs, 1), r or s / (r sigma)
    weights : (pairs, 1), switch s
    moments : (pairs, 3), s^2 r_vec / (r^2 sigma)
    blocks : list of Block
    """

    input: Tensor
    weights: Tensor
    moments: Tensor
    blocks: list[Block]


def geometry(vectors: Tensor, batch: AtomBatch, settings: DPA3Settings, dtype: torch.dtype) -> Geometry:
    """Distances, weights and angles.

    Parameters
    ----------
    vectors : Tensor of float64, shape (pairs, 3)
        [Angstrom]
    batch : AtomBatch
    settings : DPA3Settings
    dtype : torch.dtype
        Precision of the result.
    """
    vectors = vectors.to(dtype)
    r = vectors.norm(dim=1, keepdim=True)
    s = switch(r, settings.switch_start, settings.cutoff, settings.switch)
    blocks = []
    if batch.blocks and settings.update_angle:
        u = vectors / (r + TINY)
        s_angle = switch(r, settings.angle_switch_start, settings.angle_cutoff, settings.switch)
        for edges in batch.blocks:
            flat, there = edges.clamp(min=0).flatten(), (edges >= 0).to(dtype)
            direction = u.index_select(0, flat).view(*edges.shape, 3)
            cosines = direction @ direction.transpose(1, 2) * (BELOW_ONE / math.sqrt(math.pi))
            weights = s_angle.index_select(0, flat).view(edges.shape) * there
            blocks.append(Block(flat, batch.centres.index_select(0, edges[:, 0]), there, weights, cosines))
    first = r if settings.edge_input == "distance" else s / (r * settings.sigma)
    return Geometry(first, s, vectors * (s * s / (r * r * settings.sigma)), blocks)
