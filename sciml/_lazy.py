"""Names of a package that load when first asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["lazily"]


def lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package whose modules take a while to import.

    Parameters
    ----------
    package : str
        Its full name.
    homes : mapping of str to str
        Name to the module inside the package that defines it.

    Examples
    --------
    >>> lazily("sciml.mesh", {"Graph": "graph"})("Graph").__name__
    'Graph'
    """

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return find
