"""Domains: grids, meshes, boundary conditions and connected components."""

from sciml.mesh.boundary import Boundary
from sciml.mesh.box import box_mesh
from sciml.mesh.grid import AXES, Grid, sides
from sciml.mesh.mesh import Facets, Mesh

__all__ = ["AXES", "Boundary", "Facets", "Grid", "Mesh", "box_mesh", "sides"]
