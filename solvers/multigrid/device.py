"""The hierarchy of a CUDA device: boxes down to a dense solve."""

from numpy.typing import DTypeLike

from sciml._errors import InputError
from sciml.kernels.stencil_apply.numpy import variable_stencil
from sciml.pde.operator import StencilOperator
from sciml.solvers.multigrid.depth import ALL_BOXES, boxes_plan
from sciml.solvers.multigrid.structured import BoxHierarchy

__all__ = ["boxes_on_device", "check_on_device"]

INSTEAD = "pcg with preconditioner jacobi, or device cpu"


def check_on_device(A: StencilOperator, coarse: str, smoother: str) -> None:
    """Raise InputError for options that only the CPU has."""
    if A.device != "cpu" and (coarse == "clusters" or smoother in ("chebyshev", "jacobi")):
        raise InputError(
            f"multigrid on {A.device} has coarse levels of boxes and red-black sweeps; coarse is '{coarse}' and "
            f"smoother '{smoother}', use coarse auto or boxes with smoother auto or sor, or device cpu"
        )


def boxes_on_device(A: StencilOperator, coarse: str, dtype: DTypeLike, gamma: int | None) -> BoxHierarchy:
    """Set up on the CPU, moved to the device of A.

    Raises
    ------
    InputError
        If the faces ask for clusters, or periodic axes do not halve down to the bottom.
    """
    stencil = variable_stencil(A.host.stencil)
    plan = ALL_BOXES if coarse == "boxes" else boxes_plan(stencil)
    if plan is None:
        raise InputError(
            f"multigrid on {A.device} has coarse levels of boxes, and jumps or walls of this operator ask for "
            f"clusters; use coarse 'boxes' (perhaps many more iterations), {INSTEAD}"
        )
    hierarchy = plan.hierarchy(stencil, dtype, gamma).on_device
    if hierarchy is None:
        raise InputError(
            f"multigrid on {A.device} needs an even number of unknowns along periodic axes on all levels of boxes, the "
            f"box is {' x '.join(map(str, A.grid_shape))}; use {INSTEAD}"
        )
    return hierarchy
