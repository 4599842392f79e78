"""sciml: classical and learned solvers, operators and potentials on one data layer."""

__version__ = "0.1.0"

__all__ = ["__version__"]
