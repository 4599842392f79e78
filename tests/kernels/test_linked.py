"""Helpers of kernels have no machine code of their own, and what calls them gives the same bits."""

from collections.abc import Callable
from typing import Any

import numba as nb
import numpy as np
import pytest

from sciml.kernels._numba import inner, inner_exact

njit: Any = nb.njit(nogil=True, fastmath=True, error_model="numpy")


def make_kernel(helper: Callable[[Any], Any]) -> tuple[Any, Any]:
    """A kernel whose helper calls a helper, allocates and raises, and this helper."""

    @helper
    def shrink(value: Any) -> Any:
        if value > 1e3:
            raise ValueError("too large")
        return np.sin(value) / (1 + value * value)

    @helper
    def total(row: Any) -> Any:
        parts = np.empty(4)
        parts[:] = 0.0
        for i in range(len(row)):
            parts[i & 3] += shrink(row[i])
        return parts.sum()

    def kernel(rows: Any) -> Any:
        result = 0.0
        for i in range(rows.shape[0]):
            result += total(rows[i]) * shrink(rows[i, 0])
        return result

    return njit(kernel), shrink


def address(function: Any) -> int:
    """Where the machine code of a helper begins, 0 where there is none."""
    (compiled,) = function.overloads.values()
    found: int = compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name)
    return found


def test_helpers_are_linked_without_machine_code() -> None:
    rows = np.random.default_rng(0).uniform(0.1, 10.0, (5, 37))
    kernel, helper = make_kernel(inner)
    plain, plain_helper = make_kernel(njit)
    assert kernel(rows) == plain(rows)
    assert address(helper) == 0
    assert address(plain_helper) != 0


@pytest.mark.parametrize("helper", [inner, inner_exact])
def test_exceptions_come_through(helper: Callable[[Any], Any]) -> None:
    kernel, _ = make_kernel(helper)
    with pytest.raises(ValueError, match="too large"):
        kernel(np.full((1, 3), 2e3))
