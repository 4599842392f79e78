"""Searches with points on a device: where results lie, and what is refused."""

import os
from typing import Any

import numpy as np
import pytest
from host_cuda.arrays import Device, DeviceArray, wrapped
from host_cuda.build import compiler
from host_cuda.module import stand_in

from sciml._arrays import to_host
from sciml._errors import InputError
from sciml.kernels.atoms_search import atoms_search
from sciml.kernels.nearest_search import nearest_search
from sciml.kernels.radius_search import radius_search

POINTS = np.random.default_rng(0).random((500, 2))

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)


def test_results_are_those_of_the_cpu_and_stay_on_the_device() -> None:
    with stand_in(1):
        found = *radius_search(wrapped(POINTS), 0.1), *nearest_search(wrapped(POINTS), 5)
    for array, expected in zip(found, (*radius_search(POINTS, 0.1), *nearest_search(POINTS, 5)), strict=True):
        assert isinstance(array, DeviceArray)
        np.testing.assert_array_equal(to_host(array), expected)


def test_single_precision_and_any_layout_are_converted() -> None:
    points = POINTS.astype(np.float32)
    with stand_in():
        columns = wrapped(np.ascontiguousarray(points.T)).T
        assert not columns.flags.c_contiguous
        indices, _ = nearest_search(columns, 3)
    np.testing.assert_array_equal(to_host(indices), nearest_search(points, 3)[0])


def test_the_device_of_the_points_is_used() -> None:
    with stand_in():
        with Device(1):
            points = wrapped(POINTS**9)  # crowded, so that walls are chosen twice
        indices, distances = nearest_search(points, 2)
    assert indices.device == distances.device == Device(1)


@pytest.mark.parametrize("place", [wrapped, np.asarray], ids=["cell on the device", "cell on the CPU"])
def test_atoms(place: Any) -> None:
    rng = np.random.default_rng(1)
    cell = np.eye(3) + rng.uniform(-0.3, 0.3, (3, 3))
    positions, rest = rng.uniform(-2, 2, (50, 3)), ((True, True, False), 0.6)
    with stand_in(1):
        with Device(1):
            moved = wrapped(positions)
        found = atoms_search(moved, place(cell), *rest)
    for array, expected in zip(found, atoms_search(positions, cell, *rest), strict=True):
        assert array.device == Device(1)
        np.testing.assert_array_equal(to_host(array), expected)


def test_no_atoms() -> None:
    with stand_in():
        found = to_host(atoms_search(wrapped(np.zeros((0, 3))), np.eye(3), True, 1.0))
    assert [array.tolist() for array in found] == [[0], [], []]


def test_no_points() -> None:
    with stand_in():
        nothing, one = wrapped(np.zeros((0, 2))), wrapped(np.zeros((1, 2)))
        assert to_host(radius_search(nothing, 1.0))[0].tolist() == [0]
        assert to_host(radius_search(one, 1.0, nothing))[1].tolist() == []
        assert to_host(radius_search(nothing, 1.0, one))[0].tolist() == [0, 0]
        assert nearest_search(one, 1, nothing)[0].shape == (0, 1)


def test_refuses_what_it_refuses_on_the_cpu() -> None:
    with stand_in():
        with pytest.raises(InputError, match=r"points have 1 rows that are not finite .* the first is row 2;"):
            radius_search(wrapped(np.array([[0.0], [1.0], [np.nan]])), 1.0)
        with pytest.raises(InputError, match="queries lie on cpu, points on cuda:0; bring them together"):
            radius_search(wrapped(POINTS), 1.0, POINTS)
