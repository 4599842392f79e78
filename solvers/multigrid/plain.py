"""Hierarchy for boxes that two colours do not fit, or by choice: sweeps in natural order on top, graphs below."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Stencil, stencil_shape
from sciml.kernels.csr_transfer import prolong_labels, sum_labels
from sciml.kernels.stencil_apply.numpy import variable_stencil
from sciml.kernels.stencil_chebyshev import chebyshev_omegas
from sciml.kernels.stencil_jacobi import jacobi_omega, stencil_jacobi
from sciml.kernels.stencil_residual import stencil_residual
from sciml.solvers.multigrid.graph import GraphHierarchy

__all__ = ["PlainHierarchy"]


class PlainHierarchy:
    """Polynomial smoothing of the box, sums and copies to clusters of strongly connected cells.

    A periodic axis of odd length has no colouring with two colours; these sweeps need none. All is float64:
    in single precision the residual of strongly varying coefficients would be lost in cancellation.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil of float64
    smoother : {"chebyshev", "jacobi"}
        Chebyshev of the fourth kind, of degree `sweeps`, or as many sweeps with the damping of `jacobi_omega`.
    gamma : int, optional
        Visits of the first graph level in a cycle. Default 1 with three axes, 2 otherwise.
    sweeps : int
        Products with A before and after the correction.

    Notes
    -----
    Before and after the correction the smoother is the same polynomial in D^-1 A, and such polynomials are
    symmetric in the inner product of A: the cycle is a symmetric positive definite preconditioner.

    References
    ----------
    M. Adams, M. Brezina, J. Hu and R. Tuminaro, "Parallel multigrid smoothing: polynomial versus Gauss-Seidel",
    J. Comput. Phys. 188, 2003.
    J. Lottes, "Optimal polynomial smoothers for multigrid V-cycles", 2023.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.mesh.boundary import Boundary
    >>> from sciml.pde import poisson
    >>> A = poisson(Grid((9, 9), boundary={"x": Boundary("periodic")})).A
    >>> M = PlainHierarchy(A.stencil)
    >>> r, z = np.ones((9, 1, 9)), np.empty((9, 1, 9))
    >>> M.apply(r, z)
    >>> bool(np.linalg.norm(r - A.apply(z[:, 0])[:, None]) < 0.4 * np.linalg.norm(r))
    True
    """

    def __init__(
        self, stencil: Stencil, smoother: Literal["chebyshev", "jacobi"] = "chebyshev", *, gamma: int | None = None,
        sweeps: int = 4,
    ) -> None:
        shape = stencil_shape(stencil)
        variable = variable_stencil(stencil)
        axes = sum(bool(c.any()) for c in variable[:3])  # that couple: a stack of planes has two
        self.stencil, self.smoother = stencil, smoother
        self.omegas = (jacobi_omega(shape),) * sweeps
        if smoother == "chebyshev":
            # equal weights: the optimised ones suit exact coarse corrections, and these cost one iteration more
            self.omegas = chebyshev_omegas(sweeps, optimised=False)
        self.gamma = gamma or (1 if axes == 3 else 2)
        self.graph = GraphHierarchy.setup(variable, omega=1.2 if axes == 3 else 1.15, dtype=np.float64)
        self.labels = self.graph.labels.ravel()
        self.work: NDArray[np.float64] = np.empty(shape)

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Write z = M r, symmetric positive definite: a cycle from x = 0; r, z of shape (n0, n1, n2)."""
        stencil_jacobi(self.stencil, z, r, self.work, omegas=self.omegas, zero=True)
        stencil_residual(self.stencil, z, r, self.work)
        sum_labels(self.labels, self.work.ravel(), self.graph.f)
        for visit in range(self.gamma):
            self.graph.cycle(zero=visit == 0)
        prolong_labels(self.labels, self.graph.x, z.reshape(-1))
        stencil_jacobi(self.stencil, z, r, self.work, omegas=self.omegas)

    def table(self) -> list[dict[str, object]]:
        """Size and transfer of every level, finest first."""
        first: dict[str, object] = {
            "shape": list(self.work.shape), "transfer": "clusters", "smoother": f"{self.smoother} {len(self.omegas)}",
        }
        return [first] + [
            {"unknowns": size, "nonzeros": nonzeros, "transfer": "clusters"} for size, nonzeros in self.graph.table()
        ]
