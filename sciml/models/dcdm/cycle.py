"""The learned multigrid cycle in torch, for training."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sciml.kernels._features import (
    CELL,
    CHILD,
    FACE,
    SURPLUS,
    Faces,
    cell_features,
    child_features,
    coarse_faces,
    face_features,
    faces_of,
    surplus_features,
)
from sciml.kernels._small_net import LIMIT
from sciml.kernels._stencil import VariableStencil
from sciml.models._pretrained import Pretrained
from sciml.models.dcdm.boxes import Box, block_sums, coarse_face, copies, product, relax
from sciml.solvers.learned.hierarchy import relaxation_step
from sciml.solvers.multigrid.bottom import dense_matrix, pseudo_inverse
from sciml.solvers.multigrid.coarsen import coarsening
from sciml.solvers.multigrid.structured import BOTTOM

__all__ = ["Hierarchy", "LearnedCycle"]


class Hierarchy(NamedTuple):
    """What `LearnedCycle.hierarchy` makes of a batch of operators: levels, and inverses (batch, N, N) of the last."""

    boxes: list[Box]
    inverse: Tensor


class LearnedCycle(Pretrained):
    """The symmetric V-cycle that `sciml.solvers.DCDM` runs, in a form whose weights have gradients.

    Networks of one hidden layer see the features of `sciml.kernels._features` and answer with factors; the last
    layers begin at 0, where the cycle is the classical one.

    Parameters
    ----------
    sweeps : int
        Red-black sweeps before and after the correction.
    omega : float
        Over-relaxation of the classical cycle, in [1, 2).
    hidden : int
        Width of the hidden layers.
    kinds : int
        Levels with networks of their own; all below share the last ones.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> system = poisson(Grid((16, 16, 16)))
    >>> model = LearnedCycle().double()
    >>> r = torch.from_numpy(system.b.reshape(1, 16, 16, 16))
    >>> z = model(model.hierarchy([system.A.variable()]), r)
    >>> rest = system.b - system.A.apply(z[0].detach().numpy())
    >>> bool(np.linalg.norm(rest) < 0.5 * np.linalg.norm(system.b))
    True
    """

    def __init__(self, sweeps: int = 2, omega: float = 1.2, hidden: int = 8, kinds: int = 3) -> None:
        super().__init__()
        self.config = {"sweeps": sweeps, "omega": omega, "hidden": hidden, "kinds": kinds}
        self.sweeps, self.omega, self.kinds = sweeps, omega, kinds
        self.cell, self.child, self.face, self.surplus = (
            nn.ModuleList(_net(ins, hidden, outs) for _ in range(kinds))
            for ins, outs in ((CELL, sweeps), (CHILD, 1), (FACE, 1), (SURPLUS, 1))
        )

    def hierarchy(self, stencils: Sequence[VariableStencil]) -> Hierarchy:
        """Levels of operators over boxes of one shape, coarsened along the axes that suit the first."""
        fines = [faces_of(stencil) for stencil in stencils]
        c0, c1, c2 = (self._stack([fine.c[axis] for fine in fines]) for axis in range(3))
        s, boxes = self._stack([fine.s for fine in fines]), list[Box]()
        while True:
            k, ratio = min(len(boxes), self.kinds - 1), coarsening(_stencil(fines[0]))
            box = Box.of((c0, c1, c2), s, ratio)
            if s[0].numel() <= BOTTOM or max(ratio) == 1:
                inverses = [pseudo_inverse(dense_matrix(_stencil(fine))) for fine in fines]
                return Hierarchy([*boxes, box], self._stack(inverses))
            boxes.append(self._deviating(box, fines, k))
            coarse = [coarse_faces(fine, ratio) for fine in fines]
            pairs = list(zip(fines, coarse, strict=True))
            c0, c1, c2 = (
                coarse_face(box.c[axis], axis, ratio)
                * self._factor(self.face[k], [face_features(*pair, axis, ratio) for pair in pairs])[..., 0]
                for axis in range(3)
            )
            factor = self._factor(self.surplus[k], [surplus_features(*pair, ratio) for pair in pairs])[..., 0]
            s = block_sums(s, ratio) / 2 * factor
            fines = _faces((c0, c1, c2), s, coarse)

    def forward(self, hierarchy: Hierarchy, r: Tensor, k: int = 0) -> Tensor:
        """z = M r by one V-cycle; r, z (batch, n0, n1, n2), r being 0 where no cell is active."""
        box = hierarchy.boxes[k]
        if k == len(hierarchy.boxes) - 1:
            return _solve(box, hierarchy.inverse, r)
        red = _red(r)
        half_sweeps = [(sweep, colour) for sweep in range(self.sweeps) for colour in (red, 1 - red)]
        x: Tensor | None = None
        for sweep, colour in half_sweeps:
            x = relax(box, x, r, sweep, colour)
        assert x is not None
        rest = block_sums(box.share * (r - product(box, x)), box.ratio)
        x = x + box.share * copies(self(hierarchy, rest, k + 1), box.ratio, x.shape)
        for sweep, colour in reversed(half_sweeps):
            x = relax(box, x, r, sweep, colour)
        return x

    def _deviating(self, box: Box, fines: Sequence[Faces], k: int) -> Box:
        """With relaxations and shares, rounded to what a byte holds; gradients pass as if they were not."""
        omega, step = self.omega, relaxation_step(self.omega)
        e = self._factor(self.cell[k], [cell_features(fine) for fine in fines])
        relaxed = _rounded(2 * omega * e / ((2 - omega) + omega * e), omega, step)
        e = self._factor(self.child[k], [child_features(fine, box.ratio) for fine in fines])[..., 0]
        share = _rounded(2 * e / (1 + e), 1.0, 1 / 128)
        return box._replace(omega=tuple(relaxed.unbind(-1)), share=share * box.share)

    def _factor(self, net: nn.Module, features: list[NDArray[np.float64]]) -> Tensor:
        found: Tensor = net(self._stack(features)).clamp(-LIMIT, LIMIT).exp()
        return found

    def _stack(self, arrays: list[NDArray[np.float64]]) -> Tensor:
        like = next(self.parameters())
        return torch.from_numpy(np.stack(arrays)).to(like)


def _net(ins: int, hidden: int, outs: int) -> nn.Sequential:
    last = nn.Linear(hidden, outs)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(nn.Linear(ins, hidden), nn.Softsign(), last)


def _rounded(value: Tensor, base: float, step: float) -> Tensor:
    byte = torch.clamp(torch.round((value - base) / step), -127, 127)
    return value + (base + step * byte - value).detach()


def _red(x: Tensor) -> Tensor:
    i, j, k = (torch.arange(n, device=x.device) for n in x.shape[1:])
    return ((i[:, None, None] + j[:, None] + k) % 2 == 0).to(x)


def _solve(box: Box, inverse: Tensor, r: Tensor) -> Tensor:
    """The pseudo-inverse B times r. Constants on components stay its null space, so its derivative is -B dA B."""
    flat = r.reshape(len(r), -1, 1)
    x = (inverse @ flat).detach().reshape(r.shape)
    Ax = product(box, x).reshape(flat.shape)
    return (inverse @ (flat - Ax + Ax.detach())).reshape(r.shape)


def _stencil(faces: Faces) -> VariableStencil:
    return VariableStencil(*faces.c, faces.d)


def _faces(c: tuple[Tensor, Tensor, Tensor], s: Tensor, like: Sequence[Faces]) -> list[Faces]:
    """Of each operator of a batch, for the features of the next level; these have no gradients."""
    c0, c1, c2, surplus = (part.detach().double().cpu().numpy() for part in (*c, s))
    return [one._replace(c=(c0[k], c1[k], c2[k]), s=surplus[k]) for k, one in enumerate(like)]
