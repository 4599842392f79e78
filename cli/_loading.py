"""Load what a method needs before its clock starts, as a second solve in the process would find it."""

from importlib import import_module

import numpy as np

from sciml.kernels.dots import dots
from sciml.solvers._table import SOLVERS

__all__ = ["load_libraries", "wake_kernels"]

# What the solvers import inside their functions.
_LIBRARIES = {
    "fft": ("scipy.fft",),
    "direct": ("scipy.sparse.linalg",),
    "pcg": ("scipy.sparse.linalg",),
    "minres": ("scipy.sparse.linalg",),
    "gmres": ("scipy.sparse.linalg",),
    "amg": ("pyamg",),
}


def load_libraries(method: str) -> None:
    """Import a method and the libraries it uses."""
    for name in (SOLVERS[method][0], *_LIBRARIES.get(method, ())):
        import_module(name)


def wake_kernels() -> None:
    """Call a small kernel: the first call initialises the compiler's run time."""
    one = np.ones(1)
    dots(one, one, one)
