"""What a kernel is: reference, call, generated inputs, tolerances."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

__all__ = ["KernelSpec", "specs"]

Inputs = Callable[[np.random.Generator, DTypeLike], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True)
class KernelSpec:
    """One operation and everything needed to test and time it.

    Parameters
    ----------
    name : str
        Folder name.
    reference : callable
        Readable NumPy version; takes an input tuple, returns an array, scalar or tuple of them.
    run : callable
        Calls the kernel, with the reference's signature, and returns what the kernel wrote. Arrays in the
        arguments lie on the CPU or on a device, and so do those it returns.
    inputs : callable
        ``inputs(rng, dtype)`` yields argument tuples of NumPy arrays, edge cases included; called anew for
        every device, so arguments may be overwritten.
    tolerance : mapping of str to float
        Allowed difference relative to the largest entry of all reference results, per dtype name.
    dtypes : tuple of str
        Precisions the kernel exists in.
    """

    name: str
    reference: Callable[..., Any]
    run: Callable[..., Any]
    inputs: Inputs
    tolerance: Mapping[str, float]
    dtypes: tuple[str, ...] = ("float32", "float64")

    @property
    def on_device(self) -> bool:
        """Whether there is a CUDA version beside the one for the CPU."""
        return find_spec(f"sciml.kernels.{self.name}.cuda") is not None


def specs() -> Iterator[KernelSpec]:
    """Every kernel spec of the package, found by looking for ``sciml.kernels.<op>.spec``.

    Examples
    --------
    >>> "stencil_apply" in [spec.name for spec in specs()]
    True
    """
    package = import_module("sciml.kernels")
    for module in iter_modules(package.__path__):
        if module.ispkg:
            spec = import_module(f"sciml.kernels.{module.name}.spec").SPEC
            assert isinstance(spec, KernelSpec)
            yield spec
