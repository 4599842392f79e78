"""Domains: grids, boundary conditions and connected components."""

from sciml.mesh.boundary import Boundary
from sciml.mesh.grid import AXES, Grid, sides

__all__ = ["AXES", "Boundary", "Grid", "sides"]
