"""The one check that every version of a kernel must pass: agreement with the NumPy reference on generated inputs."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from sciml.kernels._spec import KernelSpec

__all__ = ["largest_error"]


def largest_error(
    spec: KernelSpec, dtype: str, place: Callable[[Any], Any] | None = None, fetch: Callable[[Any], Any] | None = None
) -> float:
    """Run a kernel on all inputs of its spec; its largest error, relative to the largest entry of the reference.

    Parameters
    ----------
    spec : KernelSpec
    dtype : str
    place, fetch : callable
        Bring the arguments to where the kernel shall run, and its results back.

    Raises
    ------
    AssertionError
        If a result has another shape or dtype than the reference, or differs by more than the tolerance.
    """
    errors = []
    inputs = spec.inputs(np.random.default_rng(0), dtype)
    for given, expected in zip(inputs, references(spec.reference, spec.inputs, dtype), strict=True):
        result = spec.run(*(place(given) if place else given))
        found = list(flatten(fetch(result) if fetch else result))
        assert len(found) == len(expected)
        scale = max(np.abs(b).max(initial=0.0) for b in expected) or 1.0
        for a, b in zip(found, expected, strict=True):
            assert (a.shape, a.dtype) == (b.shape, b.dtype)
            np.testing.assert_allclose(a, b, rtol=0, atol=spec.tolerance[dtype] * scale)
            finite = np.isfinite(b)
            errors.append(float(np.abs(a[finite].astype(float) - b[finite]).max(initial=0.0) / scale))
    assert errors
    return max(errors)


@lru_cache(2)
def references(reference: Callable[..., Any], inputs: Callable[..., Any], dtype: str) -> list[list[np.ndarray]]:
    """What the reference makes of each input; kept for the versions of a kernel that are tested one after another."""
    return [list(flatten(reference(*given))) for given in inputs(np.random.default_rng(0), dtype)]


def flatten(result: Any) -> Iterator[np.ndarray]:
    """The arrays of a result, nested tuples opened."""
    if isinstance(result, tuple):
        for part in result:
            yield from flatten(part)
    else:
        yield np.asarray(result)
