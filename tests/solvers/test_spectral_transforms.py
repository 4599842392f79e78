"""Every row of the transform table diagonalises its matrix exactly, in both precisions and at any size."""

from itertools import product

import numpy as np
import pytest
from scipy.linalg import eigh

from sciml.pde.axis import AxisFactor
from sciml.solvers.spectral.transforms import eigenvalues, transform_of

ENDS = [*product(("dirichlet", "neumann"), repeat=2), ("periodic", "periodic")]
ROWS = [(location, *ends) for location in ("cell", "node") for ends in ENDS]
SIZES = (1, 2, 3, 7, 8, 16, 30)
TOLERANCE = {"float64": 1e-13, "float32": 1e-5}


def axis_factor(location: str, left: str, right: str, n: int, c: float = 1.7, shift: float = 0.0) -> AxisFactor:
    """Second difference with its ends, written out row by row."""
    faces, mass, diagonal = np.full(n, c), np.ones(n), np.zeros(n)
    if left != "periodic":
        faces[-1] = 0.0
    for end, kind in ((0, left), (n - 1, right)):
        if kind == "dirichlet":
            diagonal[end] += 2 * c if location == "cell" else c
        if kind == "neumann" and location == "node":
            mass[end] = 0.5
    diagonal += faces + np.roll(faces, 1) + shift * mass
    return AxisFactor(location, left, right, True, c, shift, diagonal, faces, mass)


def valid(location: str, left: str, right: str, n: int) -> bool:
    return n > 1 or (location, left, right) != ("node", "neumann", "neumann")


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("row", ROWS, ids="-".join)
def test_eigenvalues_are_those_of_the_pencil(row: tuple[str, str, str], n: int) -> None:
    if not valid(*row, n):
        pytest.skip("no such grid")
    factor = axis_factor(*row, n, shift=0.3)
    expected = eigh(factor.matrix(), np.diag(factor.mass), eigvals_only=True)
    np.testing.assert_allclose(np.sort(eigenvalues(factor)), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", SIZES[1:])
@pytest.mark.parametrize("row", ROWS, ids="-".join)
def test_transform_solves(row: tuple[str, str, str], n: int, dtype: str) -> None:
    factor = axis_factor(*row, n)
    transform = transform_of(factor)
    assert transform is not None
    b = np.random.default_rng(n).standard_normal((64, n))
    lam = eigenvalues(factor)
    singular = abs(lam[0]) < 1e-14
    assert singular == ("dirichlet" not in row)
    if singular:
        b -= b.mean(axis=1, keepdims=True)
    coefficients = transform.forward((b / factor.mass).astype(dtype), (1,))
    lam = lam[: coefficients.shape[1]]
    scaled = np.divide(coefficients, lam, out=np.zeros_like(coefficients), where=lam > 1e-14, casting="same_kind")
    x = transform.inverse(scaled, (1,), (n,))
    assert x.dtype == dtype
    K = factor.matrix()
    # Rounding every term of K x once leaves `floor`; in float32 it passes 1e-5 on 30 unknowns
    # held at one end only, where x is hundreds of times b.
    floor = np.finfo(dtype).eps * np.linalg.norm(np.abs(x) @ np.abs(K))
    limit = max(TOLERANCE[dtype] * np.linalg.norm(b), floor)
    assert np.linalg.norm(x.astype(float) @ K - b) <= limit
    if singular:
        assert np.abs(x @ factor.mass).max() <= TOLERANCE[dtype] * np.linalg.norm(x)


def test_robin_ends_graded_axes_and_single_unknowns_have_no_transform() -> None:
    graded = axis_factor("cell", "dirichlet", "dirichlet", 8)
    robin = AxisFactor("cell", "robin", "robin", True, 1.0, 0.0, graded.diagonal, graded.faces, graded.mass)
    assert transform_of(robin) is None
    uneven = AxisFactor("cell", "dirichlet", "dirichlet", False, 1.0, 0.0, graded.diagonal, graded.faces, graded.mass)
    assert transform_of(uneven) is None
    assert transform_of(axis_factor("cell", "dirichlet", "dirichlet", 1)) is None
