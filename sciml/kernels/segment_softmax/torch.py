"""Softmax over rows with gradients: attention among neighbours."""

from typing import Any

import torch
from torch import Tensor

from sciml.kernels._pattern import check_starts
from sciml.kernels._torch import call, empty
from sciml.kernels.segment_reduce.torch import checked_entries, expand, sums
from sciml.kernels.segment_softmax import segment_softmax as softmax_kernel
from sciml.kernels.segment_softmax_backward import segment_softmax_backward as backward_kernel

__all__ = ["segment_softmax"]


def segment_softmax(starts: Tensor, values: Tensor) -> Tensor:
    """``exp(v_p) / sum of exp(v)`` over the row of p, channel by channel, for values of any size.

    Parameters
    ----------
    starts : Tensor of int32 or int64, shape (m + 1,)
        Row i holds the values starts[i] up to starts[i + 1].
    values : Tensor of float32 or float64, shape (nnz, *channels)

    Returns
    -------
    Tensor like `values`

    Raises
    ------
    InputError
        If shapes, dtypes or devices do not fit.

    Examples
    --------
    >>> segment_softmax(torch.tensor([0, 2, 3]), torch.tensor([1000.0, 1000.0, -5.0]))
    tensor([0.5000, 0.5000, 1.0000])
    """
    weights: Tensor = softmax(starts, checked_entries(starts, values))
    return weights.reshape(values.shape)


@torch.library.custom_op("sciml::segment_softmax", mutates_args=())
def softmax(starts: Tensor, values: Tensor) -> Tensor:
    """Softmax of rows, values of shape (nnz,) or (nnz, k)."""
    check_starts(starts, values.shape[0])
    out = empty(tuple(values.shape), values)
    call(softmax_kernel, starts, values, out)
    return out


@torch.library.custom_op("sciml::segment_softmax_backward", mutates_args=())
def slopes(starts: Tensor, y: Tensor, g: Tensor) -> Tensor:
    """y_p (g_p - sum over the row of g y)."""
    out = empty(tuple(y.shape), y)
    call(backward_kernel, starts, y, g, out)
    return out


@softmax.register_fake
def _(starts: Tensor, values: Tensor) -> Tensor:
    return values.new_empty(values.shape)


@slopes.register_fake
def _(starts: Tensor, y: Tensor, g: Tensor) -> Tensor:
    return y.new_empty(y.shape)


def _keep_softmax(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(inputs[0], output)


def _softmax_gradient(ctx: Any, g: Tensor) -> tuple[None, Tensor]:
    starts, y = ctx.saved_tensors
    return None, slopes(starts, y, g)


def _keep_slopes(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _slopes_gradients(ctx: Any, h: Tensor) -> tuple[None, Tensor, Tensor]:
    """The sum of h y (g - mean) over a row is linear in g, by the same matrix, and quadratic in y."""
    starts, y, g = ctx.saved_tensors

    def mean(values: Tensor) -> Any:
        return expand(starts, sums(starts, values * y), y.shape[0])

    return None, h * (g - mean(g)) - g * mean(h), slopes(starts, y, h)


softmax.register_autograd(_softmax_gradient, setup_context=_keep_softmax)
slopes.register_autograd(_slopes_gradients, setup_context=_keep_slopes)
