"""What a plot shows: where its slices lie, what is written on it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sciml.mesh import Boundary, Grid
from sciml.mesh.io._panels import draw_history, limits
from sciml.mesh.io.plot import _draw, _plane, write_plot


def test_slices_lie_in_the_middle_of_a_box() -> None:
    assert [_plane(Grid((7, 4, 1)), axis) for axis in range(3)] == [3, 2, 0]


def test_slices_avoid_obstacles() -> None:
    mask = np.ones((12, 3, 3), dtype=bool)
    mask[4:8] = False  # a gap in the middle; beyond it the planes are full
    assert _plane(Grid(mask.shape, mask=mask), 0) == 8
    mask[8, 0, 0] = False
    assert _plane(Grid(mask.shape, mask=mask), 0) == 3


def test_slices_stay_in_the_middle_half() -> None:
    mask = np.ones((12, 3, 3), dtype=bool)
    mask[3:9, 1] = False  # the full planes are outside
    assert 3 <= _plane(Grid(mask.shape, mask=mask), 0) < 9


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3)])
def test_labels_are_drawn(tmp_path: Path, shape: tuple[int, ...]) -> None:
    from matplotlib import rc_context

    with rc_context({"svg.fonttype": "none"}):
        write_plot(
            tmp_path / "p.svg", Grid(shape), np.ones(shape), [1.0, 1e-9], "A title", label="heat [K]", length_unit="mm"
        )
    text = (tmp_path / "p.svg").read_text()
    for part in ("A title", "heat [K]", "x [mm]", "y [mm]", "relative residual", "iteration"):
        assert f">{part}<" in text


@pytest.mark.parametrize(("shape", "step"), [((5, 4), 1), ((1203, 7), 2)])
@pytest.mark.parametrize("grid", [
    {}, {"location": "node"}, {"location": "node", "boundary": {"x": Boundary("periodic")}},
], ids=["cells", "nodes", "periodic nodes"])  # fmt: skip
def test_pixels_lie_around_their_unknowns(grid: dict[str, Any], shape: tuple[int, int], step: int) -> None:
    """Pixels are centred on coordinates, and the axes end with the domain."""
    from matplotlib.figure import Figure

    box = Grid(shape, (2.0, 3.0), **grid)
    panel = Figure().add_subplot()
    picture = _draw(panel, box, np.ones(shape), (0, 1), (0.0, 1.0), "")
    assert picture is not None
    left, right, low, high = picture.get_extent()
    drawn = np.array(picture.get_array())
    at = box.coordinates()
    for begin, end, count, expected in (
        (left, right, drawn.shape[1], at["x"].ravel()[::step]), (low, high, drawn.shape[0], at["y"].ravel()),
    ):  # fmt: skip
        pixel = (end - begin) / count
        np.testing.assert_allclose(begin + pixel * (np.arange(count) + 0.5), expected, rtol=0, atol=1e-13)
    assert panel.get_ylim() == (0.0, 3.0)
    if not box.is_periodic(0):
        assert panel.get_xlim() == pytest.approx((0.0, 2.0), abs=2.0 / shape[0] / 2 * (step - 1) + 1e-15)


@pytest.mark.parametrize("history", [[1.0], [1.0, 0.0]])
def test_short_histories_have_whole_ticks(history: list[float]) -> None:
    from matplotlib.figure import Figure

    panel = Figure().add_subplot()
    draw_history(panel, history)
    low, high = panel.get_xlim()
    ticks = [tick for tick in panel.get_xticks() if low <= tick <= high]
    assert ticks == list(range(len(history)))


def test_rounding_gets_no_colours() -> None:
    assert limits(np.array([300.0, np.nextafter(300.0, 301.0)])) == (299.5, 300.5)
    assert limits(np.array([300.0, 300.001])) == (300.0, 300.001)
