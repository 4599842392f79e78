"""Discretisation: a domain, coefficients and boundary conditions become a linear system."""

from sciml.pde.balance import Balance, boundary_balance
from sciml.pde.flux import flux
from sciml.pde.operator import StencilOperator
from sciml.pde.poisson import poisson
from sciml.pde.system import Component, LinearSystem, Problem

__all__ = [
    "Balance", "Component", "LinearSystem", "Problem", "StencilOperator", "boundary_balance", "flux", "poisson",
]
