"""Fields continued past the sides of their box, each side by its own rule."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from sciml.models.mgno.sides import Axis, Ghost

__all__ = ["Widths", "extend", "extended"]

Widths: TypeAlias = tuple[tuple[int, int], ...]


def extend(x: Tensor, axes: Sequence[Axis], widths: Widths) -> tuple[Tensor, list[int]]:
    """Continue a field where a convolution cannot do it by itself.

    Parameters
    ----------
    x : Tensor, shape (batch, channels, *spatial)
    axes : sequence of Axis
    widths : tuple of (int, int)
        Ghost layers before and after, an axis each.

    Returns
    -------
    Tensor
        The field with ghosts along axes that are not zero on both sides alike.
    list of int
        Zeros that are left for the convolution to imagine, an axis each.
    """
    inside = [width[0] if _by_convolution(axis, width) else 0 for axis, width in zip(axes, widths, strict=True)]
    outside = tuple((0, 0) if zeros else width for zeros, width in zip(inside, widths, strict=True))
    return (extended(x, axes, outside) if any(map(any, outside)) else x), inside


def _by_convolution(axis: Axis, width: tuple[int, int]) -> bool:
    return width[0] == width[1] and axis.left.ghost == "zero" == axis.right.ghost


def extended(x: Tensor, axes: Sequence[Axis], widths: Widths) -> Tensor:
    """The field with all its ghosts, axis after axis, so that corners are continued twice."""
    ghosts = tuple((axis.left.ghost, axis.right.ghost) for axis in axes)
    if torch.compiler.is_exporting():
        return _gathered(x, ghosts, widths)
    result: Tensor = _Extension.apply(x, ghosts, widths)  # type: ignore[no-untyped-call]
    return result


def _source(ghost: Ghost, width: int, n: int, right: bool) -> tuple[int, float, bool]:
    """First index of the values that ghosts repeat, their sign, and whether they stand in reverse order."""
    shift = {"reflect": 1, "replicate": 0, "odd": 0}.get(ghost)
    if shift is None:
        return (0 if right else n - width), 1.0, False
    return (n - width - shift if right else shift), (-1.0 if ghost == "odd" else 1.0), True


def _gathered(x: Tensor, ghosts: Sequence[tuple[Ghost, Ghost]], widths: Widths) -> Tensor:
    """The plain form, which export can follow for free sizes: values by their indices, times 1, -1 or 0."""
    for dim, ((left, right), (before, after)) in enumerate(zip(ghosts, widths, strict=True), start=2):
        if before or after:
            n = x.shape[dim]
            i = torch.arange(n + before + after, device=x.device) - before
            index = torch.where(i < 0, _image(left, i, n), torch.where(i < n, i, n - 1 - _image(right, n - 1 - i, n)))
            x = x.index_select(dim, index)
            if {left, right} & {"zero", "odd"}:
                one = torch.ones_like(i, dtype=x.dtype)
                factor = torch.where(i < 0, FACTORS[left] * one, torch.where(i < n, one, FACTORS[right] * one))
                x = x * factor.reshape(-1, *(1,) * (x.ndim - 1 - dim))
    return x


FACTORS = {"zero": 0.0, "odd": -1.0, "reflect": 1.0, "replicate": 1.0, "wrap": 1.0}


def _image(ghost: Ghost, i: Tensor, n: int) -> Tensor:
    """Index that repeats at i < 0, counted from that end."""
    if ghost == "wrap":
        return i + n
    return -i if ghost == "reflect" else (-1 - i).clamp(max=n - 1)


class _Extension(torch.autograd.Function):
    """The same in one copy, and its adjoint in one copy: ghosts are written, and added back, in place.

    PyTorch's own circular padding and concatenation take a third of the time of a convolution in
    training; their adjoints allocate the whole field once a slice.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, ghosts: tuple[tuple[Ghost, Ghost], ...], widths: Widths) -> Tensor:
        ctx.ghosts, ctx.widths = ghosts, widths
        shape = [n + sum(width) for n, width in zip(x.shape[2:], widths, strict=True)]
        out = torch.empty((*x.shape[:2], *shape), dtype=x.dtype, device=x.device, memory_format=_layout(x))
        _inner(out, widths).copy_(x)
        for slab, source, sign, mirrored in _pairs(out, ghosts, widths):
            if source is None:
                slab.zero_()
            else:
                slab.copy_(source.flip(mirrored) if mirrored else source)
                if sign < 0:
                    slab.neg_()
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        g = gradients[0].clone(memory_format=torch.preserve_format)
        for slab, source, sign, mirrored in reversed(_pairs(g, ctx.ghosts, ctx.widths)):
            if source is not None:
                source.add_(slab.flip(mirrored) if mirrored else slab, alpha=sign)
        return _inner(g, ctx.widths).contiguous(memory_format=_layout(g)), None, None


def _layout(x: Tensor) -> torch.memory_format:
    for ndim, layout in ((4, torch.channels_last), (5, torch.channels_last_3d)):
        if x.ndim == ndim and x.is_contiguous(memory_format=layout) and not x.is_contiguous():
            return layout
    return torch.contiguous_format


def _inner(x: Tensor, widths: Widths) -> Tensor:
    for dim, (before, after) in enumerate(widths, start=2):
        x = x.narrow(dim, before, x.shape[dim] - before - after)
    return x


def _pairs(
    out: Tensor, ghosts: tuple[tuple[Ghost, Ghost], ...], widths: Widths
) -> list[tuple[Tensor, Tensor | None, float, tuple[int, ...]]]:
    """Ghost layers of `out` and what they repeat, in the order in which they may be written."""
    pairs: list[tuple[Tensor, Tensor | None, float, tuple[int, ...]]] = []
    for axis, (kinds, width) in enumerate(zip(ghosts, widths, strict=True)):
        # Later axes are not continued yet: their ghosts stay out.
        part = _inner(out, ((0, 0),) * (axis + 1) + widths[axis + 1 :])
        dim, before = axis + 2, width[0]
        n = out.shape[dim] - sum(width)
        for right, (kind, w) in enumerate(zip(kinds, width, strict=True)):
            if w:
                slab = part.narrow(dim, before + n if right else 0, w)
                start, sign, mirrored = _source(kind, w, n, bool(right))
                source = None if kind == "zero" else part.narrow(dim, before + start, w)
                pairs.append((slab, source, sign, (dim,) if mirrored and w > 1 else ()))
    return pairs
