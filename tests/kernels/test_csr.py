"""Kernels over compressed rows: threads change nothing, identities between them hold."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sciml.kernels import _pool, threads
from sciml.kernels._csr import CSR, Split, csr_of
from sciml.kernels._csr_inputs import random_csr, random_definite
from sciml.kernels.csr_colour import csr_colour
from sciml.kernels.csr_gauss_seidel import csr_gauss_seidel
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.csr_rmatmul import csr_rmatmul
from sciml.kernels.csr_sampled import csr_sampled
from sciml.kernels.csr_split import csr_split
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


def coloured() -> Split[CSR]:
    """A definite matrix whose rows are numbered colour after colour."""
    given = random_definite(500, np.random.default_rng(5), np.float64)
    colours = csr_colour(given.starts, given.columns)
    order = np.argsort(colours, kind="stable")
    dense = np.zeros((500, 500))
    dense[np.repeat(np.arange(500), np.diff(given.starts)), given.columns] = given.values
    return csr_split(csr_of(csr_array(dense[np.ix_(order, order)])))


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize("width", [(), (11,), (24,)])
def test_threads_give_what_one_thread_gives(
    backward: bool, zero: bool, width: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    # they share the columns
    A = coloured()
    b, x = np.random.default_rng(6).standard_normal((2, 500, *width))
    monkeypatch.setattr(_pool, "SERIAL_BELOW", 0)
    found = []
    for n in (1, 3):
        with threads(n):
            found.append(csr_gauss_seidel(A, b, x.copy(), backward=backward, zero=zero))
    np.testing.assert_array_equal(found[0], found[1])


def test_residual_of_a_sweep_from_zero_is_above_the_diagonal() -> None:
    A = coloured()
    b = np.random.default_rng(7).standard_normal(500)
    x = csr_gauss_seidel(A, b, np.empty(500), zero=True)
    diagonal = np.divide(1, A.inverse, out=np.zeros(500), where=A.inverse != 0)
    r = b - diagonal * x - csr_matmul(A.lower, x) - csr_matmul(A.upper, x)
    filled = A.inverse != 0
    np.testing.assert_allclose(csr_matmul(A.upper, x, scale=-1.0)[filled], r[filled], atol=1e-13)


def test_coupled_rows_have_different_colours() -> None:
    matrix = random_definite(500, RNG, np.float64)
    colours = csr_colour(matrix.starts, matrix.columns)
    rows = np.repeat(np.arange(500), np.diff(matrix.starts))
    coupled = rows != matrix.columns
    assert np.all(colours[rows[coupled]] != colours[matrix.columns[coupled]])
    assert colours.max() <= np.diff(matrix.starts).max()


@pytest.mark.parametrize(("inner", "outer"), [("float32", "float64"), ("float64", "float32")])
@pytest.mark.parametrize("width", [3, 8, 32, 40])
def test_columns_may_have_another_precision_than_sums(inner: str, outer: str, width: int) -> None:
    x, b = RNG.standard_normal((300, width)).astype(inner), RNG.standard_normal((400, width)).astype(outer)
    matrix = A._replace(values=A.values.astype(outer))
    found = csr_matmul(matrix, x, b=b, scale=-2.0)
    assert found.dtype == outer
    alone = [csr_matmul(matrix, np.array(v), b=np.array(c), scale=-2.0) for v, c in zip(x.T, b.T, strict=True)]
    np.testing.assert_allclose(found, np.column_stack(alone), atol=1e-14 if outer == "float64" else 1e-5)
