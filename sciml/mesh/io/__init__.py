"""Files of grids: arrays in, fields out."""

from sciml.mesh.io.arrays import ArrayFile, ArrayHeader
from sciml.mesh.io.fields import FIELD_SUFFIXES, write_fields
from sciml.mesh.io.vti import write_vti

__all__ = ["FIELD_SUFFIXES", "ArrayFile", "ArrayHeader", "write_fields", "write_vti"]
