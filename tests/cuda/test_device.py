"""Every kernel with a CUDA version on a real device: the check that its source passes on the CPU."""

from typing import Any

import pytest
from conformance import largest_error
from host_cuda.programs import device_specs
from host_cuda.report import Executed, Report

from sciml.kernels._device import to_device, to_host
from sciml.kernels._spec import KernelSpec

pytestmark = pytest.mark.gpu

CASES = [(spec, dtype) for spec in device_specs() for dtype in spec.dtypes]


@pytest.fixture(scope="module")
def cupy() -> Any:
    """CuPy; tests are skipped where there is none or no device for it."""
    library = pytest.importorskip("cupy", reason="CuPy is not installed: pip install 'sciml-kit[cuda13]'")
    if not library.cuda.is_available():
        pytest.skip("there is no CUDA device, or no driver")
    return library


@pytest.mark.parametrize(("spec", "dtype"), CASES, ids=lambda v: getattr(v, "name", v))
def test_agrees_with_reference(spec: KernelSpec, dtype: str, cupy: Any, report: Report) -> None:
    error = largest_error(spec, dtype, to_device, to_host)
    report.executed.append(Executed(spec.name, dtype, cupy.cuda.runtime.getDeviceProperties(0)["name"].decode(), error))
