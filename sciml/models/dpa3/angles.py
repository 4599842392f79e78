"""Angles: features of pairs of pairs, what they tell the pairs, and how they change.

All angles of an atom with m pairs are one dense m x m block, and atoms with nearly the same m one tensor. What repeats
along its rows and columns is multiplied once and added by broadcasting, so that no list of angles is ever needed:

    z_(ij,ik) = a_(ij,ik) W_a + (n_i W_n + e_ij W_j + b) + e_ik W_k.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sciml.models.dpa3.activations import activation
from sciml.models.dpa3.affine import Affine, row_blocks
from sciml.models.dpa3.geometry import Block
from sciml.models.dpa3.settings import DPA3Settings
from sciml.models.dpa3.update import Steps

__all__ = ["AngleUpdate"]


class AngleUpdate(nn.Module):
    """What angles tell the pairs, and the angles of the next layer.

    Parameters
    ----------
    settings : DPA3Settings
    last : bool
        Nothing is made of the angles afterwards, so they need not change.
    """

    def __init__(self, settings: DPA3Settings, last: bool) -> None:
        super().__init__()
        d_n, d_e, d_a = settings.node_channels, settings.edge_channels, settings.angle_channels
        nodes, edges = settings.seen_by_angles
        # Rows of the matrices: angle, atom i, pair ik, pair ij.
        self.rows = [d_a, nodes, edges, edges]
        self.edge_first, self.edge_second = Affine(sum(self.rows), d_e), Affine(d_e, d_e)
        self.angle_self = Affine(sum(self.rows), d_a)
        compressed = settings.compression == "matrices"
        self.compress_nodes = Affine(d_n, nodes, bias=False) if compressed else None
        self.compress_edges = Affine(d_e, edges, bias=False) if compressed else None
        self.steps, self.last = Steps(d_a, 1, settings), last
        self.smooth, self.scale = settings.smooth, settings.angle_norm**-0.5
        self.activation = activation(settings.activation)

    def forward(
        self, n: Tensor, e: Tensor, angles: list[Tensor], blocks: Sequence[Block]
    ) -> tuple[Tensor, list[Tensor]]:
        """Both at once, from the same angles.

        Parameters
        ----------
        n, e : Tensor, (atoms, d_n) and (pairs, d_e)
        angles : list of Tensor, (atoms, m, m, d_a) for each block

        Returns
        -------
        update : Tensor, (pairs, d_e)
        angles : list of Tensor
        """
        found = self._activated(self.edge_first, n, e, angles, blocks)
        if not self.last:
            angles = self._turned(n, e, angles, blocks)
        return self._update(e, found, blocks), angles

    def in_turn(
        self, n: Tensor, e: Tensor, angles: list[Tensor], blocks: Sequence[Block]
    ) -> tuple[Tensor, list[Tensor]]:
        """The angles first, and then from the new ones what they tell the pairs."""
        angles = self._turned(n, e, angles, blocks)
        return self._update(e, self._activated(self.edge_first, n, e, angles, blocks), blocks), angles

    def _turned(self, n: Tensor, e: Tensor, angles: list[Tensor], blocks: Sequence[Block]) -> list[Tensor]:
        turns = self._activated(self.angle_self, n, e, angles, blocks)
        return [self.steps(a, [turn]) for a, turn in zip(angles, turns, strict=True)]

    def _activated(
        self, one: Affine, n: Tensor, e: Tensor, angles: list[Tensor], blocks: Sequence[Block]
    ) -> list[Tensor]:
        W_a, W_n, W_k, W_j, b = row_blocks(one, self.rows)
        n_seen = self._seen(n, self.rows[1], self.compress_nodes)
        e_seen = self._seen(e, self.rows[2], self.compress_edges)
        alpha, found = torch.addmm(b, n_seen, W_n), []
        for a, block in zip(angles, blocks, strict=True):
            rows, m = block.weights.shape
            pairs = e_seen.index_select(0, block.edges)
            beta = (pairs @ W_j).view(rows, m, -1) + alpha.index_select(0, block.atoms).unsqueeze(1)
            z = a @ W_a + beta.unsqueeze(2) + (pairs @ W_k).view(rows, 1, m, -1)
            found.append(self.activation(z))
        return found

    @staticmethod
    def _seen(x: Tensor, width: int, compress: Affine | None) -> Tensor:
        seen: Tensor = x[:, :width] if compress is None else compress(x)
        return seen

    def _gathered(self, y: Tensor, block: Block) -> Tensor:
        """s_ij sum_k s_ik y_(ij,ik) / sqrt(N_a), (pairs of the block, d_e)."""
        sums = (block.weights[:, None, None, :] @ y).squeeze(2)
        gathered: Tensor = (sums * (block.weights * self.scale).unsqueeze(2)).flatten(0, 1)
        return gathered

    def _update(self, e: Tensor, found: list[Tensor], blocks: Sequence[Block]) -> Tensor:
        """The second map of pairs; those without angles were told nothing."""
        t = torch.zeros_like(e) if self.smooth else e * _without_angles(e, blocks)
        if blocks:
            told = [self._gathered(y, block) for y, block in zip(found, blocks, strict=True)]
            t = t.index_add(0, torch.cat([block.edges for block in blocks]), torch.cat(told))
        update: Tensor = self.activation(self.edge_second(t))
        return update


def _without_angles(e: Tensor, blocks: Sequence[Block]) -> Tensor:
    """0 for pairs that form angles and 1 for others, (pairs, 1)."""
    found = e.new_ones(e.shape[0], 1)
    for block in blocks:
        found = found.index_add(0, block.edges, -block.there.flatten().unsqueeze(1))
    return found
