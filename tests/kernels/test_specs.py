"""Every kernel agrees with its NumPy reference on generated inputs."""

import pytest
from conformance import largest_error

from sciml.kernels import threads
from sciml.kernels._spec import KernelSpec, specs

CASES = [(spec, dtype) for spec in specs() for dtype in spec.dtypes]


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(("spec", "dtype"), CASES, ids=lambda v: getattr(v, "name", v))
def test_agrees_with_reference(spec: KernelSpec, dtype: str, n_threads: int) -> None:
    with threads(n_threads):
        largest_error(spec, dtype)
