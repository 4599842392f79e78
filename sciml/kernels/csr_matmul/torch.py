"""Products of a sparse matrix with gradients by its values and by what it multiplies.

For y = A x and a gradient g by y, the gradient by x is A^T g and the one by the value of entry (i, j) is g_i . x_j,
a sampled product; those of a sampled product are products again. The two operations below are thus each other's
gradients, to any order.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.kernels._csr import CSR
from sciml.kernels._pattern import Pattern
from sciml.kernels._torch import call, check_real, empty
from sciml.kernels.csr_matmul import csr_matmul as product_kernel
from sciml.kernels.csr_sampled import csr_sampled as sampled_kernel

__all__ = ["csr_matmul", "csr_sampled"]


def csr_matmul(pattern: Pattern, values: Tensor, x: Tensor, *, transposed: bool = False) -> Tensor:
    """A x or A^T x for the sparse matrix A with the given values, differentiable in `values` and `x`.

    Parameters
    ----------
    pattern : Pattern, m rows and n columns
    values : Tensor of float32 or float64, shape (nnz,)
        In the order of the rows.
    x : Tensor like `values`, shape (n, *channels); transposed: (m, *channels)
    transposed : bool
        Whether to multiply by A^T.

    Returns
    -------
    Tensor, shape (m, *channels); transposed: (n, *channels)

    Raises
    ------
    InputError
        If shapes, dtypes or devices do not fit.

    Examples
    --------
    >>> pattern = Pattern.from_rows([0, 2, 3], [0, 1, 1])
    >>> values, x = torch.tensor([2.0, 1.0, 3.0], requires_grad=True), torch.tensor([1.0, 2.0])
    >>> y = csr_matmul(pattern, values, x)
    >>> y.sum().backward()
    >>> y.detach(), values.grad
    (tensor([4., 6.]), tensor([1., 2., 2.]))
    """
    m, n = pattern.shape
    if values.shape != (pattern.entries,) or x.dim() < 1 or x.shape[0] != (m if transposed else n):
        raise InputError(
            f"values {tuple(values.shape)} and x {tuple(x.shape)} do not fit; expected ({pattern.entries},) and "
            f"({m if transposed else n}, ...) for {m} x {n} entries{' transposed' if transposed else ''}"
        )
    check_real(values=values, x=x)
    y: Tensor = product(list(pattern), transposed, values, _columns(x))
    return y if x.dim() <= 2 else y.reshape(n if transposed else m, *x.shape[1:])


def csr_sampled(pattern: Pattern, x: Tensor, y: Tensor) -> Tensor:
    """``x_i . y_j`` for every entry (i, j), summed over channels: scores of edges; differentiable in `x` and `y`.

    Parameters
    ----------
    pattern : Pattern, m rows and n columns
    x : Tensor of float32 or float64, shape (m, *channels)
    y : Tensor like `x`, shape (n, *channels)

    Returns
    -------
    Tensor, shape (nnz,)

    Raises
    ------
    InputError
        If shapes, dtypes or devices do not fit.

    Examples
    --------
    >>> pattern = Pattern.from_rows([0, 2, 3], [0, 1, 1])
    >>> csr_sampled(pattern, torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0]))
    tensor([ 3.,  5., 10.])
    """
    m, n = pattern.shape
    if x.dim() < 1 or x.shape[0] != m or y.shape != (n, *x.shape[1:]):
        raise InputError(
            f"x {tuple(x.shape)} and y {tuple(y.shape)} do not fit; expected ({m}, ...) and ({n}, ...), alike beyond "
            "the first axis"
        )
    check_real(x=x, y=y)
    scores: Tensor = sampled(list(pattern), _columns(x), _columns(y))
    return scores


def _columns(x: Tensor) -> Tensor:
    return x if x.dim() <= 2 else x.flatten(1)


@torch.library.custom_op("sciml::csr_matmul", mutates_args=())
def product(pattern: Sequence[Tensor], transposed: bool, values: Tensor, x: Tensor) -> Tensor:
    """A x or A^T x, x of shape (rows,) or (rows, k)."""
    parts = Pattern(*pattern)
    if transposed:
        A = CSR(parts.column_starts, parts.rows, values.detach().index_select(0, parts.order))  # type: ignore[arg-type]
    else:
        A = CSR(parts.starts, parts.columns, values)  # type: ignore[arg-type]
    out = empty((parts.shape[1 if transposed else 0], *x.shape[1:]), x)
    call(product_kernel, A, x, out)
    return out


@product.register_fake
def _(pattern: Sequence[Tensor], transposed: bool, values: Tensor, x: Tensor) -> Tensor:
    return x.new_empty((Pattern(*pattern).shape[1 if transposed else 0], *x.shape[1:]))


@torch.library.custom_op("sciml::csr_sampled", mutates_args=())
def sampled(pattern: Sequence[Tensor], x: Tensor, y: Tensor) -> Tensor:
    """x_i . y_j for each entry."""
    out = empty((Pattern(*pattern).entries,), x)
    call(sampled_kernel, pattern[0], pattern[1], x, y, out)
    return out


@sampled.register_fake
def _(pattern: Sequence[Tensor], x: Tensor, y: Tensor) -> Tensor:
    return x.new_empty((Pattern(*pattern).entries,))


def _keep_product(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    pattern, ctx.transposed, values, x = inputs
    ctx.save_for_backward(*pattern, values, x)


def _product_gradients(ctx: Any, g: Tensor) -> tuple[Any, ...]:
    *pattern, values, x = ctx.saved_tensors
    by_values = by_x = None
    if ctx.needs_input_grad[-2]:
        by_values = sampled(pattern, x, g) if ctx.transposed else sampled(pattern, g, x)
    if ctx.needs_input_grad[-1]:
        by_x = product(pattern, not ctx.transposed, values, g)
    return [None] * len(pattern), None, by_values, by_x


def _keep_sampled(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    pattern, x, y = inputs
    ctx.save_for_backward(*pattern, x, y)


def _sampled_gradients(ctx: Any, g: Tensor) -> tuple[Any, ...]:
    *pattern, x, y = ctx.saved_tensors
    by_x = product(pattern, False, g, y) if ctx.needs_input_grad[-2] else None
    by_y = product(pattern, True, g, x) if ctx.needs_input_grad[-1] else None
    return [None] * len(pattern), by_x, by_y


product.register_autograd(_product_gradients, setup_context=_keep_product)
sampled.register_autograd(_sampled_gradients, setup_context=_keep_sampled)
