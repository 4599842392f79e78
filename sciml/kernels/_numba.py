"""Compilation options shared by all CPU kernels."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba as nb
from numba.extending import overload

__all__ = ["compiled", "compiled_exact", "inner", "inner_exact", "overload_inner"]

Function = TypeVar("Function", bound=Callable[..., Any])


def _helper_options() -> dict[str, Any]:
    """No entry from Python or C; and, in the releases of Numba whose internals are known, no machine code alone."""
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    if (0, 61) <= nb.version_info.short <= (0, 68):
        from sciml.kernels._linked import LinkedCompiler

        options["pipeline_class"] = LinkedCompiler
    return options


# Serial and nogil: threads come from our pool. fastmath is safe because inputs are checked for
# NaN and infinities before a kernel sees them; "numpy" drops the division-by-zero branch.
_njit: Any = nb.njit
_overload: Any = overload
_jit = _njit(cache=True, no_cfunc_wrapper=True, nogil=True, fastmath=True, error_model="numpy")
_jit_inner = _njit(nogil=True, fastmath=True, error_model="numpy", **_helper_options())
_jit_exact = _njit(cache=True, no_cfunc_wrapper=True, nogil=True, error_model="numpy")
_jit_inner_exact = _njit(nogil=True, error_model="numpy", **_helper_options())


def compiled(function: Function) -> Function:
    """Compile `function` for the CPU, cached on disk."""
    result: Function = _jit(function)
    return result


def inner(function: Function) -> Function:
    """Compile a function that only other kernels call: no Python entry and no file of its own (compiles faster)."""
    result: Function = _jit_inner(function)
    return result


def compiled_exact(function: Function) -> Function:
    """Compile `function` keeping the order of operations, where underflow or bitwise equality matters."""
    result: Function = _jit_exact(function)
    return result


def inner_exact(function: Function) -> Function:
    """Compile a function that only kernels under `compiled_exact` call."""
    result: Function = _jit_inner_exact(function)
    return result


def overload_inner(function: Callable[..., Any]) -> Callable[[Function], Function]:
    """Decorate what chooses, from the types of the arguments, the code that stands for `function` in kernels."""
    decorate: Callable[[Function], Function] = _overload(function, strict=False, jit_options=_helper_options())
    return decorate
