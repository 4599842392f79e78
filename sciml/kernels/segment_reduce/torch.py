"""Sums and maxima over rows with gradients: a sum hands its gradient to all entries of the row, and the reverse."""

from typing import Any, Literal

import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.kernels._pattern import check_starts
from sciml.kernels._torch import call, check_real, empty
from sciml.kernels.segment_expand import segment_expand as expand_kernel
from sciml.kernels.segment_reduce import segment_reduce as reduce_kernel

__all__ = ["checked_entries", "segment_expand", "segment_reduce"]


def segment_reduce(starts: Tensor, values: Tensor, operation: Literal["sum", "max"] = "sum") -> Tensor:
    """Sum or maximum of the values of every row, channel by channel; 0 for an empty row.

    Parameters
    ----------
    starts : Tensor of int32 or int64, shape (m + 1,)
        Row i holds the values starts[i] up to starts[i + 1]; ``starts`` of a `Pattern` or the offsets of a batch.
    values : Tensor of float32 or float64, shape (nnz, *channels)
    operation : {"sum", "max"}
        The gradient by a maximum is shared equally by the values that attain it.

    Returns
    -------
    Tensor, shape (m, *channels)

    Raises
    ------
    InputError
        If shapes, dtypes or devices do not fit.

    Examples
    --------
    >>> starts, values = torch.tensor([0, 2, 2, 3]), torch.tensor([1.0, 5.0, -2.0])
    >>> segment_reduce(starts, values)
    tensor([ 6.,  0., -2.])
    """
    if operation not in ("sum", "max"):
        raise InputError(f"operation is {operation!r}; use sum or max")
    columns = checked_entries(starts, values)
    reduced: Tensor = sums(starts, columns) if operation == "sum" else maxima(starts, columns)
    return reduced if values.dim() <= 2 else reduced.reshape(-1, *values.shape[1:])


def segment_expand(starts: Tensor, x: Tensor, entries: int) -> Tensor:
    """``x_i`` for every entry of row i, channel by channel: features of nodes at their edges.

    Parameters
    ----------
    starts : Tensor of int32 or int64, shape (m + 1,)
    x : Tensor of float32 or float64, shape (m, *channels)
    entries : int
        ``starts[-1]``, the number of entries.

    Returns
    -------
    Tensor, shape (entries, *channels)

    Raises
    ------
    InputError
        If shapes, dtypes or devices do not fit.

    Examples
    --------
    >>> segment_expand(torch.tensor([0, 2, 3]), torch.tensor([5.0, 6.0]), 3)
    tensor([5., 5., 6.])
    """
    if starts.dim() != 1 or x.dim() < 1 or x.shape[0] != starts.shape[0] - 1:
        raise InputError(f"x has shape {tuple(x.shape)}; expected ({starts.shape[0] - 1}, ...), a value a row")
    check_real(x=x)
    columns = x if x.dim() <= 2 else x.flatten(1)
    expanded: Tensor = expand(starts, columns, entries)
    return expanded if x.dim() <= 2 else expanded.reshape(-1, *x.shape[1:])


def checked_entries(starts: Tensor, values: Tensor) -> Tensor:
    """`values` as (nnz,) or (nnz, k).

    Raises
    ------
    InputError
        If shapes or dtypes do not fit.

    Examples
    --------
    >>> checked_entries(torch.tensor([0, 2]), torch.zeros(2, 3, 4)).shape
    torch.Size([2, 12])
    """
    if starts.dim() != 1 or starts.dtype not in (torch.int32, torch.int64) or values.dim() < 1:
        raise InputError(
            f"starts {tuple(starts.shape)} of {starts.dtype} and values {tuple(values.shape)} do not fit; expected "
            "integers of shape (m + 1,) and (nnz, ...)"
        )
    check_real(values=values)
    return values if values.dim() <= 2 else values.flatten(1)


@torch.library.custom_op("sciml::segment_sum", mutates_args=())
def sums(starts: Tensor, values: Tensor) -> Tensor:
    """Sums of rows, values of shape (nnz,) or (nnz, k)."""
    check_starts(starts, values.shape[0])
    out = empty((starts.shape[0] - 1, *values.shape[1:]), values)
    call(reduce_kernel, starts, values, "sum", out)
    return out


@torch.library.custom_op("sciml::segment_max", mutates_args=())
def maxima(starts: Tensor, values: Tensor) -> Tensor:
    """Maxima of rows, values of shape (nnz,) or (nnz, k)."""
    check_starts(starts, values.shape[0])
    out = empty((starts.shape[0] - 1, *values.shape[1:]), values)
    call(reduce_kernel, starts, values, "max", out)
    return out


@torch.library.custom_op("sciml::segment_expand", mutates_args=())
def expand(starts: Tensor, x: Tensor, entries: int) -> Tensor:
    """Values of rows at their entries."""
    check_starts(starts, entries)
    out = empty((entries, *x.shape[1:]), x)
    call(expand_kernel, starts, x, out)
    return out


@sums.register_fake
@maxima.register_fake
def _(starts: Tensor, values: Tensor) -> Tensor:
    return values.new_empty((starts.shape[0] - 1, *values.shape[1:]))


@expand.register_fake
def _(starts: Tensor, x: Tensor, entries: int) -> Tensor:
    return x.new_empty((entries, *x.shape[1:]))


def _keep_sum(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    starts, values = inputs
    ctx.entries = values.shape[0]
    ctx.save_for_backward(starts)


def _keep_max(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs, output)


def _keep_expand(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(inputs[0])


def _sum_gradient(ctx: Any, g: Tensor) -> tuple[None, Tensor]:
    return None, expand(ctx.saved_tensors[0], g, ctx.entries)


def _max_gradient(ctx: Any, g: Tensor) -> tuple[None, Tensor]:
    starts, values, largest = ctx.saved_tensors
    attained = (values == expand(starts, largest.detach(), values.shape[0])).to(values.dtype)
    shares = g / sums(starts, attained).clamp(min=1)
    return None, attained * expand(starts, shares, values.shape[0])


def _expand_gradient(ctx: Any, g: Tensor) -> tuple[None, Tensor, None]:
    return None, sums(ctx.saved_tensors[0], g), None


sums.register_autograd(_sum_gradient, setup_context=_keep_sum)
maxima.register_autograd(_max_gradient, setup_context=_keep_max)
expand.register_autograd(_expand_gradient, setup_context=_keep_expand)
