"""Krylov solvers: conjugate gradients and its preconditioners, MINRES, GMRES."""

from sciml.solvers.krylov.cg import pcg
from sciml.solvers.krylov.general import GMRES, MINRES
from sciml.solvers.krylov.solvers import CG, FCG, PCG

__all__ = ["CG", "FCG", "GMRES", "MINRES", "PCG", "pcg"]
