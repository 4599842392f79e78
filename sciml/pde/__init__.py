"""Discretisation: a domain, coefficients and boundary conditions become a linear system."""

from sciml._errors import FloatingWarning
from sciml.pde.balance import Balance
from sciml.pde.interpolate import Field
from sciml.pde.matrix import MatrixOperator
from sciml.pde.operator import StencilOperator
from sciml.pde.p1.flux import gradient
from sciml.pde.poisson import poisson
from sciml.pde.results import boundary_balance, flux
from sciml.pde.system import Component, GridSystem, LinearSystem, MeshSystem, Problem

__all__ = [
    "Balance", "Component", "Field", "FloatingWarning", "GridSystem", "LinearSystem", "MatrixOperator", "MeshSystem",
    "Problem", "StencilOperator", "boundary_balance", "flux", "gradient", "poisson",
]
