"""Algebraic multigrid: hierarchies of PyAMG inside our conjugate gradients."""

from sciml.solvers.algebraic.amg import AMG

__all__ = ["AMG"]
