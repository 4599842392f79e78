"""Choices that all cycles of a network have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias, get_args

from sciml._errors import InputError
from sciml.models.mgno.norms import Norm
from sciml.models.mgno.sides import Axis, Conditions, Location, Side, axis_rules

__all__ = ["CycleSettings", "Legacy", "Restrict", "Steps", "Transfer"]

Steps: TypeAlias = Sequence[Sequence[int]]
Restrict: TypeAlias = Literal["plain", "residual", "fas"]
Transfer: TypeAlias = Literal["learned", "fixed"]
Legacy: TypeAlias = Literal["idle_A", "growing", "unpadded", "open_T"]

PUBLISHED: Steps = ((1, 0),) * 5 + ((2, 0),)


@dataclass(frozen=True)
class CycleSettings:
    """How a V-cycle is built.

    Parameters
    ----------
    ndim : int
        Axes of the fields, 1 to 3.
    boundary, location, dirichlet
        Conditions by side and where the values sit: see `axis_rules`.
    steps : sequence of (int, int)
        Smoothing steps before and after the coarser levels, finest level first; its length is the number of levels.
    restriction : {"plain", "residual", "fas"}
        What a coarser level works on. ``plain``: R f, from the start Pi u, as published. ``residual``:
        R (f - A u), from 0, the classical cycle. ``fas``: R (f - A u) + A Pi u, from Pi u, and
        the change is prolongated.
    share_A : bool
        One A for all steps of a level.
    transfer : {"learned", "fixed"}
        Learned kernels, or full weighting and linear interpolation of each channel, without parameters.
    restriction_kernel : {3, 4}
        3: coarse points lie on fine ones; 4: between them (cells).
    prolongation_kernel : {3, 4} or sequence of them
        For all levels, or finest level first.
    bias : bool
        Constants in A and S; the cycle is then affine.
    norm, norm_shape
        Normalisation of u after each prolongation, see `norm_layer`.
    legacy : sequence of {"idle_A", "growing", "unpadded", "open_T"}
        Parts of published networks that serve nothing else: an A in the first step that is never
        used; level l with l + 1 times the channels; transfers without padding whatever the condition; zeros beyond
        periodic sides in prolongations.

    Raises
    ------
    InputError
        If a choice is unknown or two do not fit together.

    Examples
    --------
    >>> CycleSettings(steps=[(1, 1), (2, 0)]).sizes((33, 64))
    [(33, 64), (17, 32)]
    """

    ndim: int = 2
    boundary: Conditions = "dirichlet"
    location: Location = "cell"
    dirichlet: Literal["zero", "odd"] = "zero"
    steps: Steps = PUBLISHED
    restriction: Restrict = "plain"
    share_A: bool = False
    transfer: Transfer = "learned"
    restriction_kernel: int = 3
    prolongation_kernel: int | Sequence[int] = 4
    bias: bool = False
    norm: Norm = "none"
    norm_shape: Sequence[int] | None = None
    legacy: Sequence[Legacy] = ()

    def __post_init__(self) -> None:
        _check_steps(self.steps, self.restriction)
        _one_of("restriction", self.restriction, ("plain", "residual", "fas"))
        _one_of("transfer", self.transfer, ("learned", "fixed"))
        _one_of("restriction_kernel", self.restriction_kernel, (3, 4))
        for name in self.legacy:
            _one_of("legacy", name, get_args(Legacy))
        kernels = self.prolongation_kernels
        for kernel in kernels:
            _one_of("prolongation_kernel", kernel, (3, 4))
        if len(kernels) != len(self.steps) - 1:
            raise InputError(f"{len(kernels)} prolongation kernels were given for {len(self.steps)} levels; expected "
                             f"{len(self.steps) - 1}, or one for all")
        if self.restriction_kernel == 4 and self.location != "cell":
            raise InputError(f"restriction_kernel 4 averages two cells; the location is {self.location}, use 3")
        if self.transfer == "fixed" and "growing" in self.legacy:
            raise InputError("fixed transfers keep the channels apart, growing levels add some; use transfer='learned'")
        axis_rules(self.boundary, self.ndim, self.location, self.dirichlet)

    @property
    def levels(self) -> int:
        """Number of levels."""
        return len(self.steps)

    @property
    def prolongation_kernels(self) -> tuple[int, ...]:
        """Kernel of each prolongation, finest level first."""
        given = self.prolongation_kernel
        return (given,) * (self.levels - 1) if isinstance(given, int) else tuple(given)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """Ghost values of A and S."""
        return axis_rules(self.boundary, self.ndim, self.location, self.dirichlet)

    @cached_property
    def transfer_axes(self) -> tuple[Axis, ...]:
        """Ghost values of transfers."""
        return (Axis(*(Side("zero", inner=True),) * 2),) * self.ndim if "unpadded" in self.legacy else self.axes

    @cached_property
    def prolongation_axes(self) -> tuple[Axis, ...]:
        """Ghost values of prolongations."""
        return (Axis(*(Side("zero"),) * 2),) * self.ndim if "open_T" in self.legacy else self.transfer_axes

    @property
    def is_chain(self) -> bool:
        """Whether cycles are convolutions and sums with one sign a kernel, and nothing else."""
        odd = any(side.ghost == "odd" for axis in (*self.axes, *self.transfer_axes) for side in (axis.left, axis.right))
        return self.norm == "none" and not self.bias and self.restriction != "fas" and not odd

    def channels(self, channels: int, level: int) -> int:
        """Channels on a level for `channels` on the finest."""
        return channels * (level + 1) if "growing" in self.legacy else channels

    def sizes(self, shape: Iterable[int]) -> list[tuple[int, ...]]:
        """Sizes of the levels below a field of `shape`: at most `levels`, and no side shorter than 2."""
        sizes = [tuple(shape)]
        axes = self.transfer_axes
        while len(sizes) < self.levels:
            coarse = tuple(a.coarsened(n, self.restriction_kernel) for a, n in zip(axes, sizes[-1], strict=True))
            if min(coarse) < 2:
                break
            sizes.append(coarse)
        return sizes


def _one_of(name: str, value: object, allowed: Sequence[object]) -> None:
    if value not in allowed:
        raise InputError(f"{name} is {value!r}; use one of {', '.join(map(str, allowed))}")


def _check_steps(steps: Steps, restriction: str) -> None:
    try:
        counts = [(int(before), int(after)) for before, after in steps]
    except (TypeError, ValueError):
        raise InputError(f"steps is {steps!r}; expected pairs such as [(1, 0), (1, 0), (2, 0)]") from None
    if not counts or any(min(pair) < 0 or sum(pair) == 0 for pair in counts):
        raise InputError(f"steps {steps} has no level, or a level without steps; expected pairs such as (1, 0), (2, 0)")
    if counts[0][0] == 0 and restriction != "residual":
        raise InputError(f"steps {steps} begins without a step, and restriction '{restriction}' needs its u; "
                         "begin with (1, 0)")
