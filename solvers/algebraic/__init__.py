"""Algebraic multigrid: hierarchies of PyAMG, our cycles on them, inside our conjugate gradients."""

from sciml.solvers.algebraic.amg import AMG

__all__ = ["AMG"]
