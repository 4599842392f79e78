"""Every CUDA source, run on the CPU in several orders of its threads, agrees with the NumPy reference.

In one of them all loads and stores are watched: none may race or leave its array, whatever the result.
"""

import os

import pytest
from conformance import largest_error
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import WAYS, stand_in
from host_cuda.programs import device_specs
from host_cuda.report import Executed, Report

from sciml.kernels._device import to_host
from sciml.kernels._spec import KernelSpec

CASES = [(spec, dtype) for spec in device_specs() for dtype in spec.dtypes]
# Whatever a spec tolerates between other versions.
LARGEST = {"float64": 1e-13, "float32": 1e-5}

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("spec", "dtype"), CASES, ids=lambda v: getattr(v, "name", v))
def test_agrees_with_reference(spec: KernelSpec, dtype: str, way: dict[str, int], report: Report) -> None:
    with stand_in(**way) as cupy:
        error = largest_error(spec, dtype, wrapped, to_host)
        assert cupy.launches
    assert error <= LARGEST.get(dtype, 0.0)
    report.executed.append(Executed(spec.name, dtype, "the CPU", error))
