"""Kernels over compressed rows: threads change nothing, identities between them hold."""

import numpy as np
import pytest

from sciml.kernels import _pool, threads
from sciml.kernels._csr import CSR
from sciml.kernels._csr_inputs import random_csr, random_definite
from sciml.kernels.csr_colour import csr_colour
from sciml.kernels.csr_gauss_seidel import csr_gauss_seidel
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.csr_rmatmul import csr_rmatmul
from sciml.kernels.csr_sampled import csr_sampled
from sciml.kernels.segment_reduce import segment_reduce
from sciml.kernels.segment_softmax import segment_softmax

RNG = np.random.default_rng(3)
A = random_csr(400, 300, RNG, np.float64)


@pytest.mark.parametrize("width", [(), (7,)])
def test_transposed_product_is_the_adjoint_for_any_number_of_threads(
    width: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pool, "SERIAL_BELOW", 0)
    x, y = RNG.standard_normal((300, *width)), RNG.standard_normal((400, *width))
    found = []
    for n in (1, 2, 3):
        with threads(n):
            found.append(csr_rmatmul(A, y, np.empty_like(x)))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert np.vdot(found[0], x) == pytest.approx(np.vdot(y, csr_matmul(A, x)), rel=1e-12)


def test_sampled_product_is_the_gradient_in_the_values() -> None:
    x, y = RNG.standard_normal(400), RNG.standard_normal(300)
    # x . A y is linear in the values, so its gradient times any change is the change
    change = RNG.standard_normal(A.entries)
    changed = csr_matmul(A._replace(values=change), y)
    gradient = csr_sampled(A.starts, A.columns, x, y)
    assert gradient @ change == pytest.approx(x @ changed, rel=1e-12)


def test_softmax_sums_to_one_and_does_not_see_shifts() -> None:
    scores = RNG.standard_normal((A.entries, 3))
    weights = segment_softmax(A.starts, scores)
    sums = segment_reduce(A.starts, weights)
    np.testing.assert_allclose(sums[np.diff(A.starts) > 0], 1.0, atol=1e-14)
    np.testing.assert_allclose(segment_softmax(A.starts, scores - 700.0), weights, rtol=1e-11)


def coloured() -> tuple[CSR, np.ndarray]:
    """A definite matrix whose rows are numbered colour after colour, and where the colours begin."""
    given = random_definite(500, np.random.default_rng(5), np.float64)
    colours = csr_colour(given.starts, given.columns)
    order = np.argsort(colours, kind="stable")
    rows = np.repeat(np.arange(500), np.diff(given.starts))
    dense = np.zeros((500, 500))
    dense[rows, given.columns] = given.values
    row, column = np.nonzero(dense[np.ix_(order, order)])
    starts = np.searchsorted(row, np.arange(501)).astype(np.int32)
    values = dense[np.ix_(order, order)][row, column]
    return CSR(starts, column.astype(np.int32), values), np.append(0, np.cumsum(np.bincount(colours)))


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize("width", [(), (4,)])
def test_colours_give_what_one_thread_gives(
    backward: bool, zero: bool, width: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, places = coloured()
    b, x = np.random.default_rng(6).standard_normal((2, 500, *width))
    rows = np.repeat(np.arange(500), np.diff(matrix.starts))
    inverse = np.zeros(500)
    inverse[rows[rows == matrix.columns]] = 1 / matrix.values[rows == matrix.columns]
    monkeypatch.setattr(_pool, "SERIAL_BELOW", 0)
    found = []
    for n in (1, 3):
        with threads(n):
            found.append(
                csr_gauss_seidel(matrix, inverse, b, x.copy(), backward=backward, zero=zero, colours=places)
            )
    np.testing.assert_array_equal(found[0], found[1])


def test_coupled_rows_have_different_colours() -> None:
    matrix = random_definite(500, RNG, np.float64)
    colours = csr_colour(matrix.starts, matrix.columns)
    rows = np.repeat(np.arange(500), np.diff(matrix.starts))
    coupled = rows != matrix.columns
    assert np.all(colours[rows[coupled]] != colours[matrix.columns[coupled]])
    assert colours.max() <= np.diff(matrix.starts).max()
