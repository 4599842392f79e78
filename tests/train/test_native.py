"""Guesses on finer grids: interpolation is exact where it must be, and the right grid is chosen."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trained_runs import train, train_darcy
from training import settings_for

from sciml.mesh import Boundary, Grid
from sciml.train.native import interpolated, native_shape, predict_guess
from sciml.train.resample import resample
from sciml.train.trained import Trained

rng = np.random.default_rng(0)


def grid_of(shape: tuple[int, ...], kind: Any, location: Literal["cell", "node"]) -> Grid:
    return Grid(shape, location=location, boundary=dict.fromkeys("xyz"[: len(shape)], Boundary(kind)))


LOCATIONS, KINDS = st.sampled_from(["cell", "node"]), st.sampled_from(["dirichlet", "neumann"])


@given(st.integers(2, 9), st.integers(1, 5), KINDS, LOCATIONS)
def test_lines_are_kept_between_outermost_points(n: int, ratio: int, kind: Any, location: Any) -> None:
    coarse, fine = Grid((n,), location=location), (n * ratio if location == "cell" else (n - 1) * ratio + 1)
    grid = grid_of((fine,), kind, location)
    x, inside = coarse.coordinates()["x"], grid.coordinates()["x"]
    values = interpolated(2 - 3 * x, grid)
    between = (inside >= x[0]) & (inside <= x[-1])
    np.testing.assert_allclose(values[between], (2 - 3 * inside)[between], atol=1e-12)


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("ratio", [1, 2, 3])
def test_on_a_circle_it_commutes_with_shifts(location: Any, ratio: int) -> None:
    u = rng.normal(size=(2, 5, 4))
    grid = grid_of((5 * ratio, 4 * ratio), "periodic", location)
    shifted = interpolated(np.roll(u, (1, 2), (1, 2)), grid)
    np.testing.assert_allclose(shifted, np.roll(interpolated(u, grid), (ratio, 2 * ratio), (1, 2)), atol=1e-14)


@pytest.mark.parametrize(("kind", "location", "shape"), [
    ("dirichlet", "node", (13, 9)), ("periodic", "node", (8, 12)), ("neumann", "node", (5, 5)),
])  # fmt: skip
def test_values_at_nodes_stay(kind: str, location: Any, shape: tuple[int, int]) -> None:
    grid = grid_of(shape, kind, location)
    coarse = tuple(n // 2 if kind == "periodic" else n // 2 + 1 for n in shape)
    u = rng.normal(size=(3, *coarse))
    np.testing.assert_allclose(resample(interpolated(u, grid), grid, coarse), u, atol=1e-14)


def test_sides_decide_what_lies_beyond() -> None:
    one = np.ones(2)
    np.testing.assert_allclose(interpolated(one, grid_of((4,), "neumann", "cell")), [1, 1, 1, 1])
    np.testing.assert_allclose(interpolated(one, grid_of((4,), "dirichlet", "cell")), [0.5, 1, 1, 0.5])
    mixed = Grid((4,), boundary={"x-": Boundary("neumann"), "x+": Boundary("dirichlet")})
    np.testing.assert_allclose(interpolated(one, mixed), [1, 1, 1, 0.5])


@pytest.fixture(scope="module")
def unet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_darcy(tmp_path_factory.mktemp("unet"), train__epochs=1)


def test_the_grid_of_training_is_taken_where_it_divides(unet: Path) -> None:
    trained = Trained.of(unet)
    shapes = {(12, 12): (12, 12), (24, 36): (12, 12), (24, 30): (24, 30), (6, 6): (6, 6)}
    assert {shape: native_shape(trained, Grid(shape)) for shape in shapes} == shapes
    a = rng.uniform(3, 12, (2, 1, 24, 36))
    expected = interpolated(trained.predict(resample(a, Grid((24, 36)), (12, 12))), Grid((24, 36)))
    np.testing.assert_array_equal(predict_guess(trained, a, Grid((24, 36))), expected)
    np.testing.assert_array_equal(predict_guess(trained, a[..., :30], Grid((24, 30))), trained.predict(a[..., :30]))


def test_fourier_layers_see_lengths(unet: Path, tmp_path: Path) -> None:
    data = unet.parent / "darcy.h5"
    fno = Trained.of(train(settings_for("fno", data, train__epochs=1), tmp_path / "fno"))
    assert native_shape(fno, Grid((24, 24))) == (24, 24)
