"""Every CUDA source, run on the CPU in several orders of its threads, agrees with the NumPy reference."""

import numpy as np
import pytest
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import stand_in

from sciml.kernels._device import to_host
from sciml.kernels._spec import KernelSpec, specs

CASES = [(spec, dtype) for spec in specs() if spec.on_device for dtype in spec.dtypes]
ORDERS = {"rising": 0, "falling": 1, "shuffled": 7}


def flatten(result: object) -> list[np.ndarray]:
    if isinstance(result, tuple):
        return [array for part in result for array in flatten(part)]
    return [np.asarray(result)]


@pytest.mark.skipif(compiler() is None, reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with")
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize(("spec", "dtype"), CASES, ids=lambda v: getattr(v, "name", v))
def test_agrees_with_reference(spec: KernelSpec, dtype: str, order: int) -> None:
    pairs = zip(spec.inputs(np.random.default_rng(0), dtype), spec.inputs(np.random.default_rng(0), dtype), strict=True)
    with stand_in(order) as cupy:
        for given, same in pairs:
            expected = flatten(spec.reference(*given))
            found = flatten(to_host(spec.run(*wrapped(same))))
            assert len(found) == len(expected)
            scale = max(np.abs(b).max(initial=0.0) for b in expected) or 1.0
            for a, b in zip(found, expected, strict=True):
                assert (a.shape, a.dtype) == (b.shape, b.dtype)
                np.testing.assert_allclose(a, b, rtol=0, atol=spec.tolerance[dtype] * scale)
        assert cupy.launches
