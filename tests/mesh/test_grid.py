"""Grids: geometry, boundary bookkeeping, hierarchy, refusals."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid, sides


@pytest.mark.parametrize(("location", "kind", "h", "first", "last"), [
    ("cell", "dirichlet", 0.5, 0.25, 1.75),
    ("cell", "periodic", 0.5, 0.25, 1.75),
    ("node", "dirichlet", 2 / 3, 0.0, 2.0),
    ("node", "periodic", 0.5, 0.0, 1.5),
])
def test_points(location: str, kind: str, h: float, first: float, last: float) -> None:
    grid = Grid((4,), (2.0,), location, Boundary(kind))
    assert grid.spacing == pytest.approx((h,))
    x = grid.coordinates()["x"]
    assert (x[0], x[-1]) == pytest.approx((first, last))


def test_coordinates_broadcast_to_the_shape() -> None:
    grid = Grid((2, 3, 4), (1.0, 2.0, 3.0))
    x, y, z = np.broadcast_arrays(*grid.coordinates().values())
    assert x.shape == grid.shape
    assert (x[1, 0, 0], y[0, 2, 0], z[0, 0, 3]) == pytest.approx((0.75, 5 / 3, 3 - 3 / 8))


def test_default_conditions_and_axis_names() -> None:
    grid = Grid((2, 2), boundary={"x": Boundary("periodic"), "y+": Boundary("neumann", 1.0)})
    kinds = {side: condition.kind for side, condition in grid.boundary.items()}
    assert kinds == {"x-": "periodic", "x+": "periodic", "y-": "dirichlet", "y+": "neumann"}
    assert tuple(kinds) == sides(2)
    assert grid.is_periodic(0)
    assert not grid.is_periodic(1)


def test_one_side_makes_the_axis_periodic() -> None:
    assert Grid((3,), boundary={"x+": Boundary("periodic")}).boundary["x-"].kind == "periodic"


@pytest.mark.parametrize(("value", "expected"), [
    (2.5, [[2.5, 2.5, 2.5]]),
    ("x + y", [[1.25, 2.0, 2.75]]),
    (np.array([1.0, 2.0, 3.0]), [[1.0, 2.0, 3.0]]),
    (np.array([[1.0, 2.0, 3.0]]), [[1.0, 2.0, 3.0]]),
])
def test_side_values(value: float | str | np.ndarray, expected: list[list[float]]) -> None:
    grid = Grid((2, 3), (0.5, 2.25), boundary={"x+": Boundary("robin", value, 2.0), "y-": Boundary()})
    shifted = np.asarray(expected) - (0.375 if isinstance(value, str) else 0)
    np.testing.assert_allclose(grid.side_values("x+"), shifted)
    np.testing.assert_array_equal(grid.side_values("x+", "transfer"), [[2.0, 2.0, 2.0]])


def test_evaluate() -> None:
    grid = Grid((2, 2))
    field = np.ones((2, 2))
    assert grid.evaluate(field) is field
    assert grid.evaluate(3).shape == ()
    np.testing.assert_array_equal(grid.evaluate("x"), [[0.25], [0.75]])


def test_hierarchy_keeps_any_active_cell() -> None:
    mask = np.zeros((5, 4), bool)
    mask[4, 3] = mask[0, 0] = True
    grids = Grid((5, 4), (1.0, 2.0), mask=mask, boundary={"x-": Boundary("neumann", "y")}).hierarchy()
    assert [g.shape for g in grids] == [(5, 4), (3, 2), (2, 1), (1, 1)]
    np.testing.assert_array_equal(grids[1].mask, [[1, 0], [0, 0], [0, 1]])
    assert grids[2].extent == (1.0, 2.0)
    assert grids[2].boundary["x-"].value == "y"


def test_immutable() -> None:
    with pytest.raises(FrozenInstanceError):
        Grid((2,)).shape = (3,)


FLAGS = np.array([[1, 0], [1, 1]])
REFUSED = {
    "no axis": ({"shape": ()}, "0 axes; expected 1 to 3"),
    "four axes": ({"shape": (2, 2, 2, 2)}, "4 axes"),
    "no cell": ({"shape": (2, 0)}, "axis without cells"),
    "fraction": ({"shape": (2.5, 2)}, "not a sequence of whole numbers"),
    "number for a shape": ({"shape": 4}, "not a sequence of whole numbers"),
    "extent length": ({"shape": (2, 2), "extent": (1.0,)}, "1 entries; expected one per axis"),
    "extent sign": ({"shape": (2, 2), "extent": (1.0, -1.0)}, "finite and positive"),
    "extent text": ({"shape": (2, 2), "extent": ("a", 1.0)}, "not a sequence of numbers"),
    "location": ({"shape": (2, 2), "location": "face"}, "use cell or node"),
    "one node": ({"shape": (1, 4), "location": "node"}, "at least 2 nodes along x"),
    "side": ({"shape": (2, 2), "boundary": {"z-": Boundary()}}, "unknown on a 2-D grid"),
    "side typo": ({"shape": (2, 2), "boundary": {"y_": Boundary()}}, "did you mean 'y"),
    "half periodic": (
        {"shape": (2, 2), "boundary": {"x-": Boundary("periodic"), "x+": Boundary("neumann")}}, "on one side only",
    ),
    "mask shape": ({"shape": (3, 2), "mask": FLAGS}, "mask of shape"),
    "mask values": ({"shape": (2, 2), "mask": 2 * FLAGS}, "other than 0 and 1"),
    "empty mask": ({"shape": (2, 2), "mask": 0 * FLAGS}, "no active cell"),
    "mask text": ({"shape": (2, 2), "mask": [["a", "b"]] * 2}, "expected real numbers"),
    "fixed in obstacle": ({"shape": (2, 2), "mask": FLAGS, "fixed": 1 - FLAGS}, "1 fixed cells lie in obstacles"),
    "fixed value": ({"shape": (2, 2), "fixed": FLAGS, "fixed_value": np.full((2, 2), np.nan)}, "NaN or infinite"),
    "fixed value shape": ({"shape": (2, 2), "fixed": FLAGS, "fixed_value": np.ones(3)}, "fixed_value of shape"),
}


@pytest.mark.parametrize(("arguments", "text"), REFUSED.values(), ids=REFUSED)
def test_refused(arguments: dict[str, object], text: str) -> None:
    with pytest.raises(InputError, match=text) as refusal:
        Grid(**arguments)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(("arguments", "text"), [
    (("dirichlett",), "use one of dirichlet, neumann, robin, periodic"),
    (("dirichlet", np.nan), "expected finite numbers"),
    (("robin", 1.0, -1.0), "expected numbers >= 0"),
    (("robin", 1.0), "without transfer coefficient; give one"),
    (("robin", 1.0, "x +"), "syntax error"),
    (("neumann", [[1.0], [1.0, 2.0]]), "not a rectangular array"),
    (("neumann", "sin(t)"), "'t' is not allowed"),
])
def test_refused_boundary(arguments: tuple[object, ...], text: str) -> None:
    with pytest.raises(InputError, match=text):
        Boundary(*arguments)


@pytest.mark.parametrize("grid", [
    Grid((4,), location="node"),
    Grid((4,), fixed=np.array([0, 1, 0, 0])),
    Grid((4, 2), boundary={"x-": Boundary("robin", "y", np.ones(2))}),
])
def test_cannot_be_coarsened(grid: Grid) -> None:
    with pytest.raises(InputError, match="coarsened"):
        grid.coarsened()


@pytest.mark.parametrize("boundary", ["neumann", {"x": "neumann"}, 3])
def test_conditions_are_boundaries(boundary: object) -> None:
    with pytest.raises(InputError, match=r"expected Boundary\('neumann'\)"):
        Grid((4,), boundary=boundary)  # type: ignore[arg-type]
