"""Discretisation: a domain, coefficients and boundary conditions become a linear system."""

from sciml.pde.operator import StencilOperator
from sciml.pde.poisson import poisson
from sciml.pde.system import Component, LinearSystem

__all__ = ["Component", "LinearSystem", "StencilOperator", "poisson"]
