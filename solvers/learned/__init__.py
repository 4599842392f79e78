"""Learned solvers: directions that a network proposes, made the most of by an iteration that cannot diverge."""

from sciml.solvers.learned.directions import Directions
from sciml.solvers.learned.solver import DCDM

__all__ = ["DCDM", "Directions"]
