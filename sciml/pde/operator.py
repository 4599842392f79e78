"""The linear operator of a discretised Poisson problem on a box."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import device_of, doubles, to_device
from sciml._errors import InputError
from sciml.kernels import stencil_apply
from sciml.kernels._stencil import ConstantStencil, Stencil, VariableStencil, shape3
from sciml.kernels.stencil_apply.numpy import diagonal, faces, variable_stencil
from sciml.mesh.components import NullSpace
from sciml.pde.axis import AxisFactor

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import LinearOperator

__all__ = ["FaintShift", "StencilOperator"]


@dataclass(frozen=True, eq=False)
class FaintShift:
    """A shift so small beside the diagonal that rounding there hides it: A = bare + diag(pull).

    Parameters
    ----------
    bare : StencilOperator
        The operator without it, singular on components that nothing else holds.
    pull : ndarray, shape ``bare.grid_shape``
        The shift times the control volume; 0 where there is no unknown.
    """

    bare: "StencilOperator"
    pull: NDArray[np.float64]

    def to_device(self) -> "FaintShift":
        """The same with its arrays on the current CUDA device."""
        return FaintShift(self.bare.to("cuda"), to_device(self.pull))


@dataclass(frozen=True, eq=False)
class StencilOperator:
    """Symmetric 3-, 5- or 7-point operator on a box of unknowns, in float64.

    Parameters
    ----------
    grid_shape : tuple of int
        Box of unknowns, 1 to 3 axes.
    stencil : ConstantStencil or VariableStencil
        Conductances and diagonal over three axes (leading axes of length 1 added).
    active : array of bool, optional, shape `grid_shape`
        False where there is no unknown (zero rows); None when all are active.
    nullspace : NullSpace, optional
        The floating components; None when A is regular on the active cells.
    separable : tuple of AxisFactor, optional
        One-dimensional factors when A is a sum of Kronecker products: constant coefficients,
        coefficients that vary along their own axis, layers.
    box : tuple of AxisFactor, optional
        Factors of the same box and conditions with coefficient 1 and without obstacles: the
        nearest separable operator, which spectral preconditioners scale to A. None when A itself
        is separable.
    faint : FaintShift, optional
        When components are held by nothing but a shift that the diagonal cannot resolve.
    twin : StencilOperator, optional
        Of an operator on a CUDA device: the one on the CPU that it is a copy of.

    Notes
    -----
    It has `shape`, `dtype`, `matvec` and `matmat`, so SciPy's iterative solvers take it as it is.
    """

    grid_shape: tuple[int, ...]
    stencil: Stencil
    active: NDArray[np.bool_] | None = None
    nullspace: NullSpace | None = None
    separable: tuple[AxisFactor, ...] | None = None
    box: tuple[AxisFactor, ...] | None = None
    faint: FaintShift | None = None
    twin: "StencilOperator | None" = None

    @property
    def device(self) -> str:
        """Where the arrays are: "cpu", or "cuda:0" and so on."""
        return device_of(self.stencil[-1])

    @property
    def host(self) -> "StencilOperator":
        """The operator on the CPU, where solvers are set up; nothing is copied."""
        return self if self.twin is None else self.twin

    def to(self, device: str) -> "StencilOperator":
        """The operator on the CPU, or on the current CUDA device for right-hand sides that are arrays of CuPy.

        Parameters
        ----------
        device : {"cpu", "cuda"}

        Raises
        ------
        InputError
            If there is no such device.
        MissingDependencyError
            If CuPy is not installed.

        Examples
        --------
        >>> from sciml.mesh import Grid
        >>> from sciml.pde import poisson
        >>> poisson(Grid((8, 8))).A.to("cpu").device
        'cpu'
        """
        if device not in ("cpu", "cuda"):
            raise InputError(f"device is {device!r}; use cpu or cuda")
        if device == "cpu" or self.twin is not None:
            return self.host if device == "cpu" else self
        nullspace, faint = self.nullspace, self.faint
        return replace(
            self, stencil=to_device(self.stencil), active=to_device(self.active), twin=self,
            nullspace=None if nullspace is None else nullspace.to_device(),
            faint=None if faint is None else faint.to_device(),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Matrix shape (N, N), inactive cells counted."""
        n = int(np.prod(self.grid_shape))
        return n, n

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """Always float64."""
        return np.dtype(np.float64)

    @property
    def is_constant(self) -> bool:
        """Whether one conductance per axis describes A."""
        return isinstance(self.stencil, ConstantStencil)

    @cached_property
    def unknowns(self) -> int:
        """Number of active cells."""
        return self.shape[0] if self.active is None else int(np.count_nonzero(self.active))

    def apply(self, u: ArrayLike) -> NDArray[np.float64]:
        """A u for `u` of shape (..., *grid_shape), any number of leading axes."""
        u = doubles(u)
        out = np.empty_like(u)
        boxes = u.reshape(-1, *shape3(self.grid_shape))
        for source, target in zip(boxes, out.reshape(boxes.shape), strict=True):
            stencil_apply(self.stencil, source, out=target)
        return out

    def matvec(self, x: ArrayLike) -> NDArray[np.float64]:
        """A x for a flat vector (N,) or a column (N, 1)."""
        x = doubles(x)
        return self.apply(x.reshape(self.grid_shape)).reshape(x.shape)

    def rmatvec(self, x: ArrayLike) -> NDArray[np.float64]:
        """A' x = A x."""
        return self.matvec(x)

    def matmat(self, x: ArrayLike) -> NDArray[np.float64]:
        """A X for X of shape (N, k)."""
        columns = doubles(np.transpose(x))
        return self.apply(columns.reshape(-1, *self.grid_shape)).reshape(columns.shape).T

    def __matmul__(self, x: ArrayLike) -> NDArray[np.float64]:
        x = doubles(x)
        return self.matmat(x) if x.ndim == 2 and x.shape[0] == self.shape[0] else self.matvec(x)

    def diagonal(self) -> NDArray[np.float64]:
        """Diagonal of A, flat (N,)."""
        return diagonal(self.stencil).astype(np.float64).ravel()

    def variable(self) -> VariableStencil:
        """The same operator with face arrays on the CPU (built when the stencil is constant)."""
        return variable_stencil(self.host.stencil)

    def tocsr(self) -> "csr_array[Any]":
        """A as a sparse array on the CPU, inactive rows empty, indices int32 when they fit."""
        from scipy.sparse import coo_array

        n = self.shape[0]
        index: NDArray[np.integer[Any]] = np.arange(n, dtype=np.int32 if n < 2**31 else np.int64)
        box = index.reshape(shape3(self.grid_shape))
        rows, columns, values = [index], [index], [self.host.diagonal()]
        for axis in range(3):
            c = np.asarray(faces(self.host.stencil, axis), dtype=np.float64).ravel()
            at = np.flatnonzero(c)
            here, there = index[at], np.roll(box, -1, axis).ravel()[at]
            rows += [here, there]
            columns += [there, here]
            values += [-c[at], -c[at]]
        triple = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
        matrix = coo_array(triple, shape=self.shape).tocsr()
        matrix.eliminate_zeros()
        return matrix

    def aslinearoperator(self) -> "LinearOperator":
        """SciPy's wrapper around this operator, on the CPU."""
        from scipy.sparse.linalg import LinearOperator

        host = self.host
        return LinearOperator(
            self.shape, matvec=host.matvec, rmatvec=host.matvec, matmat=host.matmat, dtype=self.dtype
        )
