"""Every kernel agrees with its NumPy reference on generated inputs."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from sciml.kernels import threads
from sciml.kernels._spec import KernelSpec, specs

CASES = [(spec, dtype) for spec in specs() for dtype in spec.dtypes]


def flatten(result: Any) -> Iterator[np.ndarray]:
    if isinstance(result, tuple):
        for part in result:
            yield from flatten(part)
    else:
        yield np.asarray(result)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(("spec", "dtype"), CASES, ids=lambda v: getattr(v, "name", v))
def test_agrees_with_reference(spec: KernelSpec, dtype: str, n_threads: int) -> None:
    pairs = zip(spec.inputs(np.random.default_rng(0), dtype), spec.inputs(np.random.default_rng(0), dtype), strict=True)
    count = 0
    for given, same in pairs:
        expected = list(flatten(spec.reference(*given)))
        with threads(n_threads):
            found = list(flatten(spec.run(*same)))
        assert len(found) == len(expected)
        scale = max(np.abs(b).max(initial=0.0) for b in expected) or 1.0
        for a, b in zip(found, expected, strict=True):
            assert a.shape == b.shape
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=0, atol=spec.tolerance[dtype] * scale)
        count += 1
    assert count > 0
