"""Sparse kernels on plain arrays: one folder per operation, each with a NumPy reference."""

from sciml.kernels._pool import get_threads, threads
from sciml.kernels.atoms_search import atoms_search
from sciml.kernels.nearest_search import nearest_search
from sciml.kernels.radius_search import radius_search
from sciml.kernels.stencil_apply import stencil_apply

__all__ = ["atoms_search", "get_threads", "nearest_search", "radius_search", "stencil_apply", "threads"]
