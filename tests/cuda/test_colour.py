"""CUDA sources over colour-split storage, run on the CPU, beyond what the inputs of the specs reach."""

import numpy as np
import pytest
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import stand_in

from sciml.kernels._colour import split_shape
from sciml.kernels._device import to_host
from sciml.kernels._inputs import SHAPES, variable_stencil
from sciml.kernels.colour_layout import colour_merge, colour_split, split_stencil

pytestmark = pytest.mark.skipif(compiler() is None, reason="no C++ compiler to run CUDA sources on the CPU with")


@pytest.mark.parametrize("shape", SHAPES[:3])
@pytest.mark.parametrize(("natural", "cycle"), [("float64", "float32"), ("float32", "float64")])
class TestBothPrecisions:
    def test_layout_is_that_of_the_cpu(self, shape: tuple[int, int, int], natural: str, cycle: str) -> None:
        u = np.random.default_rng(1).standard_normal(shape).astype(natural)
        x = colour_split(u, np.empty(split_shape(shape), cycle), 0.3, padding=7)
        v = colour_merge(x, u.copy(), 3.0, add=True)
        with stand_in():
            d = wrapped(u)
            y = colour_split(d, np.empty_like(d, shape=x.shape, dtype=cycle), 0.3, padding=7)
            w = colour_merge(y, d.copy(), 3.0, add=True)
        np.testing.assert_array_equal(y.get(), x)
        np.testing.assert_array_equal(w.get(), v)

    def test_stencil_is_that_of_the_cpu(self, shape: tuple[int, int, int], natural: str, cycle: str) -> None:
        stencil = variable_stencil(shape, (False, False, shape[2] % 2 == 0), np.random.default_rng(2), natural)
        with stand_in():
            found = to_host(split_stencil(wrapped(stencil), cycle))
        *faces, diagonal, surplus = zip(found, split_stencil(stencil, cycle), strict=True)
        for a, b in (*faces, diagonal):
            assert a.dtype == cycle
            np.testing.assert_array_equal(a, b)
        # What is left of d after six subtractions, in one order or another.
        rounding = 6 * np.finfo(natural).eps * stencil.d.max()
        np.testing.assert_allclose(*surplus, rtol=np.finfo(cycle).eps, atol=rounding)
