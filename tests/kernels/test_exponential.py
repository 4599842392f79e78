"""The exponential and the logarithm that loops vectorise."""

from typing import Any

import numba as nb
import numpy as np
import pytest

from sciml.kernels._exponential import logarithm, power

njit: Any = nb.njit


@njit
def powers(x: Any, out: Any) -> None:
    for i in range(len(x)):
        out[i] = power(x[i])


@njit
def logarithms(x: Any, out: Any) -> None:
    for i in range(len(x)):
        out[i] = logarithm(x[i])


@pytest.mark.parametrize(("dtype", "least"), [("float32", -87), ("float64", -708)])
def test_exponentials_are_right_to_two_roundings(dtype: str, least: float) -> None:
    x = np.concatenate([np.linspace(least, 80, 100_001), -np.geomspace(1e-30, 1, 1001)]).astype(dtype)
    found = np.empty_like(x)
    powers(x, found)
    exact = np.exp(x.astype(np.longdouble))
    assert np.abs(found / exact - 1).max() < 2 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ends_of_the_range(dtype: str) -> None:
    x = np.array([0.0, -1e30, -np.inf, np.nan], dtype)
    found = np.empty_like(x)
    powers(x, found)
    np.testing.assert_array_equal(found, [1, 0, 0, np.nan])


@pytest.mark.parametrize(("dtype", "least"), [("float32", 1e-37), ("float64", 1e-307)])
def test_logarithms_are_right_to_two_roundings(dtype: str, least: float) -> None:
    x = np.concatenate([np.geomspace(least, 1 / least, 100_001), np.linspace(0.5, 2, 100_001)]).astype(dtype)
    found = np.empty_like(x)
    logarithms(x, found)
    exact = np.log(x.astype(np.longdouble))
    assert (np.abs(found - exact) <= 2 * np.finfo(dtype).eps * np.abs(exact)).all()
