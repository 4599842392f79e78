"""MgNO: a neural operator whose linear maps are multi-channel V-cycles."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from sciml._errors import InputError
from sciml.mesh import Grid
from sciml.models._pretrained import Pretrained
from sciml.models.mgno.convolutions import PLAIN
from sciml.models.mgno.cycle import VCycle, check_field
from sciml.models.mgno.hard import check_hard, with_zeros
from sciml.models.mgno.layer import OperatorLayer
from sciml.models.mgno.norms import Norm, norm_layer
from sciml.models.mgno.settings import PUBLISHED, CycleSettings, Legacy, Restrict, Steps, Transfer
from sciml.models.mgno.sides import Conditions, Location, conditions_of

__all__ = ["MgNO"]


class MgNO(Pretrained):
    """Multigrid neural operator for fields on boxes of one to three dimensions, of any size.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the given and of the predicted fields.
    hidden_channels : int
        Channels between layers.
    n_layers : int
        Number of layers before the head.
    ndim : int
        Axes of the fields.
    boundary : str, mapping of side (``"x-"``) or axis (``"x"``) to str, or Grid
        ``dirichlet`` (default for sides not named), ``neumann`` or ``periodic``, all with value 0.
    location : {"cell", "node", "interior"}
        Cell averages; nodes with those on the boundary; nodes without those on Dirichlet sides. A Grid
        brings its own.
    steps : sequence of (int, int)
        Smoothing steps of the cycles before and after the coarser levels, finest level first.
    restriction, share_A, transfer, restriction_kernel, prolongation_kernel, dirichlet, legacy
        See `CycleSettings`.
    bias : bool
        Constants in the smoothers.
    pointwise : bool
        Add B v + b, which mixes channels at each point, to each cycle.
    norm : {"none", "channel", "layer"}
        Normalisation: none, one whose parameters know no grid, or the published one on fields of `norm_shape` only.
    norm_place : {"layer", "prolongation"}
        After each cycle, or inside it after each prolongation.
    norm_shape : sequence of int, optional
        The one size a network with norm ``layer`` accepts.
    head : {"pointwise", "cycle"}
        Map of the last layer to the output: the same at each point, or a V-cycle.
    head_channels : int, optional
        Width of a hidden layer in a pointwise head.
    lifting : bool
        Map the input to `hidden_channels` at each point, before the first cycle.
    increment : bool
        Predict the change of the input, as one step of time does.
    hard_dirichlet : bool
        Set the prediction to 0 at nodes on Dirichlet sides, for ``location="node"``; runs then normalise outputs
        by their scale alone, so that 0 stays 0.
    recompute : bool
        Keep only what goes into each layer for the gradient and form the rest again: less than half the memory, about
        a third more time a step, the same gradient.

    Raises
    ------
    InputError
        If a choice is unknown, two do not fit, or the network cannot honour a boundary condition.

    References
    ----------
    J. He, X. Liu and J. Xu, "MgNO: Efficient Parameterization of Linear Operators via Multigrid", ICLR 2024.

    Examples
    --------
    >>> model = MgNO(in_channels=1, hidden_channels=8, n_layers=2, boundary={"x": "periodic"})
    >>> [tuple(model(torch.zeros(2, 1, *shape)).shape) for shape in ((16, 16), (33, 20))]
    [(2, 1, 16, 16), (2, 1, 33, 20)]
    """

    def __init__(
        self, in_channels: int = 1, out_channels: int = 1, hidden_channels: int = 24, n_layers: int = 4, *,
        ndim: int = 2, boundary: Conditions | Grid = "dirichlet", location: Location = "cell",
        dirichlet: Literal["zero", "odd"] = "zero", steps: Steps = PUBLISHED, restriction: Restrict = "plain",
        share_A: bool = False, transfer: Transfer = "learned", restriction_kernel: int = 3,
        prolongation_kernel: int | Sequence[int] = 4, bias: bool = False, pointwise: bool = True, norm: Norm = "none",
        norm_place: Literal["layer", "prolongation"] = "layer", norm_shape: Sequence[int] | None = None,
        head: Literal["pointwise", "cycle"] = "pointwise", head_channels: int | None = None, lifting: bool = False,
        increment: bool = False, hard_dirichlet: bool = False, recompute: bool = False, legacy: Sequence[Legacy] = (),
    ) -> None:
        super().__init__()
        if isinstance(boundary, Grid):
            ndim, location, boundary = boundary.ndim, boundary.location, conditions_of(boundary)
        _check(in_channels, out_channels, hidden_channels, n_layers, increment, head, norm_place)
        inside = norm_place == "prolongation"
        settings = CycleSettings(
            ndim=ndim, boundary=boundary, location=location, dirichlet=dirichlet, steps=steps, restriction=restriction,
            share_A=share_A, transfer=transfer, restriction_kernel=restriction_kernel,
            prolongation_kernel=prolongation_kernel, bias=bias, norm=norm if inside else "none", norm_shape=norm_shape,
            legacy=legacy,
        )
        if hard_dirichlet:
            check_hard(settings)
        self.config = dict(
            in_channels=in_channels, out_channels=out_channels, hidden_channels=hidden_channels, n_layers=n_layers,
            ndim=ndim, boundary=dict(boundary) if isinstance(boundary, Mapping) else boundary, location=location,
            dirichlet=dirichlet, steps=[list(pair) for pair in steps], restriction=restriction, share_A=share_A,
            transfer=transfer, restriction_kernel=restriction_kernel, bias=bias, pointwise=pointwise, norm=norm,
            prolongation_kernel=list(settings.prolongation_kernels), norm_place=norm_place, head=head,
            norm_shape=None if norm_shape is None else list(norm_shape), head_channels=head_channels, lifting=lifting,
            increment=increment, hard_dirichlet=hard_dirichlet, recompute=recompute, legacy=list(legacy),
        )
        self.settings, self.increment, self.recompute, self.hard = settings, increment, recompute, hard_dirichlet
        convolution = PLAIN[ndim]
        first = hidden_channels if lifting else in_channels
        self.lifting = convolution(in_channels, hidden_channels, 1) if lifting else nn.Identity()
        self.layers = nn.ModuleList(
            OperatorLayer(first if i == 0 else hidden_channels, hidden_channels, settings, pointwise=pointwise,
                          norm=None if inside else norm_layer(norm, hidden_channels, norm_shape))
            for i in range(n_layers)
        )
        self.head: nn.Module
        if head == "cycle":
            self.head = VCycle(hidden_channels, out_channels, settings)
        elif head_channels is None:
            self.head = convolution(hidden_channels, out_channels, 1, bias=False)
        else:
            self.head = nn.Sequential(convolution(hidden_channels, head_channels, 1), nn.GELU(),
                                      convolution(head_channels, out_channels, 1))
        if ndim > 1:
            self.to(memory_format=torch.channels_last if ndim == 2 else torch.channels_last_3d)  # type: ignore[call-overload]

    @property
    def smallest_side(self) -> int:
        """Points along an axis from which on there is room for all levels."""
        n, levels = 2, self.settings.levels
        while len(self.settings.sizes((n,) * self.settings.ndim)) < levels:
            n += 1
        return n

    def forward(self, x: Tensor) -> Tensor:
        """Predicted fields.

        Parameters
        ----------
        x : Tensor, shape (batch, in_channels, *spatial)
            Any sizes from 2 on.

        Returns
        -------
        Tensor, shape (batch, out_channels, *spatial)

        Raises
        ------
        InputError
            If the layout of `x` is another.
        """
        check_field(x, cast(int, self.config["in_channels"]), self.settings.ndim)
        v = self.lifting(x)
        again = self.recompute and torch.is_grad_enabled() and not torch.compiler.is_exporting()
        for layer in self.layers:
            v = checkpoint(layer, v, use_reentrant=False, preserve_rng_state=False) if again else layer(v)
        y = torch.as_tensor(self.head(v))
        y = y + x if self.increment else y
        return with_zeros(y, self.settings.axes) if self.hard else y


def _check(
    in_channels: int, out_channels: int, hidden_channels: int, n_layers: int, increment: bool, head: str, place: str
) -> None:
    numbers = dict(in_channels=in_channels, out_channels=out_channels, hidden_channels=hidden_channels,
                   n_layers=n_layers)
    for name, number in numbers.items():
        if not isinstance(number, int) or number < 1:
            raise InputError(f"{name} is {number!r}; expected a whole number >= 1")
    if increment and in_channels != out_channels:
        raise InputError(f"an increment needs as many output as input channels; given {in_channels} and {out_channels}")
    for name, given, allowed in (("head", head, ("pointwise", "cycle")),
                                 ("norm_place", place, ("layer", "prolongation"))):
        if given not in allowed:
            raise InputError(f"{name} is {given!r}; use {' or '.join(allowed)}")
