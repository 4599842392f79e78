"""Domains: grids, meshes, graphs, atoms, boundary conditions and connected components."""

from typing import TYPE_CHECKING

from sciml._lazy import lazily
from sciml.mesh.boundary import Boundary
from sciml.mesh.grid import AXES, Grid, sides
from sciml.mesh.mesh import Facets, Mesh

if TYPE_CHECKING:
    from sciml.mesh.box import box_mesh
    from sciml.mesh.graph import Graph
    from sciml.mesh.structure import Structure
    from sciml.mesh.verlet import VerletList

__all__ = ["AXES", "Boundary", "Facets", "Graph", "Grid", "Mesh", "Structure", "VerletList", "box_mesh", "sides"]

# Loaded when first asked for: their kernels take a while to import.
__getattr__ = lazily(
    __name__, {"Graph": "graph", "Structure": "structure", "VerletList": "verlet", "box_mesh": "box"}
)
