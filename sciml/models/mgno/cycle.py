"""Multi-channel V-cycles: linear maps of fields whose smoothers and transfers are convolutions."""

from functools import reduce
from typing import cast

import torch
from torch import Tensor, nn

from sciml._errors import InputError
from sciml.kernels._lanes import LANES
from sciml.kernels.convolve_chain.chain import Chain
from sciml.kernels.convolve_chain.torch import convolve_chain, suits
from sciml.models.mgno.convolutions import Local, Prolongation, Restriction
from sciml.models.mgno.norms import norm_layer
from sciml.models.mgno.recorded import Recorded, Recorder, weight_of
from sciml.models.mgno.settings import CycleSettings

__all__ = ["Level", "VCycle"]

# Full weighting and linear interpolation along one axis by (restriction kernel, prolongation kernel).
WEIGHTING = {3: (0.25, 0.5, 0.25), 4: (0.125, 0.375, 0.375, 0.125)}
INTERPOLATION = {(3, 3): (0.5, 1.0, 0.5), (3, 4): (0.5, 1.0, 0.5, 0.0), (4, 4): (0.25, 0.75, 0.75, 0.25),
                 (4, 3): (0.5, 1.0, 0.5)}


class Level(nn.Module):
    """Smoothing steps u <- u + S (f - A u) of one level.

    Parameters
    ----------
    channels, data_channels : int
        Of u and of f.
    settings : CycleSettings
    level : int
        0 is the finest.
    """

    def __init__(self, channels: int, data_channels: int, settings: CycleSettings, level: int) -> None:
        super().__init__()
        axes, bias = settings.axes, settings.bias
        self.before, after = settings.steps[level]
        self.n_steps = self.before + after
        # Where the cycle begins with u = 0 the first step has no use for A u.
        begins = self.before > 0 and (level == 0 or settings.restriction == "residual")
        self.skipped = int(begins and "idle_A" not in settings.legacy)
        self.shared = settings.share_A
        count = min(1, self.n_steps - self.skipped) if self.shared else self.n_steps - self.skipped
        coarsest = level + 1 == settings.levels
        self.forms_residual = settings.restriction != "plain" and not coarsest
        count += self.forms_residual and not (self.shared and count)
        self.A = nn.ModuleList(Local(channels, data_channels, axes, bias=bias) for _ in range(count))
        self.S = nn.ModuleList(Local(data_channels, channels, axes, bias=bias) for _ in range(self.n_steps))

    def smooth(self, u: Tensor | None, f: Tensor, *, after: bool = False) -> Tensor | None:
        """The steps before, or after, the coarser levels; u is None for 0."""
        for step in range(self.before, self.n_steps) if after else range(self.before):
            u = self.S[step](f) if u is None else self.S[step](self.defect(step, u, f), u)
        return u

    def defect(self, step: int, u: Tensor, f: Tensor) -> Tensor:
        """f - A u with the A of a step."""
        return cast(Tensor, self.A[0 if self.shared else step - self.skipped](u, f, minus=True))

    def residual(self, u: Tensor | None, f: Tensor) -> Tensor:
        """f - A u for the coarser levels, with an A that no step uses unless all are shared."""
        return f if u is None else cast(Tensor, self.A[-1](u, f, minus=True))

    def first_operator(self, u: Tensor) -> Tensor:
        """A u with the A of the first step that starts from some u."""
        return cast(Tensor, self.A[0](u))


class VCycle(nn.Module):
    """u = W f on fields of any size.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of f and of u.
    settings : CycleSettings

    Notes
    -----
    Level by level: smoothing steps u <- u + S (f - A u), from u = 0; a coarser level on restricted
    data; u <- u + T u_coarse; more steps. Levels end where a side would be shorter than 2, so one set of
    parameters serves every size; no kernel shape depends on one.

    References
    ----------
    J. He, X. Liu and J. Xu, "MgNO: Efficient Parameterization of Linear Operators via Multigrid", ICLR 2024.
    J. He and J. Xu, "MgNet: A Unified Framework of Multigrid and Convolutional Neural Network", 2019.

    Examples
    --------
    >>> cycle = VCycle(2, 8, CycleSettings(steps=[(1, 1), (2, 0)]))
    >>> [tuple(cycle(torch.zeros(1, 2, *shape)).shape) for shape in ((16, 16), (7, 12))]
    [(1, 8, 16, 16), (1, 8, 7, 12)]
    """

    def __init__(self, in_channels: int, out_channels: int, settings: CycleSettings | None = None) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.settings = settings = CycleSettings() if settings is None else settings
        pairs = [(settings.channels(out_channels, level), settings.channels(in_channels, level))
                 for level in range(settings.levels)]
        self.levels = nn.ModuleList(Level(c, d, settings, level) for level, (c, d) in enumerate(pairs))
        down, kernel = settings.transfer_axes, settings.restriction_kernel
        starts = settings.restriction != "residual"
        steps = list(zip(pairs, pairs[1:], settings.prolongation_kernels, strict=False))
        self.R = nn.ModuleList(Restriction(a[1], b[1], down, kernel=kernel) for a, b, _ in steps)
        self.Pi = nn.ModuleList(Restriction(a[0], b[0], down, kernel=kernel) for a, b, _ in steps if starts)
        self.T = nn.ModuleList(Prolongation(b[0], a[0], settings.prolongation_axes, kernel=k) for a, b, k in steps)
        shapes = [None] * settings.levels if settings.norm_shape is None else settings.sizes(settings.norm_shape)
        self.norms = nn.ModuleList(
            norm_layer(settings.norm, a[0], shape) for (a, _, _), shape in zip(steps, shapes, strict=False)
        )
        if settings.transfer == "fixed":
            self._fix_transfers()
        self.one_call = settings.is_chain and out_channels % LANES == 0
        self.chains: dict[tuple[int | bool, ...], tuple[Chain, list[nn.Module]]] = {}

    def forward(self, f: Tensor) -> Tensor:
        """W f.

        Parameters
        ----------
        f : Tensor, shape (batch, in_channels, *spatial)

        Returns
        -------
        Tensor, shape (batch, out_channels, *spatial)
        """
        return self.chained(f) if self.is_chain(f) else self.solve(0, None, f, self.depth(f))

    def is_chain(self, f: Tensor) -> bool:
        """Whether one call of a kernel may do all of it."""
        return self.one_call and suits(f, next(self.parameters()))

    def chained(self, f: Tensor, B: nn.Module | None = None) -> Tensor:
        """W f, or W f + B f + b, sample by sample; what the steps are is found when a size is first met."""
        key = (*f.shape[2:], B is not None)
        if key not in self.chains:
            self.chains[key] = self._recorded(f.shape[2:], B)
        chain, modules = self.chains[key]
        constants = None if B is None else B.get_parameter("bias")
        return convolve_chain(chain, f, constants, [weight_of(module) for module in modules], f.shape[2:])

    def _recorded(self, shape: torch.Size, B: nn.Module | None) -> tuple[Chain, list[nn.Module]]:
        recorder = Recorder()
        f = cast(Tensor, recorder.begin(self.in_channels, shape))
        u = self.solve(0, None, f, self.depth(f))
        if B is not None:
            cast(Recorded, f).completed(B, cast(Recorded, u))
        return recorder.chain(), recorder.modules

    def depth(self, f: Tensor) -> int:
        """Number of levels that a field has room for; all of them in an export, whose sizes are free."""
        if torch.compiler.is_exporting():
            return self.settings.levels
        return len(self.settings.sizes(f.shape[2:]))

    def solve(self, level: int, u: Tensor | None, f: Tensor, depth: int) -> Tensor:
        """The part of the cycle from `level` down, for data f and start u (None for 0)."""
        here = self.levels[level]
        assert isinstance(here, Level)
        u = here.smooth(u, f)
        if level + 1 < depth:
            u = self._corrected(here, level, u, f, depth)
        u = here.smooth(u, f, after=True)
        assert u is not None  # every level has a step
        return u

    def coarse(self, level: int, u: Tensor | None, f: Tensor, depth: int) -> Tensor:
        """What a finer level asks for: `solve`, unless a subclass knows a shorter way."""
        return self.solve(level, u, f, depth)

    def _corrected(self, here: Level, level: int, u: Tensor | None, f: Tensor, depth: int) -> Tensor:
        kind = self.settings.restriction
        start: Tensor | None = None if kind == "residual" else self.Pi[level](u)
        data = self.R[level](f if kind == "plain" else here.residual(u, f))
        if kind == "fas" and start is not None:
            below = self.levels[level + 1]
            assert isinstance(below, Level)
            e = self.coarse(level + 1, start, data + below.first_operator(start), depth) - start
        else:
            e = self.coarse(level + 1, start, data, depth)
        return cast(Tensor, self.norms[level](self.T[level](e, f.shape[2:], u)))

    def _fix_transfers(self) -> None:
        """Replace the parameters of transfers by constants that act on each channel alone."""
        down, ndim = self.settings.restriction_kernel, self.settings.ndim
        for module in [*self.R, *self.Pi, *self.T]:
            shape = module.weight.shape
            line = INTERPOLATION[down, shape[-1]] if isinstance(module, Prolongation) else WEIGHTING[down]
            kernel = torch.eye(shape[0]).reshape(*shape[:2], *(1,) * ndim) * outer(line, ndim)
            del module.weight
            module.register_buffer("weight", kernel)


def outer(line: tuple[float, ...], ndim: int) -> Tensor:
    """The product of one kernel along each axis.

    Examples
    --------
    >>> outer((1.0, 2.0), 2).tolist()
    [[1.0, 2.0], [2.0, 4.0]]
    """
    factors = [torch.tensor(line).reshape(-1, *(1,) * (ndim - 1 - axis)) for axis in range(ndim)]
    return reduce(torch.mul, factors)


def check_field(x: Tensor, channels: int, ndim: int) -> None:
    """Refuse tensors of another layout, before a convolution says so in its own terms.

    Raises
    ------
    InputError
        If axes, channels or sizes do not fit.
    """
    if x.ndim != ndim + 2 or x.shape[1] != channels:
        raise InputError(f"the field has shape {tuple(x.shape)}; expected (batch, {channels}"
                         f"{', n' * ndim}) for {channels} channels on {ndim} axes")
    if not torch.compiler.is_exporting() and min(x.shape[2:]) < 2:
        raise InputError(f"the field has shape {tuple(x.shape)}; expected at least 2 points along every axis")
