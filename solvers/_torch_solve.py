"""Solves of linear systems as functions of their matrix and right-hand side, for torch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.kernels._stencil import VariableStencil
from sciml.kernels._torch import call, check_real, home
from sciml.kernels.torch import Pattern, TensorStencil, csr_sampled, stencil_sampled
from sciml.pde.from_stencil import operator_from_stencil
from sciml.solvers._engine import Engine
from sciml.solvers._operator import SystemOperator, as_operator
from sciml.solvers._run import check_tolerances
from sciml.solvers._solution import LinearSolver

__all__ = ["TorchSystem", "torch_setup", "torch_solve"]

Sample: TypeAlias = Callable[[Tensor, Tensor], tuple[Tensor, ...]]


def torch_solve(
    A: Any,
    b: Tensor,
    solver: LinearSolver | None = None,
    *,
    rtol: float = 1e-8,
    atol: float = 0.0,
    maxiter: int | None = None,
) -> Tensor:
    r"""Solve A x = b, differentiably in b and in the values of A, to any order.

    Parameters
    ----------
    A : (Pattern, Tensor), TensorStencil, or anything `solve` takes; shape (N, N)
        A sparse matrix as its pattern and values (nnz,), a stencil (`sciml.kernels.torch.stencil_of_faces` makes one
        of conductances), or an operator that stays as it is, such as ``sciml.pde.poisson(...).A``.
    b : Tensor of float32 or float64, shape (..., N) or (..., *grid)
        Right-hand sides, solved together; of the dtype of the values of A.
    solver : LinearSolver, optional
        As for `solve`. It is set up once, and used again for gradients; a matrix that is not symmetric is set up
        once more, transposed. `torch_setup` keeps it for further right-hand sides.
    rtol, atol, maxiter
        As for `solve`, also for the solves of gradients. Gradients are as accurate as `rtol` allows.

    Returns
    -------
    Tensor like `b`
        Solved in float64.

    Raises
    ------
    InputError
        If A or b cannot be used.
    ConvergenceError
        If the tolerance is not reached, here or in the computation of a gradient.

    Notes
    -----
    With the gradient g by x, lambda solves the adjoint system, and is the gradient by b; on the entries of A

    .. math:: A^T \lambda = g, \qquad \partial / \partial A_{ij} = -\lambda_i x_j .

    Neither the iterations nor their number matter, and none of them is stored. Where A is singular because
    components float, b and g lose their mean on each of these and x has zero mean there: gradients by values are
    those of changes that leave the components floating, such as those of conductances.

    Examples
    --------
    >>> from sciml.kernels.torch import stencil_of_faces
    >>> c = torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64, requires_grad=True)
    >>> held = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    >>> x = torch_solve(stencil_of_faces([c], held), torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64))
    >>> x[2].backward()
    >>> x.detach(), c.grad[:2]
    (tensor([1., 2., 3.], dtype=torch.float64), tensor([-1., -1.], dtype=torch.float64))
    """
    return torch_setup(A, solver, rtol=rtol, atol=atol, maxiter=maxiter).solve(b)


def torch_setup(
    A: Any, solver: LinearSolver | None = None, *, rtol: float = 1e-8, atol: float = 0.0, maxiter: int | None = None
) -> "TorchSystem":
    """Set a solver up for `torch_solve` once, for any number of right-hand sides.

    Parameters
    ----------
    A, solver, rtol, atol, maxiter
        As for `torch_solve`. The values of A must stay as they are.

    Raises
    ------
    InputError
        If A cannot be used.

    Examples
    --------
    >>> from sciml.pde import poisson
    >>> from sciml.mesh import Grid
    >>> system = torch_setup(poisson(Grid((8,))).A)
    >>> b = torch.ones(8, dtype=torch.float64)
    >>> bool(torch.allclose(system.solve(3 * b), 3 * system.solve(b)))
    True
    """
    check_tolerances(rtol, atol)
    operator, parts, sample = _read(A)
    shapes = ((operator.shape[0],), tuple(getattr(operator, "grid_shape", operator.shape[:1])), *_box(A))
    engine = Engine(operator, solver, {"rtol": rtol, "atol": atol, "maxiter": maxiter})
    return TorchSystem(engine, sample, parts, shapes, tuple(part._version for part in parts))


@dataclass(frozen=True, eq=False)
class TorchSystem:
    """A system that is ready for right-hand sides; what it sets up for the transpose is kept as well.

    Parameters
    ----------
    engine : Engine
    sample : callable
        ``sample(lambda, x)`` is -1 times the gradient by the parts of A.
    parts : tuple of Tensor
        What A is made of.
    shapes : tuple of tuple of int
        Of a right-hand side.
    versions : tuple of int
        How often the parts had been changed in place at set-up.
    """

    engine: Engine
    sample: Sample
    parts: tuple[Tensor, ...]
    shapes: tuple[tuple[int, ...], ...]
    versions: tuple[int, ...]

    def solve(self, b: Tensor) -> Tensor:
        """As `torch_solve`, without its set-up.

        Raises
        ------
        InputError
            If b does not fit, or the values of A were changed in place since the set-up.
        ConvergenceError
            If the tolerance is not reached, here or in the computation of a gradient.
        """
        parts = self.parts
        if self.versions != tuple(part._version for part in parts):
            raise InputError("the values of A were changed in place after torch_setup; set the system up again")
        check_real(**{f"part {k} of A": part for k, part in enumerate(parts)}, b=b)
        home((b, *parts))
        n, grid = self.shapes[0][0], self.shapes[1]
        if not any(b.shape[-len(shape) :] == shape for shape in self.shapes):
            raise InputError(f"b has shape {tuple(b.shape)}, which does not fit; expected (..., {n}) or (..., *{grid})")
        x: Tensor = _Solve.apply(self.engine, self.sample, b.reshape(-1, n), *parts)  # type: ignore[no-untyped-call]
        return x.reshape(b.shape)


class _Solve(torch.autograd.Function):
    """x of A x = b for b of shape (batch, N); sample(lambda, x) is -1 times the gradient by the parts of A."""

    @staticmethod
    def forward(ctx: Any, engine: Engine, sample: Sample, b: Tensor, *parts: Tensor) -> Tensor:
        x: Tensor = call(engine.solve, b).to(b.dtype)
        ctx.engine, ctx.sample = engine, sample
        ctx.save_for_backward(x, *parts)
        return x

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Any, ...]:
        x, *parts = ctx.saved_tensors
        sample = ctx.sample
        # the same function, for A^T: entries of its gradient are named (j, i) there
        adjoint = _Solve.apply(ctx.engine.transposed, lambda left, right: sample(right, left), g, *parts)  # type: ignore[no-untyped-call]
        by_parts: tuple[Any, ...] = (None,) * len(parts)
        if any(ctx.needs_input_grad[3:]):
            by_parts = tuple(-part for part in sample(adjoint, x))
        return None, None, adjoint, *by_parts


def _read(A: Any) -> tuple[SystemOperator, tuple[Tensor, ...], Sample]:
    """The operator, the tensors it is made of, and how products are sampled on them."""
    if isinstance(A, TensorStencil):
        return _operator_of(A), tuple(A), lambda left, right: stencil_sampled(_boxes(left, A), _boxes(right, A))
    if isinstance(A, tuple) and len(A) == 2 and isinstance(A[0], Pattern):
        pattern, values = A
        if pattern.shape[0] != pattern.shape[1] or values.shape != (pattern.entries,):
            raise InputError(
                f"A is {pattern.shape[0]} x {pattern.shape[1]} with values {tuple(values.shape)} for {pattern.entries} "
                "entries; expected a square matrix, a value an entry"
            )
        return _matrix_of(pattern, values), (values,), lambda left, right: (csr_sampled(pattern, left.T, right.T),)
    return as_operator(A), (), lambda left, right: ()


def _operator_of(A: TensorStencil) -> SystemOperator:
    """On the CPU, where all solvers are set up, and from there to where A is."""
    parts = (np.ascontiguousarray(part.detach().cpu().numpy(), np.float64) for part in A)
    operator = operator_from_stencil(VariableStencil(*parts))
    return operator if home(tuple(A)).type == "cpu" else operator.to("cuda")


def _matrix_of(pattern: Pattern, values: Tensor) -> SystemOperator:
    from scipy.sparse import csr_array

    arrays = (part.detach().cpu().numpy() for part in (values, pattern.columns, pattern.starts))
    return as_operator(csr_array(tuple(arrays), pattern.shape))


def _boxes(rows: Tensor, A: TensorStencil) -> Tensor:
    return rows.reshape(-1, *A.box)


def _box(A: Any) -> tuple[tuple[int, ...], ...]:
    return (A.box,) if isinstance(A, TensorStencil) else ()
