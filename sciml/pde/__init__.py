"""Discretisation: a domain, coefficients and boundary conditions become a linear system."""

from typing import TYPE_CHECKING

from sciml._errors import FloatingWarning
from sciml._lazy import lazily
from sciml.pde.balance import Balance
from sciml.pde.matrix import MatrixOperator
from sciml.pde.operator import StencilOperator
from sciml.pde.poisson import poisson
from sciml.pde.results import boundary_balance, flux
from sciml.pde.system import Component, GridSystem, LinearSystem, MeshSystem, Problem

if TYPE_CHECKING:
    from sciml.pde.interpolate import Field
    from sciml.pde.p1.flux import gradient
    from sciml.pde.ritz import RitzPairs, ritz_pairs

__all__ = [
    "Balance", "Component", "Field", "FloatingWarning", "GridSystem", "LinearSystem", "MatrixOperator", "MeshSystem",
    "Problem", "RitzPairs", "StencilOperator", "boundary_balance", "flux", "gradient", "poisson", "ritz_pairs",
]

# Loaded when first asked for: the kernels of meshes take a while to import.
__getattr__ = lazily(__name__, {
    "Field": "interpolate", "RitzPairs": "ritz", "gradient": "p1.flux", "ritz_pairs": "ritz",
})
