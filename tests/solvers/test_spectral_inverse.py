"""The separable inverse against dense algebra: every mix of conditions, spacings and sweep axes."""

from functools import reduce
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sciml.kernels import threads
from sciml.pde.axis import AxisFactor
from sciml.solvers.spectral.diagonalisation import modes_of
from sciml.solvers.spectral.inverse import separable_inverse

TOLERANCE = {"float64": 1e-13, "float32": 1e-5}

Factors = tuple[AxisFactor, ...]


def axis_factor(location: str, kind: str, n: int, rng: np.random.Generator) -> AxisFactor:
    """One axis by name: two letters of d, n, r, p for the ends; "g" in front for a graded one."""
    names = {"d": "dirichlet", "n": "neumann", "r": "robin", "p": "periodic"}
    graded, ends = kind[:-2] == "g", kind[-2:]
    left, right = (names[letter] for letter in ends)
    h = rng.uniform(0.5, 2.0, n) if graded else np.full(n, 0.8)
    c = 1.0 / h[0] ** 2
    faces = 2.0 / (h + np.roll(h, -1)) if graded else np.full(n, c)
    mass = h if graded else np.ones(n)
    if ends != "pp" or n == 1:
        faces[-1] = 0.0
    diagonal = faces + np.roll(faces, 1)
    for end, letter in ((0, ends[0]), (n - 1, ends[1])):
        if letter in "nr" and location == "node" and not graded:
            mass[end] = 0.5
        diagonal[end] += {"d": 2 * c if location == "cell" else c, "r": 0.6 * c}.get(letter, 0.0)
    return AxisFactor(location, left, right, not graded and "r" not in ends, c, 0.0, diagonal, faces, mass)


def kronecker(factors: Factors) -> np.ndarray:
    """Dense sum over axes of K_a (x) M_b."""
    parts = [
        reduce(np.kron, [f.matrix() if b == a else np.diag(f.mass) for b, f in enumerate(factors)])
        for a in range(len(factors))
    ]
    return np.sum(parts, axis=0)


def check(factors: Factors, sweep: int | str | None, dtype: str = "float64", batch: int = 2) -> None:
    A = kronecker(factors)
    singular = all(set(f.matrix() @ np.ones(f.n) > 1e-12) == {False} for f in factors)
    b = np.random.default_rng(7).standard_normal((batch, len(A)))
    if singular:
        b -= b.mean(axis=1, keepdims=True)
    before = b.copy()
    x = separable_inverse(factors, is_singular=singular, dtype=dtype, sweep=sweep)(b)
    np.testing.assert_array_equal(b, before)
    assert x.dtype == np.float64
    # Rounding every term of A x once leaves `floor`, which counts only on long single axes.
    floor = np.finfo(dtype).eps * np.linalg.norm(np.abs(x) @ np.abs(A), axis=1)
    limit = np.maximum(TOLERANCE[dtype] * np.linalg.norm(b, axis=1), 4 * floor)
    assert np.all(np.linalg.norm(x @ A - b, axis=1) <= limit)


PAIRS = list(product(["dd", "dn", "nd", "nn"], repeat=2))
PERIODIC = [("pp", "pp"), ("pp", "dn"), ("nd", "pp"), ("nn", "pp"), ("pp", "nn")]
OTHERS = [("rr", "dd"), ("dr", "rn"), ("gdd", "nn"), ("gnr", "gnn"), ("gpp", "gpp"), ("pp", "gnn"), ("gpp", "rr")]


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("kinds", PAIRS + PERIODIC + OTHERS, ids="-".join)
def test_pairs_of_axes(kinds: tuple[str, str], location: str) -> None:
    rng = np.random.default_rng(0)
    for shape in ((7, 8), (8, 7)):
        factors = tuple(axis_factor(location, kind, n, rng) for kind, n in zip(kinds, shape, strict=True))
        sweeps: list[int | str | None] = ["choose", None, *(a for a in (0, 1) if kinds[a][-2:] != "pp")]
        for sweep in sweeps:
            check(factors, sweep)
        check(factors, "choose", dtype="float32")


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize(
    "kinds",
    [
        ("dd", "nn", "dn"), ("nn", "nn", "nn"), ("pp", "pp", "pp"), ("pp", "dd", "pp"), ("nn", "pp", "pp"),
        ("pp", "pp", "nd"), ("rr", "pp", "gnn"), ("gdd", "dn", "rd"), ("gpp", "nn", "pp"), ("dd", "dd", "dd"),
    ],
    ids="-".join,
)
def test_triples_of_axes(kinds: tuple[str, ...], location: str) -> None:
    rng = np.random.default_rng(0)
    for shape in ((5, 6, 7), (8, 5, 4)):
        factors = tuple(axis_factor(location, kind, n, rng) for kind, n in zip(kinds, shape, strict=True))
        sweeps: list[int | str | None] = ["choose", None, *(a for a in range(3) if kinds[a][-2:] != "pp")]
        for sweep in sweeps:
            check(factors, sweep)


@pytest.mark.parametrize("n", [7, 8, 16, 30])
@pytest.mark.parametrize("kind", ["dd", "dn", "nd", "nn", "pp", "rr", "gdn", "gpp"])
@pytest.mark.parametrize("location", ["cell", "node"])
def test_one_axis(location: str, kind: str, n: int) -> None:
    factor = axis_factor(location, kind, n, np.random.default_rng(0))
    for sweep in (None, "choose"):
        for dtype in ("float64", "float32"):
            check((factor,), sweep, dtype)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_small_box(data: st.DataObject) -> None:
    location = data.draw(st.sampled_from(["cell", "node"]))
    ends = ["dd", "dn", "nd", "nn", "pp", "rr", "gdd", "gnr", "gpp"]
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))
    factors = []
    for _ in range(data.draw(st.integers(1, 3))):
        kind = data.draw(st.sampled_from(ends))
        smallest = 2 if (location, kind) == ("node", "nn") else 1
        factors.append(axis_factor(location, kind, data.draw(st.integers(smallest, 6)), rng))
    check(tuple(factors), "choose")


def test_columns_spread_over_threads_and_tiles() -> None:
    """A box past the size of one slab and one tile equals the transform of all axes."""
    rng = np.random.default_rng(1)
    factors = tuple(axis_factor("cell", kind, n, rng) for kind, n in zip(("dd", "nn", "dn"), (40, 37, 45), strict=True))
    b = rng.standard_normal((1, 40 * 37 * 45))
    swept = [separable_inverse(factors, is_singular=False, sweep=sweep)(b) for sweep in (0, 1, 2, None)]
    for x in swept[:-1]:
        np.testing.assert_allclose(x, swept[-1], rtol=0, atol=1e-13 * np.abs(x).max())
    inverse = separable_inverse(factors, is_singular=False)
    with threads(1):
        alone = inverse(b)
    with threads(3):
        np.testing.assert_allclose(inverse(b), alone, rtol=0, atol=1e-15 * np.abs(alone).max())


def test_dense_modes_are_mass_orthonormal() -> None:
    factor = axis_factor("cell", "gnr", 9, np.random.default_rng(2))
    modes = modes_of(factor)
    np.testing.assert_allclose(modes.V.T @ np.diag(factor.mass) @ modes.V, np.eye(9), atol=1e-14)
    np.testing.assert_allclose(modes.V.T @ factor.matrix() @ modes.V, np.diag(modes.eigenvalues), atol=1e-13)
