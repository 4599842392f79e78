"""Exceptions and warnings of sciml: each text says what was given, what was expected and what to do."""

__all__ = ["ConvergenceError", "FloatingWarning", "InputError", "MemoryLimitError", "MissingDependencyError"]


class InputError(ValueError):
    """What the user gave cannot be used (the command line exits with code 2)."""


class MemoryLimitError(InputError):
    """The problem would not fit into the memory this process may use."""


class MissingDependencyError(ImportError):
    """An optional library is not installed; the text carries the install line."""


class ConvergenceError(RuntimeError):
    """A solver stopped without reaching the tolerance and ``raise_on_failure`` was set."""


class FloatingWarning(UserWarning):
    """Part of a source was dropped on components that nothing holds, while others are held."""
