"""A problem on a mesh in weak form, before it becomes a matrix."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels.p1_elements import p1_elements
from sciml.kernels.p1_product import p1_product
from sciml.mesh import Mesh
from sciml.pde.p1.conditions import Conditions, read_conditions
from sciml.pde.p1.fields import read_coefficient, read_shift, source_load
from sciml.pde.p1.simplices import Simplices, cut_to_simplices
from sciml.pde.system import Problem

__all__ = ["Parts", "discretise"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Parts:
    """Element matrices, loads and conditions.

    Parameters
    ----------
    space : Simplices
    edges : ndarray, shape (m, d (d + 1) / 2)
        Stiffness of each element, see `p1_elements`.
    masses : ndarray, shape (m,), optional
        sigma |T| / ((d + 1) (d + 2)); None without a shift.
    conditions : Conditions
    source : ndarray, shape (n,) or (batch, n)
        Integrals of f phi_i.
    """

    space: Simplices
    edges: Array
    masses: Array | None
    conditions: Conditions
    source: Array

    def boundary_load(self) -> Array:
        """What Neumann and Robin boundaries add to the source, shape (n,)."""
        n = self.space.mesh.n_points
        return np.asarray(sum((contact.load(n) for contact in self.conditions.contacts), np.zeros(n)))

    def product(self, u: Array) -> Array:
        """Stiffness, shift and Robin boundaries applied to values at all vertices (n,)."""
        inner = p1_product(self.space.cells, self.space.incidence, u, self.edges, self.masses)
        return np.asarray(sum((contact.product(u) for contact in self.conditions.contacts), inner))


def discretise(mesh: Mesh, problem: Problem) -> Parts:
    """Evaluate everything a problem consists of.

    Raises
    ------
    InputError
        If data or mesh cannot be used.
    """
    space = cut_to_simplices(mesh)
    d = space.ndim
    edges, volumes = p1_elements(space.mesh.points, space.cells, read_coefficient(space, problem.coefficient))
    if not volumes.min() > 0:
        mesh.check()  # tells inverted from degenerate cells, with their numbers
        bad = np.flatnonzero(~(volumes > 0))
        raise InputError(
            f"{len(bad)} parts of cells have no positive volume (first: cell {space.given_number(int(bad[0]))}); "
            "expected convex cells with flat faces; mend the mesh"
        )
    sigma = read_shift(space, problem.shift)
    masses = sigma * volumes / ((d + 1) * (d + 2)) if np.any(sigma > 0) else None
    conditions = read_conditions(space)
    return Parts(space, edges, masses, conditions, source_load(space, volumes, problem.source))
