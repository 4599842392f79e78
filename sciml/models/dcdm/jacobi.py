"""The small preset: a V-cycle of damped Jacobi sweeps and linear transfers, with 471 weights."""

from collections.abc import Callable, Sequence
from math import log
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sciml._errors import InputError
from sciml.kernels._features import Faces, faces_of
from sciml.kernels._stencil import VariableStencil, shape3
from sciml.models._pretrained import Pretrained
from sciml.models.dcdm.boxes import Box, block_sums, coarse_face, copies
from sciml.pde.operator import StencilOperator

__all__ = ["JacobiCycle", "JacobiHierarchy", "gathered", "interpolated"]

COARSEST = 4  # cells an axis
DAMPING = 0.8
REGULAR = 1e-4  # of the mean diagonal, added on the coarsest box: closed rooms have no inverse
LIMIT = 6.0


class JacobiHierarchy(NamedTuple):
    """What `JacobiCycle.hierarchy` makes of a batch of operators.

    boxes : levels; ``omega`` holds one tensor, the relaxation over the diagonal, ``share`` scales the correction
    mu : for each level but the last, what a parent stands in for neighbours that are not active
    inverse : (batch, N, N) of the coarsest level
    unit : (batch, 1, 1, 1), mean face of each operator, in units of which the levels are
    """

    boxes: list[Box]
    mu: list[Tensor]
    inverse: Tensor
    unit: Tensor


class JacobiCycle(Pretrained):
    """A symmetric V(1, 1)-cycle of damped Jacobi sweeps on boxes, linear in the residual, for obstacles.

    Coarse faces are sums of fine ones, halved, times a factor e^F; what holds a coarse cell beyond its faces is the sum
    over its children times e^G and (2^l + 1) / (2^(l + 1) + 1), the exact ratio for values that are prescribed at
    centres of cells of the finest level. Corrections are interpolated linearly between centres of cells, with the
    parent in place of neighbours that are obstacles, scaled by e^p, and gathered by the transpose. F, G, and the pair
    of omega and p are networks of 4 features and 8 hidden units, for the first level, the second, and all below.

    Notes
    -----
    With omega < 1 and a weakly diagonally dominant A, D / omega exceeds A / 2, so a sweep reduces the energy of any
    error, and the cycle is symmetric positive definite for all weights. Periodic axes are refused.

    Examples
    --------
    >>> model = JacobiCycle()
    >>> sum(weight.numel() for weight in model.parameters())
    471
    """

    def __init__(self) -> None:
        super().__init__()
        self.config = {}
        self.face, self.surplus, self.cell = (
            nn.ModuleList(_net(outs) for _ in range(3)) for outs in (1, 1, 2)
        )
        self.mu = nn.Parameter(torch.zeros(3))

    def hierarchy(self, stencils: Sequence[VariableStencil]) -> JacobiHierarchy:
        """Levels of operators over boxes of one shape.

        Raises
        ------
        InputError
            If an axis is periodic.
        """
        fines = [faces_of(stencil) for stencil in stencils]
        if any(np.take(fine.c[axis], -1, axis).any() for fine in fines for axis in range(3)):
            raise InputError("the Jacobi cycle knows no periodic axes; use LearnedCycle")
        unit = self._stack([_mean_face(fine) for fine in fines]).reshape(-1, 1, 1, 1)
        c0, c1, c2 = (self._stack([fine.c[axis] for fine in fines]) / unit for axis in range(3))
        s = self._stack([fine.s for fine in fines]) / unit
        volume, held = self._stack([fine.volume for fine in fines]), (s > 0).to(s)
        dim = sum(n > 1 for n in s.shape[1:])
        boxes, factors = list[Box](), list[Tensor]()
        while True:
            level = len(boxes)
            k, scale = min(level, 2), 2.0 ** (level * (dim - 2))
            ratio = (2, 2, 2) if max(s.shape[1:]) > COARSEST else (1, 1, 1)
            box = self._relaxed(Box.of((c0, c1, c2), s, ratio), volume, k, 2 * dim * scale)
            boxes.append(box)
            if ratio == (1, 1, 1):
                return JacobiHierarchy(boxes, factors, _inverse(box), unit)
            size = torch.full_like(s, 1.0)
            volume, held = (block_sums(a, ratio) / block_sums(size, ratio) for a in (volume, held))
            c0, c1, c2 = (
                self._coarse_face(box, axis, volume, held, k, 2 ** (dim - 2) * scale) for axis in range(3)
            )
            total = block_sums(s, ratio)
            seen = total / (4 * dim * scale * 2.0 ** (dim - 2)), volume, held, torch.ones_like(total)
            s = total * (2**level + 1) / (2 ** (level + 1) + 1) * _factor(self.surplus[k], seen)[..., 0]
            factors.append(torch.where(held > 0, self.mu[k], 1.0))

    def forward(self, hierarchy: JacobiHierarchy, r: Tensor, k: int = 0) -> Tensor:
        """z = M r by one V-cycle; r, z (batch, n0, n1, n2), r being 0 where no cell is active."""
        box = hierarchy.boxes[k]
        if k == len(hierarchy.boxes) - 1:
            z = (hierarchy.inverse @ r.reshape(len(r), -1, 1)).reshape(r.shape)
            return z / hierarchy.unit if k == 0 else z
        w, mu, active = box.omega[0], hierarchy.mu[k], _active(hierarchy.boxes[k + 1])
        z = w * r
        rest = active * gathered(box.share * (r - _product(box, z)), mu, active)
        z = z + box.share * interpolated(self(hierarchy, rest, k + 1), mu, active, z.shape)
        z = z + w * (r - _product(box, z))
        return z / hierarchy.unit if k == 0 else z

    def preconditioner(self, A: StencilOperator) -> Callable[[NDArray[np.float64], NDArray[np.float64]], None]:
        """M as `sciml.solvers.PCG` takes it: a function of r and of the array that z is written to.

        Examples
        --------
        >>> from sciml.mesh import Grid
        >>> from sciml.pde import poisson
        >>> from sciml.solvers import PCG, solve
        >>> system = poisson(Grid((16, 16, 16)))
        >>> solve(system.A, system.b, PCG(JacobiCycle().double().preconditioner(system.A))).iterations < 25
        True
        """
        with torch.no_grad():
            hierarchy = self.hierarchy([A.variable()])
        active = _active(hierarchy.boxes[0])
        shape = 1, *shape3(A.grid_shape)

        def apply(r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
            with torch.inference_mode():
                found = active * self(hierarchy, active * torch.from_numpy(r.reshape(shape)).to(active))
            z[...] = found.double().numpy().reshape(z.shape)

        return apply

    def _relaxed(self, box: Box, volume: Tensor, k: int, usual: float) -> Box:
        """With relaxations and the scale of corrections; `usual` is the diagonal where there are no obstacles."""
        active = _active(box)
        seen = box.d / usual, box.s / box.d, volume, torch.ones_like(volume)
        a, p = self.cell[k](torch.stack(seen, -1)).clamp(-LIMIT, LIMIT).unbind(-1)
        omega = torch.sigmoid(log(DAMPING / (1 - DAMPING)) + a)
        return box._replace(omega=(active * omega / box.d,), share=active * torch.exp(p))

    def _coarse_face(self, box: Box, axis: int, volume: Tensor, held: Tensor, k: int, usual: float) -> Tensor:
        c = coarse_face(box.c[axis], axis, box.ratio)
        v, h = torch.roll(volume, -1, axis + 1), torch.roll(held, -1, axis + 1)
        seen = c / usual, torch.minimum(volume, v), torch.maximum(volume, v), (held + h) / 2
        return c * _factor(self.face[k], seen)[..., 0]

    def _stack(self, arrays: Sequence[NDArray[np.float64] | float]) -> Tensor:
        return torch.from_numpy(np.stack([np.asarray(a) for a in arrays])).to(self.mu)


def interpolated(e: Tensor, mu: Tensor, active: Tensor, shape: Sequence[int]) -> Tensor:
    """P e on a box of the given shape (batch, n0, n1, n2): linear between centres, 3/4 and 1/4 along each axis.

    Neighbours that are not active count as `mu` times the parent.
    """
    ratio = 2, 2, 2
    missing = 1 - _linear(active, shape)
    return _linear(active * e, shape) + missing * copies(mu * e, ratio, shape)


def gathered(t: Tensor, mu: Tensor, active: Tensor) -> Tensor:
    """The transpose of `interpolated`."""
    missing = 1 - _linear(active, t.shape)
    r = t
    for axis in range(1, 4):
        even, odd = _children(r, axis)
        r = 0.75 * (even + odd) + 0.25 * (_shifted(even, axis, -1) + _shifted(odd, axis, 1))
    return active * r + mu * block_sums(missing * t, (2, 2, 2))


def _linear(e: Tensor, shape: Sequence[int]) -> Tensor:
    """Linear interpolation, 0 beyond the box."""
    for axis in range(1, 4):
        near = 0.75 * e
        pair = near + 0.25 * _shifted(e, axis, 1), near + 0.25 * _shifted(e, axis, -1)
        e = torch.stack(pair, axis + 1).flatten(axis, axis + 1).narrow(axis, 0, shape[axis])
    return e


def _children(t: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Entries at even places along an axis and those at odd ones, with a 0 more if need be."""
    if t.shape[axis] % 2:
        t = torch.cat([t, torch.zeros_like(t.narrow(axis, 0, 1))], axis)
    even, odd = t.reshape(*t.shape[:axis], -1, 2, *t.shape[axis + 1 :]).unbind(axis + 1)
    return even, odd


def _shifted(t: Tensor, axis: int, by: int) -> Tensor:
    """Moved by one place up or down an axis, 0 coming in."""
    end, rest = torch.zeros_like(t.narrow(axis, 0, 1)), t.narrow(axis, 0 if by > 0 else 1, t.shape[axis] - 1)
    return torch.cat([end, rest] if by > 0 else [rest, end], axis)


def _product(box: Box, x: Tensor) -> Tensor:
    """A x; one operator serves any number of vectors."""
    y = box.d * x
    for axis in range(3):
        c = box.c[axis]
        y = y - c * torch.roll(x, -1, axis + 1) - torch.roll(c * x, 1, axis + 1)
    return y


def _active(box: Box) -> Tensor:
    held = box.s
    for axis in range(3):
        held = held + box.c[axis] + torch.roll(box.c[axis], 1, axis + 1)
    return (held > 0).to(held)


def _inverse(box: Box) -> Tensor:
    """Of the coarsest operators, 0 for cells that are not active."""
    active = _active(box).flatten(1)
    size = active.shape[1]
    columns = torch.eye(size).to(box.d).reshape(size, 1, *box.d.shape[1:])
    A = torch.stack([_product(box, column).flatten(1) for column in columns], 2)
    mean = (active * box.d.flatten(1)).sum(1) / active.sum(1).clamp_min(1)
    inverse: Tensor = torch.linalg.inv(A + REGULAR * torch.diag_embed(active * mean[:, None]))
    return inverse * active[:, None] * active[:, :, None]


def _factor(net: nn.Module, seen: Sequence[Tensor]) -> Tensor:
    found: Tensor = net(torch.stack(tuple(seen), -1)).clamp(-LIMIT, LIMIT).exp()
    return found


def _mean_face(fine: Faces) -> float:
    faces = np.concatenate([c[c > 0] for c in fine.c])
    return float(faces.mean()) if faces.size else 1.0


def _net(outs: int) -> nn.Sequential:
    last = nn.Linear(8, outs)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), last)
