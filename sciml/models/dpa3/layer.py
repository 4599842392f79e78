"""One layer: atoms, pairs and angles tell each other what they know."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from sciml.kernels.torch import csr_matmul
from sciml.models.dpa3.activations import activation
from sciml.models.dpa3.affine import Affine, row_blocks
from sciml.models.dpa3.angles import AngleUpdate
from sciml.models.dpa3.batch import AtomBatch
from sciml.models.dpa3.geometry import Geometry
from sciml.models.dpa3.settings import DPA3Settings
from sciml.models.dpa3.update import Steps

__all__ = ["Features", "Layer"]


class Features(NamedTuple):
    """Features of atoms (atoms, d_n), of pairs (pairs, d_e), and of angles, (atoms, m, m, d_a) for each block."""

    nodes: Tensor
    edges: Tensor
    angles: list[Tensor]


class Layer(nn.Module):
    """Messages along pairs and angles.

    Parameters
    ----------
    settings : DPA3Settings
    number : int
        Of the layer, from 0. Only the atoms of the last one are used; what changes nothing of them is left out.
    """

    def __init__(self, settings: DPA3Settings, number: int) -> None:
        super().__init__()
        d_n, d_e, heads = settings.node_channels, settings.edge_channels, settings.heads
        left = settings.n_layers - number
        self.rows, self.axis = [d_n, d_n, d_e], settings.axis
        self.sequential, self.last = settings.update == "sequential", left == 1
        self.node_self = Affine(d_n, d_n)
        self.node_moments = Affine(settings.axis * (d_n + d_e), d_n)
        self.node_edge, self.edge_self = Affine(2 * d_n + d_e, heads * d_n), Affine(2 * d_n + d_e, d_e)
        self.node_steps = Steps(d_n, 2 + heads, settings)
        self.edge_steps = Steps(d_e, 2 if settings.update_angle else 1, settings)
        self.angle_update = AngleUpdate(settings, last=left == 2) if settings.update_angle else None
        self.edge_norm, self.activation = settings.edge_norm, activation(settings.activation)

    def forward(self, given: Features, shape: Geometry, batch: AtomBatch) -> Features:
        """Features after the layer."""
        return self._in_turn(given, shape, batch) if self.sequential else self._at_once(given, shape, batch)

    def _at_once(self, given: Features, shape: Geometry, batch: AtomBatch) -> Features:
        """Everything from the features before the layer."""
        n, e, angles = given
        if self.last:
            return Features(self._nodes(n, e, shape, batch), e, angles)
        updates = [self._pairs(self.edge_self, n, e, batch)]
        if self.angle_update is not None:
            told, angles = self.angle_update(n, e, angles, shape.blocks)
            updates.append(told)
        return Features(self._nodes(n, e, shape, batch), self.edge_steps(e, updates), angles)

    def _in_turn(self, given: Features, shape: Geometry, batch: AtomBatch) -> Features:
        """Pairs from themselves, angles from these, pairs from angles, and atoms at the end."""
        n, e, angles = given
        e = self.edge_steps(e, [self._pairs(self.edge_self, n, e, batch)])
        if self.angle_update is not None:
            told, angles = self.angle_update.in_turn(n, e, angles, shape.blocks)
            e = self.edge_steps(e, [told], first=1)
        return Features(self._nodes(n, e, shape, batch), e, angles)

    def _pairs(self, one: Affine, n: Tensor, e: Tensor, batch: AtomBatch) -> Tensor:
        """act([n_i, n_j, e_ij] W + b), (pairs, outputs)."""
        W_i, W_j, W_e, b = row_blocks(one, self.rows)
        centres = torch.addmm(b, n, W_i).index_select(0, batch.centres)
        return self.activation(torch.addmm(centres, e, W_e) + (n @ W_j).index_select(0, batch.neighbours))

    def _nodes(self, n: Tensor, e: Tensor, shape: Geometry, batch: AtomBatch) -> Tensor:
        """Atoms after the layer."""
        messages = self._pairs(self.node_edge, n, e, batch)
        received = _sums(messages * shape.weights, batch) / self.edge_norm
        moments = [_edge_moments(e, shape, batch), _node_moments(n, shape, batch)]
        products = torch.cat([self._products(Q) for Q in moments], 1)
        updates = [self.activation(self.node_self(n)), self.activation(self.node_moments(products))]
        after: Tensor = self.node_steps(n, [*updates, *torch.split(received, n.shape[1], dim=1)])
        return after

    def _products(self, Q: Tensor) -> Tensor:
        """What no rotation changes of moments (atoms, 3, width), (atoms, axis * width)."""
        return (Q[:, :, : self.axis].transpose(1, 2) @ Q).flatten(1) / (3 * self.edge_norm)


def _edge_moments(e: Tensor, shape: Geometry, batch: AtomBatch) -> Tensor:
    """sum_j s g_ij e_ij, (atoms, 3, width)."""
    outer = shape.moments.unsqueeze(2) * e.unsqueeze(1)
    return _sums(outer.flatten(1), batch).view(-1, 3, e.shape[1])


def _node_moments(n: Tensor, shape: Geometry, batch: AtomBatch) -> Tensor:
    """sum_j s g_ij n_j, (atoms, 3, width)."""
    if batch.pattern is None:
        return _edge_moments(n.index_select(0, batch.neighbours), shape, batch)
    return torch.stack([csr_matmul(batch.pattern, g.contiguous(), n) for g in shape.moments.unbind(1)], 1)


def _sums(values: Tensor, batch: AtomBatch) -> Tensor:
    """Sums over the pairs of each atom."""
    out = values.new_zeros(batch.species.shape[0], values.shape[1])
    return out.index_add(0, batch.centres, values)
