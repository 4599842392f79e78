"""Kernels over slices of rows: threads change nothing, no slice mixes colours, identities between them hold."""

from itertools import pairwise

import numpy as np
import pytest

from sciml.kernels import _pool, threads
from sciml.kernels._csr import Split
from sciml.kernels._csr_inputs import random_csr, random_definite
from sciml.kernels._lanes import LANES
from sciml.kernels._sliced import Sliced, rows_of_entries
from sciml.kernels.csr_colour import csr_colour
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.csr_slice import csr_slice
from sciml.kernels.csr_split import csr_split
from sciml.kernels.sliced_gauss_seidel import sliced_gauss_seidel
from sciml.kernels.sliced_matmul import sliced_matmul

SIZE = 500


def coloured() -> tuple[Split[Sliced], list[np.ndarray]]:
    """A definite matrix whose rows are numbered colour after colour, and where threads may cut each colour."""
    given = random_definite(SIZE, np.random.default_rng(5), np.float64)
    colours = csr_colour(given.starts, given.columns)
    ends = np.append(0, np.cumsum(np.bincount(colours)))
    lower, upper, inverse = csr_split(given, np.argsort(colours, kind="stable"))
    A = Split(csr_slice(lower, ends), csr_slice(upper, ends), inverse)
    firsts = A.lower.firsts
    return A, [firsts[(firsts >= lo) & (firsts <= hi)] for lo, hi in pairwise(ends.tolist())]


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("zero", [False, True])
def test_threads_give_what_one_thread_gives(backward: bool, zero: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    A, chunks = coloured()
    assert max(map(len, chunks)) > 3
    b, x = np.random.default_rng(6).standard_normal((2, SIZE))
    if zero:
        x[:] = np.nan  # what was there does not matter, not even times the zeros that fill slices up
    monkeypatch.setattr(_pool, "SERIAL_BELOW", 0)
    found = []
    for n in (1, 3):
        with threads(n):
            options = {"backward": backward, "zero": zero, "chunks": chunks}
            found.append(sliced_gauss_seidel(A, b, x.copy(), np.empty(SIZE), **options))
    assert np.all(np.isfinite(found[0]))
    np.testing.assert_array_equal(found[0], found[1])


@pytest.mark.parametrize("backward", [False, True])
def test_a_sweep_leaves_what_the_other_part_does(backward: bool) -> None:
    A, _ = coloured()
    b, x = np.random.default_rng(7).standard_normal((2, SIZE))
    before, after = (A.lower, A.upper) if backward else (A.upper, A.lower)
    expected = b - sliced_matmul(before, x)
    sliced_gauss_seidel(A, b, x, np.empty(SIZE), backward=backward)
    filled = A.inverse != 0
    solved = sliced_matmul(after, x)[filled] + x[filled] / A.inverse[filled]
    np.testing.assert_allclose(solved, expected[filled], atol=1e-13)


@pytest.mark.parametrize("ends", [[0, 700], [0, 3, 4, 350, 351, 700], list(range(0, 701, 7))])
def test_slices_end_where_they_must(ends: list[int]) -> None:
    A = random_csr(700, 500, np.random.default_rng(8), np.float64)
    S = csr_slice(A, np.array(ends))
    assert set(ends) <= set(S.firsts.tolist())
    assert 0 < np.diff(S.firsts).min() <= np.diff(S.firsts).max() <= LANES
    stored = S.values != 0
    rows = rows_of_entries(S)[stored]
    order = np.argsort(rows, kind="stable")
    np.testing.assert_array_equal(rows[order], np.repeat(np.arange(700), np.diff(A.starts)))
    np.testing.assert_array_equal(S.columns[stored][order], A.columns)
    np.testing.assert_array_equal(S.values[stored][order], A.values)
    x = np.random.default_rng(9).standard_normal(500)
    np.testing.assert_allclose(sliced_matmul(S, x), csr_matmul(A, x), atol=1e-13)


def test_slices_read_only_what_their_rows_do() -> None:
    A = random_csr(60, 60, np.random.default_rng(10), np.float64)
    S = csr_slice(A)
    for s, (lo, hi) in enumerate(pairwise(S.firsts.tolist())):
        read = S.columns[S.starts[s] : S.starts[s + 1]]
        assert set(read.tolist()) == set(A.columns[A.starts[lo] : A.starts[hi]].tolist())
