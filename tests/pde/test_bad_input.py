"""Every input that cannot be used is refused with one line that says where and what to do."""

from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson

GRID = Grid((3, 4))
MASK = np.ones((3, 4), bool)
MASK[1, 1] = False


def spoiled(value: float, at: tuple[int, ...] = (2, 3)) -> np.ndarray:
    field = np.ones((3, 4))
    field[at] = value
    return field


CASES = {
    "nan coefficient": ({"coefficient": spoiled(np.nan)}, r"coefficient .* 1 active cells, first at index \(2, 3\)"),
    "inf coefficient": ({"coefficient": spoiled(np.inf)}, "not finite and positive"),
    "zero coefficient": ({"coefficient": spoiled(0.0)}, "not finite and positive"),
    "negative coefficient": ({"coefficient": -1.0}, "coefficient is not finite and positive; expected"),
    "nan number": ({"coefficient": np.nan}, "coefficient is not finite and positive; expected"),
    "second of two coefficients": ({"coefficient": (1.0, spoiled(-2.0, (0, 1)))}, r"coefficient along y .*\(0, 1\)"),
    "one coefficient for two axes": ({"coefficient": (1.0,)}, "1 entries; expected 2"),
    "coefficient shape": ({"coefficient": np.ones((4, 3))}, r"coefficient of shape \(4, 3\)"),
    "coefficient dtype": ({"coefficient": np.ones((3, 4), complex)}, "expected real numbers"),
    "coefficient expression": ({"coefficient": "x - 0.5"}, "not finite and positive"),
    "syntax": ({"coefficient": "1 +"}, "syntax error"),
    "name": ({"source": "x*q"}, "'q' is not allowed"),
    "axis of another dimension": ({"source": "z"}, "'z' is not allowed"),
    "nan source": ({"source": spoiled(np.nan)}, r"source is not finite in 1 active cells, first at index \(2, 3\)"),
    "nan in a batch": (
        {"source": np.stack([np.ones((3, 4)), spoiled(np.inf, (0, 2))])}, r"first at index \(1, 0, 2\)",
    ),
    "source expression": ({"source": "1/(x - 0.5)"}, "source is not finite in 4 active cells"),
    "source number": ({"source": np.nan}, "source is not finite"),
    "source shape": ({"source": np.ones(3)}, r"source of shape \(3,\)"),
    "empty batch": ({"source": np.ones((0, 3, 4))}, "batch >= 1"),
    "source dtype": ({"source": np.full((1, 3, 4), "a")}, "expected real numbers"),
    "ragged source": ({"source": [[1.0], [1.0, 2.0]]}, "source is not a rectangular array"),
    "text in a list": ({"source": ["a", "b"]}, "real numbers"),
    "negative shift": ({"shift": -1.0}, "shift is negative or not finite"),
    "nan shift": ({"shift": spoiled(np.nan)}, r"shift .* first at index \(2, 3\)"),
}


@pytest.mark.parametrize(("arguments", "text"), CASES.values(), ids=CASES)
def test_refused(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text) as refusal:
        poisson(GRID, **arguments)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(("boundary", "text"), [
    ({"x-": Boundary("dirichlet", "1/y - 1/0")}, "value on side x- has 4 values that are not finite"),
    ({"y+": Boundary("robin", 1.0, "x - 0.5")}, r"transfer coefficient on side y\+ .* expected numbers >= 0"),
    ({"y+": Boundary("neumann", np.ones(4))}, r"value on side y\+ has shape \(4,\)"),
])
def test_refused_boundary(boundary: dict[str, Boundary], text: str) -> None:
    with pytest.raises(InputError, match=text):
        poisson(Grid((3, 4), boundary=boundary))


def test_no_unknown() -> None:
    with pytest.raises(InputError, match="no node between its dirichlet sides"):
        poisson(Grid((2, 4), location="node"))
    with pytest.raises(InputError, match="no unknown: every active cell is fixed"):
        poisson(Grid((3, 4), mask=MASK, fixed=MASK))


def test_index_of_a_node_counts_on_the_grid() -> None:
    f = np.zeros((5, 5))
    f[3, 2] = np.nan
    with pytest.raises(InputError, match=r"first at index \(3, 2\)"):
        poisson(Grid((5, 5), location="node"), source=f)


def test_obstacles_may_hold_anything() -> None:
    grid = Grid((3, 4), mask=MASK)
    clean = poisson(grid, 2.0, 1.0, shift=0.5)
    dirty = poisson(grid, np.where(MASK, 2.0, np.nan), np.where(MASK, 1.0, np.inf), shift=np.where(MASK, 0.5, -1.0))
    np.testing.assert_array_equal(dirty.b, clean.b)
    np.testing.assert_array_equal(dirty.A.tocsr().toarray(), clean.A.tocsr().toarray())
    assert dirty.b[1, 1] == 0


@pytest.mark.parametrize("dtype", ["f4", ">f8", "i2", "u8", "?"])
def test_any_real_dtype_and_order(dtype: str) -> None:
    values = np.asfortranarray(np.random.default_rng(0).integers(1, 9, (3, 4))).astype(dtype)
    expected = poisson(GRID, values.astype(np.float64, order="C"), values.astype(np.float64, order="C"))
    system = poisson(GRID, values, values)
    np.testing.assert_array_equal(system.b, expected.b)
    np.testing.assert_array_equal(system.A.tocsr().toarray(), expected.A.tocsr().toarray())


def test_inputs_stay_untouched() -> None:
    k, f = np.full((3, 4), 2.0), np.random.default_rng(0).normal(size=(3, 4))
    k[0, 0] = 3.0
    before = k.copy(), f.copy()
    poisson(Grid((3, 4), boundary=Boundary("neumann", 1.0), mask=MASK), k, f, shift=k * 0, project=True)
    np.testing.assert_array_equal((k, f), before)


def test_batch_equals_single_systems() -> None:
    grid = Grid((4, 3), location="node", boundary={"x-": Boundary("robin", 2.0, 1.0), "y-": Boundary("dirichlet", "x")})
    f = np.random.default_rng(0).normal(size=(3, 4, 3))
    batch = poisson(grid, "1 + x", f)
    for row, source in zip(batch.b, f, strict=True):
        np.testing.assert_array_equal(row, poisson(grid, "1 + x", source).b)
    np.testing.assert_array_equal(batch.expand(batch.b)[1], batch.expand(batch.b[1]))
