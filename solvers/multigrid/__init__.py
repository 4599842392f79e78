"""Multigrid on boxes."""

from sciml.solvers.multigrid.fmg import FMG
from sciml.solvers.multigrid.solver import Multigrid

__all__ = ["FMG", "Multigrid"]
