"""Weights of radial basis functions and their gradients: identities that hold whatever the implementation."""

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.kernels import threads
from sciml.kernels._csr import CSR
from sciml.kernels._radial import FAMILIES
from sciml.kernels._radial_inputs import random_shapes
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.rbf_weights import rbf_weights
from sciml.kernels.rbf_weights_backward import rbf_weights_backward


def test_hats_on_a_lattice_interpolate_bilinearly() -> None:
    rng, h = np.random.default_rng(1), 0.25
    i, j = np.meshgrid(np.arange(5), np.arange(5), indexing="ij")
    centres = h * np.stack([i.ravel(), j.ravel()], axis=1)
    queries = rng.random((50, 2))
    corner = np.floor(queries / h).astype(int)
    near = ((corner[:, None, 0] + [0, 0, 1, 1]) * 5 + corner[:, None, 1] + [0, 1, 0, 1]).astype(np.int32)
    w = rbf_weights(queries, centres, np.full((25, 1), 1 / h), near, "hat")
    np.testing.assert_allclose(w.sum(axis=1), 1, rtol=1e-14)
    x, y = centres.T
    field = csr_matmul(CSR(4 * np.arange(51), near.ravel(), w.ravel()), 1 + 2 * x - y + 3 * x * y)
    x, y = queries.T
    np.testing.assert_allclose(field, 1 + 2 * x - y + 3 * x * y, rtol=1e-13)


@pytest.mark.parametrize("family", FAMILIES)
def test_values_at_the_centre(family: str) -> None:
    w = rbf_weights(np.ones((1, 3)), np.ones((1, 3)), np.ones((1, 6)), np.array([[0]]), family)
    assert w[0, 0] == (0 if family in ("linear", "cubic") else 1)


def test_inverse_quadratic_is_one_half_on_its_ellipsoid() -> None:
    rng = np.random.default_rng(2)
    shapes = random_shapes(9, 3, 9, rng)
    x = rng.standard_normal((9, 3))
    q = np.einsum("ni,nij,nj->n", x, shapes.reshape(9, 3, 3), x)
    w = rbf_weights(x / np.sqrt(q)[:, None], np.zeros((9, 3)), shapes, np.arange(9)[:, None], "inverse_quadratic")
    np.testing.assert_allclose(w, 0.5, rtol=1e-14)


def nearly_orthogonal() -> tuple[np.ndarray, np.ndarray]:
    """Offsets x and matrices v v^T with v . x = 0 but for rounding: x . A x is below 0 in some rows."""
    rng = np.random.default_rng(7)
    v = rng.standard_normal((200, 2))
    x = np.stack([-v[:, 1], v[:, 0]], axis=1)
    A = v[:, :, None] * v[:, None]
    assert (np.einsum("ni,nij,nj->n", x, A, x) < -1e-18).any()
    return x, A.reshape(-1, 4)


@pytest.mark.parametrize("family", ["exponential", "exponential_sine", "linear", "cubic"])
def test_rounding_below_zero_is_no_harm(family: str) -> None:
    x, A = nearly_orthogonal()
    near, centres = np.arange(len(x))[:, None], np.zeros_like(x)
    w = rbf_weights(x, centres, A, near, family)
    np.testing.assert_allclose(w, 0 if family in ("linear", "cubic") else 1, atol=1e-6)
    for gradient in rbf_weights_backward(x, centres, A, near, np.ones_like(w), family):
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("family", ["gaussian", "hat"])
def test_kinds_of_matrices_agree(family: str) -> None:
    rng = np.random.default_rng(3)
    queries, centres, near = rng.random((20, 3)), rng.random((6, 3)), rng.integers(0, 6, (20, 4))
    a = rng.uniform(0.5, 2, (6, 1))
    kinds = a, a * [1, 1, 1], a * [1, 0, 0, 1, 0, 1], a * np.eye(3).ravel()
    weights = [rbf_weights(queries, centres, shapes, near, family, 1e-8) for shapes in kinds]
    for other in weights[1:]:
        np.testing.assert_allclose(other, weights[0], rtol=1e-14)


@pytest.mark.parametrize("epsilon", [None, 0.1])
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_are_those_of_differences(family: str, epsilon: float | None) -> None:
    rng = np.random.default_rng(4)
    given = rng.random((7, 2)), rng.random((5, 2)), random_shapes(5, 2, 4, rng)
    near, g, h = rng.integers(0, 5, (7, 3)), rng.standard_normal((7, 3)), 1e-6
    for k, gradient in enumerate(rbf_weights_backward(*given, near, g, family, epsilon)):
        direction = rng.standard_normal(given[k].shape)
        sums = []
        for step in (h, -h):
            queries, centres, shapes = (a + step * direction if n == k else a for n, a in enumerate(given))
            sums.append((g * rbf_weights(queries, centres, shapes, near, family, epsilon)).sum())
        after, before = sums
        assert (after - before) / (2 * h) == pytest.approx((gradient * direction).sum(), rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("family", FAMILIES)
def test_moving_all_points_together_changes_nothing(family: str) -> None:
    rng = np.random.default_rng(5)
    near, g = rng.integers(0, 40, (30, 5)).astype(np.int32), rng.standard_normal((30, 5))
    shapes = random_shapes(40, 3, 6, rng)
    queries, centres, _ = rbf_weights_backward(rng.random((30, 3)), rng.random((40, 3)), shapes, near, g, family, 1e-8)
    np.testing.assert_allclose(queries.sum(axis=0), -centres.sum(axis=0), atol=1e-11)


def test_gradients_do_not_depend_on_threads() -> None:
    rng = np.random.default_rng(6)
    queries, centres, shapes = rng.random((3000, 2)), rng.random((50, 2)), random_shapes(50, 2, 3, rng)
    near, g = rng.integers(0, 50, (3000, 4)).astype(np.int32), rng.standard_normal((3000, 4))
    results = []
    for n in (1, 2):
        with threads(n):
            results.append(rbf_weights_backward(queries, centres, shapes, near, g, "inverse_quadratic", 1e-8))
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one, two)


def test_refuses_unknown_families_and_shapes() -> None:
    point, near = np.zeros((1, 3)), np.zeros((1, 1), np.int32)
    with pytest.raises(InputError, match="family is 'bump'; expected one of inverse_quadratic,"):
        rbf_weights(point, point, np.ones((1, 1)), near, "bump")
    with pytest.raises(InputError, match=r"4 parameters for each centre in 3 dim.*; expected 1 .* 3 .* 6 .* or 9"):
        rbf_weights(point, point, np.ones((1, 4)), near, "hat")
