"""The field of least energy among those with given averages over blocks of cells."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from sciml.models.mgno.ghosts import Widths, extended
from sciml.models.mgno.sides import Axis, Side

__all__ = ["least_energy"]


def least_energy(
    u: Tensor, a: Tensor, axes: Sequence[Axis], spacing: Sequence[float] | None = None, steps: int = 4
) -> Tensor:
    """Lower the energy of a flow through a medium, and keep the averages over blocks of 2^d cells.

    Parameters
    ----------
    u : Tensor, shape (batch, channels, *spatial)
        The field to begin with, of cell averages, for even sizes.
    a : Tensor, shape (batch, 1, *spatial)
        Coefficient of -div(a grad u), > 0.
    axes : sequence of Axis
        Conditions at the sides: `odd`, `replicate` or `wrap`.
    spacing : sequence of float, optional
        Widths of a cell, of which ratios count; default equal.
    steps : int
        Of Chebyshev's iteration. Far more than ten lose digits: call again instead.

    Returns
    -------
    Tensor, shape of `u`
        A linear function of u.

    Notes
    -----
    The energy is u . A u with the finite volumes A of the package: flux = harmonic mean of a, times difference. Where
    it is least among fields of given averages, A u is constant on each block, and every field that solves A u = f with
    such an f is found again from its averages. Kinks of u where a jumps come with that.

    A step is u <- u - w Z A u with Z r = (r - c) / D, c constant on each block, and such that averages stay: it is the
    v of least r . v + v . D v / 2 among those without averages. D are the sums of coefficients over the faces of a
    cell. A row of A adds up to 2 D at most in absolute values, sides included, so v . A v <= 2 v . D v. In a medium of
    one value v . A v >= s v . D v with the smallest share s of an axis in D, 1 / d for cubes, by the jumps within
    blocks alone. The weights w are those of Chebyshev's iteration on [s, 2]. In media that vary some v have less
    energy; they come in more slowly, and none diverges.

    References
    ----------
    H. Owhadi, "Multigrid with Rough Coefficients and Multiresolution Operator Decomposition from Hierarchical
    Information Games", SIAM Review 2017: fields of least energy for given averages as levels of multigrid.

    Examples
    --------
    Averages 3.5 and 6.375 on the two halves, of flows with u = 0 on the left and no flux on the right:

    >>> from sciml.models.mgno.sides import axis_rules
    >>> axes = axis_rules({"x+": "neumann"}, 1, dirichlet="odd")
    >>> u, a = torch.tensor([[[3.5, 3.5, 6.375, 6.375]]]), torch.tensor([[[1.0, 1.0, 4.0, 4.0]]])
    >>> least_energy(u, a, axes, steps=8).round(decimals=4)
    tensor([[[2.0000, 5.0000, 6.2500, 6.5000]]])
    """
    share = [h**-2 for h in ([1.0] * len(axes) if spacing is None else spacing)]
    even = [Axis(*(Side("wrap" if side.ghost == "wrap" else "replicate") for side in (axis.left, axis.right)))
            for axis in axes]
    faces = [weight / sum(share) * _faces(a, even, axis) for axis, weight in enumerate(share)]
    D = sum((k.narrow(d, 0, a.shape[d]) + k.narrow(d, 1, a.shape[d]) for d, k in enumerate(faces, 2)), torch.zeros(()))
    free = 1 / block_means(1 / D)
    least = min(share) / sum(share)
    for step in range(steps):
        root = (2 + least) / 2 - (2 - least) / 2 * math.cos(math.pi * (step + 0.5) / steps)
        v = _applied(u, faces, axes) / D
        u = u - (v - spread(block_means(v) * free) / D) / root
    return u


def block_means(u: Tensor) -> Tensor:
    """Averages over blocks of two cells an axis."""
    for dim in range(2, u.ndim):
        u = u.unflatten(dim, (-1, 2)).mean(dim + 1)  # type: ignore[no-untyped-call]
    return u


def spread(u: Tensor) -> Tensor:
    """Each cell as a block of equal ones."""
    for dim in range(2, u.ndim):
        u = u.repeat_interleave(2, dim)
    return u


def beside(u: Tensor, axes: Sequence[Axis], axis: int) -> Tensor:
    """The field with one ghost at either end of an axis."""
    widths: Widths = tuple((1, 1) if a == axis else (0, 0) for a in range(len(axes)))
    return extended(u, axes, widths)


def _faces(a: Tensor, axes: Sequence[Axis], axis: int) -> Tensor:
    """Harmonic means at all faces across an axis; at sides the value of the cell."""
    wider, n, dim = beside(a, axes, axis), a.shape[axis + 2] + 1, axis + 2
    left, right = wider.narrow(dim, 0, n), wider.narrow(dim, 1, n)
    return 2 * left * right / (left + right)


def _applied(u: Tensor, faces: Sequence[Tensor], axes: Sequence[Axis]) -> Tensor:
    """A u: what flows out of each cell."""
    out = torch.zeros_like(u)
    for axis, k in enumerate(faces):
        flux = k * beside(u, axes, axis).diff(dim=axis + 2)
        out = out - flux.diff(dim=axis + 2)
    return out
