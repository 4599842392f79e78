"""Files of linear systems: sparse matrices, right-hand sides and near-null spaces."""

from sciml.pde.io.fluid import (
    read_fluid_flags,
    read_fluid_matrix,
    read_fluid_vector,
    write_fluid_flags,
    write_fluid_matrix,
    write_fluid_vector,
)
from sciml.pde.io.read import MATRIX_SUFFIXES, read_system, read_vectors
from sciml.pde.io.stored import StoredSystem

__all__ = [
    "MATRIX_SUFFIXES", "StoredSystem", "read_fluid_flags", "read_fluid_matrix", "read_fluid_vector", "read_system",
    "read_vectors", "write_fluid_flags", "write_fluid_matrix", "write_fluid_vector",
]
