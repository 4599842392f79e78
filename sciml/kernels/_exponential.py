"""exp and log in operations that loops vectorise: a call of the C library for each number takes ten times as long."""

from math import factorial
from typing import Any

import numpy as np
from numba import types

from sciml.kernels._numba import inner_exact, overload_inner

__all__ = ["logarithm", "power"]

# log 2 in two parts; a whole number times the first one is exact
HIGH, LOW = 0.693359375, -2.121944400546905827679e-4
PER_LOG_2 = 1.4426950408889634
C = tuple(1 / factorial(k) for k in range(13))


def power(x: Any) -> Any:
    """exp(x) for x <= 80 in the precision of x, to a few roundings; 0 where it would be subnormal, NaN of NaN.

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


# 2 / (2 k + 1), highest first: log((1 + s) / (1 - s)) = 2 s + 2 s^3 / 3 + ...
ODD = tuple(2 / (2 * k + 1) for k in range(11, 0, -1))
ROOT_2 = 1.4142135623730951


def logarithm(x: Any) -> Any:
    """log(x) for normal x > 0 in the precision of x, to a few roundings of it or of 1.

    x = 2^n m with m between sqrt(1/2) and sqrt(2), so that s = (m - 1) / (m + 1) is at most 0.172 in the series of
    log(m) = log((1 + s) / (1 - s)); the next term is less than a rounding.
    """
    return np.log(x)


@inner_exact
def _single_log(x: Any) -> Any:
    f, i = np.float32, np.int32
    bits = f(x).view(np.int32)
    n = f(i((bits >> i(23)) & i(255)) - i(127))
    m = i((bits & i(0x7FFFFF)) | i(0x3F800000)).view(np.float32)  # 1 <= m < 2
    large = m > f(ROOT_2)
    m, n = (f(0.5) * m if large else m), (n + f(1) if large else n)
    s = (m - f(1)) / (m + f(1))
    t = s * s
    series = (((f(ODD[6]) * t + f(ODD[7])) * t + f(ODD[8])) * t + f(ODD[9])) * t + f(ODD[10])
    return n * f(LOW) + s * (f(2) + t * series) + n * f(HIGH)


@inner_exact
def _double_log(x: Any) -> Any:
    i = np.int64
    bits = np.float64(x).view(np.int64)
    n = np.float64(((bits >> i(52)) & i(2047)) - i(1023))
    m = i((bits & i(0xFFFFFFFFFFFFF)) | i(0x3FF0000000000000)).view(np.float64)
    large = m > ROOT_2
    m, n = (0.5 * m if large else m), (n + 1.0 if large else n)
    s = (m - 1.0) / (m + 1.0)
    t = s * s
    series = ODD[0]
    for k in range(1, 11):
        series = series * t + ODD[k]
    return n * LOW + s * (2.0 + t * series) + n * HIGH


@overload_inner(logarithm)
def _logarithm(x: Any) -> Any:
    return (lambda x: _single_log(x)) if x == types.float32 else (lambda x: _double_log(x))
