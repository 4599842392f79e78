"""Linear finite elements through CUDA sources: what holds to the last bit, and the way from a mesh to a matrix."""

import os
from collections.abc import Iterator

import numpy as np
import pytest
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import stand_in
from scipy.sparse import csr_array

from sciml.kernels._device import to_host
from sciml.kernels._simplex_inputs import simplex_meshes
from sciml.kernels._simplices import Incidence, Pattern
from sciml.kernels.p1_assemble import p1_assemble
from sciml.kernels.p1_elements import p1_elements
from sciml.kernels.p1_gradient import p1_gradient
from sciml.kernels.p1_pattern import p1_pattern
from sciml.kernels.p1_product import p1_product
from sciml.kernels.vertex_cells import vertex_cells

MESHES = [(points, cells) for points, cells in simplex_meshes(np.random.default_rng(4)) if len(points) < 100]

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)


@pytest.fixture(autouse=True)
def device() -> Iterator[None]:
    with stand_in():
        yield


def assembled(points: np.ndarray, cells: np.ndarray) -> tuple[Incidence, Pattern, csr_array, np.ndarray]:
    """Incidence and pattern on the device, the stiffness matrix, and the edges of its elements on the device."""
    around = vertex_cells(wrapped(cells), len(points))
    pattern = p1_pattern(wrapped(cells), around)
    edges, _ = p1_elements(wrapped(points), wrapped(cells), wrapped(np.ones((1, 1))))
    values = p1_assemble(wrapped(cells), around, pattern, edges)
    rows = to_host(pattern)
    return around, pattern, csr_array((values.get(), rows.indices, rows.indptr), shape=(len(points),) * 2), edges


@pytest.mark.parametrize(("points", "cells"), MESHES, ids=lambda v: str(v.shape))
def test_the_matrix_is_symmetric_to_the_last_bit(points: np.ndarray, cells: np.ndarray) -> None:
    *_, A, _ = assembled(points, cells)
    assert abs(A - A.T).max() == 0


@pytest.mark.parametrize(("points", "cells"), MESHES, ids=lambda v: str(v.shape))
def test_products_with_and_without_the_matrix_agree(points: np.ndarray, cells: np.ndarray) -> None:
    around, _, A, edges = assembled(points, cells)
    u = np.random.default_rng(5).standard_normal(len(points))
    found = p1_product(wrapped(cells), around, wrapped(u), edges).get()
    np.testing.assert_allclose(found, A @ u, atol=1e-13 * abs(A).max())
    constant = p1_product(wrapped(cells), around, wrapped(np.full(len(points), 1e6)), edges).get()
    np.testing.assert_array_equal(constant, 0.0)


@pytest.mark.parametrize(("points", "cells"), MESHES, ids=lambda v: str(v.shape))
def test_gradients_of_linear_functions_are_constant(points: np.ndarray, cells: np.ndarray) -> None:
    slope = np.arange(1.0, points.shape[1] + 1)
    found = p1_gradient(wrapped(points), wrapped(cells), wrapped(points @ slope)).get()
    np.testing.assert_allclose(found, np.broadcast_to(slope, found.shape), atol=1e-11)
