"""Files of linear systems: sparse matrices, right-hand sides and near-null spaces."""

from sciml.pde.io.read import MATRIX_SUFFIXES, read_system, read_vectors
from sciml.pde.io.stored import StoredSystem

__all__ = ["MATRIX_SUFFIXES", "StoredSystem", "read_system", "read_vectors"]
