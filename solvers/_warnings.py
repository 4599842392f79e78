"""Warnings of the solvers."""

__all__ = ["SolverWarning"]


class SolverWarning(UserWarning):
    """A solve went another way than planned: a method stalled, or part of b was dropped."""
