"""Relative errors of fields on a grid, one number a sample, with their stencils stated.

Every loss has the form ``loss(pred, target, grid) -> Tensor (batch,)`` for fields (batch, channels, *spatial); a batch
of numbers becomes one by an explicit `reduce`.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import torch
from torch import Tensor

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.mesh import AXES, Grid

__all__ = ["LOSSES", "REDUCTIONS", "Loss", "h1_fd", "h1_fft20", "h1_spectral", "loss_of", "reduce", "rel_l2"]

Loss: TypeAlias = Callable[[Tensor, Tensor, Grid], Tensor]

REDUCTIONS = ("mean", "sum")


def rel_l2(pred: Tensor, target: Tensor, grid: Grid) -> Tensor:
    """||pred - target|| / ||target||, Euclidean norms over all entries of a sample.

    Examples
    --------
    >>> target = torch.tensor([[[3.0, 4.0]]])
    >>> rel_l2(torch.tensor([[[3.0, 3.0]]]), target, Grid((2,))).tolist()
    [0.20000000298023224]
    """
    return vector_norm(pred - target) / vector_norm(target)


def h1_fd(pred: Tensor, target: Tensor, grid: Grid) -> Tensor:
    """Relative H1 error by finite differences.

    sqrt((|e|^2 + |grad e|^2) / (|y|^2 + |grad y|^2)) with integrals by the midpoint rule on cells and by the
    trapezoidal rule on nodes; derivatives are central differences inside and across periodic ends, and one-sided
    differences of second order at the other ends.

    Raises
    ------
    InputError
        If an axis has fewer than 3 points.

    Examples
    --------
    >>> x = (torch.arange(256) + 0.5) / 256
    >>> y = torch.sin(torch.pi * x)[None, None]
    >>> round(float(h1_fd(1.1 * y, y, Grid((256,)))), 4)
    0.1
    """
    return (_h1_squared(pred - target, grid) / _h1_squared(target, grid)).sqrt()


def h1_spectral(pred: Tensor, target: Tensor, grid: Grid) -> Tensor:
    """Relative H1 error of periodic fields by Fourier series, with derivatives of wave number 2 pi k / L.

    Raises
    ------
    InputError
        If an axis is not periodic.

    Examples
    --------
    >>> from sciml.mesh import Boundary
    >>> x = torch.arange(8) / 8
    >>> y, e = torch.sin(2 * torch.pi * x)[None, None], 0.1 * torch.cos(4 * torch.pi * x)[None, None]
    >>> error = h1_spectral(y + e, y, Grid((8,), boundary=Boundary("periodic")))
    >>> expected = 0.1 * ((1 + 16 * torch.pi**2) / (1 + 4 * torch.pi**2)) ** 0.5
    >>> abs(float(error) - expected) < 1e-6
    True
    """
    for axis in range(grid.ndim):
        if not grid.is_periodic(axis):
            raise InputError(f"h1_spectral needs periodic axes and {AXES[axis]} is not; use h1_fd")
    k2 = [(2 * torch.pi * k / length) ** 2 for k, length in zip(_wave_numbers(pred), grid.extent, strict=True)]
    return _weighted(pred, target, (1 + sum(k2)) ** 0.5)


def h1_fft20(pred: Tensor, target: Tensor, grid: Grid, a: float = 1.0) -> Tensor:
    """The "H1" error of published tables: a low-pass number, no norm, for comparison with them only.

    ||w F(e)|| / ||w F(y)|| with the Fourier transform of the field as if it were periodic, w^2 = 1 + a^2 sum of
    kappa(k)^2 over the axes, kappa(k) = |k| below 20 and 0 from there on, k whole numbers.

    Parameters
    ----------
    a : float
        1 in tables of MgNO, 2 in those of HANO, whose figures therefore differ.

    References
    ----------
    J. He, X. Liu and J. Xu, "MgNO: Efficient Parameterization of Linear Operators via Multigrid", ICLR 2024.

    Examples
    --------
    >>> x = torch.arange(64) / 64
    >>> y, e = torch.sin(2 * torch.pi * x)[None, None], 0.1 * torch.sin(40 * torch.pi * x)[None, None]
    >>> round(float(h1_fft20(y + e, y, Grid((64,)))), 4)
    0.0707
    """
    kappa2 = [torch.where(k.abs() < 20, k, 0.0) ** 2 for k in _wave_numbers(pred)]
    return _weighted(pred, target, (1 + a**2 * sum(kappa2)) ** 0.5)


LOSSES: dict[str, Loss] = {"rel_l2": rel_l2, "h1_fd": h1_fd, "h1_spectral": h1_spectral, "h1_fft20": h1_fft20}


def loss_of(name: str, a: float = 1.0) -> Loss:
    """A loss by its name; `a` belongs to h1_fft20.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if name not in LOSSES:
        raise InputError(f"loss '{name}' is unknown; use one of {', '.join(LOSSES)}{nearest(name, LOSSES)}")
    return partial(h1_fft20, a=a) if name == "h1_fft20" else LOSSES[name]


def reduce(values: Tensor, reduction: str) -> Tensor:
    """One number for a batch, by ``"mean"`` or ``"sum"``; a sum lets the gradient grow with the batch.

    Examples
    --------
    >>> reduce(torch.tensor([1.0, 3.0]), "mean"), reduce(torch.tensor([1.0, 3.0]), "sum")
    (tensor(2.), tensor(4.))
    """
    if reduction not in REDUCTIONS:
        raise InputError(f"reduction '{reduction}' is unknown; use {' or '.join(REDUCTIONS)}")
    return values.mean() if reduction == "mean" else values.sum()


def vector_norm(u: Tensor) -> Tensor:
    """Euclidean norm over all entries of each sample."""
    norm: Tensor = torch.linalg.vector_norm(u.flatten(1), dim=1)
    return norm


def _h1_squared(u: Tensor, grid: Grid) -> Tensor:
    """Integral of u^2 + |grad u|^2 over the volume of the box, divided by that volume."""
    density = u.square()
    for axis, h in enumerate(grid.spacing):
        density = density + _derivative(u, axis + 2, h, grid.is_periodic(axis)).square()
    for axis in range(grid.ndim):
        if grid.location == "node" and not grid.is_periodic(axis):
            ends = torch.ones(u.shape[axis + 2], dtype=u.dtype, device=u.device)
            ends[0] = ends[-1] = 0.5
            density = density * ends.reshape(-1, *[1] * (u.ndim - axis - 3))
    return density.flatten(1).sum(1)


def _derivative(u: Tensor, dim: int, h: float, periodic: bool) -> Tensor:
    n = u.shape[dim]
    if n < 3:
        raise InputError(f"h1_fd needs at least 3 points an axis, and axis {AXES[dim - 2]} has {n}; use rel_l2")
    if periodic:
        return (u.roll(-1, dim) - u.roll(1, dim)) / (2 * h)

    def at(index: int) -> Tensor:
        return u.narrow(dim, index % n, 1)

    inside = u.narrow(dim, 2, n - 2) - u.narrow(dim, 0, n - 2)
    low = -3 * at(0) + 4 * at(1) - at(2)
    high = 3 * at(-1) - 4 * at(-2) + at(-3)
    return torch.cat((low, inside, high), dim) / (2 * h)


def _wave_numbers(u: Tensor) -> list[Tensor]:
    """Whole wave numbers of a real transform, shaped to broadcast over the spectrum."""
    spatial, result = u.shape[2:], []
    for axis, n in enumerate(spatial):
        last = axis == len(spatial) - 1
        k = (torch.fft.rfftfreq if last else torch.fft.fftfreq)(n, 1 / n, dtype=u.dtype, device=u.device)
        result.append(k.reshape(-1, *[1] * (len(spatial) - axis - 1)))
    return result


def _weighted(pred: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Relative error of weighted spectra; modes that a real transform leaves out count by their twins."""
    axes, n = tuple(range(2, pred.ndim)), pred.shape[-1]
    twice = torch.full((n // 2 + 1,), 2**0.5, dtype=pred.dtype, device=pred.device)
    twice[0] = 1.0
    if n % 2 == 0:
        twice[-1] = 1.0

    def norm(u: Tensor) -> Tensor:
        return vector_norm(torch.view_as_real(weight * twice * torch.fft.rfftn(u, dim=axes, norm="ortho")))

    return norm(pred - target) / norm(target)
