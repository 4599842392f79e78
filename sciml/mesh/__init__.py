"""Domains: grids, meshes, graphs, boundary conditions and connected components."""

from sciml.mesh.boundary import Boundary
from sciml.mesh.box import box_mesh
from sciml.mesh.graph import Graph
from sciml.mesh.grid import AXES, Grid, sides
from sciml.mesh.mesh import Facets, Mesh
from sciml.mesh.verlet import VerletList

__all__ = ["AXES", "Boundary", "Facets", "Graph", "Grid", "Mesh", "VerletList", "box_mesh", "sides"]
