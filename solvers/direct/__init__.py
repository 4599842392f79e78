"""Sparse direct solution: SuperLU, or CHOLMOD and PARDISO where installed."""

from sciml.solvers.direct.direct import Direct

__all__ = ["Direct"]
