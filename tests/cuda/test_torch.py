"""Kernels on tensors through the CUDA sources, as on a device: outputs and gradients are those of the CPU."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from host_cuda.arrays import Device, DeviceArray, plain
from host_cuda.build import compiler
from host_cuda.module import stand_in
from torch import Tensor

from sciml.kernels import _torch
from sciml.kernels import torch as kernels
from sciml.kernels.torch import Pattern, TensorStencil, stencil_of_faces
from sciml.mesh import Grid
from sciml.pde import poisson
from sciml.solvers import Multigrid, _torch_solve, torch_solve

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)

PATTERN = Pattern.from_rows([0, 2, 2, 5, 6], [4, 0, 1, 0, 1, 4], 5)
NEAR = torch.tensor([[0, 2, 3], [1, 3, 0]])


def numbers(*shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(len(shape) + sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64)


FUNCTIONS: dict[str, tuple[Callable[..., Tensor], tuple[Tensor, ...]]] = {
    "csr_matmul": (lambda v, x: kernels.csr_matmul(PATTERN, v, x), (numbers(6), numbers(5, 3))),
    "csr_sampled": (lambda x, y: kernels.csr_sampled(PATTERN, x, y), (numbers(4, 3), numbers(5, 3))),
    "segment_reduce": (lambda v: kernels.segment_reduce(PATTERN.starts, v), (numbers(6, 3),)),
    "segment_max": (lambda v: kernels.segment_reduce(PATTERN.starts, v, "max"), (numbers(6, 3),)),
    "segment_softmax": (lambda v: kernels.segment_softmax(PATTERN.starts, v), (numbers(6, 3),)),
    "stencil_apply": (
        lambda u, *parts: kernels.stencil_apply(TensorStencil(*parts), u),
        (numbers(2, 3, 2, 4), *(numbers(3, 2, 4) + k for k in range(4))),
    ),
    "rbf_weights": (
        lambda q, c, s: kernels.rbf_weights(q, c, s, NEAR, "gaussian", 0.1),
        (numbers(2, 2), numbers(4, 2), numbers(4, 1).abs()),
    ),
}


@contextmanager
def as_on_device() -> Iterator[Any]:
    """Every tensor counts as one on a device, and CuPy's place is taken by arrays and launches on the CPU."""

    def shared(tensor: Tensor) -> DeviceArray:
        values = tensor.numpy()
        home: Any = SimpleNamespace(memory=values.reshape(-1).view(np.uint8), inside=values, intact=True)
        return DeviceArray(values, home, Device(0))

    with stand_in() as cupy, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cupy, "from_dlpack", shared, raising=False)
        patch.setattr(cupy.cuda, "Stream", SimpleNamespace(from_external=nullcontext), raising=False)
        patch.setattr(torch.cuda, "current_stream", lambda device: f"stream of {device}")
        for module in (_torch, _torch_solve):
            patch.setattr(module, "home", lambda args: torch.device("cuda:0"))
        patch.setattr(DeviceArray, "__dlpack__", lambda self: None, raising=False)
        patch.setattr(_torch, "from_dlpack", lambda array: torch.from_numpy(plain(array)))
        yield cupy


def results(function: Callable[..., Tensor], given: tuple[Tensor, ...]) -> list[Tensor]:
    """Output, and gradients of first and second order of the sum of its cubes."""
    leaves = [value.clone().requires_grad_() for value in given]
    y = function(*leaves)
    first = torch.autograd.grad((y**3).sum(), leaves, create_graph=True)
    return [y, *first, *torch.autograd.grad(sum(part.square().sum() for part in first), leaves)]


@pytest.mark.parametrize(("function", "given"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_tensors_on_a_device_run_the_cuda_sources(function: Callable[..., Tensor], given: tuple[Tensor, ...]) -> None:
    expected = results(function, given)
    with as_on_device() as cupy:
        found = results(function, given)
        assert cupy.launches
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def cube(c: Tensor, b: Tensor) -> Tensor:
    inner = [torch.cat([c.narrow(axis, 0, 7), torch.zeros_like(c.narrow(axis, 0, 1))], axis) for axis in range(3)]
    return torch_solve(stencil_of_faces(inner, 1.0), b, Multigrid(), rtol=1e-12)


def test_solves_and_their_gradients_run_the_cuda_sources() -> None:
    given = 1 + 0.1 * numbers(8, 8, 8).abs(), numbers(2, 8, 8, 8)
    expected = results(cube, given)
    with as_on_device() as cupy:
        found = results(cube, given)
        names = {launch.name for launch in cupy.launches}
        assert {"relax_variable", "sample"} <= names, names
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-8, atol=1e-8)


def test_an_operator_on_a_device_has_a_gradient_by_the_right_hand_side() -> None:
    A, b = poisson(Grid((16, 16)), coefficient="1 + x").A, numbers(16, 16)
    expected = results(lambda b: torch_solve(A, b, rtol=1e-12), (b,))
    with as_on_device():
        found = results(lambda b: torch_solve(A.to("cuda"), b, rtol=1e-12), (b,))
    for a, e in zip(found, expected, strict=True):
        torch.testing.assert_close(a, e, rtol=1e-8, atol=1e-10)
