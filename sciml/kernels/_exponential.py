"""exp for kernels, in operations that loops vectorise: a call of the C library a number takes ten times as long."""

from math import factorial
from typing import Any

import numpy as np
from numba import types

from sciml.kernels._numba import inner_exact, overload_inner

__all__ = ["power"]

# log 2 in two parts; a whole number times the first one is exact
HIGH, LOW = 0.693359375, -2.121944400546905827679e-4
PER_LOG_2 = 1.4426950408889634
C = tuple(1 / factorial(k) for k in range(13))


def power(x: Any) -> Any:
    """exp(x) for x <= 0 in the precision of x, to a few roundings; 0 where it would be subnormal, NaN of NaN.

    x = n log 2 + r with a whole number n and |r| <= log(2) / 2, so exp(x) is 2^n, written as the exponent of a
    floating-point number, times the Taylor series of exp(r), whose next term is less than a rounding.
    """
    return np.exp(x)


@inner_exact
def _single(x: Any) -> Any:
    f, i = np.float32, np.int32
    n = np.floor(x * f(PER_LOG_2) + f(0.5))
    r = x - n * f(HIGH) - n * f(LOW)
    s = f(C[7])
    s = ((s * r + f(C[6])) * r + f(C[5])) * r + f(C[4])
    s = (((s * r + f(C[3])) * r + f(C[2])) * r + f(1)) * r + f(1)
    return f(0) if x < f(-87) else s * i((i(n) + i(127)) << i(23)).view(np.float32)


@inner_exact
def _double(x: Any) -> Any:
    i = np.int64
    n = np.floor(x * PER_LOG_2 + 0.5)
    r = x - n * HIGH - n * LOW
    s = ((C[12] * r + C[11]) * r + C[10]) * r + C[9]
    s = (((s * r + C[8]) * r + C[7]) * r + C[6]) * r + C[5]
    s = ((((s * r + C[4]) * r + C[3]) * r + C[2]) * r + 1.0) * r + 1.0
    return 0.0 if x < -708.0 else s * i((i(n) + i(1023)) << i(52)).view(np.float64)


@overload_inner(power)
def _power(x: Any) -> Any:
    return (lambda x: _single(x)) if x == types.float32 else (lambda x: _double(x))
