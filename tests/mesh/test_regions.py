"""Regions paint what they cover, in order."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.mesh import Grid
from sciml.mesh.faces import faces_to_unknowns
from sciml.mesh.regions import Region, paint

INTERVAL = st.tuples(st.floats(-0.5, 1.5), st.floats(-0.5, 1.5)).map(sorted).filter(lambda pair: pair[0] < pair[1])


@given(x=INTERVAL, y=INTERVAL, location=st.sampled_from(["cell", "node"]))
def test_a_box_covers_the_unknowns_within_its_bounds(x: list[float], y: list[float], location: str) -> None:
    grid = Grid((7, 5), location=location)  # type: ignore[arg-type]
    at = grid.coordinates()
    inside = (at["x"] >= x[0]) & (at["x"] <= x[1]) & (at["y"] >= y[0]) & (at["y"] <= y[1])
    # Bounds on an unknown include it up to rounding; stay away from that here.
    assume(min(abs(float(c) - e) for a, ends in (("x", x), ("y", y)) for c in at[a].ravel() for e in ends) > 1e-8)
    region = Region({"x": (x[0], x[1]), "y": (y[0], y[1])})
    if inside.any():
        np.testing.assert_array_equal(paint(grid, 0.0, [(region, 1.0)]), inside)
    else:
        with pytest.raises(InputError, match="covers no unknown"):
            paint(grid, 0.0, [(region, 1.0)])


def test_later_regions_win_and_conditions_cut() -> None:
    grid = Grid((4, 4))
    upper, right, left = Region({"y": (0.5, 1.0)}), Region(where="x > y"), Region({"x": (0, 0.2)})
    found = paint(grid, "x", [(upper, 7.0), (right, "x - y"), (left, 9)])
    x, y = (np.broadcast_to(c, grid.shape) for c in grid.coordinates().values())
    expected = np.where(y > 0.5, 7.0, x)
    expected = np.where(x > y, x - y, expected)
    np.testing.assert_array_equal(found, np.where(x < 0.2, 9.0, expected))


def test_bounds_on_a_node_mean_that_node() -> None:
    grid = Grid((11,), location="node")
    assert paint(grid, 0.0, [(Region({"x": (0.3, 0.7)}), 1.0)]).sum() == 5


def test_unknown_axis() -> None:
    with pytest.raises(InputError, match="axis 'z'"):
        paint(Grid((4, 4)), 0.0, [(Region({"z": (0.0, 1.0)}), 1.0)])


@pytest.mark.parametrize("location", ["cell", "node"])
def test_linear_faces_are_averaged_exactly(location: str) -> None:
    """Face values of a linear function average to it at cells and inner nodes; ends of node grids take the side."""
    grid = Grid((4, 3), (2.0, 1.0), location, mask=np.arange(12).reshape(4, 3) != 5)  # type: ignore[arg-type]
    faces = []
    for axis, (n, h, length) in enumerate(zip(grid.shape, grid.spacing, grid.extent, strict=True)):
        inner = (np.arange(1, n) + (0 if location == "cell" else -0.5)) * h
        at = np.concatenate([[0.0], inner, [length]])
        shape = [m + (a == axis) for a, m in enumerate(grid.shape)]
        faces.append(np.broadcast_to(np.expand_dims(3 * at + 1, 1 - axis), shape))
    found = faces_to_unknowns(grid, faces)
    assert grid.mask is not None
    for axis, name in enumerate("xy"):
        expected = np.broadcast_to(3 * grid.coordinates()[name] + 1, grid.shape) * grid.mask
        np.testing.assert_allclose(found[axis], expected, rtol=1e-14)
