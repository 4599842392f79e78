"""Files of grids and meshes: arrays and meshes in, fields out."""

from sciml.mesh.io.arrays import ArrayFile, ArrayHeader
from sciml.mesh.io.fields import FIELD_SUFFIXES, write_fields
from sciml.mesh.io.mesh_files import MESH_SUFFIXES, read_mesh, write_mesh
from sciml.mesh.io.vti import write_vti

__all__ = [
    "FIELD_SUFFIXES", "MESH_SUFFIXES", "ArrayFile", "ArrayHeader", "read_mesh", "write_fields", "write_mesh",
    "write_vti",
]  # fmt: skip
