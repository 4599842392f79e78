"""Operations of a cycle on batches of boxes (batch, n0, n1, n2), for torch to differentiate."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from sciml.kernels.torch import TensorStencil, stencil_apply

__all__ = ["Box", "block_sums", "coarse_face", "copies", "product", "relax"]

Ratio = tuple[int, int, int]


class Box(NamedTuple):
    """One level of a batch of hierarchies, all tensors (batch, n0, n1, n2).

    c : faces above each cell, one tensor an axis
    s : surplus, what the diagonal holds beyond the faces
    d : diagonal, 1 where no cell is active
    omega : relaxation of each cell, one tensor a sweep
    share : what each cell counts for its block; 0 where it is not active
    ratio : 2 for the axes that the next level coarsens
    """

    c: tuple[Tensor, Tensor, Tensor]
    s: Tensor
    d: Tensor
    omega: tuple[Tensor, ...]
    share: Tensor
    ratio: Ratio

    @classmethod
    def of(cls, c: tuple[Tensor, Tensor, Tensor], s: Tensor, ratio: Ratio) -> "Box":
        """From faces and surplus, with nothing to relax yet."""
        d = s
        for axis in range(3):
            d = d + c[axis] + torch.roll(c[axis], 1, axis + 1)
        return cls(c, s, torch.where(d > 0, d, 1), (), (d > 0).to(d.dtype), ratio)


def product(box: Box, x: Tensor) -> Tensor:
    """A x, for x that is 0 where no cell is active."""
    if len(x) == 1 or not box.c[0][:, -1].any():  # nothing leads from one box to the next: they make up a long one
        parts = [part.reshape(-1, *part.shape[2:]) for part in (*box.c, box.d)]
        return stencil_apply(TensorStencil(*parts), x.reshape(parts[0].shape)).reshape(x.shape)
    each = zip(*box.c, box.d, x, strict=True)
    return torch.stack([stencil_apply(TensorStencil(*parts), one) for *parts, one in each])


def relax(box: Box, x: Tensor | None, f: Tensor, sweep: int, colour: Tensor) -> Tensor:
    """One half sweep over the cells where `colour` is 1, from x = 0 if None."""
    moved = colour * box.omega[sweep] / box.d
    return moved * f if x is None else x + moved * (f - product(box, x))


def block_sums(a: Tensor, ratio: Sequence[int]) -> Tensor:
    """Sums over blocks; cells beyond the end count 0."""
    ends = [amount for n, r in zip(reversed(a.shape[1:]), reversed(ratio), strict=True) for amount in (0, -n % r)]
    if any(ends):
        a = nn.functional.pad(a, ends)
    shape = [part for n, r in zip(a.shape[1:], ratio, strict=True) for part in (n // r, r)]
    return a.reshape(len(a), *shape).sum((2, 4, 6))


def copies(coarse: Tensor, ratio: Sequence[int], shape: Sequence[int]) -> Tensor:
    """The value of its block in each of the cells of a box of the given shape (batch, n0, n1, n2)."""
    for axis in range(3):
        if ratio[axis] > 1:
            coarse = coarse.repeat_interleave(ratio[axis], axis + 1)
    return coarse[:, : shape[1], : shape[2], : shape[3]]


def coarse_face(c: Tensor, axis: int, ratio: Ratio) -> Tensor:
    """Coarse faces along `axis` of piecewise constant transfers."""
    n, r = c.shape[axis + 1], ratio[axis]
    crossing = torch.from_numpy(np.minimum(np.arange(r - 1, n + r - 1, r), n - 1))
    rows = [1 if other == axis else ratio[other] for other in range(3)]
    faces = block_sums(c.index_select(axis + 1, crossing), rows) / r
    return faces if len(crossing) > 1 else torch.zeros_like(faces)
