"""The stand-in for CuPy itself."""

import os

import numpy as np
import pytest
from host_cuda.build import compiler
from host_cuda.module import stand_in

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("name", ["step", "index", "pause"])
def test_kernels_may_have_names_of_functions_in_the_c_library(name: str, watched: bool) -> None:
    text = f'extern "C" __global__ void {name}(int *x) {{ x[threadIdx.x] = 3; }}'
    with stand_in(watched=watched) as cupy:
        x = cupy.zeros(4, np.int32)
        cupy.RawModule(code=text).get_function(name)((1, 1, 1), (4, 1, 1), (x,))
        np.testing.assert_array_equal(x.get(), 3)
