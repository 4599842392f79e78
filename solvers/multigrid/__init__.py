"""Multigrid on boxes."""

from sciml.solvers.multigrid.solver import Multigrid

__all__ = ["Multigrid"]
