"""Ritz pairs against eigenvalues that are known."""

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.pde.ritz import ritz_pairs


def neumann_box(*shape: int) -> tuple[object, np.ndarray]:
    """The operator with spacing 1 and all its eigenvalues, sums of 2 - 2 cos(pi k / n)."""
    A = poisson(Grid(shape, tuple(map(float, shape)), boundary=Boundary("neumann")), source=0.0).A
    lines = np.meshgrid(*(2 - 2 * np.cos(np.pi * np.arange(n) / n) for n in shape), indexing="ij")
    return A, np.sort(sum(lines).ravel())


@pytest.mark.parametrize(("shape", "count"), [((12, 12, 12), 150), ((30, 17), 250), ((50,), 60)])
def test_basis_and_values(shape: tuple[int, ...], count: int) -> None:
    A, exact = neumann_box(*shape)
    values, vectors, errors = ritz_pairs(A, count)
    assert np.abs(vectors @ vectors.T - np.eye(len(values))).max() < 1e-12
    residuals = np.linalg.norm([A.matvec(v) - theta * v for theta, v in zip(values, vectors, strict=True)], axis=1)
    np.testing.assert_allclose(residuals, errors, rtol=1e-6, atol=1e-11)
    distances = np.abs(values[:, None] - exact).min(axis=1)
    assert (distances <= errors + 1e-12).all()
    converged = errors < 1e-9
    assert converged.sum() >= 10
    assert (distances[converged] < 1e-12).all()


def test_the_null_vector_is_dropped_and_the_space_ends_with_the_distinct_values() -> None:
    A, exact = neumann_box(6, 6)
    values, vectors, _ = ritz_pairs(A, 36)
    distinct = np.unique(exact.round(10))
    np.testing.assert_allclose(values, distinct[1:], atol=1e-12)
    assert np.abs(vectors.sum(axis=1)).max() < 1e-10


def test_obstacles_have_no_part_and_seeds_matter() -> None:
    mask = np.ones((8, 9), bool)
    mask[2:4, 3:7] = False
    A = poisson(Grid((8, 9), mask=mask), source=0.0).A
    values, vectors, _ = ritz_pairs(A, 40)
    assert not vectors[:, ~mask.ravel()].any()
    dense = np.linalg.eigvalsh(A.tocsr().toarray()[np.ix_(mask.ravel(), mask.ravel())])
    np.testing.assert_allclose(values[[0, -1]], dense[[0, -1]], rtol=1e-12)
    assert not np.array_equal(vectors, ritz_pairs(A, 40, seed=1).vectors)


def test_wrong_input() -> None:
    with pytest.raises(InputError, match="count is 0"):
        ritz_pairs(np.eye(3), 0)
    with pytest.raises(InputError, match="operator is 0"):
        ritz_pairs(np.zeros((3, 3)), 2)
