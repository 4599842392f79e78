"""V-cycles whose kernels are those of the classical multigrid method for -Laplace u = f."""

from collections.abc import Sequence
from typing import TypeAlias

import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.models.mgno.convolutions import Prolongation
from sciml.models.mgno.cycle import INTERPOLATION, WEIGHTING, Level, VCycle, outer
from sciml.models.mgno.settings import CycleSettings
from sciml.models.mgno.sides import Conditions, Location, axis_rules

__all__ = ["difference_stencil", "from_poisson"]

Spacing: TypeAlias = Sequence[float]


def from_poisson(
    spacing: Spacing,
    levels: int,
    *,
    boundary: Conditions = "dirichlet",
    location: Location = "interior",
    smoothing: Sequence[int] = (1, 1),
    coarse_steps: int = 4,
    omega: float | None = None,
    channels: int = 1,
) -> VCycle:
    """A V-cycle that is a step of classical multigrid, in float64; train it from there, or precondition with it.

    Parameters
    ----------
    spacing : sequence of float
        Distance between unknowns, an axis each; its length is the number of axes.
    levels : int
        Number of levels.
    boundary : str or mapping of side to str
        ``dirichlet`` (default), ``neumann`` or ``periodic``, see `axis_rules`.
    location : {"interior", "node", "cell"}
        Unknowns at nodes (``node``: without Dirichlet sides), or cell averages whose Dirichlet
        value sits on the face.
    smoothing : (int, int)
        Steps of damped Jacobi before and after the coarser levels.
    coarse_steps : int
        Steps on the coarsest level.
    omega : float, optional
        Damping; default 2 d / (2 d + 1) on d axes.
    channels : int
        Fields that are solved for, each alone.

    Raises
    ------
    InputError
        If an argument does not fit.

    Notes
    -----
    On level l with spacings h 2^l: A = sum_a h_a^-2 [-1, 2, -1], S = omega / (sum_a 2 h_a^-2), rediscretised,
    residuals restricted by full weighting R, corrections interpolated linearly by T. The damping puts the
    eigenvalues of I - S A in the rough half of the spectrum, 1 - omega [1/d, 2] with [1/d, 2] those of the scaled A, on
    an interval that is symmetric about 0. T = 2^d R', so that the cycle with as many steps
    before as after is symmetric positive definite (at Neumann nodes in the inner product that
    halves them).

    References
    ----------
    U. Trottenberg, C. Oosterlee and A. Schueller, "Multigrid", Academic Press, 2001, chapters 2 and 5.

    Examples
    --------
    >>> cycle = from_poisson([1 / 64], levels=5)
    >>> f = torch.ones(1, 1, 63, dtype=torch.float64)
    >>> tuple(cycle(f).shape)
    (1, 1, 63)
    """
    ndim = len(spacing)
    if levels < 1 or coarse_steps < 1 or channels < 1:
        raise InputError(f"levels {levels}, coarse_steps {coarse_steps} and channels {channels} must be at least 1")
    if not all(h > 0 for h in spacing):
        raise InputError(f"spacing {tuple(spacing)} must be positive on every axis")
    ghosts = {side.ghost for axis in axis_rules(boundary, ndim, location) for side in (axis.left, axis.right)}
    if location == "node" and "zero" in ghosts:
        raise InputError("nodes on a Dirichlet side are no unknowns; use location='interior' and leave them out")
    kernel = 4 if location == "cell" else 3
    settings = CycleSettings(
        ndim=ndim, boundary=boundary, location=location, dirichlet="odd" if location == "cell" else "zero",
        steps=[tuple(smoothing)] * (levels - 1) + [(coarse_steps, 0)], restriction="residual",
        restriction_kernel=kernel, prolongation_kernel=kernel,
    )
    cycle = VCycle(channels, channels, settings).double()
    omega = 2 * ndim / (2 * ndim + 1) if omega is None else omega
    with torch.no_grad():
        _fill_levels(cycle, spacing, omega)
        _fill_transfers(cycle, kernel)
    return cycle


def difference_stencil(spacing: Spacing) -> Tensor:
    """-Laplace by second-order differences, 3 entries along every axis.

    Examples
    --------
    >>> difference_stencil([0.5]).tolist()
    [-4.0, 8.0, -4.0]
    """
    ndim = len(spacing)
    A = torch.zeros((3,) * ndim, dtype=torch.float64)
    for axis, h in enumerate(spacing):
        line = torch.tensor([-1.0, 2.0, -1.0], dtype=torch.float64) / h**2
        A[tuple(slice(None) if a == axis else 1 for a in range(ndim))] += line
    return A


def _diagonal(kernel: Tensor, channels: int) -> Tensor:
    """The kernel in every channel alone."""
    return torch.eye(channels, dtype=torch.float64).reshape(channels, channels, *(1,) * kernel.ndim) * kernel


def _fill_levels(cycle: VCycle, spacing: Spacing, omega: float) -> None:
    channels, ndim = cycle.in_channels, len(spacing)
    for number, level in enumerate(cycle.levels):
        assert isinstance(level, Level)
        A = difference_stencil([h * 2**number for h in spacing])
        centre = (1,) * ndim
        S = torch.zeros_like(A)
        S[centre] = omega / A[centre]
        for modules, kernel in ((level.A, A), (level.S, S)):
            for module in modules:
                module.get_parameter("weight").copy_(_diagonal(kernel, channels))


def _fill_transfers(cycle: VCycle, kernel: int) -> None:
    ndim, channels = cycle.settings.ndim, cycle.in_channels
    for module in [*cycle.R, *cycle.T]:
        line = INTERPOLATION[kernel, kernel] if isinstance(module, Prolongation) else WEIGHTING[kernel]
        module.get_parameter("weight").copy_(_diagonal(outer(line, ndim).double(), channels))
