"""Launches over compressed rows: what the inputs shared by all versions leave out."""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import stand_in

from sciml.kernels._csr import CSR
from sciml.kernels._csr_inputs import random_csr
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.csr_rmatmul import csr_rmatmul
from sciml.kernels.csr_sampled import csr_sampled
from sciml.kernels.segment_reduce import segment_reduce
from sciml.kernels.segment_softmax import segment_softmax

RNG = np.random.default_rng(8)
A = random_csr(60, 40, RNG, np.float64)

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)


@pytest.fixture(autouse=True)
def cupy() -> Iterator[Any]:
    with stand_in() as cupy:
        yield cupy


@pytest.mark.parametrize(("inner", "outer"), [("float32", "float64"), ("float64", "float32")])
@pytest.mark.parametrize("width", [(), (1,), (3,)])
def test_sums_have_the_precision_of_the_matrix(inner: str, outer: str, width: tuple[int, ...]) -> None:
    x = RNG.standard_normal((40, *width)).astype(inner)
    matrix = A._replace(values=A.values.astype(outer))
    found = csr_matmul(wrapped(matrix), wrapped(x), scale=-2.0).get()
    assert found.dtype == outer
    np.testing.assert_allclose(found, csr_matmul(matrix, x, scale=-2.0), atol=1e-14 if outer == "float64" else 1e-5)


def test_rows_and_columns_may_be_counted_in_different_widths() -> None:
    mixed = wrapped(A._replace(starts=A.starts.astype(np.int64)))
    x, y = RNG.standard_normal((60, 4)), RNG.standard_normal((40, 4))
    X, Y = wrapped(x), wrapped(y)
    np.testing.assert_allclose(csr_matmul(mixed, Y).get(), csr_matmul(A, y), atol=1e-14)
    np.testing.assert_allclose(csr_rmatmul(mixed, X, Y).get(), csr_rmatmul(A, x, np.empty((40, 4))), atol=1e-14)
    sampled = csr_sampled(mixed.starts, mixed.columns, X, wrapped(y)).get()
    np.testing.assert_allclose(sampled, csr_sampled(A.starts, A.columns, x, y), atol=1e-14)


@pytest.mark.parametrize("width", [(), (3,)])
def test_long_rows_are_shared_by_many_threads(width: tuple[int, ...]) -> None:
    full = CSR(np.arange(0, 1001, 500), np.tile(np.arange(500), 2), RNG.standard_normal(1000))
    x = RNG.standard_normal((500, *width))
    expected = full.values.reshape(2, 500) @ x
    np.testing.assert_allclose(csr_matmul(wrapped(full), wrapped(x)).get(), expected, atol=1e-12)


@pytest.mark.parametrize("width", [(), (3,)])
def test_a_matrix_without_columns_gives_zeros(width: tuple[int, ...]) -> None:
    empty = wrapped(CSR(np.zeros(5, np.int32), np.zeros(0, np.int32), np.zeros(0)))
    none, four = wrapped(np.zeros((0, *width))), wrapped(np.ones((4, *width)))
    np.testing.assert_array_equal(csr_matmul(empty, none).get(), np.zeros((4, *width)))
    np.testing.assert_array_equal(csr_matmul(empty, none, b=four).get(), np.ones((4, *width)))
    assert csr_rmatmul(empty, four, none).shape == (0, *width)
    assert csr_sampled(empty.starts, empty.columns, four, none).shape == (0,)


@pytest.mark.parametrize("width", [(0,), (1,)])
def test_without_values_sums_and_maxima_are_zero(width: tuple[int, ...]) -> None:
    starts, values = wrapped(np.zeros(5, np.int64)), wrapped(np.zeros((0, *width)))
    for operation in ("sum", "max"):
        np.testing.assert_array_equal(segment_reduce(starts, values, operation).get(), np.zeros((4, *width)))
    assert segment_softmax(starts, values).shape == (0, *width)


def test_softmax_may_overwrite_its_values() -> None:
    values = wrapped(RNG.standard_normal((A.entries, 2)))
    starts = wrapped(A.starts)
    expected = segment_softmax(starts, values).get()
    assert segment_softmax(starts, values, out=values) is values
    np.testing.assert_array_equal(values.get(), expected)


def test_results_lie_on_the_device_of_the_arguments(cupy: Any) -> None:
    with cupy.cuda.Device(1):
        matrix, x = wrapped(A), wrapped(RNG.standard_normal((40, 2)))
        other = wrapped(RNG.standard_normal((60, 2)))
    for found in (csr_matmul(matrix, x), csr_sampled(matrix.starts, matrix.columns, other, x)):
        assert found.device == cupy.cuda.Device(1)
    assert cupy.zeros(1).device == cupy.cuda.Device(0)
