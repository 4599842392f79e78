"""What a plot shows: where its slices lie, what is written on it."""

from pathlib import Path

import numpy as np
import pytest

from sciml.mesh import Grid
from sciml.mesh.io.plot import _plane, write_plot


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
