"""Sparse kernels on plain arrays: one folder per operation, each with a NumPy reference."""

from sciml.kernels._pool import get_threads, threads
from sciml.kernels.stencil_apply import stencil_apply

__all__ = ["get_threads", "stencil_apply", "threads"]
