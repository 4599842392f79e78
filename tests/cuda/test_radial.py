"""Weights of radial basis functions on a device, where rounding decides whether there is a root to take."""

import os

import numpy as np
import pytest
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import stand_in

from sciml._arrays import to_host
from sciml._errors import InputError
from sciml.kernels.rbf_weights import rbf_weights
from sciml.kernels.rbf_weights_backward import rbf_weights_backward

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)


@pytest.mark.parametrize("family", ["exponential", "exponential_sine", "linear", "cubic"])
def test_rounding_below_zero_is_no_harm(family: str) -> None:
    v = np.random.default_rng(7).standard_normal((200, 2))
    x = np.stack([-v[:, 1], v[:, 0]], axis=1)
    shapes = (v[:, :, None] * v[:, None]).reshape(-1, 4)  # v v^T, and v . x = 0 but for rounding
    assert (np.einsum("ni,nij,nj->n", x, shapes.reshape(-1, 2, 2), x) < -1e-18).any()
    with stand_in():
        given = wrapped((x, np.zeros_like(x), shapes, np.arange(200)[:, None]))
        w = to_host(rbf_weights(*given, family))
        gradients = to_host(rbf_weights_backward(*given, wrapped(np.ones((200, 1))), family))
    np.testing.assert_allclose(w, 0 if family in ("linear", "cubic") else 1, atol=1e-6)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_refuses_what_it_refuses_on_the_cpu() -> None:
    with stand_in():
        point, near, one = wrapped((np.zeros((1, 2)), np.zeros((1, 1), np.int32), np.ones((1, 1))))
        with pytest.raises(InputError, match="family is 'bump'"):
            rbf_weights(point, point, one, near, "bump")
        with pytest.raises(InputError, match="5 parameters for each centre in 2 dimensions"):
            rbf_weights_backward(point, point, wrapped(np.ones((1, 5))), near, one, "hat")
