"""Products of stencils with gradients by conductances, diagonal and what they multiply.

For y = A u and a gradient g by y, the gradient by u is A g, and those by a face between i and j and by the diagonal
are -(g_i u_j + g_j u_i) and g_i u_i. With other numbers in place of conductances and diagonal, the gradients of these
are products of a stencil again: the two operations below are each other's gradients, to any order.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.kernels._stencil import ConstantStencil, Stencil, VariableStencil, kernel_axes, shape3, stencil_shape
from sciml.kernels._torch import call, check_real, empty
from sciml.kernels.stencil_apply import stencil_apply as apply_kernel
from sciml.kernels.stencil_sampled import stencil_sampled as sampled_kernel

__all__ = ["TensorStencil", "stencil_apply", "stencil_of_faces", "stencil_sampled"]


class TensorStencil(NamedTuple):
    """A variable stencil whose parts are tensors; `stencil_of_faces` makes it of conductances.

    (A u)_i = d_i u_i - sum over faces c_f u_j. At index i a face array holds the face between i and i + 1 along its
    axis; the last one leads back to index 0 and is 0 unless the axis is periodic.

    c0, c1, c2 : (n0, n1, n2) conductances across each axis; boxes of fewer dimensions have axes of length 1
    d : (n0, n1, n2) diagonal
    """

    c0: Tensor
    c1: Tensor
    c2: Tensor
    d: Tensor

    @property
    def box(self) -> tuple[int, int, int]:
        """Its shape (n0, n1, n2)."""
        n0, n1, n2 = self.d.shape
        return n0, n1, n2


def stencil_of_faces(faces: Sequence[Tensor], extra: Tensor | float = 0.0) -> TensorStencil:
    """The operator (A u)_i = sum over faces c_f (u_i - u_j) + s_i u_i, differentiable in c and s.

    Parameters
    ----------
    faces : sequence of Tensor of float32 or float64, one an axis, each of shape `grid`
        Conductances c of 1 to 3 axes; see `TensorStencil` for the last index.
    extra : Tensor, shape `grid`, or float
        s: contacts with prescribed values, and a shift.

    Returns
    -------
    TensorStencil

    Raises
    ------
    InputError
        If shapes or dtypes differ.

    Examples
    --------
    >>> c = torch.tensor([1.0, 1.0, 0.0])
    >>> stencil_of_faces([c], torch.tensor([1.0, 0.0, 0.0])).d
    tensor([[[2., 2., 1.]]])
    """
    grid = tuple(faces[0].shape) if faces else ()
    if not 1 <= len(grid) <= 3 or len(faces) != len(grid) or any(tuple(c.shape) != grid for c in faces):
        raise InputError(
            f"faces have the shapes {[tuple(c.shape) for c in faces]}; expected one array an axis, 1 to 3, all alike"
        )
    check_real(**{f"c{axis}": c for axis, c in enumerate(faces)})
    d = torch.zeros_like(faces[0]) + extra
    box = shape3(grid)
    by_axis = dict.fromkeys(range(3), torch.zeros_like(d).reshape(box))
    for axis, c in enumerate(faces):
        d = d + c + c.roll(1, axis)
        by_axis[kernel_axes(len(grid))[axis]] = c.reshape(box)
    return TensorStencil(by_axis[0], by_axis[1], by_axis[2], d.reshape(box))


def stencil_apply(stencil: TensorStencil | Stencil, u: Tensor) -> Tensor:
    """A u, differentiable in u and in the parts of a `TensorStencil`.

    Parameters
    ----------
    stencil : TensorStencil, or a stencil of NumPy arrays
        Of the dtype of `u`.
    u : Tensor of float32 or float64, shape (..., n0, n1, n2), or (..., *grid) without axes of length 1

    Returns
    -------
    Tensor like `u`

    Raises
    ------
    InputError
        If shapes, dtypes or devices do not fit.

    Examples
    --------
    >>> A = stencil_of_faces([torch.tensor([1.0, 1.0, 0.0])])
    >>> stencil_apply(A, torch.tensor([0.0, 1.0, 4.0]))
    tensor([-1., -2.,  3.])
    """
    if isinstance(stencil, TensorStencil):
        parts, box = list(stencil), stencil.box
    else:
        parts = [torch.from_numpy(np.require(part, requirements="W")).to(u.device) for part in stencil]
        box = stencil_shape(stencil)
    check_real(**{f"part {k} of the stencil": part for k, part in enumerate(parts)}, u=u)
    grid = tuple(n for n in box if n > 1)
    if tuple(u.shape[-3:]) != box and tuple(u.shape[u.dim() - len(grid) :]) != grid:
        raise InputError(f"u has shape {tuple(u.shape)}; expected (..., {', '.join(map(str, box))})")
    y: Tensor = product(parts, u.reshape(-1, *box))
    return y.reshape(u.shape)


def stencil_sampled(g: Tensor, u: Tensor) -> TensorStencil:
    """Gradients of g . A u by the parts of A, summed over a batch; differentiable in g and u.

    Parameters
    ----------
    g, u : Tensor of float32 or float64, shape (batch, n0, n1, n2)

    Returns
    -------
    TensorStencil

    Raises
    ------
    InputError
        If shapes, dtypes or devices do not fit.

    Examples
    --------
    >>> u = torch.tensor([1.0, 2.0, 4.0]).reshape(1, 1, 1, 3)
    >>> stencil_sampled(torch.ones_like(u), u).d
    tensor([[[1., 2., 4.]]])
    """
    if u.dim() != 4 or g.shape != u.shape:
        raise InputError(f"g {tuple(g.shape)} and u {tuple(u.shape)} do not fit; expected (batch, n0, n1, n2) for both")
    check_real(g=g, u=u)
    return TensorStencil(*sampled(g, u))


@torch.library.custom_op("sciml::stencil_apply", mutates_args=())
def product(parts: Sequence[Tensor], u: Tensor) -> Tensor:
    """A u for each box of a batch; four parts make a variable stencil, five a constant one."""
    out = empty(tuple(u.shape), u)
    call(_each, tuple(parts), u, out)
    return out


def _each(parts: tuple[Any, ...], u: Any, out: Any) -> None:
    stencil = VariableStencil(*parts) if len(parts) == 4 else ConstantStencil(*parts)
    for source, target in zip(u, out, strict=True):
        apply_kernel(stencil, source, target)


@product.register_fake
def _(parts: Sequence[Tensor], u: Tensor) -> Tensor:
    return u.new_empty(u.shape)


@torch.library.custom_op("sciml::stencil_sampled", mutates_args=())
def sampled(g: Tensor, u: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradients of g . A u by c0, c1, c2, d, summed over a batch."""
    out = VariableStencil(*(empty(tuple(u.shape[1:]), u) for _ in range(4)))  # type: ignore[arg-type]
    call(sampled_kernel, g, u, out)
    return out  # type: ignore[return-value]


@sampled.register_fake
def _(g: Tensor, u: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    c0, c1, c2, d = (u.new_empty(u.shape[1:]) for _ in range(4))
    return c0, c1, c2, d


def _keep_product(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    parts, u = inputs
    ctx.save_for_backward(*parts, u)


def _product_gradients(ctx: Any, g: Tensor) -> tuple[Any, ...]:
    *parts, u = ctx.saved_tensors
    by_parts: Sequence[Tensor | None] = [None] * len(parts)
    if len(parts) == 4 and any(part.requires_grad for part in parts):
        by_parts = sampled(g, u)
    return list(by_parts), product(parts, g) if ctx.needs_input_grad[-1] else None


def _keep_sampled(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    ctx.save_for_backward(*inputs)


def _sampled_gradients(ctx: Any, *by_parts: Tensor) -> tuple[Any, ...]:
    g, u = ctx.saved_tensors
    return product(list(by_parts), u), product(list(by_parts), g)


product.register_autograd(_product_gradients, setup_context=_keep_product)
sampled.register_autograd(_sampled_gradients, setup_context=_keep_sampled)
