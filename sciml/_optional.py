"""Import of optional libraries with a one-line install hint."""

import importlib
from types import ModuleType

from sciml._errors import MissingDependencyError

__all__ = ["require"]


def require(module: str, install: str) -> ModuleType:
    """Import `module`, or say in one line how to install it.

    Parameters
    ----------
    module : str
        Name to import, e.g. ``"sksparse.cholmod"``.
    install : str
        What to hand to ``pip install``, e.g. ``"'sciml-kit[cholmod]'"``.

    Raises
    ------
    MissingDependencyError
        If the import fails.

    Examples
    --------
    >>> require("json", "nothing").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingDependencyError(
            f"{module} is needed here and could not be imported ({error}); install it with: pip install {install}"
        ) from error
