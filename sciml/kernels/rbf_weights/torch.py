"""Weights of radial basis functions with gradients by queries, centres and shapes.

First gradients are a kernel. Its own gradients, which only second derivatives ask for, are those of the formula
written in operations of torch: slower, and with memory for every pair of query and neighbour.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.kernels._radial import coded, shape_terms
from sciml.kernels._torch import call, check_real, empty
from sciml.kernels.rbf_weights import rbf_weights as weights_kernel
from sciml.kernels.rbf_weights_backward import rbf_weights_backward as backward_kernel

__all__ = ["rbf_weights"]


def rbf_weights(
    queries: Tensor, centres: Tensor, shapes: Tensor, neighbours: Tensor, family: str, epsilon: float | None = None
) -> Tensor:
    """``w_qa = phi(x_q - c_j)`` for each neighbour j = neighbours[q, a], or that over the sum of a row.

    Differentiable in queries, centres and shapes.

    Parameters
    ----------
    queries : Tensor of float32 or float64, shape (m, d)
        Coordinates x [length].
    centres : Tensor like `queries`, shape (n, d)
        Coordinates c [length].
    shapes : Tensor like `queries`, shape (n, s)
        Matrix of each centre, with s = 1, d, d (d + 1) / 2 or d^2 parameters; see
        `sciml.kernels.rbf_weights.rbf_weights`.
    neighbours : Tensor of int32 or int64, shape (m, k)
        Centres of each query, 0 <= j < n.
    family : str
        "inverse_quadratic", "inverse_multiquadric", "multiquadric", "gaussian", "exponential", "exponential_sine",
        "linear", "cubic" or "hat".
    epsilon : float, optional
        If given, weights are ``phi_a / (epsilon + sum_b phi_b)``. Greater than 0 where all values of a row may vanish.

    Returns
    -------
    Tensor, shape (m, k)

    Raises
    ------
    InputError
        If shapes, dtypes, devices or the family do not fit.

    Examples
    --------
    >>> x = torch.tensor([[0.25]], requires_grad=True)
    >>> centres, shapes, near = torch.tensor([[0.0], [1.0]]), torch.ones(2, 1), torch.tensor([[0, 1]])
    >>> w = rbf_weights(x, centres, shapes, near, "hat")
    >>> (w * torch.tensor([10.0, 20.0])).sum().backward()
    >>> w.detach(), x.grad
    (tensor([[0.7500, 0.2500]]), tensor([[10.]]))
    """
    coded(family)
    if any(given.dim() != 2 for given in (queries, centres, shapes, neighbours)) or (
        centres.shape[1] != queries.shape[1] or len(shapes) != len(centres) or len(neighbours) != len(queries)
    ):
        raise InputError(
            f"queries {tuple(queries.shape)}, centres {tuple(centres.shape)}, shapes {tuple(shapes.shape)} and "
            f"neighbours {tuple(neighbours.shape)} do not fit; expected (m, d), (n, d), (n, s) and (m, k)"
        )
    if neighbours.dtype not in (torch.int32, torch.int64):
        raise InputError(f"neighbours are of {neighbours.dtype}; expected int32 or int64")
    shape_terms(centres.shape[1], shapes.shape[1])
    check_real(queries=queries, centres=centres, shapes=shapes)
    found: Tensor = weights(queries, centres, shapes, neighbours, family, epsilon)
    return found


@torch.library.custom_op("sciml::rbf_weights", mutates_args=())
def weights(
    queries: Tensor, centres: Tensor, shapes: Tensor, neighbours: Tensor, family: str, epsilon: float | None
) -> Tensor:
    """Weights (m, k)."""
    _check_neighbours(neighbours, len(centres))
    out = empty(tuple(neighbours.shape), queries)
    call(weights_kernel, queries, centres, shapes, neighbours, family, epsilon, out)
    return out


@torch.library.custom_op("sciml::rbf_weights_backward", mutates_args=())
def slopes(
    queries: Tensor, centres: Tensor, shapes: Tensor, neighbours: Tensor, g: Tensor, family: str,
    epsilon: float | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of g . w by queries, centres and shapes."""
    found: tuple[Tensor, Tensor, Tensor] = call(
        backward_kernel, queries, centres, shapes, neighbours, g, family, epsilon
    )
    return found


@weights.register_fake
def _(
    queries: Tensor, centres: Tensor, shapes: Tensor, neighbours: Tensor, family: str, epsilon: float | None
) -> Tensor:
    return queries.new_empty(neighbours.shape)


@slopes.register_fake
def _(
    queries: Tensor, centres: Tensor, shapes: Tensor, neighbours: Tensor, g: Tensor, family: str,
    epsilon: float | None,
) -> tuple[Tensor, Tensor, Tensor]:
    return torch.empty_like(queries), torch.empty_like(centres), torch.empty_like(shapes)


def _check_neighbours(neighbours: Tensor, n: int) -> None:
    if neighbours.device.type == "cpu" and neighbours.numel():
        least, most = (int(value) for value in torch.aminmax(neighbours))
        if least < 0 or most >= n:
            raise InputError(f"neighbours run from {least} to {most}; expected 0 to {n - 1}")


PROFILES: dict[str, Callable[[Tensor], Tensor]] = {
    "inverse_quadratic": lambda q: 1 / (1 + q),
    "inverse_multiquadric": lambda q: (1 + q) ** -0.5,
    "multiquadric": lambda q: (1 + q) ** 0.5,
    "gaussian": lambda q: torch.exp(-q / 2),
    "exponential": lambda q: torch.exp(-_root(q)),
    "exponential_sine": lambda q: torch.exp(-torch.sin(_root(q))),
    "linear": lambda q: _root(q),
    "cubic": lambda q: _root(q) ** 3,
}


def _root(q: Tensor) -> Tensor:
    """The square root, whose slope at the centre counts as 0."""
    inside = q > 0
    return torch.where(inside, torch.where(inside, q, 1).sqrt(), 0)


def formula(
    queries: Tensor, centres: Tensor, shapes: Tensor, neighbours: Tensor, family: str, epsilon: float | None
) -> Tensor:
    """The weights in operations of torch."""
    near, d = neighbours.long(), centres.shape[1]
    x = queries[:, None] - centres[near]
    i, l, p = torch.from_numpy(shape_terms(d, shapes.shape[1])).to(x.device).unbind(1)  # noqa: E741
    u = torch.zeros_like(x).index_add(2, i, shapes[near][:, :, p] * x[:, :, l])
    phi = (1 - u.abs()).clamp(min=0).prod(2) if family == "hat" else PROFILES[family]((x * u).sum(2))
    return phi if epsilon is None else phi / (epsilon + phi.sum(1, keepdim=True))


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    *tensors, ctx.family, ctx.epsilon = inputs
    ctx.save_for_backward(*tensors)


def _gradients(ctx: Any, g: Tensor) -> tuple[Any, ...]:
    return *slopes(*ctx.saved_tensors, g, ctx.family, ctx.epsilon), None, None, None


def _second_gradients(ctx: Any, *by_slopes: Tensor) -> tuple[Any, ...]:
    *given, neighbours, g = ctx.saved_tensors
    keep = torch.is_grad_enabled()
    with torch.enable_grad():
        # what has no gradient gets one here, and what shall have no further one is cut off
        given = [part if keep and part.requires_grad else part.detach().requires_grad_() for part in (*given, g)]
        queries, centres, shapes, g = given
        w = formula(queries, centres, shapes, neighbours, ctx.family, ctx.epsilon)
        first = torch.autograd.grad(w, given[:3], g, create_graph=True)
    found = torch.autograd.grad(first, given, by_slopes, create_graph=keep, allow_unused=True, materialize_grads=True)
    return *found[:3], None, found[3], None, None


weights.register_autograd(_gradients, setup_context=_keep)
slopes.register_autograd(_second_gradients, setup_context=_keep)
