"""Sums on a device: bitwise the same in any order of the threads, exact for numbers that are, 0 of nothing."""

import os

import numpy as np
import pytest
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import stand_in

from sciml.kernels._cuda import SUMMED, THREADS
from sciml.kernels.cg_direction.cuda import PROGRAM as direction
from sciml.kernels.dots import dots
from sciml.kernels.subtract_means import means

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)


def test_do_not_depend_on_the_order_of_threads() -> None:
    vectors = tuple(np.random.default_rng(1).standard_normal((3, 50_000)))
    found = set()
    for order in range(5):
        with stand_in(order):
            found.add(dots(*wrapped(vectors)))
    assert len(found) == 1


@pytest.mark.parametrize("size", [0, 1, SUMMED * THREADS, SUMMED * THREADS + 1])
def test_of_whole_numbers_are_exact(size: int) -> None:
    z, ones = np.arange(float(size)), np.ones(size)
    with stand_in() as cupy:
        assert dots(*wrapped((z, ones, z))) == (z.sum(), z @ z)
    assert [launch.grid for launch in cupy.launches] == [(-(-size // (SUMMED * THREADS)), 1, 1)] * (size > 0)


def test_few_blocks_take_many_planes() -> None:
    n0, n1, n2 = 5, 3, 100
    p, zero = np.ones((n0, n1, n2)), np.zeros(3)
    stencil = zero, zero, np.arange(float(n0)), np.zeros(n1), np.zeros(n2)
    with stand_in():
        stencil, p, q, partial = wrapped((stencil, p, p, np.full((1, n0, 1), np.nan)))
        direction.launch(
            "direction_constant", (2, 1, THREADS), (np.float64,), n0, n1, n2, stencil, p, q, partial
        )
    np.testing.assert_array_equal(partial.get()[0, :, 0], np.arange(n0) * n1 * n2)


def test_over_sets_of_any_length_are_exact() -> None:
    sizes = np.array([1, 20_000, 64, 65, 4097, 3])
    ends = np.cumsum(sizes)
    cells, starts = np.arange(ends[-1])[::-1].copy(), ends - sizes
    with stand_in():
        found = means(*wrapped((np.arange(float(ends[-1])), cells, starts))).get()
    np.testing.assert_array_equal(found, ends[-1] - 1 - (starts + ends - 1) / 2)
